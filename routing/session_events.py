"""What happens when sessions come, change and end, and when agents answer. Each function takes one fact in."""

from __future__ import annotations

from hub.model.ids import AgentId, OfferId, SessionId
from hub.model.sentences import Sentence
from routing import agent_events, moves
from routing import events as e
from routing.records import Offer, Session
from routing.state import Refusal, State


def queued(state: State, event: e.SessionQueued) -> None:
    """Put a session into its line; it waits a moment for its sticky agent if that one is busy (rule R10)."""
    _not_here_yet(state, event.session)
    recent = event.sticky_at is None or state.now - event.sticky_at <= state.config.sticky_window
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
        sticky=event.sticky if recent else None,
        relax=moves.in_steps(event.relax),
    )
    state.sessions[session.id] = session
    moves.keep_excluded(state, session, event.excluded)
    moves.arrive(state, session, session.queued_at, hold=True)


def changed(state: State, event: e.SessionChanged) -> None:
    """Change what a session needs; its `queued_at` stays, and an offer or holder is not touched."""
    session = state.session(event.session)
    skills = None if event.skills is None else dict(event.skills)
    if session.state in ("waiting", "held"):
        moves.move(state, session, priority=event.priority, skills=skills, language=event.language)
    else:
        moves.amend(session, priority=event.priority, skills=skills, language=event.language)


def accepted(state: State, event: e.OfferAccepted) -> None:
    """Give the session to the agent whose live offer it is; the origin of a transfer lets go now."""
    session, offer = _live_offer(state, event.session, event.agent, event.offer)
    seat = state.roster.seats[offer.agent]
    agent_events.act(state, seat)
    if session.agent is not None:
        state.ledger.unassigned(session.id, session.agent, "transferred")
        moves.stop(state, session)
    else:
        _note_start(state, session)
    moves.turn_active(session, seat)
    state.ledger.assigned(session.id, seat.agent.id)


def rejected(state: State, event: e.OfferRejected) -> None:
    """Return the session to its old place, and not to this agent for a while."""
    session, offer = _live_offer(state, event.session, event.agent, event.offer)
    agent_events.act(state, moves.take_back(state, session, offer))
    decline(state, session, offer, "rejected")


def decline(state: State, session: Session, offer: Offer, reason: str) -> None:
    """Go on after an offer that was refused or not answered."""
    if offer.kind == "transfer":
        state.ledger.transfer_failed(session.id, offer.agent, reason)
        return
    moves.exclude(state, session, offer.agent)
    moves.enter(state, session)


def closed(state: State, event: e.SessionClosed | e.CustomerLeft) -> None:
    """Forget a session, whatever its state; an open offer is taken back."""
    session = state.session(event.session)
    reason = "customer_left" if isinstance(event, e.CustomerLeft) else "closed"
    forget(state, session, reason)


def forget(state: State, session: Session, reason: str) -> None:
    """Take a session out of the router."""
    withdraw(state, session, reason)
    moves.stop(state, session)
    del state.sessions[session.id]
    state.entered.pop(session.id, None)


def withdraw(state: State, session: Session, reason: str) -> None:
    """Take a session from its line, or take its offer back; a holder keeps it."""
    if session.state in ("waiting", "held"):
        moves.leave(state, session)
    if session.offer is not None:
        made = session.offer
        moves.take_back(state, session, made)
        state.ledger.rescinded(session.id, made, reason)


def paused(state: State, event: e.SessionPaused) -> None:
    """Give the units of an active session back while it is on hold."""
    session = _held_by(state, event.session, event.agent)
    if not session.paused:
        session.paused = True
        state.roster.add_units(state.roster.seats[event.agent], session.channel, -session.weight)
        state.freed[event.agent] = None


def resumed(state: State, event: e.SessionResumed) -> None:
    """Take the units again, above the capacity if need be."""
    session = _held_by(state, event.session, event.agent)
    if session.paused:
        session.paused = False
        state.roster.add_units(state.roster.seats[event.agent], session.channel, session.weight)


