"""Hints: tell a worker of another process that there is something to do, so that it need not find out by itself.

A worker hears of this process's own commits at once. A hint is given only for what it cannot begin now: this process
has no such worker, or all its hands are full. One worker of all processes takes it and leases from the store as ever.
A hint holds nothing and may be lost: whoever is not told looks once a second.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import structlog

from hub.errors import Unavailable
from hub.model.commit import Committed, JobKind
from hub.services.core import Core
from hub.services.jobs import Worker

log = structlog.get_logger()

_MOST = 64
"""Hints of a kind that wait to be given: each leads a worker to all that is due, so more would say nothing new."""
_PAUSE_S = 1.0
"""After a failure; as long as a worker without hints waits."""
_WAIT_S = 10.0


class Hints:
    """Gives hints on this process's commits, and takes those of others for its workers."""

    def __init__(self, core: Core, workers: Sequence[Worker]) -> None:
        """Know the workers of this process; there may be none."""
        self._core = core
        self._workers = {worker.kind: worker for worker in workers}
        self._waiting: Counter[JobKind] = Counter()
        self._news = asyncio.Event()

    def hear_own(self, batch: Sequence[Committed]) -> None:
        """Note the work in this process's commits that is due and cannot be begun here."""
        for committed in batch:
            for job in committed.commit.jobs:
                worker = self._workers.get(job.kind)
                if job.due_at <= committed.commit.at and (worker is None or worker.is_full):
                    self._waiting[job.kind] = min(_MOST, self._waiting[job.kind] + 1)
                    self._news.set()

    async def give(self) -> None:
        """Give hints until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            waiting, self._waiting = self._waiting, Counter()
            try:
                for kind in waiting.elements():
                    await self._core.bus.put_work(_queue(kind), b"")
            except Unavailable as error:
                log.info("hints.not_given", reason=error.detail)
                await self._core.clock.sleep(_PAUSE_S)

    async def take(self, worker: Worker) -> None:
        """Wake a worker of this process when it is hinted at, until cancelled."""
        while True:
            await worker.has_room()
            try:
                await self._take_some(worker)
            except Unavailable:
                await self._core.clock.sleep(_PAUSE_S)

    async def _take_some(self, worker: Worker) -> None:
        bus, queue = self._core.bus, _queue(worker.kind)
        taken = await bus.take_work(queue, self._core.node, limit=worker.at_once, wait_s=_WAIT_S)
        await bus.done_work(queue, [hint.receipt for hint in taken])
        if not worker.is_full:
            worker.wake()
            return
        # Its hands were filled while it waited for the hint: another worker may have room.
        for _ in taken:
            await bus.put_work(queue, b"")


def _queue(kind: JobKind) -> str:
    return f"jobs/{kind}"
