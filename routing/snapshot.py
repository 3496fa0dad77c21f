"""An engine as bytes and back, and the hash by which two engines are compared.

A snapshot holds the records and what cannot be derived from them; every index is built anew. The hash leaves out what
does not change future decisions about sessions: the clock, the epoch, decision numbers and the memory of past events.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeAlias

import msgspec

from hub.model.ids import AgentId, SessionId
from hub.model.sentences import Sentence
from routing.agenda import Due, Entry
from routing.config import Config
from routing.decisions import Decision
from routing.records import Agent, Line, Session
from routing.state import Closing, State

VERSION = 2

_Place: TypeAlias = tuple[int | float, float, int, SessionId] | None
"""A `Key` that is the same number of the same kind after it has been read."""


class _Behind(msgspec.Struct, frozen=True, kw_only=True):
    """What was left to a later step; all empty nearly always."""

    closings: Sequence[tuple[str, _Place, Sequence[SessionId]]]
    opened: Sequence[tuple[int, _Place]]
    fresh: Sequence[SessionId]
    freed: Sequence[AgentId]


class _Content(msgspec.Struct, frozen=True, kw_only=True):
    """What the hash covers; lists in an order that follows from the log alone."""

    arrivals: int
    offers: int
    agents: Sequence[Agent]
    sessions: Sequence[Session]
    lines: Sequence[tuple[Line, Sequence[float]]]
    closed: dict[str, float]
    behind: _Behind


class _Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of an engine."""

    version: int
    now: float
    seq: int
    content: _Content
    seen: Sequence[tuple[str, Sequence[Decision]]]


def digest(state: State) -> str:
    """Return a hash that is equal for engines which will decide the same from here on."""
    return sha256(msgspec.msgpack.encode(_content(state), order="deterministic")).hexdigest()


def freeze(state: State, seen: Sequence[tuple[str, Sequence[Decision]]]) -> bytes:
    """Return the engine as bytes; the same engine always gives the same bytes."""
    snapshot = _Snapshot(version=VERSION, now=state.now, seq=state.ledger.seq, content=_content(state), seen=seen)
    return msgspec.msgpack.encode(snapshot, order="deterministic")


def thaw(config: Config, frozen: bytes, epoch: int) -> tuple[State, Sequence[tuple[str, Sequence[Decision]]]]:
    """Return the state and the memory of past events; raises ValueError for bytes that are no snapshot of ours."""
    try:
        snapshot = msgspec.msgpack.decode(frozen, type=_Snapshot)
    except msgspec.MsgspecError as err:
        raise ValueError("These bytes are no snapshot of a router.") from err
    if snapshot.version != VERSION:
        raise ValueError(
            Sentence(
                "The snapshot has version {version}; this router reads version {known}.",
                version=snapshot.version,
                known=VERSION,
            )
        )
    state = State(config, epoch)
    state.now, state.ledger.seq = snapshot.now, snapshot.seq
    content = snapshot.content
    state.arrivals, state.offers = content.arrivals, content.offers
    for agent in content.agents:
        _seat(state, agent)
    for line, starts in content.lines:
        state.board.lane(line).starts.extend(starts)
    for queue, since in content.closed.items():
        state.board.close(queue, since)
    _fall_behind(state, content.behind)
    for session in content.sessions:
        _resume(state, session)
    return state, snapshot.seen


def _content(state: State) -> _Content:
    seats, sessions = state.roster.seats, state.sessions
    return _Content(
        arrivals=state.arrivals,
        offers=state.offers,
        agents=[seats[one].agent for one in sorted(seats)],
        sessions=[sessions[one] for one in sorted(sessions)],
        lines=[(lane.line, tuple(lane.starts)) for lane in state.board.lanes],
        closed=state.board.closed,
        behind=_Behind(
            closings=[(queue, one.since, tuple(one.later)) for queue, one in state.closings.items()],
            opened=tuple(state.opened.items()),
            fresh=tuple(state.fresh),
            freed=tuple(state.freed),
        ),
    )


def _fall_behind(state: State, behind: _Behind) -> None:
    for queue, since, later in behind.closings:
        closing = state.closings[queue] = Closing()
        closing.since, closing.later = since, dict.fromkeys(later)
        state.board.set_shut(queue, is_shut=state.config.queue(queue).closed_action != "keep")
    state.opened, state.fresh = dict(behind.opened), dict.fromkeys(behind.fresh)
    state.freed = dict.fromkeys(behind.freed)


def _seat(state: State, agent: Agent) -> None:
    seat = state.board.enrol(agent)
    if agent.earmark is not None:
        state.earmark(seat, agent.earmark)
    if agent.grace_until is not None:
        state.agenda.add(Entry(agent.grace_until, Due.GRACE, agent.id))


def _resume(state: State, session: Session) -> None:
    state.sessions[session.id] = session
    for agent, until in session.excluded.items():
        state.agenda.add(Entry(until, Due.EXCLUSION, session.id, agent))
    if session.relax:
        state.agenda.add(Entry(session.queued_at + session.relax[0][0], Due.RELAX, session.id))
    if session.held_until is not None:
        state.agenda.add(Entry(session.held_until, Due.HOLD, session.id))
    if session.state in ("waiting", "held"):
        state.board.put(session)
    if session.first_since is not None:
        state.firsts[session.id] = None
        state.agenda.add(Entry(session.first_since + state.config.earmark_after, Due.EARMARK, session.id))
    roster = state.roster
    if session.agent is not None:
        seat = roster.seats[session.agent]
        seat.active[session.id] = None
        if not session.paused:
            roster.add_units(seat, session.channel, session.weight)
    if session.offer is not None:
        seat = roster.seats[session.offer.agent]
        seat.offered[session.id] = None
        roster.add_units(seat, session.channel, session.weight)
        state.agenda.add(Entry(session.offer.expires_at, Due.OFFER, session.id, session.offer.id))
