"""Dispatch: makes one process the leader of routing, and tells everybody what the queue looks like.

Facts are committed first, by whichever process they happen in. The leader hears them from the event stream, tells the
engine, and commits what the engine decides, carrying its epoch; the store refuses an older one. After a change of
leader everything is rebuilt from the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import structlog

from hub.errors import Unavailable
from hub.model.commit import RecordKind
from hub.model.ids import AgentId, SessionId
from hub.ports.bus import Published
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.leader import Leader
from hub.services.leader_calls import LeaderCalls
from hub.services.presences import CHANGED, READY, Presences
from hub.services.recording import Recorder
from hub.services.router_config import Configured, QueueProblem
from hub.services.router_figures import RouterFigures
from hub.services.sessions import Sessions
from hub.services.traces import Traces, TraceStep
from hub.services.waiting import either
from hub.services.zones import load_zones

log = structlog.get_logger()

LEASE = "router"
QUEUE = "queue"
_LEASE_S = 6.0
_RENEW_S = 2.0
_QUEUE_GAP_S = 0.3
"""Least time between two announcements of the queue's figures; decisions themselves are never delayed."""
_SHOWN = 50
_SETTINGS: frozenset[RecordKind] = frozenset({"queue", "routing_settings", "business_hours", "channel"})
"""Records that say how the router works."""
WRITE_RECORDING = "recording.write"


LeaderWork = Callable[[Leader], Coroutine[Any, Any, None]]
"""What is done beside a term, until it ends."""


