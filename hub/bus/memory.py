"""The bus of one process: commits come straight from the journal, everything else is kept in memory.

Cursors survive a restart, because a place in the stream is a place in the journal. Work, leases and presence end with
the process, and so does everybody who could have used them. Nothing here may make a task or a copy for each commit.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import structlog

from hub.bus.stream import REACH, CommitStream
from hub.errors import Unavailable
from hub.model.commit import Committed
from hub.model.sentences import Sentence
from hub.ports.bus import Cursor, Published, SignalListener, StreamListener, TellsSkips, Work
from hub.ports.environment import Clock
from hub.ports.store import Store

WORK_BOUND = 10_000
REDELIVER_S = 30.0

_log = structlog.get_logger(__name__)


class MemoryBus:
    """Connects the parts of one process. Give its `publish` to the store's `on_commit`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        reach: int = REACH,
        redeliver_s: float = REDELIVER_S,
        work_bound: int = WORK_BOUND,
    ) -> None:
        self._store = store
        self._stream = CommitStream(store, clock, reach=reach)
        self._clock = clock
        self._redeliver_s = redeliver_s
        self._signals: dict[str, list[SignalListener]] = defaultdict(list)
        self._queues: dict[str, _Queue] = defaultdict(lambda: _Queue(work_bound))
        self._leases: dict[str, tuple[str, float]] = {}
        self._groups: dict[str, dict[str, float]] = defaultdict(dict)

    async def open(self) -> None:
        """Begin after the newest commit of the store, which is open already."""
        if isinstance(self._store, TellsSkips):
            self._store.on_skip(self._stream.skip)
        await self._stream.open()

    async def close(self) -> None:
        """Stop telling; safe to call twice."""
        await self._stream.close()

    async def ping(self) -> None:
        """Answer at once."""

    def publish(self, batch: Sequence[Committed]) -> None:
        """Tell the listeners of durable commits, at once and in the order of the journal."""
        self._stream.offer(batch)

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
        """Tell everybody who listens to the topic, at once."""
        tell_signal(self._signals.get(topic, ()), topic, payload)

    def listen(self, topic: str, listener: SignalListener) -> None:
        """Hear the signals of a topic."""
        self._signals[topic].append(listener)

    async def put_work(self, queue: str, payload: bytes) -> None:
        """Add work at the end of a queue."""
        self._queues[queue].put(payload)

    async def take_work(self, queue: str, worker: str, *, limit: int, wait_s: float) -> list[Work]:
        """Take work, the oldest first; each piece is given to one worker at a time."""
        work, deadline = self._queues[queue], self._clock.seconds() + wait_s
        while True:
            now = self._clock.seconds()
            taken = work.take(now, limit, now + self._redeliver_s)
            if taken or now >= deadline:
                return taken
            await self._news(work, min(deadline, work.next_return(deadline)) - now)

    async def done_work(self, queue: str, receipts: Sequence[str]) -> None:
        """Forget work that is done."""
        for receipt in receipts:
            self._queues[queue].lent.pop(receipt, None)

    async def acquire(self, lease: str, owner: str, ttl_s: float) -> bool:
        """Take or renew a lease."""
        now = self._clock.seconds()
        holder, until = self._leases.get(lease, (owner, now))
        if holder != owner and until > now:
            return False
        self._leases[lease] = (owner, now + ttl_s)
        return True

    async def release(self, lease: str, owner: str) -> None:
        """Give a lease back."""
        if self._leases.get(lease, ("", 0.0))[0] == owner:
            del self._leases[lease]

    async def touch(self, group: str, member: str, ttl_s: float) -> None:
        """Count a member as present for a while."""
        self._groups[group][member] = self._clock.seconds() + ttl_s

    async def leave(self, group: str, member: str) -> None:
        """End a member's presence."""
        self._groups[group].pop(member, None)

    async def members(self, group: str) -> set[str]:
        """Return who is present; those whose time is over are forgotten."""
        now = self._clock.seconds()
        present = {member: until for member, until in self._groups[group].items() if until > now}
        self._groups[group] = present
        return set(present)

    async def _news(self, work: _Queue, seconds: float) -> None:
        """Wait until something may be taken, at most so long."""
        waits = [asyncio.ensure_future(work.filled.wait()), asyncio.ensure_future(self._clock.sleep(seconds))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


class _Queue:
    """Work that waits, and work that was given out until a time."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self.lent: dict[str, tuple[float, bytes]] = {}
        self.filled = asyncio.Event()
        self._waiting: dict[str, bytes] = {}
        self._count = 0

    def put(self, payload: bytes) -> None:
        if len(self._waiting) + len(self.lent) >= self._bound:
            raise Unavailable(
                Sentence("The work queue is full ({most} pieces): workers are missing or too slow.", most=self._bound)
            )
        self._count += 1
        self._waiting[str(self._count)] = payload
        self.filled.set()

    def take(self, now: float, limit: int, until: float) -> list[Work]:
        late = [(receipt, payload) for receipt, (end, payload) in self.lent.items() if end <= now]
        chosen = (late + list(self._waiting.items()))[:limit]
        for receipt, payload in chosen:
            self._waiting.pop(receipt, None)
            self.lent[receipt] = (until, payload)
        if not self._waiting:
            self.filled.clear()
        return [Work(receipt=receipt, payload=payload) for receipt, payload in chosen]

    def next_return(self, otherwise: float) -> float:
        return min((end for end, _ in self.lent.values()), default=otherwise)


def tell_signal(listeners: Sequence[SignalListener], topic: str, payload: bytes) -> None:
    """Call the listeners; one listener's fault is logged and kept from the others."""
    for listener in listeners:
        try:
            listener(payload)
        except Exception:
            _log.exception("bus.signal_listener_failed", topic=topic)
