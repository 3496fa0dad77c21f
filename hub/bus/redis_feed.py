"""What processes tell each other through Redis: durable commits by a stream, signals by publish and subscribe.

The stream only makes it quick. Each entry holds some commits with their places in the journal; whoever misses one
(trimmed, dropped, Redis away or empty after a restart) finds the hole and asks the journal, see `hub.bus.stream`. So
nothing here is repeated, and when a queue is full or Redis is away, what is to be sent is simply dropped.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import structlog
from redis.asyncio.client import PubSub

from hub.bus.redis_link import BLOCK_S, TROUBLE, RedisLink
from hub.model.codec import decode_commit, encode_commit
from hub.model.commit import Committed
from hub.ports.environment import Clock

OUTBOX = 10_000
"""Commits that wait to be sent; at 2,000 a second five seconds of a Redis that does not answer."""
SIGNALS = 1_000
ENTRY = 256
"""Commits in one entry."""
KEPT = 5_000
"""Entries that Redis keeps, roughly: for readers that are a little behind."""

_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)

_log = structlog.get_logger(__name__)
_encoder = msgspec.msgpack.Encoder()
_entries = msgspec.msgpack.Decoder(list[tuple[int, bytes | None]])
_signals = msgspec.msgpack.Decoder(tuple[str, str, bytes])


class RedisFeed:
    """Sends this process's news and hears the others'."""

    def __init__(self, link: RedisLink, clock: Clock, origin: str) -> None:
        self.on_commits: Callable[[Sequence[Committed]], None]
        self.on_skips: Callable[[Sequence[int]], None]
        self.on_signal: Callable[[str, bytes], None]
        self.on_return: Callable[[], None]
        self.is_connected = False
        self._link = link
        self._clock = clock
        self._origin = origin
        self._stream = ""
        self._channel = ""
        self._place = b"0-0"
        self._outbox: deque[tuple[int, bytes | None] | Committed] = deque()
        self._signals: deque[bytes] = deque(maxlen=SIGNALS)
        self._news = asyncio.Event()
        self._pubsub: PubSub | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, base: str) -> None:
        """Begin after what the stream holds now; raises what Redis raises."""
        self._stream, self._channel = f"{base}:commits", f"{base}:signals"
        await self._find_place()
        self._pubsub = await self._subscribed()
        self._tasks = [
            asyncio.create_task(self._keep_on(self._send, "send"), name="redis-send"),
            asyncio.create_task(self._keep_on(self._hear, "hear"), name="redis-hear"),
            asyncio.create_task(self._keep_on(self._hear_signals, "signals"), name="redis-signals"),
        ]

    async def close(self) -> None:
        """Send what waits, if Redis takes it at once, and stop; safe to call twice."""
        tasks, self._tasks = set(self._tasks), []
        if tasks and self.is_connected:
            with suppress(*TROUBLE):
                async with asyncio.timeout(1.0):
                    await self._send_some()
        while tasks:
            # redis-py sends through asyncio.wait_for, which in Python 3.11 may swallow a cancellation: say it again.
            for task in tasks:
                task.cancel()
            _, tasks = await asyncio.wait(tasks, timeout=_PAUSES_S[0])
        if self._pubsub is not None:
            with suppress(*TROUBLE):
                await self._pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py has no types here
            self._pubsub = None

    def send(self, batch: Sequence[Committed]) -> None:
        """Tell the others of commits; dropped when too much waits."""
        if self._tasks and len(self._outbox) + len(batch) <= OUTBOX:
            self._outbox.extend(batch)
            self._news.set()

    def send_skips(self, positions: Sequence[int]) -> None:
        """Tell the others of places that stay empty."""
        if self._tasks and len(self._outbox) + len(positions) <= OUTBOX:
            self._outbox.extend((position, None) for position in positions)
            self._news.set()

    def signal(self, topic: str, payload: bytes) -> None:
        """Tell the others something that may be lost; the oldest is dropped when too much waits."""
        if self._tasks:
            self._signals.append(_encoder.encode((self._origin, topic, payload)))
            self._news.set()

    async def _keep_on(self, act: Callable[[], Any], name: str) -> None:
        """Do something for ever; after trouble again, at growing intervals."""
        failures = 0
        while self._tasks:
            try:
                await act()
                if failures:
                    _log.info("bus.redis_returned", what=name)
                failures = 0
            except TROUBLE as error:
                if not failures:
                    _log.warning("bus.redis_lost", what=name, reason=type(error).__name__)
                self._outbox.clear()
                self.is_connected = False
                await self._clock.sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
                failures += 1

    async def _send(self) -> None:
        if not self._outbox and not self._signals:
            self._news.clear()
            await self._news.wait()
        await self._send_some()

    async def _send_some(self) -> None:
        signals = [self._signals.popleft() for _ in range(len(self._signals))]
        some = [self._outbox.popleft() for _ in range(min(ENTRY, len(self._outbox)))]
        pipe = self._link.commands.pipeline(transaction=False)
        if some:
            entry = _encoder.encode([_pair(each) for each in some])
            pipe.xadd(self._stream, {"o": self._origin, "c": entry}, maxlen=KEPT, approximate=True)
        for payload in signals:
            pipe.publish(self._channel, payload)
        if some or signals:
            await pipe.execute()

    async def _find_place(self) -> None:
        newest: Any = await self._link.commands.xrevrange(self._stream, count=1)
        self._place = newest[0][0] if newest else b"0-0"
        self.is_connected = True

    async def _hear(self) -> None:
        if not self.is_connected:
            await self._find_place()
            self.on_return()
        block = int(BLOCK_S * 1000)
        answer: Any = await self._link.blocking.xread({self._stream: self._place}, count=100, block=block)
        for _, entries in answer or ():
            for name, fields in entries:
                self._place = name
                if fields[b"o"].decode() != self._origin:
                    self._take(fields[b"c"])

    def _take(self, entry: bytes) -> None:
        pairs = _entries.decode(entry)
        self.on_skips([position for position, data in pairs if data is None])
        self.on_commits(
            [Committed(position=position, commit=decode_commit(data)) for position, data in pairs if data is not None]
        )

    async def _subscribed(self) -> PubSub:
        pubsub = self._link.blocking.pubsub(ignore_subscribe_messages=True)
        await pubsub.subscribe(self._channel)
        return pubsub

    async def _hear_signals(self) -> None:
        if self._pubsub is None:
            self._pubsub = await self._subscribed()
        try:
            message = await self._pubsub.get_message(timeout=BLOCK_S)
            if message is None:
                await self._pubsub.ping()
        except TROUBLE:
            broken, self._pubsub = self._pubsub, None
            with suppress(*TROUBLE):
                await broken.aclose()  # type: ignore[no-untyped-call]  # redis-py has no types here
            raise
        if message is not None and message["type"] == "message":
            origin, topic, payload = _signals.decode(message["data"])
            if origin != self._origin:
                self.on_signal(topic, payload)


def _pair(each: tuple[int, bytes | None] | Committed) -> tuple[int, bytes | None]:
    return (each.position, encode_commit(each.commit)) if isinstance(each, Committed) else each
