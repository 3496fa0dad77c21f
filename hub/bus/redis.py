"""The bus of many processes, over Redis. Redis makes it quick and shares out work; the journal makes it true.

A commit's place in the stream is its place in the journal, so cursors outlive Redis: whether it restarts with its
data, with old data or with none, nobody has to load afresh and nothing is told twice or left out. Commits of this
process are told at once, without a way through Redis; those of others arrive through it, or, while it is away, from
the journal a moment later. Leases, presence and work are Redis's alone and may be lost with it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from hub.bus.memory import REDELIVER_S, WORK_BOUND, tell_signal
from hub.bus.redis_feed import RedisFeed
from hub.bus.redis_link import ANSWER_S, TROUBLE, RedisLink, plain_errors
from hub.bus.redis_work import RedisWork
from hub.bus.stream import REACH, CommitStream
from hub.errors import SettingsError, Unavailable
from hub.model.commit import Committed
from hub.model.sentences import Sentence
from hub.ports.bus import Cursor, Published, SignalListener, StreamListener, TellsSkips, Work
from hub.ports.environment import Clock, Ids
from hub.ports.store import Store


class RedisBus:
    """Connects many processes. Give its `publish` to the store's `on_commit`.

    Every key begins with `prefix` and the journal's own name, so several hubs may share a Redis.
    """

    def __init__(
        self,
        url: str,
        store: Store,
        clock: Clock,
        ids: Ids,
        *,
        prefix: str = "huike",
        reach: int = REACH,
        redeliver_s: float = REDELIVER_S,
        work_bound: int = WORK_BOUND,
    ) -> None:
        self._store = store
        self._prefix = prefix
        self._base = prefix
        self._link = RedisLink(url)
        self._stream = CommitStream(store, clock, reach=reach)
        self._feed = RedisFeed(self._link, clock, ids.new())
        self._work = RedisWork(self._link, clock, redeliver_s, work_bound)
        self._signals: dict[str, list[SignalListener]] = defaultdict(list)
        self._feed.on_commits = self._stream.offer
        self._feed.on_skips = self._stream.skip
        self._feed.on_signal = self._tell_signal
        self._feed.on_return = self._stream.look
        self._stream.is_connected = lambda: self._feed.is_connected
        self._is_open = False

    async def open(self) -> None:
        """Connect, and begin after the newest commit of the store, which is open already."""
        await self._link.open()
        self._base = f"{self._prefix}:{await self._store.identity()}"
        try:
            await self._feed.open(self._base)
        except TROUBLE as error:
            await self._link.close()
            raise SettingsError(
                Sentence("Redis does not work with us ({kind}): {error}.", kind=type(error).__name__, error=error)
            ) from None
        self._is_open = True
        try:
            await self._stream.open()
        except BaseException:
            await self.close()
            raise
        if isinstance(self._store, TellsSkips):
            self._store.on_skip(self._skip)

    async def close(self) -> None:
        """Send what waits and let go; safe to call twice."""
        if self._is_open:
            self._is_open = False
            await self._feed.close()
            await self._stream.close()
            await self._link.close()

    async def ping(self) -> None:
        """Answer when Redis does."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._link.commands.ping()
        except TROUBLE as error:
            raise Unavailable(Sentence("Redis does not answer ({kind}).", kind=type(error).__name__)) from error

    def publish(self, batch: Sequence[Committed]) -> None:
        """Tell this process's listeners, and send to the others."""
        self._stream.offer(batch)
        self._feed.send(batch)

    def subscribe(self, listener: StreamListener) -> None:
        """Hear every commit from now on."""
        self._stream.subscribe(listener)

    async def end(self) -> Cursor:
        """Return the cursor of the newest event."""
        return self._stream.end()

    async def read(self, after: Cursor, limit: int) -> Sequence[Published]:
        """Return commits behind a cursor; from memory when it is recent, from the journal otherwise."""
        return await self._stream.read(after, limit)

    def signal(self, topic: str, payload: bytes) -> None:
        """Tell this process's listeners at once, and send to the others."""
        self._tell_signal(topic, payload)
        self._feed.signal(topic, payload)

    def listen(self, topic: str, listener: SignalListener) -> None:
        """Hear the signals of a topic."""
        self._signals[topic].append(listener)

    async def put_work(self, queue: str, payload: bytes) -> None:
        """Add work at the end of a queue."""
        await self._work.put(self._key("work", queue), payload)

    async def take_work(self, queue: str, worker: str, *, limit: int, wait_s: float) -> list[Work]:
        """Take work, the oldest first; each piece is given to one worker at a time."""
        return await self._work.take(self._key("work", queue), worker, limit=limit, wait_s=wait_s)

    async def done_work(self, queue: str, receipts: Sequence[str]) -> None:
        """Forget work that is done."""
        await self._work.done(self._key("work", queue), receipts)

    async def acquire(self, lease: str, owner: str, ttl_s: float) -> bool:
        """Take or renew a lease."""
        return bool(await self._link.run("lease_take", self._key("lease", lease), owner, int(ttl_s * 1000)))

    async def release(self, lease: str, owner: str) -> None:
        """Give a lease back."""
        await self._link.run("lease_release", self._key("lease", lease), owner)

    async def touch(self, group: str, member: str, ttl_s: float) -> None:
        """Count a member as present for a while, by the clock of Redis."""
        await self._link.run("presence_touch", self._key("present", group), member, int(ttl_s * 1000))

    async def leave(self, group: str, member: str) -> None:
        """End a member's presence."""
        with plain_errors():
            await self._link.commands.zrem(self._key("present", group), member)

    async def members(self, group: str) -> set[str]:
        """Return who is present, by the clock of Redis."""
        return {member.decode() for member in await self._link.run("presence_members", self._key("present", group))}

    def _key(self, kind: str, name: str) -> str:
        return f"{self._base}:{kind}:{name}"

    def _skip(self, positions: Sequence[int]) -> None:
        self._stream.skip(positions)
        self._feed.send_skips(positions)

    def _tell_signal(self, topic: str, payload: bytes) -> None:
        tell_signal(self._signals.get(topic, ()), topic, payload)
