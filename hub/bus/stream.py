"""The stream of commits as one process hears it: the journal's own order, without a gap, whatever the transport does.

A commit's place in the stream is its place in the journal, so the stream can be read from any cursor for as long as
the journal exists, and losing the transport loses nothing. Whatever brings commits here (this process's own store, or
a message from another process) may bring them late, twice, in the wrong order or not at all: commits are held until
their turn, repeats are dropped, and what does not arrive is fetched from the journal. Since every commit to a session
has a higher position than the one it was decided upon, journal order is also the order of versions.

This module must not know how commits travel between processes, and it never writes.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from hub.errors import HubError
from hub.model.commit import Commit, Committed
from hub.ports.bus import Cursor, CursorLost, Published, StreamListener
from hub.ports.environment import Clock
from hub.ports.store import Store

REACH = 100_000
"""How far back a cursor may lie, in commits. Reading on over more than that costs more than loading afresh."""

TAIL = 2_000
"""Commits kept in memory, about 5 kB each: a crowd that reconnects at once does not fall upon the store."""

PATIENCE_S = 0.05
"""How long a missing commit may be on its way before the journal is asked for it."""

POLL_S = 2.0
"""How often the journal is asked whether it holds more than was heard."""

_EARLY = 20_000
"""Commits held until their turn; beyond that they are dropped here and fetched from the journal later."""
_PAGE = 500
_RETRY_S = 1.0

_log = structlog.get_logger(__name__)


class CommitStream:
    """Puts commits into order, tells the listeners, and reads from any place."""

    def __init__(self, store: Store, clock: Clock, *, reach: int = REACH, tail: int = TAIL) -> None:
        self.epoch = ""
        self.is_connected: Callable[[], bool] = lambda: True
        self._store = store
        self._clock = clock
        self._reach = reach
        self._tail_size = tail
        self._listeners: list[StreamListener] = []
        self._last = 0
        self._end = (0, 0)
        self._early: dict[int, Commit | None] = {}
        self._tail: list[Published] = []
        self._tail_from = 0
        self._missing = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin after the newest commit of the journal; the store is open already."""
        self.epoch = await self._store.identity()
        self._last = self._tail_from = await self._store.last_position()
        newest = await self._store.journal(self._last - 1, 1) if self._last else ()
        self._end = (self._last, max(len(newest[0].commit.events) - 1, 0) if newest else 0)
        self._watcher = asyncio.create_task(self._watch(), name="commit-stream")

    async def close(self) -> None:
        """Tell nobody anything any more; safe to call twice."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher

    def subscribe(self, listener: StreamListener) -> None:
        """Tell the listener of every commit from now on."""
        self._listeners.append(listener)

    def offer(self, batch: Sequence[Committed]) -> None:
        """Take commits that have become durable, in any order and however often."""
        if self._watcher is None:
            return
        for committed in batch:
            if committed.position == self._last + 1:
                self._tell(committed.position, committed.commit)
            elif committed.position > self._last and len(self._early) < _EARLY:
                self._early[committed.position] = committed.commit
        self._settle()

    def skip(self, positions: Sequence[int]) -> None:
        """Take note of positions at which the journal will never hold a commit."""
        if self._watcher is not None:
            self._early.update((position, None) for position in positions if position > self._last)
            self._settle()

    def look(self) -> None:
        """Ask the journal soon whether it holds more than was heard."""
        self._missing.set()

    def end(self) -> Cursor:
        """Return the cursor of the newest commit that was told."""
        return Cursor(epoch=self.epoch, position=self._end[0], index=self._end[1])

    async def read(self, after: Cursor, limit: int) -> list[Published]:
        """Return up to `limit` commits, already told to the listeners, that hold events after the cursor.

        Raises:
            CursorLost: another epoch, a place that has not been reached, or one more than `reach` commits ago.
        """
        if after.epoch != self.epoch or after.position > self._last:
            raise CursorLost
        if after.position > self._tail_from:
            start = bisect_left(self._tail, after.position, key=_position)
            found = self._tail[start : start + limit + 1]
            return [published for published in found if _holds_more(published, after)][:limit]
        if self._last - after.position > self._reach:
            raise CursorLost
        return await self._read_journal(after, limit)

    async def _read_journal(self, after: Cursor, limit: int) -> list[Published]:
        found: list[Published] = []
        place, end = max(after.position - 1, 0), self._last
        while place < end and len(found) < limit:
            page = await self._store.journal(place, min(_PAGE, limit + 1))
            if not page:
                break
            place = page[-1].position
            told = (self._published(each.position, each.commit) for each in page if each.position <= end)
            found.extend(published for published in told if _holds_more(published, after))
        return found[:limit]

    def _published(self, position: int, commit: Commit) -> Published:
        return Published(epoch=self.epoch, position=position, commit=commit)

    def _tell(self, position: int, commit: Commit) -> None:
        self._last = position
        self._end = (position, max(len(commit.events) - 1, 0))
        published = self._published(position, commit)
        if commit.events:
            self._keep(published)
        for listener in self._listeners:
            try:
                listener(published)
            except Exception:
                # One listener's fault must not keep a commit from the others.
                _log.exception("bus.listener_failed", position=position)

    def _keep(self, published: Published) -> None:
        self._tail.append(published)
        if len(self._tail) > 2 * self._tail_size:
            self._tail_from = self._tail[self._tail_size - 1].position
            del self._tail[: self._tail_size]

    def _settle(self) -> None:
        """Tell what was early and has its turn now; ask for the journal when something is missing."""
        while self._early:
            following = self._last + 1
            if following not in self._early:
                self._early = {position: each for position, each in self._early.items() if position > self._last}
                if self._early:
                    self._missing.set()
                return
            commit = self._early.pop(following)
            if commit is None:
                self._last = following
            else:
                self._tell(following, commit)

    async def _watch(self) -> None:
        while True:
            await self._rest()
            try:
                await self._catch_up()
            except HubError as error:
                _log.warning("bus.journal_unreachable", reason=error.detail)
                await self._clock.sleep(_RETRY_S)

    async def _rest(self) -> None:
        """Wait until something is missing, or until it is time to look."""
        pause = POLL_S if self.is_connected() else POLL_S / 4
        waits = [asyncio.ensure_future(self._missing.wait()), asyncio.ensure_future(self._clock.sleep(pause))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _catch_up(self) -> None:
        target = max(self._early) if self._early else await self._store.last_position()
        self._missing.clear()
        if target <= self._last:
            return
        await self._clock.sleep(PATIENCE_S)
        while self._last < target:
            found = await self._store.journal(self._last, _PAGE)
            if not found:
                break
            for committed in found:
                if committed.position > self._last:
                    self._tell(committed.position, committed.commit)
        self._settle()


def _position(published: Published) -> int:
    return published.position


def _holds_more(published: Published, after: Cursor) -> bool:
    """Tell whether a commit has an event behind the cursor."""
    if published.position == after.position:
        return len(published.commit.events) > after.index + 1
    return published.position > after.position and bool(published.commit.events)
