"""What the API shows of staff and sessions: records with their figures of the moment, without what stays inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from hub.api.call import Entries
from hub.model.agent import Agent, Presence, Role
from hub.model.events import SessionView, show, view
from hub.model.ids import AgentId, TeamId
from hub.model.session import Session
from hub.model.timeline import Entry
from hub.services import Services


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff, as colleagues may see them."""

    id: AgentId
    email: str
    name: str
    roles: tuple[Role, ...]
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    capacity: int
    team_ids: tuple[TeamId, ...]
    disabled: bool
    presence: Presence


def agent_view(services: Services, agent: Agent) -> AgentView:
    """Return an agent with the presence of the moment; never the password's hash."""
    return AgentView(
        id=agent.id,
        email=agent.email,
        name=agent.name,
        roles=agent.roles,
        skills=agent.skills,
        languages=agent.languages,
        capacity=agent.capacity,
        team_ids=agent.team_ids,
        disabled=agent.disabled,
        presence=services.presences.current(agent.id),
    )


def session_view(services: Services, session: Session) -> SessionView:
    """Return a session, with its place in the queue while it waits."""
    if session.state != "queued":
        return view(session)
    position, wait_s = services.dispatch.figures(session.id)
    return view(session, position=position, estimated_wait_s=wait_s)


def entries_view(services: Services, entries: Sequence[Entry], limit: int) -> Entries:
    """Return entries with fresh addresses on their files; a full page leads on from its last number."""
    shown = tuple(show(entry, services.attachments.url) for entry in entries)
    return Entries(items=shown, next_cursor=str(entries[-1].seq) if len(entries) >= limit else None)
