"""Keeps heavy sessions from starving behind light ones (rule R12).

A session of several units can wait for ever while each unit that an agent frees goes to a lighter one. So once it has
been the first that some agent could serve for a while, the agent closest to having the room is earmarked: nothing
that comes after the heavy session goes there any more. A session of one unit fits whatever room there is and needs no
earmark. Who is first is `routing.fronts`; here are the clocks and the earmarks.
"""

from __future__ import annotations

from hub.model.ids import SessionId
from routing.agenda import Due, Entry
from routing.records import Session
from routing.state import State


def review(state: State) -> None:
    """See which heavy sessions are first for somebody now, start and stop their clocks, and give earmarks out."""
    roster = state.roster
    if not state.board.heavy:
        if not state.fronts.fresh:
            state.fronts.forget()
            state.clocked.clear()
        roster.stirred.clear()
        roster.laden.clear()
        return
    lost = _drop_lost(state) if roster.stirred else []
    touched = {**roster.stirred, **roster.laden} if state.lacks_earmark else {}
    # After a restore clocks run of which nothing is known here yet.
    doubted = list(state.firsts) if state.fronts.fresh else []
    changed = state.fronts.update(roster.stirred)
    roster.stirred, roster.laden = {}, {}
    if changed or doubted:
        _set_clocks(state, changed, doubted)
    for session in lost:
        if state.clocked.get(_lane_number(state, session)) == session.id:
            state.due_for_earmark[session.id] = None
        else:
            _stop_clock(state, session)
    if state.due_for_earmark or (touched and state.lacks_earmark):
        _give_out(state, sum(roster.by_number[number].bit for number in touched))


def _drop_lost(state: State) -> list[Session]:
    lost = []
    for number in list(state.roster.stirred):
        seat = state.roster.by_number[number]
        heavy = seat.agent.earmark
        if heavy is None:
            continue
        session = state.sessions[heavy]
        if not (seat.agent.available and session.weight <= seat.agent.capacity and seat.qualifies(session.line)):
            state.drop_earmark(seat.agent.id)
            lost.append(session)
    return lost


def _set_clocks(state: State, lanes: set[int], stopped: list[SessionId]) -> None:
    started = []
    for number in lanes:
        head = state.board.lanes[number].head
        first = head[3] if head is not None and state.fronts.has(number) else None
        before = state.clocked.pop(number, None)
        if first is not None:
            state.clocked[number] = first
            started.append(first)
        if before is not None:
            stopped.append(before)
    for one in stopped:
        if one in state.firsts and one not in started and state.earmarked_for(one) is None:
            _stop_clock(state, state.sessions[one])
    for one in started:
        session = state.sessions[one]
        if session.first_since is None:
            session.first_since = state.now
            state.firsts[one] = None
            state.agenda.add(Entry(state.now + state.config.earmark_after, Due.EARMARK, one))


def _stop_clock(state: State, session: Session) -> None:
    session.first_since = None
    state.firsts.pop(session.id, None)
    state.due_for_earmark.pop(session.id, None)
    state.lacks_earmark.pop(session.id, None)


def _give_out(state: State, touched: int) -> None:
    """Find an agent for each session that is due; one that found nobody before looks at touched agents only."""
    wanting: dict[SessionId, None] = {**state.lacks_earmark, **state.due_for_earmark}
    for session in sorted((state.sessions[one] for one in wanting), key=state.board.key):
        lane = state.board.lane_of(session.id)
        if lane is None or state.earmarked_for(session.id) is not None:
            continue
        agents = lane.able & state.roster.available & ~state.earmarked
        if session.id not in state.due_for_earmark:
            agents &= touched
        for agent in session.excluded:
            agents &= ~state.roster.seats[agent].bit
        seat = state.roster.closest_to_room(session.weight, agents)
        if seat is None:
            state.lacks_earmark[session.id] = None
        else:
            state.lacks_earmark.pop(session.id, None)
            state.earmark(seat, session.id)
    state.due_for_earmark.clear()


def _lane_number(state: State, session: Session) -> int:
    lane = state.board.lane_of(session.id)
    return -1 if lane is None else lane.number
