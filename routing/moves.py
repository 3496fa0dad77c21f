"""The elementary changes of a session: into a line, out to an agent, back. Each keeps all indexes true.

Every function leaves the derived figures (units, places, deadlines) in agreement with the records (invariants I3 to
I5), and notes in `state.fresh` and `state.freed` what placement has to look at. None of them chooses an agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hub.model.ids import AgentId, SessionId
from routing.agenda import Due, Entry
from routing.board import Lane
from routing.decisions import OfferKind
from routing.events import RelaxStep
from routing.hours import is_open
from routing.records import Agent, Offer, Session
from routing.roster import Seat
from routing.state import Closing, State


def enter(state: State, session: Session, *, hold: bool = False) -> None:
    """Put a session that nobody has into its line, at its old place.

    `hold` lets it wait for its sticky agent first. A queue that is closed and does not keep its sessions turns it away.
    """
    if turned_away(state, session):
        return
    session.state, session.agent, session.paused = "waiting", None, False
    state.entered[session.id] = True
    _relax(state, session)
    if hold and not state.board.is_parked(session) and _waits_for_sticky(state, session):
        session.state = "held"
        session.held_until = state.now + state.config.sticky_hold
        state.agenda.add(Entry(session.held_until, Due.HOLD, session.id))
    _put(state, session)


def arrive(state: State, session: Session, since: float, *, hold: bool = False) -> None:
    """Let a session come to its queue; outside hours it is told so, and waits for the opening or goes (rule R13).

    `since` is the moment at which it came: one that came inside the hours is served after they end.
    """
    session.came_outside = None
    if session.queue in state.board.closed:
        queue = state.config.queue(session.queue)
        if queue.closed_action == "keep" and not is_open(queue, since):
            session.came_outside = state.now
            state.ledger.outside_hours(session.id, "keep")
    enter(state, session, hold=hold)


def turned_away(state: State, session: Session) -> bool:
    """End the wait of a session in no line whose queue is closed and keeps nobody; tell whether it ended."""
    action = state.config.queue(session.queue).closed_action
    if action == "keep" or session.queue not in state.board.closed:
        return False
    state.ledger.outside_hours(session.id, action)
    del state.sessions[session.id]
    return True


def leave(state: State, session: Session) -> None:
    """Take a session out of its line."""
    lane = _pull(state, session)
    state.fresh.pop(session.id, None)
    session.held_until = None
    if session.id in state.firsts:
        # It may be back at the same place by the next review, and then its clock starts anew.
        state.board.moved.setdefault(lane.number, lane.head)
        session.first_since = None
        del state.firsts[session.id]
        state.lacks_earmark.pop(session.id, None)
        state.due_for_earmark.pop(session.id, None)
        agent = state.earmarked_for(session.id)
        if agent is not None:
            state.drop_earmark(agent)


def move(
    state: State,
    session: Session,
    *,
    priority: int | None = None,
    skills: dict[str, int] | None = None,
    language: str | None = None,
) -> None:
    """Change what a waiting session needs; it goes to the line and place that this gives it."""
    _pull(state, session)
    amend(session, priority=priority, skills=skills, language=language)
    state.entered.setdefault(session.id, False)
    _put(state, session)
    # From a worse place, an earmarked session keeps fewer others away.
    agent = state.earmarked_for(session.id)
    if agent is not None:
        state.freed[agent] = None
        state.roster.stirred[state.roster.seats[agent].number] = None
    state.reconsider_earmark(session)


def amend(session: Session, *, priority: int | None, skills: dict[str, int] | None, language: str | None) -> None:
    """Change what a session needs that is in no line; None leaves a part, an empty language means any."""
    if priority is not None:
        session.priority = priority
    if skills is not None:
        session.skills = skills
    if language is not None:
        session.language = language or None


def relax(state: State, session: Session) -> None:
    """Take the steps that are due for a waiting session (rule R3)."""
    _pull(state, session)
    _relax(state, session)
    _put(state, session)
    state.reconsider_earmark(session)


def end_hold(state: State, session: Session) -> None:
    """Let a session that was held for its sticky agent go to anybody."""
    _pull(state, session)
    session.state, session.held_until = "waiting", None
    _put(state, session)


def offer(state: State, session: Session, seat: Seat, kind: OfferKind) -> None:
    """Hold a session out to an agent; the offer takes its units at once."""
    if kind == "new":
        leave(state, session)
        session.state = "offered"
    made = Offer(
        id=state.next_offer(), agent=seat.agent.id, expires_at=state.now + state.config.accept_timeout, kind=kind
    )
    hold_out(state, session, seat, made)
    state.roster.note_offer(seat, state.now)
    state.ledger.offered(session.id, made)


def hold_out(state: State, session: Session, seat: Seat, made: Offer) -> None:
    """Put an offer in force."""
    session.offer = made
    seat.offered[session.id] = None
    state.roster.add_units(seat, session.channel, session.weight)
    state.agenda.add(Entry(made.expires_at, Due.OFFER, session.id, made.id))


def take_back(state: State, session: Session, made: Offer) -> Seat:
    """End the live offer of a session, give its units back, and return the seat it went to."""
    seat = state.roster.seats[made.agent]
    session.offer = None
    del seat.offered[session.id]
    state.roster.add_units(seat, session.channel, -session.weight)
    state.freed[made.agent] = None
    return seat


def begin(state: State, session: Session, seat: Seat) -> None:
    """Give a session that is in no line and that nobody has to an agent."""
    session.state, session.agent, session.paused = "active", seat.agent.id, False
    seat.active[session.id] = None
    state.roster.add_units(seat, session.channel, session.weight)


def turn_active(session: Session, seat: Seat) -> None:
    """Give a session to the agent to whom it is on offer: its units are those of the offer."""
    session.offer = None
    del seat.offered[session.id]
    session.state, session.agent, session.paused = "active", seat.agent.id, False
    seat.active[session.id] = None


def stop(state: State, session: Session) -> None:
    """Take an active session from its agent."""
    if session.agent is None:
        return
    seat = state.roster.seats[session.agent]
    del seat.active[session.id]
    if not session.paused:
        state.roster.add_units(seat, session.channel, -session.weight)
    state.freed[session.agent] = None
    session.agent, session.paused = None, False


def exclude(state: State, session: Session, agent: AgentId) -> None:
    """Do not offer this session to this agent for a while (rule R8)."""
    until = state.now + state.config.reject_exclusion
    if until > state.now:
        session.excluded[agent] = until
        state.agenda.add(Entry(until, Due.EXCLUSION, session.id, agent))


def keep_excluded(state: State, session: Session, excluded: Mapping[AgentId, float]) -> None:
    """Do not offer this session, of which is told again, to those who declined it until their time is over."""
    for agent, until in excluded.items():
        if until > state.now:
            if agent not in state.roster.seats:
                state.board.enrol(Agent(id=agent))
            session.excluded[agent] = float(until)
            state.agenda.add(Entry(float(until), Due.EXCLUSION, session.id, agent))


def in_steps(relax: Sequence[RelaxStep]) -> tuple[RelaxStep, ...]:
    """Return steps of relaxation in the order in which they come."""
    if not relax:
        return ()
    return tuple(sorted(((float(after), skill, level) for after, skill, level in relax), key=lambda step: step[0]))


def in_order(state: State, sessions: Iterable[SessionId]) -> list[Session]:
    """Return sessions in R2 order, so that no decision depends on the order in which they were kept."""
    return sorted((state.sessions[one] for one in sessions), key=state.board.key)


def has_room(state: State, session: Session, seat: Seat) -> bool:
    """Tell whether an available agent could be offered this session as far as units and channel go."""
    if state.spares(seat, session):
        return False
    return seat.agent.available and session.weight <= seat.room and seat.takes_channel(session.channel)


def _waits_for_sticky(state: State, session: Session) -> bool:
    seat = None if session.sticky is None else state.roster.seats.get(session.sticky)
    if seat is None or not seat.agent.available or seat.agent.id in session.excluded:
        return False
    fits_ever = session.weight <= seat.agent.capacity and seat.qualifies(session.line)
    return fits_ever and not has_room(state, session, seat)


def _pull(state: State, session: Session) -> Lane:
    closing = state.closings.get(session.queue)
    if closing is not None and session.queue not in state.board.shut:
        # Where it goes the closing may have passed already.
        tell_closed(state, closing, session)
    return state.board.pull(session)


def tell_closed(state: State, closing: Closing, session: Session) -> None:
    """Tell a session that waits on that its queue has closed, unless it knows."""
    passed = closing.since is not None and state.board.key(session) < closing.since
    if not passed and session.id not in closing.later:
        state.ledger.outside_hours(session.id, "keep")


def _put(state: State, session: Session) -> None:
    state.board.put(session)
    if session.queue in state.closings:
        state.closings[session.queue].later[session.id] = None
    if session.state == "waiting" and not state.board.is_parked(session):
        state.fresh[session.id] = None
    if session.relax:
        state.agenda.add(Entry(session.queued_at + session.relax[0][0], Due.RELAX, session.id))


def _relax(state: State, session: Session) -> None:
    while session.relax and session.queued_at + session.relax[0][0] <= state.now:
        _, skill, level = session.relax[0]
        session.relax = session.relax[1:]
        if skill not in session.skills:
            continue
        skills = dict(session.skills)
        if level is None:
            del skills[skill]
        else:
            skills[skill] = min(skills[skill], level)
        session.skills = skills
