"""Puts back what was already so before this engine started: sessions on offer and sessions with agents.

Facts only: nothing here makes a decision about such a session.
"""

from __future__ import annotations

from hub.model.ids import AgentId
from hub.model.sentences import Sentence
from routing import agent_events, moves
from routing import events as e
from routing.records import Agent, Offer, Session
from routing.roster import Seat
from routing.state import Refusal, State


def restored(state: State, event: e.SessionRestored) -> None:
    """Put a session back with its agent, who has the grace period to come back if not signed in."""
    if event.session in state.sessions:
        raise Refusal("already_queued", Sentence("Session {session} is in the router already.", session=event.session))
    session = Session(
        id=event.session,
        queue=event.queue,
        skills=dict(event.skills),
        language=event.language or None,
        channel=event.channel,
        weight=event.weight,
        priority=event.priority,
        customer=event.customer,
        queued_at=state.now if event.queued_at is None else min(float(event.queued_at), state.now),
        seq=state.next_seq(),
        relax=moves.in_steps(event.relax),
    )
    state.sessions[session.id] = session
    moves.keep_excluded(state, session, event.excluded)
    seat = _awaited(state, event.agent)
    if event.state == "active":
        moves.begin(state, session, seat)
    elif event.offer is not None and event.expires_at is not None:
        session.state = "offered"
        made = Offer(id=event.offer, agent=event.agent, expires_at=float(event.expires_at), kind="new")
        moves.hold_out(state, session, seat, made)


def _awaited(state: State, agent: AgentId) -> Seat:
    seat = state.roster.seats.get(agent) or state.board.enrol(Agent(id=agent))
    agent_events.await_return(state, seat)
    return seat