class QueueItem(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a waiting session, from 1, and its expected wait in seconds where that is known."""

    session_id: SessionId
    position: int
    estimated_wait_s: float | None


class QueueFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The queue as the console and the customers are told of it."""

    waiting: int
    longest_wait_s: float
    items: tuple[QueueItem, ...]


class Dispatch:
    """Leads when it holds the lease, and knows the queue's figures on every node."""

    def __init__(self, core: Core, sessions: Sessions, directory: Directory, presences: Presences) -> None:
        """Listen for facts, for people who come and go, and for the leader's figures."""
        self._core = core
        self._sessions = sessions
        self._directory = directory
        self._presences = presences
        self._leader: Leader | None = None
        self.calls = LeaderCalls(core)
        self.traces = Traces(core, directory)
        self.recorder = Recorder(core)
        self.router_figures = RouterFigures()
        self.problems: tuple[QueueProblem, ...] = ()
        self.longest_wait_s: Callable[[], float] = lambda: 0.0
        """How long the one waits who has waited longest, where this process leads; the wait board knows."""
        self._people_changed = asyncio.Event()
        self._settings_changed = asyncio.Event()
        self._figures: dict[SessionId, QueueItem] = {}
        self._watchers: list[Callable[[QueueFigures], None]] = []
        self._works: list[LeaderWork] = []
        self._missed: list[Published] = []
        self._is_rebuilding = False
        self.calls.is_leading = self._is_leading
        self.calls.answer(WRITE_RECORDING, self._answer_write)
        self.recorder.ask_leader = self._ask_write
        core.bus.listen(CHANGED, lambda _: self._people_changed.set())
        core.bus.listen(READY, self._see_ready)
        core.bus.listen(QUEUE, self._take_figures)
        directory.watch(self._record_changed)

    def watch(self, watcher: Callable[[QueueFigures], None]) -> None:
        """Call the watcher with the queue's figures whenever they are announced."""
        self._watchers.append(watcher)

    def while_leading(self, work: LeaderWork) -> None:
        """Run this beside each term that this process leads; it is cancelled when the term ends."""
        self._works.append(work)

    def hear(self, published: Published) -> None:
        """Take in a commit from the event stream."""
        session = published.commit.session
        if session is None or self._leader is None:
            return
        if self._is_rebuilding:
            self._missed.append(published)
        else:
            self._leader.see_session(session)

    def figures(self, session_id: SessionId) -> tuple[int | None, float | None]:
        """Return place and expected wait of a waiting session; None where they are not known."""
        if self._leader is not None and not self._is_rebuilding:
            return self._leader.engine.position(session_id), self._leader.engine.estimated_wait(session_id)
        item = self._figures.get(session_id)
        return (item.position, item.estimated_wait_s) if item else (None, None)

    async def trace(self, session_id: SessionId) -> tuple[TraceStep, ...]:
        """Return the latest decisions about a session, oldest first; kept in the store, so the same on every node."""
        return await self.traces.of(session_id)

    def _is_leading(self) -> bool:
        return self._leader is not None and not self._is_rebuilding

    async def _ask_write(self) -> None:
        await self.calls.ask(WRITE_RECORDING)

    async def _answer_write(self, _payload: bytes) -> bytes:
        await self.recorder.write()
        return b""

    def _record_changed(self, kind: RecordKind, record_id: str) -> None:
        del record_id
        if kind == "agent":
            self._people_changed.set()
        elif kind in _SETTINGS:
            self._settings_changed.set()

    async def run(self) -> None:
        """Lead whenever the lease can be had, until cancelled."""
        try:
            while True:
                if await self._holds_lease():
                    await self._lead()
                await self._core.clock.sleep(_RENEW_S)
        finally:
            await self._core.bus.release(LEASE, self._core.node)

    async def _holds_lease(self) -> bool:
        try:
            async with asyncio.timeout(_RENEW_S):
                return await self._core.bus.acquire(LEASE, self._core.node, _LEASE_S)
        except (Unavailable, TimeoutError):
            return False

    async def _lead(self) -> None:
        """Lead one term: rebuild, then keep the lease, the deadlines, the people and the figures going."""
        try:
            epoch = await self._core.store.claim_epoch()
            await load_zones(self._directory)
            leader = Leader(
                self._core,
                self._sessions,
                self._directory,
                epoch,
                traces=self.traces,
                recorder=self.recorder,
                figures=self.router_figures,
            )
            self._leader, self._is_rebuilding, self._missed = leader, True, []
            self._note_problems(leader.settings)
            await leader.rebuild(await self._presences.connected_agents())
            self._catch_up(leader)
            self._presences.source = leader.presence
            log.info("router.leading", epoch=epoch, node=self._core.node)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_deadlines(leader))
                group.create_task(self._keep_people(leader))
                group.create_task(self._keep_figures(leader))
                group.create_task(self._keep_settings(leader))
                group.create_task(self.traces.run())
                group.create_task(self.recorder.run())
                for work in self._works:
                    group.create_task(work(leader))
                await self._keep_lease(leader)
                raise _TermEnded
        except* _TermEnded:
            log.warning("router.lease_lost", node=self._core.node)
        except* Unavailable:
            log.warning("router.store_unavailable", node=self._core.node)
        finally:
            leaving, self._leader, self._is_rebuilding = self._leader, None, False
            self._presences.source = None
            self.router_figures.waiting = None
            if leaving is not None:
                await leaving.close()

    def _catch_up(self, leader: Leader) -> None:
        self._is_rebuilding = False
        for published in self._missed:
            if published.commit.session is not None:
                leader.see_session(published.commit.session)
        self._missed = []

    async def _keep_lease(self, leader: Leader) -> None:
        while not leader.deposed.is_set() and await self._holds_lease():
            await either(self._core.clock, leader.deposed, _RENEW_S)

    async def _keep_deadlines(self, leader: Leader) -> None:
        """Tick the engine at each of its deadlines; a new decision may bring an earlier one."""
        while True:
            leader.has_moved.clear()
            deadline = leader.next_deadline()
            wait = _RENEW_S if deadline is None else deadline - self._core.clock.seconds()
            if wait <= 0:
                leader.tick()
                await asyncio.sleep(0)
                continue
            await either(self._core.clock, leader.has_moved, min(wait, _RENEW_S))

    def _see_ready(self, payload: bytes) -> None:
        if self._leader is not None and not self._is_rebuilding:
            self._leader.see_ready(AgentId(payload.decode()))

    async def _keep_people(self, leader: Leader) -> None:
        """Compare agents with what the engine believes, at once when somebody moves and every two seconds anyway."""
        while True:
            self._people_changed.clear()
            connected = await self._presences.connected_agents()
            for agent in self._directory.agents():
                leader.see_agent(agent, is_connected=agent.id in connected)
            await either(self._core.clock, self._people_changed, _RENEW_S)

    async def _keep_settings(self, leader: Leader) -> None:
        """Take over what an administrator changes; what had to be refused is told, and what was in force stays."""
        while True:
            await self._settings_changed.wait()
            self._settings_changed.clear()
            self._note_problems(await leader.configure())

    def _note_problems(self, settings: Configured) -> None:
        self.problems = settings.problems
        for problem in settings.problems:
            log.error("router.settings_refused", queue=problem.queue_id, hours=problem.hours_id, why=problem.detail)

    async def _keep_figures(self, leader: Leader) -> None:
        """Announce who is there and how the queue stands, soon after each change and every two seconds anyway."""
        moved = True
        while True:
            leader.has_news.clear()
            self._announce(leader, everything=not moved)
            await self._core.clock.sleep(_QUEUE_GAP_S)
            moved = await either(self._core.clock, leader.has_news, _RENEW_S)

    def _announce(self, leader: Leader, *, everything: bool) -> None:
        agents = self._directory.agents()
        present = {agent.id: leader.presence(agent) for agent in agents}
        if not everything:
            present = {one: figures for one, figures in present.items() if self._presences.told(one) != figures}
        self._presences.tell_figures(present)
        waiting = self.router_figures.waiting = leader.engine.waiting_count
        items = tuple(
            QueueItem(
                session_id=SessionId(session),
                position=leader.engine.position(session) or 1,
                estimated_wait_s=leader.engine.estimated_wait(session),
            )
            for session in leader.engine.front(_SHOWN)
        )
        figures = QueueFigures(waiting=waiting, longest_wait_s=round(self.longest_wait_s(), 1), items=items)
        self._core.bus.signal(QUEUE, msgspec.json.encode(figures))

    def _take_figures(self, payload: bytes) -> None:
        figures = msgspec.json.decode(payload, type=QueueFigures)
        self._figures = {item.session_id: item for item in figures.items}
        for watcher in self._watchers:
            watcher(figures)


class _TermEnded(Exception):
    """The lease is no longer ours."""
