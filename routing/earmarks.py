"""Keeps heavy sessions from starving behind light ones (rule R12).

A session of several units can wait for ever while each unit that an agent frees goes to a lighter one. So once it has
been the first that some agent could serve for a while, the agent closest to having the room is earmarked: nothing
that comes after the heavy session goes there any more. A session of one unit fits whatever room there is and needs no
earmark.
"""

from __future__ import annotations

from hub.model.ids import SessionId
from routing.agenda import Due, Entry
from routing.planes import members
from routing.records import Session
from routing.state import State


def review(state: State) -> None:
    """See which heavy sessions are first for somebody now, start and stop their clocks, and give earmarks out."""
    if not state.board.heavy or not _anything_changed(state):
        return
    _drop_lost(state)
    firsts = _firsts(state)
    for one in [one for one in state.firsts if one not in firsts and one not in state.earmarks.values()]:
        state.sessions[one].first_since = None
        del state.firsts[one]
    for one in firsts:
        session = state.sessions[one]
        if session.first_since is None:
            session.first_since = state.now
            state.firsts[one] = None
            state.agenda.add(Entry(state.now + state.config.earmark_after, Due.EARMARK, one))
    _give_out(state)


def _anything_changed(state: State) -> bool:
    seen = (state.roster.version, state.roster.available)
    changed = state.board.sync_heads() or state.earmark_due or seen != state.reviewed
    state.reviewed, state.earmark_due = seen, False
    return changed


def _drop_lost(state: State) -> None:
    for agent, one in list(state.earmarks.items()):
        seat, session = state.roster.seats[agent], state.sessions[one]
        if not (seat.agent.available and session.weight <= seat.agent.capacity and seat.qualifies(session.line)):
            state.drop_earmark(agent)


def _firsts(state: State) -> dict[SessionId, None]:
    """Find the heavy sessions that are first among those that some available agent could serve."""
    roster, board = state.roster, state.board
    heavy = [lane for _, number in board.heads if (lane := board.lanes[number]).line.weight > 1]
    agents = 0
    for lane in heavy:
        agents |= lane.able(roster)
    agents &= roster.available
    firsts: dict[SessionId, None] = {}
    for key, number in board.heads:
        if not agents:
            break
        lane = board.lanes[number]
        served = agents & lane.able(roster)
        if served and lane.line.weight > 1:
            firsts[key[3]] = None
        agents ^= served
    return firsts


def _give_out(state: State) -> None:
    marked = set(state.earmarks.values())
    for session in sorted((state.sessions[one] for one in state.firsts), key=state.board.key):
        since = session.first_since
        if session.id in marked or since is None or since + state.config.earmark_after > state.now:
            continue
        if not _earmark_closest(state, session):
            state.earmark_due = True


def _earmark_closest(state: State, session: Session) -> bool:
    lane = state.board.lane_of(session.id)
    if lane is None:
        return False
    roster = state.roster
    agents = lane.able(roster) & roster.available
    for agent in (*session.excluded, *state.earmarks):
        agents &= ~roster.seats[agent].bit
    seats = [roster.by_number[number] for number in members(agents)]
    lacking = [(seat.used, seat.agent.id) for seat in seats if session.weight > seat.room]
    if not lacking:
        return False
    _, agent = min(lacking)
    state.earmarks[agent] = session.id
    roster.seats[agent].agent.earmark = session.id
    return True
