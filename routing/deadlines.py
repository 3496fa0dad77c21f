"""What happens when a deadline comes."""

from __future__ import annotations

from typing import assert_never

from hub.model.ids import AgentId, SessionId
from routing import agent_events, moves, openings, session_events
from routing.agenda import Due, Entry
from routing.records import Session
from routing.state import State


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
            openings.change(state, entry.subject)
        case Due.EARMARK:
            state.due_for_earmark[SessionId(entry.subject)] = None
        case _:
            assert_never(entry.due)


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
    if session.state == "waiting" and not state.board.is_parked(session):
        state.fresh[session.id] = None
