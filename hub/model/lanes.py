"""Lanes and urgency of a session: entering them, and what they ask of whoever answers. Only ever upwards.

`emergency` puts the session before all others until its target; `reviewed` keeps it with people and for those who have
the review skill. A session may be both: then its lane is `reviewed` and the mark keeps the emergency's time.
"""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.draft import Draft
from hub.model.queues import LaneMark
from hub.model.session import Demand, Session
from hub.model.timeline import SYSTEM, Actor

MOST_URGENT = 0
REVIEW_LEVEL = 1
"""The level of the review skill that is enough: who may decide on people's data is a matter of yes or no."""


def hear_rules(draft: Draft, command: c.Receive) -> str:
    """Take over what the rules say of a message; return why a person must answer instead of a bot ("": none must)."""
    if command.feeling is not None:
        draft.set(feeling=command.feeling)
    before = draft.session.demand.priority
    if command.mark is not None:
        enter_lane(draft, command.mark, SYSTEM)
    elif command.priority is not None and command.priority < before:
        draft.set(demand=replace(draft.session.demand, priority=command.priority))
        record_urgency(draft, SYSTEM, rule=command.said_by, because=command.because)
    return command.mark.lane if command.mark is not None else command.wants_person


def enter_lane(draft: Draft, mark: LaneMark, actor: Actor) -> bool:
    """Put the session in a lane; tell whether that changes anything."""
    session = draft.session
    entered = _joined(session, mark)
    is_reviewed_anew = mark.lane == "reviewed" and session.review is not None
    if entered == session.lane and not is_reviewed_anew:
        return False
    draft.set(
        lane=entered,
        review=None if mark.lane == "reviewed" else session.review,
        demand=demand_in(entered, session.demand),
    )
    record_urgency(draft, actor, rule=mark.rule, because=mark.because)
    if session.state == "offered" and dict(draft.session.demand.skills) != dict(session.demand.skills):
        _drop_offer(draft)
    return True


def _joined(session: Session, mark: LaneMark) -> LaneMark:
    present = session.lane
    if present is None or present.lane == "normal":
        return mark
    if mark.lane == "emergency":
        return present if present.due_at else replace(present, due_at=mark.due_at)
    if present.lane == "reviewed" and session.review is None:
        return present
    return replace(mark, due_at=present.due_at)


def demand_in(mark: LaneMark | None, demand: Demand) -> Demand:
    """Return what a session in this lane asks of an agent; what was asked before stays asked."""
    if mark is None:
        return demand
    if mark.due_at is not None:
        demand = replace(demand, priority=MOST_URGENT)
    if mark.lane == "reviewed" and mark.skill:
        skills = {**demand.skills, mark.skill: max(REVIEW_LEVEL, demand.skills.get(mark.skill, 0))}
        demand = replace(demand, skills=skills, relax=tuple(one for one in demand.relax if one.skill != mark.skill))
    return demand


def leave_lane(draft: Draft, actor: Actor) -> bool:
    """Take the session out of its lane, because a person says so; its priority stays."""
    session = draft.session
    if session.lane is None:
        return False
    skills = {name: level for name, level in session.demand.skills.items() if name != session.lane.skill}
    draft.set(lane=None, demand=replace(session.demand, skills=skills))
    record_urgency(draft, actor)
    return True


def record_urgency(draft: Draft, actor: Actor, *, rule: str = "", because: str = "") -> None:
    """Note in the timeline how urgent the session is now, and what made it so."""
    session = draft.session
    lane = session.lane.lane if session.lane else "normal"
    draft.record("lane", actor, lane=lane, priority=session.demand.priority, rule=rule, because=because)


def needs_review(session: Session) -> bool:
    """Tell whether a person with the review skill still has to decide on a sensitive request."""
    return session.lane is not None and session.lane.lane == "reviewed" and session.review is None


def _drop_offer(draft: Draft) -> None:
    """Take back an offer to somebody who was chosen before the session asked for more."""
    offer = draft.session.offer
    if offer is not None:
        draft.record("expired", SYSTEM, agent_id=offer.agent_id, agent_name=offer.agent_name, reason="lane")
    draft.move("queued")
    draft.tell("session.queued")
    draft.tell("session.released")
