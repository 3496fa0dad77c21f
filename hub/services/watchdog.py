"""The watchdog: on the leader, sees to it that nobody waits unseen, and says what is wrong.

It goes by the store: every commit of a session, and at times all open sessions, so that somebody whom the router does
not know is found and told to it again. It raises and clears alarms; it routes nobody itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from hub.errors import Conflict, HubError, NotFound, Unavailable
from hub.model.alarms import AlarmKind
from hub.model.ids import SessionId
from hub.ports.bus import Published
from hub.services.alarms import Alarms
from hub.services.causes import about_hours, about_queues, about_sessions
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.leader import Leader
from hub.services.leader_calls import LeaderCalls
from hub.services.live_queues import HoursClock, LiveQueues, live_queues
from hub.services.wait_board import ROUTED_AFTER_S, ROUTED_AGAIN_S, WaitBoard
from hub.services.waiting_list import WaitingPage, WaitingQuery, Watched, waiting_page
from hub.services.waits import Limits, Seen, next_worry, worries

log = structlog.get_logger()

LOOK_S = 2.0
_WAITING, _LIVE = "waiting", "queues.live"
_SWEEP_S = 600.0
"""Between two readings of all open sessions; the stream tells of each change, so this finds what never should be."""
_SLICE = 200
"""So many sessions are looked at before others may run."""
_TOLD_AGAIN = 20
"""So many lost sessions are told to the router anew at each look."""


class Watchdog:
    """Watches one term after another."""

    def __init__(self, core: Core, directory: Directory, alarms: Alarms, calls: LeaderCalls) -> None:
        """Watch nothing until a term begins; other nodes ask by `calls`."""
        self._core = core
        self._directory = directory
        self._alarms = alarms
        self._hours = HoursClock()
        self._leader: Leader | None = None
        self._swept_at: float | None = None
        """When all open sessions were read last in this term; before that the board is not whole."""
        self._is_whole = asyncio.Event()
        self._board = WaitBoard()
        self._wrong: dict[AlarmKind, dict[SessionId, None]] = {}
        self._calls = calls
        calls.answer(_WAITING, self._answer_waiting)
        calls.answer(_LIVE, self._answer_live)

    def hear(self, published: Published) -> None:
        """Take in a commit from the event stream."""
        commit = published.commit
        if self._leader is None or commit.session is None:
            return
        is_assigned = any(tag.type == "session.assigned" for tag in commit.events)
        now, limits = self._core.clock.seconds(), self._limits()
        try:
            if self._board.take(commit.session, now, limits, is_assigned=is_assigned):
                self._judge(commit.session.id, now, limits)
        except Exception:
            self._start_over()

    async def run(self, leader: Leader) -> None:
        """Watch a term until cancelled."""
        self._leader = leader
        self._forget_all()
        try:
            while True:
                await self._tried(self._sweep_and_look)
                await self._core.clock.sleep(LOOK_S)
        finally:
            self._leader = None
            self._forget_all()

    def _forget_all(self) -> None:
        self._board, self._wrong, self._swept_at = WaitBoard(), {}, None
        self._is_whole.clear()

    async def _sweep_and_look(self) -> None:
        now = self._core.clock.seconds()
        if self._swept_at is None or now - self._swept_at >= _SWEEP_S:
            board = self._board
            await self._sweep()
            if board is not self._board:
                return  # It was spoilt meanwhile: the next round reads everything into the new one.
            self._swept_at = now
            self._is_whole.set()
        await self._look()

    def longest_wait_s(self) -> float:
        """Return how long the one has waited who waits longest in a line; 0 where nobody does, or none is watched."""
        since = self._board.longest_since()
        return 0.0 if since is None else max(0.0, self._core.clock.seconds() - since)

    async def waiting(self, query: WaitingQuery) -> WaitingPage:
        """Return who waits, longest first, as the leader knows it; on any node. A new leader has read the store first.

        Raises:
            Unavailable: nobody leads, or the leader did not answer in time.
        """
        return msgspec.json.decode(await self._calls.ask(_WAITING, msgspec.json.encode(query)), type=WaitingPage)

    async def live(self) -> LiveQueues:
        """Return the live figures of the queues, as the leader knows them; on any node.

        Raises:
            Unavailable: nobody leads, or the leader did not answer in time.
        """
        return msgspec.json.decode(await self._calls.ask(_LIVE), type=LiveQueues)

    async def _answer_waiting(self, payload: bytes) -> bytes:
        query = msgspec.json.decode(payload, type=WaitingQuery)
        await self._is_whole.wait()
        return msgspec.json.encode(waiting_page(self._watched(), query))

    async def _answer_live(self, _: bytes) -> bytes:
        await self._is_whole.wait()
        return msgspec.json.encode(await live_queues(self._watched(), self._hours))

    def _watched(self) -> Watched:
        if self._leader is None or self._swept_at is None:
            raise Unavailable("No node routes at this moment: try again in a few seconds.")
        return Watched(
            board=self._board,
            engine=self._leader.engine,
            directory=self._directory,
            limits=self._limits(),
            now=self._core.clock.seconds(),
        )

    def _limits(self) -> Limits:
        return Limits(unanswered_s=self._directory.routing_settings().unanswered_after_s)

    async def _tried(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do a part of the work; whatever goes wrong with it, the watching goes on, and so does the routing."""
        try:
            await work()
        except HubError as error:
            log.warning("watchdog.held_up", reason=error.type)
        except Exception:
            self._start_over()

    def _start_over(self) -> None:
        """Make the board anew from the store: one that a mistake of ours has spoilt is worse than none."""
        log.exception("watchdog.failed")
        self._forget_all()

    async def _sweep(self) -> None:
        """Compare with all open sessions of the store."""
        began, found = self._core.clock.seconds(), set[SessionId]()
        self._board.closed = set()
        try:
            async for session in self._core.store.open_sessions():
                found.add(session.id)
                now, limits = self._core.clock.seconds(), self._limits()
                if self._board.take(session, now, limits):
                    self._judge(session.id, now, limits)
                if len(found) % _SLICE == 0:
                    await asyncio.sleep(0)
            missing = [one.id for one in self._board.seen.values() if one.taken_s < began and one.id not in found]
            for session_id in missing:
                await self._read(session_id)
        finally:
            self._board.closed = None

    async def _read(self, session_id: SessionId) -> None:
        """Take in a session as the store has it now."""
        try:
            session = await self._core.store.session(session_id)
        except NotFound:
            session = None
        if session is None or not session.is_open:
            self._board.drop(session_id)
            self._forget(session_id)
        else:
            now, limits = self._core.clock.seconds(), self._limits()
            self._board.take(session, now, limits)
            self._judge(session_id, now, limits)

    def _judge(self, session_id: SessionId, now: float, limits: Limits) -> None:
        """Note what is wrong with a session by its record."""
        seen = self._board.seen.get(session_id)
        wrong = worries(seen, now, limits) if seen is not None else {}
        for kind, sessions in self._wrong.items():
            if kind not in wrong:
                sessions.pop(session_id, None)
        for kind in wrong:
            self._wrong.setdefault(kind, {})[session_id] = None

    def _forget(self, session_id: SessionId) -> None:
        for sessions in self._wrong.values():
            sessions.pop(session_id, None)

    async def _look(self) -> None:
        """Look at those whose time is up, then settle the alarms."""
        leader = self._leader
        if leader is None:
            return
        lost = await self._look_at_due(leader)
        for seen in lost[:_TOLD_AGAIN]:
            log.error("watchdog.unknown_to_router", session=seen.id)
            await leader.tell_again(seen.id)
        watched = self._watched()
        causes = (
            *about_sessions(self._board, self._wrong),
            *about_queues(watched),
            *about_hours(self._directory),
        )
        try:
            await self._alarms.settle(causes, leader.epoch)
        except Conflict as error:
            log.info("watchdog.void", why=error.type)

    async def _look_at_due(self, leader: Leader) -> list[Seen]:
        lost: list[Seen] = []
        while True:
            now, limits = self._core.clock.seconds(), self._limits()
            batch = list(self._board.due(now, _SLICE))
            for seen in batch:
                self._judge(seen.id, now, limits)
                lost += [seen] if self._is_lost(leader, seen, now) else []
                at = next_worry(seen, now, limits)
                if at is not None:
                    self._board.look_again(seen, at)
            if len(batch) < _SLICE:
                return lost
            await asyncio.sleep(0)

    def _is_lost(self, leader: Leader, seen: Seen, now: float) -> bool:
        """Tell whether the router has lost somebody, in line or by an offer that does not end; ask again later."""
        late = now - seen.taken_s >= ROUTED_AFTER_S
        if seen.stands_in_line and late and leader.engine.state_of(seen.id) is None:
            self._wrong.setdefault("unknown_to_router", {})[seen.id] = None
        is_lost = seen.id in self._wrong.get("unknown_to_router", {})
        if seen.stands_in_line or is_lost:
            self._board.look_again(seen, now + (LOOK_S if is_lost else ROUTED_AGAIN_S))
        return is_lost
