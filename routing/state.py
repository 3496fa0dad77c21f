"""Everything one engine knows: the records, what is derived from them, and what is still to be looked at.

Holds data and its bookkeeping only. `routing.moves` changes it, `routing.placement` brings sessions and agents
together, `routing.engine` is the door.
"""

from __future__ import annotations

from hub.model.ids import AgentId, OfferId, SessionId
from hub.model.sentences import Sentence
from routing.agenda import Agenda, Due, Entry
from routing.board import Board
from routing.config import Config
from routing.fronts import Fronts
from routing.ledger import Ledger
from routing.records import Key, Session
from routing.roster import Roster, Seat


class Refusal(Exception):
    """The event cannot be true or comes too late. Raised before anything has changed."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Closing:
    """A queue that closed a moment ago, while so many waited that they are told in portions."""

    __slots__ = ("later", "since")

    def __init__(self) -> None:
        self.since: Key | None = None
        """The place from which on they are still to be told."""
        self.later: dict[SessionId, None] = {}
        """Who came into a line after the closing: nothing to tell, wherever they stand."""


class State:
    """The whole of an engine."""

    def __init__(self, config: Config, epoch: int) -> None:
        self.config = config
        self.ledger = Ledger(epoch)
        self.roster = Roster()
        self.board = Board(config, self.roster)
        self.agenda = Agenda(self._holds)
        self.sessions: dict[SessionId, Session] = {}
        self.now = float("-inf")
        self.changes_at: dict[str, float] = {}
        """When the queues that have hours open or close next."""
        self.closings: dict[str, Closing] = {}
        """The queues that closed and have not told everybody yet."""
        self.earmarks: dict[AgentId, SessionId] = {}
        self.earmarked = 0
        """The agents of `earmarks` as a set."""
        self._earmarked_for: dict[SessionId, AgentId] = {}
        self.firsts: dict[SessionId, None] = {}
        """Heavy sessions whose clock for an earmark runs or has run."""
        self.fronts = Fronts(self.board, self.roster)
        self.clocked: dict[int, SessionId] = {}
        """By line number: the session of the line that is first for somebody."""
        self.due_for_earmark: dict[SessionId, None] = {}
        """Heavy sessions whose clock has run out in this step."""
        self.lacks_earmark: dict[SessionId, None] = {}
        """Heavy sessions that are due for an earmark and found nobody to give it to."""
        self.arrivals = 0
        self.offers = 0
        # What is to be looked at, most of it in the current step. Dicts, not sets: their order is that of the log.
        self.opened: dict[int, Key | None] = {}
        """Lines (numbers) whose queue has opened, each with the place from which on all have yet to be looked at."""
        self.looks = 0
        """So many sessions of opened lines may still be looked at in this step."""
        self.fresh: dict[SessionId, None] = {}
        """Waiting sessions that may be placed now and could not before."""
        self.freed: dict[AgentId, None] = {}
        """Agents who may be given something now and could not before."""
        self.entered: dict[SessionId, bool] = {}
        """Sessions that came into a line in this step (True), or changed their line (False)."""

    @property
    def is_behind(self) -> bool:
        """Tell whether something was left to a later step, because it was too much for one."""
        return bool(self.closings or self.opened or self.fresh or self.freed)

    def session(self, session: SessionId) -> Session:
        """Return a session; refuses one that is not here (closed, or never came)."""
        found = self.sessions.get(session)
        if found is None:
            raise Refusal(
                "gone", Sentence("Session {session} is not in the router: it ended, or never came.", session=session)
            )
        return found

    def seat(self, agent: AgentId) -> Seat:
        """Return the seat of an agent; refuses one who never signed in."""
        found = self.roster.seats.get(agent)
        if found is None or not found.agent.known:
            raise Refusal("unknown_agent", Sentence("Agent {agent} never signed in.", agent=agent))
        return found

    def next_seq(self) -> int:
        """Return the number of the next arrival."""
        self.arrivals += 1
        return self.arrivals

    def next_offer(self) -> OfferId:
        """Return an offer id that no other offer of any epoch has."""
        self.offers += 1
        return OfferId(f"{self.ledger.epoch}-{self.offers}")

    def earmark(self, seat: Seat, session: SessionId) -> None:
        """Keep an agent for a heavy session: nothing that comes after it goes there."""
        self.earmarks[seat.agent.id] = session
        self._earmarked_for[session] = seat.agent.id
        self.earmarked |= seat.bit
        seat.agent.earmark = session

    def drop_earmark(self, agent: AgentId) -> None:
        """Let an agent take anything again."""
        seat = self.roster.seats[agent]
        del self._earmarked_for[self.earmarks.pop(agent)]
        self.earmarked ^= seat.bit
        seat.agent.earmark = None
        self.freed[agent] = None
        self.roster.stirred[seat.number] = None

    def reconsider_earmark(self, session: Session) -> None:
        """Look at all agents again for a session that is due for an earmark: what it needs has changed."""
        if session.id in self.lacks_earmark:
            del self.lacks_earmark[session.id]
            self.due_for_earmark[session.id] = None

    def earmarked_for(self, session: SessionId) -> AgentId | None:
        """Return who is earmarked for this session, or None."""
        return self._earmarked_for.get(session)

    def spares(self, seat: Seat, session: Session) -> bool:
        """Tell whether an agent is earmarked for another session that comes before this one."""
        heavy = self.earmarks.get(seat.agent.id)
        return heavy is not None and self.board.key(self.sessions[heavy]) < self.board.key(session)

    def _holds(self, entry: Entry) -> bool:
        match entry.due:
            case Due.GRACE:
                seat = self.roster.seats.get(AgentId(entry.subject))
                return seat is not None and seat.agent.grace_until == entry.at
            case Due.HOURS:
                return self.changes_at.get(entry.subject) == entry.at
            case Due.EARMARK:
                session = self.sessions.get(SessionId(entry.subject))
                since = None if session is None else session.first_since
                return since is not None and since + self.config.earmark_after == entry.at
            case _:
                session = self.sessions.get(SessionId(entry.subject))
                return session is not None and _still_due(session, entry)


def _still_due(session: Session, entry: Entry) -> bool:
    match entry.due:
        case Due.OFFER:
            return session.offer is not None and session.offer.id == entry.about
        case Due.HOLD:
            return session.held_until == entry.at
        case Due.EXCLUSION:
            return session.excluded.get(AgentId(entry.about)) == entry.at
        case _:
            waits = session.state in ("waiting", "held")
            return waits and bool(session.relax) and session.queued_at + session.relax[0][0] == entry.at
