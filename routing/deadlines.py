"""What happens when a deadline comes."""

from __future__ import annotations

from typing import assert_never

from hub.model.ids import AgentId, SessionId
from routing import agent_events, moves, session_events
from routing.agenda import Due, Entry
from routing.hours import is_open, next_change
from routing.records import Session
from routing.state import Opening, State


def fall_due(state: State) -> bool:
    """Let everything happen that is due by now, in the order of time; tell whether anything was."""
    happened = False
    while (entry := state.agenda.pop(state.now)) is not None:
        happened = True
        _meet(state, entry)
    return happened


def _meet(state: State, entry: Entry) -> None:
    match entry.due:
        case Due.OFFER:
            _offer_ran_out(state, state.sessions[SessionId(entry.subject)])
        case Due.GRACE:
            agent_events.depart(state, state.roster.seats[AgentId(entry.subject)], "agent_lost")
        case Due.HOLD:
            moves.end_hold(state, state.sessions[SessionId(entry.subject)])
        case Due.EXCLUSION:
            _exclusion_ended(state, state.sessions[SessionId(entry.subject)], AgentId(entry.about))
        case Due.RELAX:
            moves.relax(state, state.sessions[SessionId(entry.subject)])
        case Due.HOURS:
            _hours_changed(state, entry.subject)
        case Due.EARMARK:
            state.due_for_earmark[SessionId(entry.subject)] = None
        case _:
            assert_never(entry.due)


def open_queues(state: State) -> None:
    """Look at the hours of all queues for the first time: now is known."""
    for name, queue in state.config.queues.items():
        if queue.hours is not None:
            state.openings[name] = Opening(is_open=is_open(queue, state.now), changes_at=None)
            _schedule(state, name)


def unpark_open(state: State) -> None:
    """Let sessions wait for no opening that the settings of now do not know."""
    for session in moves.in_order(state, [one for one, session in state.sessions.items() if session.parked]):
        opening = state.openings.get(session.queue)
        if opening is None or opening.is_open:
            moves.unpark(state, session)


def _schedule(state: State, name: str) -> None:
    opening = state.openings[name]
    opening.changes_at = next_change(state.config.queue(name), state.now)
    if opening.changes_at is not None:
        state.agenda.add(Entry(opening.changes_at, Due.HOURS, name))


def _hours_changed(state: State, name: str) -> None:
    opening = state.openings[name]
    was_open, opening.is_open = opening.is_open, is_open(state.config.queue(name), state.now)
    _schedule(state, name)
    waiting = sorted(key for lane in state.board.of_queue(name) for key in state.board.waiting(lane))
    sessions = [state.sessions[key[3]] for key in waiting]
    if opening.is_open:
        for session in sessions:
            if session.parked:
                moves.unpark(state, session)
    elif was_open:
        action = state.config.queue(name).closed_action
        for session in sessions:
            if action == "keep":
                state.ledger.outside_hours(session.id, action)
            else:
                moves.leave(state, session)
                moves.turned_away(state, session)


def _offer_ran_out(state: State, session: Session) -> None:
    offer = session.offer
    if offer is None:
        return
    seat = moves.take_back(state, session, offer)
    state.ledger.rescinded(session.id, offer, "timeout")
    agent_events.missed(state, seat)
    session_events.decline(state, session, offer, "timeout")


def _exclusion_ended(state: State, session: Session, agent: AgentId) -> None:
    del session.excluded[agent]
    state.roster.stirred[state.roster.seats[agent].number] = None
    if session.state == "waiting" and not session.parked:
        state.fresh[session.id] = None
