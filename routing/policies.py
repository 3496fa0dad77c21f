"""Who gets a session (rule R5) and what an agent gets (rule R6): the two questions of routing, without side effects."""

from __future__ import annotations

from collections.abc import Iterator

from hub.model.ids import AgentId
from routing.config import Placement
from routing.order import OrderedKeys
from routing.planes import is_single, members
from routing.records import Key, Line, Session
from routing.roster import Roster, Seat
from routing.state import State


def choose_agent(state: State, session: Session) -> Seat | None:
    """Return the agent to whom a waiting session goes now, or None when nobody may have it."""
    lane = state.board.lane_of(session.id)
    if lane is None or lane.is_shut:
        return None
    roster = state.roster
    # On a busy floor few have room, and what is empty early costs nothing further on.
    agents = roster.roomy & roster.available & lane.qualified & ~roster.at_channel_cap(session.channel)
    for agent in session.excluded:
        agents &= ~roster.seats[agent].bit
    if not agents:
        return None
    sticky = None if session.sticky is None else roster.seats.get(session.sticky)
    if sticky is not None and sticky.bit & agents and _can_take(state, session, sticky):
        return sticky
    if session.state == "held":
        return None
    return _best(state, session, lane.line, agents)


def _can_take(state: State, session: Session, seat: Seat) -> bool:
    return session.weight <= seat.room and not state.spares(seat, session)


def _best(state: State, session: Session, line: Line, agents: int) -> Seat | None:
    roster = state.roster
    queue = state.config.queue(line.queue)
    if queue.prefer == "level":
        able = sum(_with_room(state, session, agents, "spread"))
        agents = roster.levels_of(line).greatest(able) if able else 0
    tied = next(_with_room(state, session, agents, queue.placement), 0)
    return roster.by_number[_first(roster, tied)] if tied else None


def _with_room(state: State, session: Session, agents: int, placement: Placement) -> Iterator[int]:
    """Yield those of the agents who have room, best group first, without those kept for a heavier session."""
    for group in state.roster.with_room(session.weight, placement):
        tied = group & agents
        for number in members(tied & state.earmarked):
            seat = state.roster.by_number[number]
            if state.spares(seat, session):
                tied ^= seat.bit
        if tied:
            yield tied


def _first(roster: Roster, tied: int) -> int:
    for narrow in (roster.flexibility.least, roster.breadth.least):
        if is_single(tied):
            return tied.bit_length() - 1
        tied = narrow(tied)
    return roster.recency.first(tied)


def first_for(state: State, seat: Seat) -> Key | None:
    """Return the place of the session that an agent with room is given next (rule R6), or None."""
    if not seat.agent.available or seat.room <= 0:
        return None
    best = _first_of(state, seat, seat.held) if seat.held else None
    for lane in state.board.first_lanes_for(seat):
        if best is not None and best < lane.entry:
            break
        if not seat.takes_channel(lane.line.channel):
            continue
        key = _first_of(state, seat, lane.open)
        if key is not None and (best is None or key < best):
            best = key
            if key == lane.entry:
                # Nobody in the lines after this one comes before its first.
                break
    if best is not None and state.spares(seat, state.sessions[best[3]]):
        return None
    return best


def _first_of(state: State, seat: Seat, keys: OrderedKeys[Key]) -> Key | None:
    agent: AgentId = seat.agent.id
    for key in keys:
        session = state.sessions[key[3]]
        if agent in session.excluded or session.queue in state.board.shut:
            continue
        if session.weight <= seat.room and seat.takes_channel(session.channel):
            return key
    return None