def transferred(state: State, event: e.SessionTransferred) -> None:
    """Pass a session on, to a colleague by an offer, or to a queue at once (rule R11)."""
    session = _held_by(state, event.session, event.from_agent)
    if event.to_agent is not None:
        _transfer_to_agent(state, session, event.from_agent, event.to_agent)
    else:
        _transfer_to_queue(state, session, event)


def _transfer_to_agent(state: State, session: Session, origin: AgentId, target: AgentId) -> None:
    if target == origin:
        raise Refusal("same_agent", Sentence("Agent {origin} has session {id} already.", origin=origin, id=session.id))
    agent_events.drop_transfer(state, session, "replaced")
    seat = state.roster.seats.get(target)
    if seat is None or not seat.agent.available:
        reason = "not_online" if seat and seat.agent.known else "unknown_agent"
        state.ledger.transfer_failed(session.id, target, reason)
        return
    moves.offer(state, session, seat, "transfer")


def _transfer_to_queue(state: State, session: Session, event: e.SessionTransferred) -> None:
    agent_events.drop_transfer(state, session, "replaced")
    moves.stop(state, session)
    state.ledger.unassigned(session.id, event.from_agent, "transferred")
    session.queue = event.queue or session.queue
    skills = None if event.skills is None else dict(event.skills)
    if skills is not None:
        session.relax = ()
    priority = max(0, session.priority - 1) if event.keep_place else None
    moves.amend(session, priority=priority, skills=skills, language=event.language)
    if not event.keep_place:
        session.queued_at, session.seq = state.now, state.next_seq()
    session.sticky = None
    moves.exclude(state, session, event.from_agent)
    moves.arrive(state, session, state.now)


def forced(state: State, event: e.SessionForced) -> None:
    """Give a session to an agent by hand, from wherever it is; one that is not here yet comes from a bot.

    An agent who has signed out has the grace period to come for it, as after a loss.
    """
    seat = state.seat(event.agent)
    session = state.sessions.get(event.session)
    if session is None:
        session = Session(id=event.session, queued_at=state.now, seq=state.next_seq())
        state.sessions[session.id] = session
    else:
        if session.agent == event.agent:
            raise Refusal(
                "already_assigned",
                Sentence("Agent {agent} has session {session} already.", agent=event.agent, session=event.session),
            )
        _free_for(state, session, event.agent)
    moves.begin(state, session, seat)
    agent_events.await_return(state, seat)
    state.entered.pop(session.id, None)
    state.ledger.assigned(session.id, event.agent)


def _free_for(state: State, session: Session, agent: AgentId) -> None:
    if session.agent is None:
        _note_start(state, session)
    if session.offer is not None and session.offer.agent == agent:
        moves.take_back(state, session, session.offer)
    withdraw(state, session, "forced")
    if session.agent is not None:
        state.ledger.unassigned(session.id, session.agent, "forced")
        moves.stop(state, session)


def _note_start(state: State, session: Session) -> None:
    # A session whose needs changed during the offer is of a line in which perhaps nobody ever waited.
    lane = state.board.known_lane(session.line)
    if lane is not None:
        lane.note_start(state.now)


def _live_offer(state: State, session: SessionId, agent: AgentId, offer: OfferId) -> tuple[Session, Offer]:
    found = state.session(session)
    made = found.offer
    if made is None or made.id != offer or made.agent != agent:
        raise Refusal(
            "stale",
            Sentence(
                "Offer {offer} of session {session} to agent {agent} is not open.",
                offer=offer,
                session=session,
                agent=agent,
            ),
        )
    return found, made


def _held_by(state: State, session: SessionId, agent: AgentId) -> Session:
    found = state.session(session)
    if found.agent != agent:
        raise Refusal(
            "not_holder", Sentence("Agent {agent} does not have session {session}.", agent=agent, session=session)
        )
    return found


def _not_here_yet(state: State, session: SessionId) -> None:
    if session in state.sessions:
        raise Refusal("already_queued", Sentence("Session {session} is in the router already.", session=session))
