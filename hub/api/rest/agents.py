"""Staff: accounts, skills and presence. Passwords go in and never come out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from hub.api.access import ADMIN, EVERYBODY, LEADERS, READ_ALL, SERVE
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.decoding import refuse
from hub.api.patches import sent_fields
from hub.api.routes import Routes
from hub.api.views import AgentView, agent_view
from hub.errors import Conflict, Forbidden, NotFound
from hub.model.agent import Agent, Presence, PresenceStatus, Role
from hub.model.ids import AgentId, TeamId
from hub.model.sentences import Sentence
from hub.services import Services

routes = Routes("agents")

Email = Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Password = Annotated[str, msgspec.Meta(min_length=8, max_length=200)]
RoleSet = Annotated[tuple[Role, ...], msgspec.Meta(min_length=1, max_length=5)]
SkillName = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
SkillLevels = Mapping[SkillName, Annotated[int, msgspec.Meta(ge=1, le=10)]]
Languages = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=2, max_length=20)], ...], msgspec.Meta(max_length=20)
]
Capacity = Annotated[int, msgspec.Meta(ge=0, le=1000)]
TeamIds = Annotated[tuple[TeamId, ...], msgspec.Meta(max_length=100)]

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+")
_LEADERS_MAY_CHANGE = frozenset({"skills", "languages"})


class AgentDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new member of staff."""

    email: Email
    name: Name
    password: Password
    roles: RoleSet = ("agent",)
    skills: SkillLevels = {}
    languages: Languages = ("zh",)
    capacity: Capacity = 5
    team_ids: TeamIds = ()


class AgentPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a member of staff; a new password ends all their sign-ins."""

    email: Email | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    roles: RoleSet | UnsetType = UNSET
    skills: SkillLevels | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    team_ids: TeamIds | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET


class PresenceChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The status to take."""

    status: PresenceStatus


@routes.on("GET", "/agents", access=READ_ALL)
async def list_agents(call: Call[Nothing, Paging]) -> Listing[AgentView]:
    """List the staff."""
    page = listing(call.services.directory.agents(), call.query)
    return Listing(items=tuple(agent_view(call.services, agent) for agent in page.items), next_cursor=page.next_cursor)


@routes.on("POST", "/agents", access=ADMIN, status=201)
async def create_agent(call: Call[AgentDraft, Nothing]) -> AgentView:
    """Add a member of staff."""
    draft, services = call.body, call.services
    _check_teams(services, draft.team_ids)
    agent = Agent(
        id=AgentId(services.core.ids.new()),
        email=_clean_email(draft.email),
        name=draft.name,
        password_hash=await services.accounts.hash(draft.password),
        roles=_unique(draft.roles),
        skills=draft.skills,
        languages=_unique(draft.languages),
        capacity=draft.capacity,
        team_ids=_unique(draft.team_ids),
        created_at=services.core.clock.now(),
    )
    return agent_view(services, await services.records.create(agent))


@routes.on("GET", "/agents/me/presence", access=EVERYBODY)
async def own_presence(call: Call[Nothing, Nothing]) -> Presence:
    """Tell your own status and load."""
    return await call.services.presences.get(call.agent.id)


@routes.on("PUT", "/agents/me/presence", access=SERVE)
async def set_own_presence(call: Call[PresenceChange, Nothing]) -> Presence:
    """Go online, away or offline."""
    return await call.services.presences.set(call.agent.id, call.body.status)


@routes.on("PUT", "/agents/{id}/presence", access=LEADERS)
async def set_presence(call: Call[PresenceChange, Nothing]) -> Presence:
    """Set a colleague's status."""
    return await call.services.presences.set(_found(call.services, call.id).id, call.body.status)


@routes.on("GET", "/agents/{id}", access=READ_ALL)
async def get_agent(call: Call[Nothing, Nothing]) -> AgentView:
    """Return a member of staff."""
    return agent_view(call.services, _found(call.services, call.id))


@routes.on("PATCH", "/agents/{id}", access=LEADERS)
async def change_agent(call: Call[AgentPatch, Nothing]) -> AgentView:
    """Change a member of staff; supervisors change skills and languages only."""
    services = call.services
    agent = _found(services, call.id)
    fields = sent_fields(call.body)
    forbidden = fields.keys() - _LEADERS_MAY_CHANGE
    if forbidden and not call.agent.has("admin"):
        raise Forbidden(Sentence("Only an administrator changes {forbidden}.", forbidden=sorted(forbidden)))
    if "password" in fields:
        fields["password_hash"] = await services.accounts.hash(fields.pop("password"))
    if "email" in fields:
        fields["email"] = _free_email(services, agent, fields["email"])
    for name in fields.keys() & {"roles", "languages", "team_ids"}:
        fields[name] = _unique(fields[name])
    _check_teams(services, fields.get("team_ids", ()))
    _keep_an_admin(services, agent, fields)
    return agent_view(services, await services.records.update(Agent, agent.id, lambda now: replace(now, **fields)))


def _found(services: Services, agent_id: str) -> Agent:
    agent = services.directory.agent(AgentId(agent_id))
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


def _clean_email(email: str) -> str:
    cleaned = email.strip().lower()
    if not _EMAIL.fullmatch(cleaned) or not cleaned.isprintable():
        raise refuse("email", "This is no e-mail address.")
    return cleaned


def _free_email(services: Services, agent: Agent, email: str) -> str:
    cleaned = _clean_email(email)
    other = services.directory.agent_by_email(cleaned)
    if other is not None and other.id != agent.id:
        raise Conflict("Another agent has this e-mail address.", code="email-taken")
    return cleaned


def _check_teams(services: Services, team_ids: Sequence[TeamId]) -> None:
    for index, team_id in enumerate(team_ids):
        if services.directory.team(team_id) is None:
            raise refuse(f"team_ids[{index}]", "There is no such team.")


def _keep_an_admin(services: Services, agent: Agent, fields: Mapping[str, Any]) -> None:
    after = replace(agent, **fields)
    if not agent.has("admin") or agent.disabled or (after.has("admin") and not after.disabled):
        return
    if not any(other.has("admin") and not other.disabled for other in services.directory.agents() if other != agent):
        raise Conflict("The workspace needs an administrator: name another one first.", code="last-admin")


def _unique(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))
