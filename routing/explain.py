"""Why a session is where it is: every agent with what stands in the way, and what will happen when.

Reasons are data, a code with parameters, so that a screen can say them in its own language. A question, not an event:
it may look at every agent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import msgspec

from hub.model.ids import AgentId, SessionId
from routing.decisions import WaitReason
from routing.placement import wait_reason
from routing.records import Line, Session, SessionState
from routing.roster import Seat
from routing.state import State

Parameters: TypeAlias = Mapping[str, str | int | float]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that stands in the way: `skill_level` {skill, needs, has}, `full` {used, capacity, needs}, `away`..."""

    code: str
    parameters: Parameters = {}


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One agent: `eligible` when every requirement is met, whatever the load; offered now only without any reason."""

    agent: AgentId
    eligible: bool
    reasons: tuple[Reason, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something that will happen to the session by itself: when, what, and with which parameters."""

    at: float
    code: str
    parameters: Parameters = {}


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """All that the router knows of one session."""

    session: SessionId
    state: SessionState
    line: Line
    priority: int
    queued_at: float
    agent: AgentId | None
    """Who has it, or is offered it."""
    position: int | None
    reason: WaitReason | None
    """Why it waits, if it waits."""
    candidates: tuple[Candidate, ...]
    """All agents by id, or the nearest so many: those who could have it first, of these those with room first."""
    candidates_total: int
    steps: tuple[Step, ...]


def trace(state: State, session: SessionId, limit: int | None = None) -> Trace | None:
    """Explain one session, with at most `limit` agents; None if it is not here."""
    found = state.sessions.get(session)
    if found is None:
        return None
    waits = found.state in ("waiting", "held")
    return Trace(
        session=found.id,
        state=found.state,
        line=found.line,
        priority=found.priority,
        queued_at=found.queued_at,
        agent=found.offer.agent if found.offer else found.agent,
        position=state.board.position(found),
        reason=wait_reason(state, found) if waits else None,
        candidates=tuple(_candidate(state, found, seat) for seat in _nearest(state, found, limit)),
        candidates_total=len(state.roster.seats),
        steps=upcoming(state, found),
    )


def upcoming(state: State, session: Session) -> tuple[Step, ...]:
    """Return what will happen to a session by itself, in order."""
    return tuple(sorted(_steps(state, session), key=lambda step: (step.at, step.code)))


def _nearest(state: State, session: Session, limit: int | None) -> list[Seat]:
    roster = state.roster
    if limit is None or limit >= len(roster.seats):
        return [roster.seats[one] for one in sorted(roster.seats)]
    lane = state.board.known_lane(session.line)
    able = lane.able if lane else roster.capacity.at_least(session.weight, roster.qualified(session.line))
    there = able & roster.available
    has_it = session.offer.agent if session.offer else session.agent
    holder = 0 if has_it is None else roster.seats[has_it].bit
    roomy = (group & there for group in roster.with_room(session.weight, "spread"))
    groups = (holder, *roomy, there, able & roster.signed_in, able, roster.signed_in, roster.everyone)
    found: list[Seat] = []
    taken = 0
    for group in groups:
        left = group & ~taken
        while left and len(found) < limit:
            bit = left & -left
            left ^= bit
            taken |= bit
            found.append(roster.by_number[bit.bit_length() - 1])
    return found


def _candidate(state: State, session: Session, seat: Seat) -> Candidate:
    requirements = tuple(_unmet(session, seat))
    return Candidate(
        agent=seat.agent.id,
        eligible=not requirements,
        reasons=(*requirements, *_presence(seat), *_load(session, seat), *_agreed(state, session, seat)),
    )


def _unmet(session: Session, seat: Seat) -> Iterator[Reason]:
    agent = seat.agent
    for skill, needs in sorted(session.skills.items()):
        has = agent.skills.get(skill)
        if has is None:
            yield Reason(code="skill_missing", parameters={"skill": skill, "needs": needs})
        elif has < needs:
            yield Reason(code="skill_level", parameters={"skill": skill, "needs": needs, "has": has})
    if session.language is not None and session.language not in agent.languages:
        yield Reason(code="language", parameters={"needs": session.language})
    if agent.channel_caps.get(session.channel) == 0:
        yield Reason(code="channel", parameters={"channel": session.channel})
    if session.weight > agent.capacity:
        yield Reason(code="too_heavy", parameters={"needs": session.weight, "capacity": agent.capacity})


def _presence(seat: Seat) -> Iterator[Reason]:
    agent = seat.agent
    if agent.presence == "gone":
        yield Reason(code="signed_out")
    elif agent.presence == "lost":
        yield Reason(code="lost", parameters={"until": agent.grace_until or 0.0})
    if agent.away:
        yield Reason(code="away")
    if agent.unresponsive:
        yield Reason(code="unresponsive")


def _load(session: Session, seat: Seat) -> Iterator[Reason]:
    agent = seat.agent
    if session.weight <= agent.capacity and session.weight > seat.room:
        figures = {"used": seat.used, "capacity": agent.capacity, "needs": session.weight}
        yield Reason(code="full", parameters=figures)
    cap = agent.channel_caps.get(session.channel)
    if cap and not seat.takes_channel(session.channel):
        yield Reason(code="channel_full", parameters={"channel": session.channel, "cap": cap})


def _agreed(state: State, session: Session, seat: Seat) -> Iterator[Reason]:
    if seat.agent.earmark is not None and state.spares(seat, session):
        yield Reason(code="earmarked", parameters={"session": seat.agent.earmark})
    until = session.excluded.get(seat.agent.id)
    if until is not None:
        yield Reason(code="excluded", parameters={"until": until})
    if session.held_until is not None and session.sticky is not None and session.sticky != seat.agent.id:
        yield Reason(code="held", parameters={"agent": session.sticky, "until": session.held_until})


def _steps(state: State, session: Session) -> Iterator[Step]:
    if session.offer is not None:
        yield Step(at=session.offer.expires_at, code="offer_ends", parameters={"agent": session.offer.agent})
    if session.held_until is not None:
        yield Step(at=session.held_until, code="hold_ends")
    opens_at = state.changes_at.get(session.queue)
    if opens_at is not None and state.board.is_parked(session):
        yield Step(at=opens_at, code="queue_opens", parameters={"queue": session.queue})
    if session.first_since is not None and state.earmarked_for(session.id) is None:
        yield Step(at=session.first_since + state.config.earmark_after, code="earmark")
    for agent, until in session.excluded.items():
        yield Step(at=until, code="exclusion_ends", parameters={"agent": agent})
    for after, skill, level in session.relax:
        new: Parameters = {"skill": skill} if level is None else {"skill": skill, "needs": level}
        yield Step(at=session.queued_at + after, code="relax", parameters=new)
