"""How things stand, in numbers: why a session waits, and how many could have it but are full, away or excluded.

Sets of agents only, no walk over them: cheap enough to be asked for a screenful of sessions among 10,000 agents.
`routing.explain` says the same of each agent by name.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hub.model.ids import SessionId
from routing.decisions import WaitReason
from routing.explain import Step, upcoming
from routing.placement import wait_reason
from routing.records import Line
from routing.state import State


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Why a session waits, and what happens next.

    `eligible` are the signed-in agents who meet every requirement, whatever their load. Of these, `away` take nothing
    new, `full` are there and lack the room, `excluded` did not want this session.
    """

    reason: WaitReason
    eligible: int
    full: int
    away: int
    excluded: int
    steps: tuple[Step, ...]


def standing(state: State, session: SessionId) -> Standing | None:
    """Return how a session stands; None when it does not wait."""
    found = state.sessions.get(session)
    lane = state.board.lane_of(session)
    if found is None or lane is None or found.state not in ("waiting", "held"):
        return None
    roster = state.roster
    able = lane.able & roster.signed_in
    there = able & roster.available
    room = 0
    for group in roster.with_room(found.weight, "spread"):
        room |= group
    room &= ~roster.at_channel_cap(found.channel)
    seats = (roster.seats.get(agent) for agent in found.excluded)
    excluded = sum(bool(seat is not None and seat.bit & able) for seat in seats)
    return Standing(
        reason=wait_reason(state, found),
        eligible=able.bit_count(),
        full=(there & ~room).bit_count(),
        away=(able & ~roster.available).bit_count(),
        excluded=excluded,
        steps=upcoming(state, found),
    )


class Unserved(msgspec.Struct, frozen=True, kw_only=True):
    """A line in which nobody is served: no agent who is signed in meets what it asks for. `first` waits longest."""

    line: Line
    first: SessionId
    sessions: int


def unserved(state: State) -> list[Unserved]:
    """Return the lines that wait for somebody who is not there; costs one look at every line."""
    return [
        Unserved(line=lane.line, first=lane.open.first()[3], sessions=len(lane.open))
        for lane in state.board.lanes
        if lane.open and not lane.able & state.roster.signed_in
    ]


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """The agents who may be given sessions of a queue: how many take new ones, how many do not, and their units."""

    online: int
    away: int
    free_units: int
    units: int


def staff(state: State, queues: Iterable[str]) -> Staff:
    """Return who is there for some queues; everybody counts while no session of them was seen yet."""
    roster = state.roster
    lanes = [lane for queue in queues for lane in state.board.of_queue(queue)]
    able = 0 if lanes else roster.everyone
    for lane in lanes:
        able |= lane.able
    there = able & roster.available
    loads = list(roster.loads(there))
    return Staff(
        online=there.bit_count(),
        away=(able & roster.signed_in & ~roster.available).bit_count(),
        free_units=sum(max(0, capacity - used) * agents for used, capacity, agents in loads),
        units=sum(capacity * agents for _, capacity, agents in loads),
    )
