"""Who gets a session (rule R5) and what an agent gets (rule R6): the two questions of routing, without side effects."""

from __future__ import annotations

from hub.model.ids import AgentId
from routing.order import OrderedKeys
from routing.planes import is_single
from routing.records import Key, Line, Session
from routing.roster import Roster, Seat
from routing.state import State


def choose_agent(state: State, session: Session) -> Seat | None:
    """Return the agent to whom a waiting session goes now, or None when nobody may have it."""
    lane = state.board.lane_of(session.id)
    if lane is None:
        return None
    agents = lane.qualified(state.roster) & state.roster.available
    agents &= ~state.roster.at_channel_cap(session.channel)
    agents &= ~_barred(state, session)
    if not agents:
        return None
    sticky = None if session.sticky is None else state.roster.seats.get(session.sticky)
    if sticky is not None and sticky.bit & agents and session.weight <= sticky.room:
        return sticky
    if session.state == "held":
        return None
    return _best(state, lane.line, agents)


def _barred(state: State, session: Session) -> int:
    agents = 0
    for agent in (*session.excluded, *state.spared(session)):
        seat = state.roster.seats.get(agent)
        agents |= seat.bit if seat else 0
    return agents


def _best(state: State, line: Line, agents: int) -> Seat | None:
    roster = state.roster
    queue = state.config.queue(line.queue)
    if queue.prefer == "level":
        agents = _highest_level(roster, line, agents)
    for group in roster.with_room(line.weight, queue.placement):
        tied = group & agents
        if tied:
            return roster.by_number[_first(roster, tied)]
    return None


def _highest_level(roster: Roster, line: Line, agents: int) -> int:
    able = 0
    for group in roster.with_room(line.weight, "spread"):
        able |= group & agents
    return roster.levels_of(line).greatest(able) if able else 0


def _first(roster: Roster, tied: int) -> int:
    for narrow in (roster.flexibility.least, roster.breadth.least):
        if is_single(tied):
            return tied.bit_length() - 1
        tied = narrow(tied)
    return tied.bit_length() - 1 if is_single(tied) else roster.recency.first(tied)


def first_for(state: State, seat: Seat) -> Key | None:
    """Return the place of the session that an agent with room is given next (rule R6), or None."""
    if not seat.agent.available or seat.room <= 0:
        return None
    best = _first_of(state, seat, seat.held) if seat.held else None
    board = state.board
    for number in board.served_by(seat):
        lane = board.lanes[number]
        if not lane.open or (best is not None and best < lane.open.first()):
            continue
        if lane.line.weight > seat.room or not seat.takes_channel(lane.line.channel):
            continue
        key = _first_of(state, seat, lane.open)
        if key is not None and (best is None or key < best):
            best = key
    heavy = state.earmarks.get(seat.agent.id)
    if best is not None and heavy is not None and state.board.key(state.sessions[heavy]) < best:
        return None
    return best


def _first_of(state: State, seat: Seat, keys: OrderedKeys[Key]) -> Key | None:
    agent: AgentId = seat.agent.id
    for key in keys:
        session = state.sessions[key[3]]
        if agent in session.excluded:
            continue
        if session.weight <= seat.room and seat.takes_channel(session.channel):
            return key
    return None
