"""What happens when agents come, go and change (rule R9). Each function takes one fact into the state."""

from __future__ import annotations

from hub.model.ids import AgentId
from hub.model.sentences import Sentence
from routing import events as e
from routing import moves
from routing.agenda import Due, Entry
from routing.records import Agent, Session
from routing.roster import Seat
from routing.state import Refusal, State


def online(state: State, event: e.AgentOnline) -> None:
    """Sign an agent in, or take over the profile with which a lost one comes back."""
    seat = state.roster.seats.get(event.agent) or state.board.enrol(Agent(id=event.agent))
    seat.agent.known = True
    state.board.change_profile(
        seat,
        skills=dict(event.skills),
        languages=tuple(event.languages),
        capacity=event.capacity,
        channel_caps=dict(event.channel_caps),
    )
    _arrive(state, seat)


def back(state: State, event: e.AgentBack) -> None:
    """Go on as if nothing had happened within the grace period; sign in anew after it."""
    seat = state.seat(event.agent)
    if seat.agent.presence == "lost":
        seat.agent.presence, seat.agent.grace_until = "online", None
        _refresh(state, seat)
    elif seat.agent.presence == "gone":
        _arrive(state, seat)


def lost(state: State, event: e.AgentLost) -> None:
    """Start the grace period: offers are taken back at once, active sessions stay."""
    seat = _signed_in(state, event.agent)
    if seat.agent.presence == "lost":
        return
    _lose(state, seat)
    _refresh(state, seat)
    _take_offers_back(state, seat, "agent_lost")


def signed_out(state: State, event: e.AgentSignedOut) -> None:
    """Give everything back at once."""
    depart(state, _signed_in(state, event.agent), "signed_out")


def status(state: State, event: e.AgentStatus) -> None:
    """Set away, or ready; ready also ends `unresponsive`."""
    seat = _signed_in(state, event.agent)
    seat.agent.away = event.status == "away"
    if event.status == "online":
        seat.agent.timeouts, seat.agent.unresponsive = 0, False
    _refresh(state, seat)


def changed(state: State, event: e.AgentChanged) -> None:
    """Change the profile; sessions that the agent has are not touched."""
    seat = state.seat(event.agent)
    state.board.change_profile(
        seat,
        skills=None if event.skills is None else dict(event.skills),
        languages=None if event.languages is None else tuple(event.languages),
        capacity=event.capacity,
        channel_caps=None if event.channel_caps is None else dict(event.channel_caps),
    )
    for session in moves.in_order(state, [key[3] for key in seat.held]):
        if session.weight > seat.agent.capacity or not seat.qualifies(session.line):
            moves.end_hold(state, session)
    _refresh(state, seat)


def act(state: State, seat: Seat) -> None:
    """Note that the agent answered: the row of unanswered offers ends (rule R8)."""
    seat.agent.timeouts = 0
    if seat.agent.unresponsive:
        seat.agent.unresponsive = False
        _refresh(state, seat)


def missed(state: State, seat: Seat) -> None:
    """Note an unanswered offer; too many in a row and the agent gets none until the next act."""
    seat.agent.timeouts += 1
    if seat.agent.timeouts >= state.config.timeouts_to_unresponsive and not seat.agent.unresponsive:
        seat.agent.unresponsive = True
        _refresh(state, seat)
        state.ledger.alert("unresponsive", agent=seat.agent.id)


def depart(state: State, seat: Seat, reason: str) -> None:
    """Let an agent go: offers and active sessions return to their lines, the active ones a step better."""
    seat.agent.presence, seat.agent.grace_until = "gone", None
    seat.agent.away, seat.agent.unresponsive, seat.agent.timeouts = False, False, 0
    _refresh(state, seat)
    _take_offers_back(state, seat, reason)
    for session in moves.in_order(state, seat.active):
        give_back(state, session, seat.agent.id, reason)


def give_back(state: State, session: Session, agent: AgentId, reason: str) -> None:
    """Return an active session to its line: old place, one priority step better, this agent preferred."""
    drop_transfer(state, session, reason)
    moves.stop(state, session)
    state.ledger.unassigned(session.id, agent, reason)
    session.priority = max(0, session.priority - 1)
    session.sticky = agent
    moves.enter(state, session)


def drop_transfer(state: State, session: Session, reason: str) -> None:
    """Take back the offer of a transfer, if there is one; the session stays where it is."""
    if session.offer is not None and session.state == "active":
        made = session.offer
        moves.take_back(state, session, made)
        state.ledger.rescinded(session.id, made, reason)


def await_return(state: State, seat: Seat) -> None:
    """Give an agent who is not signed in, but has a session, the grace period to come for it."""
    if seat.agent.presence == "gone":
        _lose(state, seat)
        state.roster.update_presence(seat)


def _lose(state: State, seat: Seat) -> None:
    seat.agent.presence, seat.agent.grace_until = "lost", state.now + state.config.grace
    state.agenda.add(Entry(seat.agent.grace_until, Due.GRACE, seat.agent.id))


def _arrive(state: State, seat: Seat) -> None:
    agent = seat.agent
    agent.presence, agent.grace_until = "online", None
    agent.away, agent.unresponsive, agent.timeouts = False, False, 0
    _refresh(state, seat)


def _refresh(state: State, seat: Seat) -> None:
    state.roster.update_presence(seat)
    state.freed[seat.agent.id] = None
    if not seat.agent.available:
        for session in moves.in_order(state, [key[3] for key in seat.held]):
            moves.end_hold(state, session)


def _take_offers_back(state: State, seat: Seat, reason: str) -> None:
    for session in moves.in_order(state, seat.offered):
        made = session.offer
        if made is None:
            continue
        moves.take_back(state, session, made)
        state.ledger.rescinded(session.id, made, reason)
        if made.kind == "transfer":
            state.ledger.transfer_failed(session.id, seat.agent.id, reason)
        else:
            moves.enter(state, session)


def _signed_in(state: State, agent: AgentId) -> Seat:
    seat = state.seat(agent)
    if seat.agent.presence == "gone":
        raise Refusal("not_signed_in", Sentence("Agent {agent} is not signed in.", agent=agent))
    return seat
