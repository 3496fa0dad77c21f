"""From committed facts to the router's events: what the engine must be told so that it agrees with a session's record.

Pure. The record is the truth and the engine follows it, so the comparison is of levels, not of edges: whatever was
missed or came twice, one look at the record says what to tell. `Known` is what the engine believes of a session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from hub.model.ids import AgentId, OfferId
from hub.model.session import Session
from hub.model.timestamps import Timestamp, to_seconds
from routing import events as e


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the engine believes: waiting, offered to somebody, or active with somebody; and an asked transfer.

    `version` is the session's version that was looked at last; `since` is when it was queued.
    """

    version: int
    since: Timestamp
    status: Literal["waiting", "offered", "active"]
    agent: AgentId | None = None
    offer: OfferId | None = None
    offer_to: AgentId | None = None
    transfer_to: AgentId | None = None
    priority: int = 5


def event_for(session: Session, known: Known | None, event_id: str) -> e.Event | None:
    """Return the event that brings the engine in line with the record; None when they agree."""
    match session.state:
        case "queued":
            return _waiting(session, known, event_id)
        case "offered":
            return None if known else restored(session, event_id)
        case "active" | "wrap_up":
            return _active(session, known, event_id)
        case "bot" | "closed":
            return e.SessionClosed(id=event_id, session=session.id) if known else None


def queued(session: Session, event_id: str) -> e.SessionQueued:
    """Return the event that puts a session in the line at the place that its record gives."""
    demand = session.demand
    return e.SessionQueued(
        id=event_id,
        session=session.id,
        queue=demand.queue,
        skills=skills_of(session),
        language=demand.language,
        priority=demand.priority,
        customer=session.customer_id,
        sticky=session.sticky_agent_id,
        sticky_at=to_seconds(session.sticky_at) if session.sticky_at else None,
        weight=demand.weight,
        relax=tuple((step.after_s, step.skill, step.level) for step in demand.relax),
        queued_at=to_seconds(session.queued_at) if session.queued_at else None,
    )


def skills_of(session: Session) -> dict[str, int]:
    """Return what the session asks for; belonging to a team is a skill that only its members have."""
    demand = session.demand
    team = {team_skill(demand.team_id): 1} if demand.team_id else {}
    return {**demand.skills, **team}


def team_skill(team_id: str) -> str:
    """Return the name of the skill that stands for membership of a team."""
    return f"team:{team_id}"


def restored(session: Session, event_id: str) -> e.SessionRestored | None:
    """Return the event that puts an offered or active session back after a restart."""
    agent = session.offer.agent_id if session.state == "offered" and session.offer else session.agent_id
    if agent is None:
        return None
    offer = session.offer if session.state == "offered" else None
    return e.SessionRestored(
        id=event_id,
        session=session.id,
        agent=agent,
        state="offered" if offer else "active",
        offer=offer.id if offer else None,
        expires_at=to_seconds(offer.expires_at) if offer else None,
        queue=session.demand.queue,
        skills=skills_of(session),
        language=session.demand.language,
        priority=session.demand.priority,
        customer=session.customer_id,
        weight=session.demand.weight,
        queued_at=to_seconds(session.queued_at) if session.queued_at else None,
    )


def known_of(session: Session) -> Known | None:
    """Return what the engine believes after it was told of the record as it stands."""
    base = Known(
        version=session.version,
        since=session.queued_at or session.created_at,
        status="waiting",
        priority=session.demand.priority,
    )
    offer = session.offer
    match session.state:
        case "queued":
            return base
        case "offered" if offer:
            return replace(base, status="offered", offer=offer.id, offer_to=offer.agent_id)
        case "active" | "wrap_up":
            return replace(
                base,
                status="active",
                agent=session.agent_id,
                offer=offer.id if offer else None,
                offer_to=offer.agent_id if offer else None,
                transfer_to=session.transfer.agent_id if session.transfer else None,
            )
        case _:
            return None


def _waiting(session: Session, known: Known | None, event_id: str) -> e.Event | None:
    if known is None:
        return queued(session, event_id)
    if known.status == "offered" and known.offer and known.offer_to:
        return e.OfferRejected(id=event_id, session=session.id, agent=known.offer_to, offer=known.offer)
    if known.status == "active" and known.agent:
        return e.SessionTransferred(
            id=event_id,
            session=session.id,
            from_agent=known.agent,
            queue=session.demand.queue,
            skills=skills_of(session),
            language=session.demand.language,
            keep_place=session.demand.priority < known.priority or known.priority == 0,
        )
    if known.priority != session.demand.priority:
        return e.SessionChanged(id=event_id, session=session.id, priority=session.demand.priority)
    return None


def _active(session: Session, known: Known | None, event_id: str) -> e.Event | None:
    agent = session.agent_id
    if agent is None:
        return None
    if known is None or known.status == "waiting":
        return e.SessionForced(id=event_id, session=session.id, agent=agent) if known else restored(session, event_id)
    if known.agent != agent:
        if known.offer and known.offer_to == agent:
            return e.OfferAccepted(id=event_id, session=session.id, agent=agent, offer=known.offer)
        return e.SessionForced(id=event_id, session=session.id, agent=agent)
    if session.transfer and session.transfer.agent_id != known.transfer_to:
        return e.SessionTransferred(
            id=event_id, session=session.id, from_agent=agent, to_agent=session.transfer.agent_id
        )
    if session.transfer is None and known.offer and known.offer_to:
        return e.OfferRejected(id=event_id, session=session.id, agent=known.offer_to, offer=known.offer)
    return None
