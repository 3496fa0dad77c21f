"""Brings waiting sessions and agents together after each event (rules R6 and R16).

Before an event nobody waits whom somebody could serve. So only what the event touched can make a pair: sessions that
are new in a line (`state.fresh`), agents who may take more than before (`state.freed`), and after an opening whole
lines (`state.opened`). Pairs are made in R2 order of the sessions over all of these, which is why an event that frees
several agents breaks no order, and why what one step leaves to the next keeps its turn.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TypeAlias

from hub.model.ids import AgentId
from routing import moves
from routing.decisions import WaitReason
from routing.policies import choose_agent, first_for
from routing.records import Key, Session
from routing.state import State

LOOKS_AT_ONCE = 40
"""So many sessions of lines that opened are looked at in one step; a step takes a few milliseconds."""
_ANYBODY = AgentId("")
"""In a list of candidates: this session may go to anybody, not only to one agent."""
_NO_LINE = -1

_Candidate: TypeAlias = tuple[Key, AgentId, int]
"""A session, the agent who may have it, and the line (number) whose other sessions are to be looked at after it."""


def place(state: State) -> None:
    """Make every offer that can be made now; after an opening, as many as one step may take."""
    is_opening = bool(state.opened)
    if (is_opening and not state.looks) or not (is_opening or state.fresh or state.freed):
        return
    candidates: list[_Candidate] = []
    # When only one agent changed, nobody else can have room for what that agent is given.
    sole = not state.fresh and len(state.freed) == 1 and not is_opening
    while True:
        if state.fresh or state.freed or state.opened:
            _gather(state, candidates)
        if not candidates:
            return
        if is_opening and not state.looks:
            _leave_to_next_step(state, candidates)
            return
        state.looks -= is_opening
        _take_first(state, candidates, sole=sole)
        # Placing a session can end an earmark, which frees another agent.
        sole = sole and not state.freed


def tell_waiting(state: State) -> None:
    """Tell once of each session that came into a line in this step and is still there, and of a need nobody meets."""
    if not state.entered:
        return
    entered, state.entered = state.entered, {}
    for one, came in entered.items():
        session = state.sessions.get(one)
        position = state.board.position(session) if session else None
        if session is None or position is None:
            continue
        reason = wait_reason(state, session)
        if came:
            state.ledger.waiting(session.id, position, reason)
        if reason == "no_eligible_agent" and not session.alerted:
            session.alerted = True
            state.ledger.alert("no_eligible_agent", session=session.id)


def wait_reason(state: State, session: Session) -> WaitReason:
    """Return why a waiting session waits."""
    if state.board.is_parked(session):
        return "outside_hours"
    if session.state == "held":
        return "held"
    lane = state.board.lane_of(session.id)
    able = lane is not None and lane.able & state.roster.signed_in
    return "no_room" if able else "no_eligible_agent"


def _gather(state: State, candidates: list[_Candidate]) -> None:
    for number, since in state.opened.items():
        key = next(state.board.lanes[number].open.since(since), None)
        if key is not None:
            heappush(candidates, (key, _ANYBODY, number))
    for one in state.fresh:
        heappush(candidates, (state.board.key(state.sessions[one]), _ANYBODY, _NO_LINE))
    for agent in state.freed:
        key = first_for(state, state.roster.seats[agent])
        if key is not None:
            heappush(candidates, (key, agent, _NO_LINE))
    state.opened, state.fresh, state.freed = {}, {}, {}


def _leave_to_next_step(state: State, candidates: list[_Candidate]) -> None:
    for key, agent, number in candidates:
        if number != _NO_LINE:
            state.opened[number] = key
        elif agent == _ANYBODY:
            state.fresh[key[3]] = None
        else:
            state.freed[agent] = None


def _take_first(state: State, candidates: list[_Candidate], *, sole: bool) -> None:
    key, agent, number = heappop(candidates)
    session = state.sessions[key[3]]
    if agent == _ANYBODY:
        seat = choose_agent(state, session)
        if seat is not None:
            moves.offer(state, session, seat, "new")
        if number != _NO_LINE and (seat is not None or session.excluded or session.state != "waiting"):
            # Where nobody could take this one, nobody can take those behind it, who need the same.
            behind = state.board.lanes[number].open.behind(key)
            if behind is not None:
                heappush(candidates, (behind, _ANYBODY, number))
        return
    freed = state.roster.seats[agent]
    # With one agent in question the place was worked out a moment ago; else a placement since may have changed it.
    first = key if sole else first_for(state, freed)
    if first == key:
        seat = freed if sole else choose_agent(state, session) or freed
        moves.offer(state, session, seat, "new")
        first = first_for(state, freed)
    if first is not None:
        heappush(candidates, (first, agent, _NO_LINE))
