"""The leader: holds the engine while this process leads, tells it facts, and commits what it decides."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog

from hub.errors import NotFound, Unavailable
from hub.model import commands as c
from hub.model.agent import Agent, Presence
from hub.model.ids import AgentId, OfferId, SessionId
from hub.model.session import Session
from hub.model.timestamps import Timestamp, to_seconds
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.dispatch_view import Known, View, asked_by
from hub.services.leader_people import People
from hub.services.leader_writing import Writing
from hub.services.recording import Recorder
from hub.services.router_config import Configured, Lines, Place, configured, is_line_open, place_of
from hub.services.router_figures import RouterFigures
from hub.services.sessions import Sessions
from hub.services.standing import Standing
from hub.services.traces import Traces
from hub.services.verdicts import Openings, as_said, believed, command_of
from hub.services.zones import load_zones
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine

log = structlog.get_logger()

_BREATH = 200
"""Sessions told in a row before others get a turn."""


class Leader:
    """One term of leadership: an engine, and what it believes of each session and agent."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        directory: Directory,
        epoch: int,
        *,
        traces: Traces,
        recorder: Recorder,
        figures: RouterFigures,
    ) -> None:
        """Begin with an empty engine; `rebuild` fills it. The zones of the business hours are loaded before."""
        self._core = core
        self._sessions = sessions
        self._directory = directory
        self.epoch = epoch
        self._traces = traces
        self._recorder = recorder
        self._figures = figures
        self._lines = Lines(directory)
        self._openings = Openings()
        self.settings = configured(directory, core.session)
        self.engine = Engine(self.settings.config, epoch)
        self._known: dict[SessionId, Known] = {}
        self._places: dict[SessionId, Place] = {}
        self._offline: set[SessionId] = set()
        self._old_offers: dict[SessionId, tuple[OfferId, float]] = {}
        """Offers of transfers from before this term: the engine does not know them, so their end is seen to here."""
        self._people = People(
            directory,
            tell=self.tell,
            new_id=self._event_id,
            used=self._used,
            is_unresponsive=self.engine.is_unresponsive,
        )
        self._writing = Writing(core, sessions, epoch, figures, traces, look_again=self._look_again)
        self._count = 0
        self._is_rebuilding = True
        self.has_moved = asyncio.Event()
        """Something happened, so the next deadline may be another; cleared by whoever keeps the deadlines."""
        self.has_news = asyncio.Event()
        """The same, for whoever announces the figures."""
        self.deposed = self._writing.deposed

    async def rebuild(self, connected: Iterable[AgentId]) -> None:
        """Fill the engine from the store: agents, then what they hold, then the waiting in their old order."""
        self._traces.epoch = self.epoch
        self._recorder.begin(self.settings.config, self.epoch, self._standing)
        there = frozenset(connected)
        for agent in self._directory.agents():
            self._people.find_again(agent, is_connected=agent.id in there)
        waiting: list[Session] = []
        async for session in self._core.store.open_sessions():
            if session.state == "queued":
                waiting.append(session)
            else:
                self._follow(session)
        for number, session in enumerate(sorted(waiting, key=self._place_in_line)):
            self._follow(session)
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        self._is_rebuilding = False
        self._recall_open()

    def _place_in_line(self, session: Session) -> tuple[float, str, SessionId]:
        """Return the session's place in R2 order, so that the most urgent are offered first after a restart."""
        since, priority = session.queued_at or session.created_at, session.demand.priority
        aging = self.settings.config.aging_s
        if aging is not None:
            return (to_seconds(since) + priority * aging, "", session.id)
        return (priority, since, session.id)

    def see_agent(self, agent: Agent, *, is_connected: bool) -> None:
        """Tell the engine what changed of an agent: there or not, chosen status, profile."""
        self._people.see(agent, is_connected=is_connected)

    def see_ready(self, agent_id: AgentId) -> None:
        """Tell the engine that an agent chose to be online, perhaps once more after offers ran out."""
        self._people.ready(agent_id)

    def presence(self, agent: Agent) -> Presence:
        """Return what the engine knows of an agent's presence."""
        return self._people.presence(agent)

    def _used(self, agent_id: AgentId) -> int:
        return self.engine.used(agent_id)

    def see_session(self, session: Session) -> None:
        """Bring the engine in line with a session's record.

        While a decision about the session is being committed, what comes through the stream is older than the
        decision; the end of the commit looks again.
        """
        known = self._known.get(session.id)
        if not self._writing.is_pending(session.id) and (known is None or session.version > known.version):
            self._follow(session)

    def _follow(self, session: Session) -> None:
        # A session put back with its agent may have more to tell: an asked transfer, for one.
        while self._tell_of(session):
            pass

    def _tell_of(self, session: Session) -> bool:
        """Tell what one look at the record says; return whether another look may say more."""
        place = place_of(session)
        view = View(
            session=session,
            asked=asked_by(session, self._lines.at(place)),
            now=self._core.clock.seconds(),
            new_id=self._event_id,
            sticky_hold_s=self.settings.config.sticky_hold,
            reject_exclusion_s=self.settings.config.reject_exclusion,
        )
        known = self._known.get(session.id)
        events = view.events(known)
        if any(isinstance(one, e.SessionForced) and not self._people.is_signed_in(one.agent) for one in events):
            # The engine knows nobody who has not signed in: it starts the grace of such an agent instead.
            restored = view.restored()
            events = (*view.gone(known), *((restored,) if restored else ()))
        self._remember(session, view.known(known, events), place)
        for event in events:
            self.tell(event)
        return any(isinstance(event, e.SessionRestored) for event in events)

    def _remember(self, session: Session, known: Known | None, place: Place) -> None:
        offer = session.offer
        if known is None:
            self._known.pop(session.id, None)
        else:
            self._known[session.id] = known
        is_offline = session.state == "queued" and session.offline is not None
        (self._offline.add if is_offline else self._offline.discard)(session.id)
        if known is not None or is_offline:
            self._places[session.id] = place
        else:
            self._places.pop(session.id, None)
        if offer is not None and offer.kind == "transfer" and known is not None and known.offer is None:
            self._old_offers[session.id] = (offer.id, to_seconds(offer.expires_at))
        else:
            self._old_offers.pop(session.id, None)

    def next_deadline(self) -> float | None:
        """Return when a tick is wanted next; None when nothing is due ever."""
        due = [until for _, until in self._old_offers.values()]
        deadline = self.engine.next_deadline()
        return min(due, default=None) if deadline is None else min([deadline, *due])

    def tick(self) -> None:
        """Let the engine do what is due now, and end what is left of former terms."""
        self.tell(e.Tick(id=self._event_id()))
        now = self._core.clock.seconds()
        for session_id, (offer_id, until) in list(self._old_offers.items()):
            if until <= now:
                del self._old_offers[session_id]
                self._writing.begin(session_id, c.EndOffer(offer_id=offer_id, reason="timeout"))

    def tell(self, event: e.Event) -> None:
        """Apply an event and begin to carry out the decisions."""
        began = self._core.clock.seconds()
        decisions = self.engine.apply(event, began)
        self._recorder.note(event, began, decisions)
        self._figures.decided(decisions, self._core.clock.seconds() - began)
        for decision in decisions:
            self._take(as_said(decision, self._directory), began)
        self.has_moved.set()
        self.has_news.set()

    def _take(self, decision: d.Decision, now: float) -> None:
        # A new leader says of everybody who waits that they wait, and why: that is no news of them.
        is_news = not (self._is_rebuilding and isinstance(decision, d.Waiting | d.Alert))
        if is_news and isinstance(decision, d.Refused | d.Alert):
            log.info("routing.noticed", decision=type(decision).__name__, detail=str(decision))
        found = command_of(
            decision, directory=self._directory, ids=self._core.ids, due_at=self._opens_at(decision, now)
        )
        step = self._traces.step(self.engine, decision, self._core.clock.now()) if is_news else None
        session_id = getattr(decision, "session", None)
        known = self._known.get(session_id) if session_id is not None else None
        if session_id is not None and known is not None:
            after = believed(decision, known)
            if after is not None:
                self._known[session_id] = after
            else:
                del self._known[session_id]
        if found is not None:
            self._writing.begin(*found, step=step)
        elif step is not None:
            self._traces.keep(step)

    def _opens_at(self, decision: d.Decision, now: float) -> Timestamp | None:
        if not isinstance(decision, d.OutsideHours):
            return None
        place = self._places.get(decision.session)
        return self._openings.next(self.settings.config, self._lines.at(place), now) if place is not None else None

    def _event_id(self) -> str:
        self._count += 1
        return f"{self.epoch}-{self._count}"

    async def _look_again(self, session_id: SessionId) -> None:
        """See how the session really stands now that the decision is committed, or void.

        What the engine believes may be wrong at the very version that was looked at before, so versions do not count.
        """
        try:
            session = await self._sessions.get(session_id)
            if not self._writing.is_pending(session_id):
                self._follow(session)
        except Unavailable:
            log.warning("routing.store_unavailable", session=session_id)
        except NotFound:
            log.warning("routing.session_unknown", session=session_id)

    async def tell_again(self, session_id: SessionId) -> None:
        """Forget what the engine should know of a session, and tell it anew from the record."""
        self._known.pop(session_id, None)
        await self._look_again(session_id)

    async def configure(self) -> Configured:
        """Take over what the administrator's records say now; return it. No offer is lost or made twice by that.

        Who waits in another queue than before, or in one that is now closed, comes to it anew with the old place.
        """
        await load_zones(self._directory)
        old, now = self.settings.config, self._core.clock.seconds()
        self.settings = configured(self._directory, self._core.session, old)
        config = self.settings.config
        if config != old:
            await self._reconfigure(config)
        closed = {name for name in config.queues if not is_line_open(config, name, now)}
        closed = {name for name in closed if is_line_open(old, name, now)}
        for number, session_id in enumerate(tuple(self._known)):
            known = self._known.get(session_id)
            if known is not None and self._has_moved_line(session_id, known, closed):
                await self._look_again(session_id)
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        self._recall_open()
        return self.settings

    async def _reconfigure(self, config: Config) -> None:
        while config.aging_s != self.engine.config.aging_s and self.engine.is_behind:
            self.tick()
            await asyncio.sleep(0)
        self.engine.reconfigure(config)
        self._openings.forget()
        self._recorder.begin(config, self.epoch, self._standing)
        self.tick()

    def _has_moved_line(self, session_id: SessionId, known: Known, closed: set[str]) -> bool:
        if known.status == "waiting" and known.asked.line in closed:
            self._known[session_id] = known.out_of_line()
            return True
        return known.asked.line != self._lines.at(self._places[session_id])

    def _recall_open(self) -> None:
        """Take up again whoever was turned away from a queue that is open now."""
        now = self._core.clock.seconds()
        for session_id in self._offline:
            if is_line_open(self.settings.config, self._lines.at(self._places[session_id]), now):
                self._writing.begin(session_id, c.Recall())

    def _standing(self) -> Standing:
        """Take down what is believed now, for a recording that can be played."""
        return Standing(people=self._people.present_events(), known=self._known.copy(), name=self._event_id())

    async def close(self) -> None:
        """Stop: what is being committed ends or is dropped; the next leader finds it in the store."""
        await self._writing.close()
