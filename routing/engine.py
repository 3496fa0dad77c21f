"""The router as one object: facts in, decisions out.

Pure and deterministic: no input or output, no clock, no chance; the same events at the same times give the same
decisions, byte for byte. One engine has one caller; it is not for several threads. A step is always: what is due
happens and leads to offers, then the event happens and leads to offers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from itertools import islice
from math import isfinite
from typing import Any

from hub.model.ids import AgentId, SessionId
from routing import agent_events, deadlines, openings, restoring, session_events, snapshot
from routing import events as e
from routing.board import MEASURED_S
from routing.checks import check
from routing.config import Config
from routing.decisions import Decision
from routing.earmarks import review
from routing.explain import Trace, trace
from routing.placement import LOOKS_AT_ONCE, place, tell_waiting
from routing.reconfiguring import reconfigure
from routing.records import Key, Line, SessionState
from routing.standing import Staff, Standing, Unserved, staff, standing, unserved
from routing.state import Refusal, State

EVENTS_REMEMBERED = 4096


class Engine:
    """Decides which agent is offered which session (rules R1 to R16 of the routing guide)."""

    def __init__(self, config: Config, epoch: int = 0) -> None:
        self._state = State(config, epoch)
        # Not a plain dict: finding the oldest of one walks over all that were forgotten before.
        self._seen: OrderedDict[str, tuple[Decision, ...]] = OrderedDict()
        self._begun = False

    @classmethod
    def restore(cls, config: Config, frozen: bytes, epoch: int) -> Engine:
        """Return the engine of which `frozen` is the snapshot, deciding from now on under this epoch.

        Raises ValueError when the bytes are no snapshot, or one of another version.
        """
        engine = cls(config, epoch)
        engine._state, seen = snapshot.thaw(config, frozen, epoch)
        engine._seen = OrderedDict((event, tuple(decisions)) for event, decisions in seen)
        if isfinite(engine._state.now):
            engine._begun = True
            openings.review(engine._state)
        return engine

    def apply(self, event: e.Event, now: float) -> list[Decision]:
        """Take one fact in and return what follows, in order.

        Time never runs backwards: an earlier `now` than the last counts as the last. Deadlines up to `now` happen
        first. An event with an id among the last 4,096 gives the same decisions again and changes nothing. An event
        that cannot be true gives `Refused` and changes nothing.
        """
        event_id = str(event.id)
        seen = self._seen.get(event_id)
        if seen is not None:
            return list(seen)
        state = self._state
        try:
            check(event, now)
            state.now = max(state.now, float(now))
            state.looks = LOOKS_AT_ONCE
            self._catch_up()
            if state.board.shut:
                openings.turn_away_first(state, getattr(event, "session", None))
            TAKEN_BY[type(event)](state, event)
        except Refusal as refusal:
            state.ledger.refused(event_id, refusal.reason, str(refusal.detail))
        self._settle()
        tell_waiting(state)
        decisions = state.ledger.take()
        self._remember(event_id, decisions)
        return decisions

    def reconfigure(self, config: Config) -> None:
        """Decide by other settings from the next event on; nobody loses a place, an offer or the time it was given.

        The same comes of it as of `restore` with these settings, at a cost that does not grow with who waits unless
        aging changes. That may change only when nothing was left to a later step, else raises ValueError: tick while
        the next deadline is not later than now. Tick afterwards: queues may have opened or closed.
        """
        if self._begun:
            reconfigure(self._state, config)
        else:
            self._state = State(config, self._state.ledger.epoch)

    @property
    def config(self) -> Config:
        """The settings by which it decides."""
        return self._state.config

    @property
    def is_behind(self) -> bool:
        """Tell whether something was left to a later step, because it was too much for one."""
        return self._state.is_behind

    def next_deadline(self) -> float | None:
        """Return when a `Tick` is wanted; None when nothing is due ever.

        What is too much for one step, such as the closing of a queue in which very many wait, goes on at the next
        event: the deadline is then now.
        """
        return self._state.now if self._state.is_behind else self._state.agenda.next_at()

    def snapshot(self) -> bytes:
        """Return everything this engine knows, for `restore`; the same engine always gives the same bytes."""
        return snapshot.freeze(self._state, list(self._seen.items()))

    def state_hash(self) -> str:
        """Return a hash that two engines share when they will decide the same from here on."""
        return snapshot.digest(self._state)

    def explain(self, session: SessionId, *, limit: int | None = None) -> Trace | None:
        """Return who could have the session, who not and why, and what happens next; None if it is not here.

        With a limit, only the nearest so many agents are looked at: what it costs does not grow with their number.
        """
        return trace(self._state, session, limit)

    def standing(self, session: SessionId) -> Standing | None:
        """Return why a session waits and how many could have it; None when it does not wait."""
        return standing(self._state, session)

    def unserved(self) -> list[Unserved]:
        """Return the lines in which nobody is served, because nobody signed in meets what they ask for."""
        return unserved(self._state)

    def staff(self, queues: Iterable[str]) -> Staff:
        """Return how many agents are there for the sessions of some queues, and their room."""
        return staff(self._state, queues)

    def state_of(self, session: SessionId) -> SessionState | None:
        """Return where a session stands; None when it is not in the router."""
        found = self._state.sessions.get(session)
        return found.state if found else None

    def line_of(self, session: SessionId) -> Line | None:
        """Return the line that a session belongs to with what it needs now; None when it is not here."""
        found = self._state.sessions.get(session)
        return found.line if found else None

    def waiting(self, line: Line | None = None) -> list[SessionId]:
        """Return who waits, in R2 order: in one line, or everywhere. Costs O(n log n) of those who wait."""
        lane = None if line is None else self._state.board.known_lane(line)
        if line is not None and lane is None:
            return []
        keys: list[Key] = sorted(self._state.board.waiting(lane))
        return [key[3] for key in keys]

    @property
    def waiting_count(self) -> int:
        """How many wait, in all lines."""
        return self._state.board.waiting_count

    def front(self, count: int) -> list[SessionId]:
        """Return the first of all who wait, in R2 order; costs one look at every line, whoever waits behind."""
        return [key[3] for key in islice(self._state.board.in_order(), count)]

    def position(self, session: SessionId) -> int | None:
        """Return 1 for the first of its line; None when it does not wait."""
        found = self._state.sessions.get(session)
        return self._state.board.position(found) if found else None

    def estimated_wait(self, session: SessionId) -> float | None:
        """Return the seconds until service, from the pace of the line over the last 15 minutes (rule R14).

        None when the session does not wait, nobody signed in could serve it, or no service of its line began lately.
        """
        state = self._state
        found = state.sessions.get(session)
        lane = state.board.lane_of(session)
        position = state.board.position(found) if found else None
        if found is None or lane is None or position is None:
            return None
        starts = lane.starts_since(state.now - MEASURED_S)
        if not starts or not lane.able & state.roster.signed_in:
            return None
        return position * MEASURED_S / starts

    def used(self, agent: AgentId) -> int:
        """Return the units that active sessions and open offers take of an agent; 0 for one never seen."""
        seat = self._state.roster.seats.get(agent)
        return seat.used if seat else 0

    def is_unresponsive(self, agent: AgentId) -> bool:
        """Tell whether an agent gets no offers because the last ones ran out unanswered (rule R8)."""
        seat = self._state.roster.seats.get(agent)
        return seat is not None and seat.agent.unresponsive

    def _catch_up(self) -> None:
        if not self._begun:
            self._begun = True
            openings.review(self._state)
        while deadlines.fall_due(self._state):
            self._settle()
        if self._state.closings:
            openings.tell_some(self._state)

    def _settle(self) -> None:
        place(self._state)
        review(self._state)
        # A lost earmark frees its agent.
        place(self._state)

    def _remember(self, event: str, decisions: list[Decision]) -> None:
        self._seen[event] = tuple(decisions)
        if len(self._seen) > EVENTS_REMEMBERED:
            self._seen.popitem(last=False)


def _pass(_state: State, _event: e.Tick) -> None:
    """Take a tick: what is due has happened already."""


TAKEN_BY: dict[type[e.Event], Callable[[State, Any], None]] = {
    e.AgentOnline: agent_events.online,
    e.AgentLost: agent_events.lost,
    e.AgentBack: agent_events.back,
    e.AgentSignedOut: agent_events.signed_out,
    e.AgentStatus: agent_events.status,
    e.AgentChanged: agent_events.changed,
    e.SessionQueued: session_events.queued,
    e.SessionChanged: session_events.changed,
    e.OfferAccepted: session_events.accepted,
    e.OfferRejected: session_events.rejected,
    e.SessionClosed: session_events.closed,
    e.CustomerLeft: session_events.closed,
    e.SessionPaused: session_events.paused,
    e.SessionResumed: session_events.resumed,
    e.SessionTransferred: session_events.transferred,
    e.SessionForced: session_events.forced,
    e.SessionRestored: restoring.restored,
    e.Tick: _pass,
}
"""One function for each event; a table, because this is asked for every event and a chain of cases costs more."""
