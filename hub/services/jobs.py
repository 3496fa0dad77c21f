"""Workers: take durable jobs by lease and do them; a job survives the process that was doing it.

A job ends in one of three ways: its handler commits something that finishes it, the handler returns True and the
worker finishes it, or it is postponed. A handler that fails is tried again with growing gaps, and never in silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from hub.errors import Unavailable
from hub.model.commit import Committed, Job, JobKind
from hub.model.timestamps import seconds_between, shift
from hub.services.core import Core
from hub.services.waiting import either

log = structlog.get_logger()

Handler = Callable[[Job], Awaitable["Outcome"]]

_BATCH = 64
_LEASE_S = 30.0
_IDLE_S = 1.0
"""Longest wait before looking for due jobs again: what another process left behind is found within this."""


class Outcome:
    """How a job ended: done by its own commit, to be removed, or to be done later."""

    def __init__(self, *, remove: bool = False, retry_in: float | None = None) -> None:
        """`remove`: the worker removes it; `retry_in`: seconds until the next try."""
        self.remove = remove
        self.retry_in = retry_in


COMMITTED = Outcome()
REMOVE = Outcome(remove=True)


class Worker:
    """Does the jobs of one kind, several at a time, one of each group."""

    def __init__(self, core: Core, kind: JobKind, handler: Handler, *, at_once: int, lease_s: float = _LEASE_S) -> None:
        """Take a handler that ends within `lease_s`; `at_once` bounds how many jobs are under way."""
        self._core = core
        self.kind: JobKind = kind
        self._handler = handler
        self.at_once = at_once
        self._lease_s = lease_s
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def hear_own(self, batch: Sequence[Committed]) -> None:
        """Wake up when this process has just committed work of this kind, or ended some that others stand behind."""
        for committed in batch:
            commit = committed.commit
            if commit.done or any(job.kind == self.kind for job in commit.jobs):
                self._wake.set()
                return

    @property
    def is_full(self) -> bool:
        """Tell whether as many jobs are under way as may be."""
        return len(self._tasks) >= self.at_once

    def wake(self) -> None:
        """Look for due jobs now."""
        self._wake.set()

    async def has_room(self) -> None:
        """Wait until another job could be begun."""
        await self._room.wait()

    async def run(self) -> None:
        """Work until cancelled; what is under way then is given back by the end of its lease."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._round()
                except Unavailable:
                    log.warning("worker.store_unavailable", kind=self.kind)
                    await self._core.clock.sleep(_IDLE_S)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _round(self) -> None:
        free = self.at_once - len(self._tasks)
        jobs: list[Job] = []
        if free > 0:
            now = self._core.clock.now()
            jobs = await self._core.store.lease_jobs(
                self.kind, owner=self._core.node, now=now, until=shift(now, self._lease_s), limit=min(free, _BATCH)
            )
        for job in jobs:
            task = asyncio.create_task(self._do(job))
            self._tasks.add(task)
            task.add_done_callback(self._finished)
        if self.is_full:
            self._room.clear()
        if not jobs:
            await self._pause()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.set()
        self._wake.set()

    async def _pause(self) -> None:
        due = await self._core.store.next_due(self.kind)
        wait = _IDLE_S if due is None else max(0.005, min(_IDLE_S, seconds_between(self._core.clock.now(), due)))
        if self.is_full:
            wait = _IDLE_S
        await either(self._core.clock, self._wake, wait)

    async def _do(self, job: Job) -> None:
        try:
            outcome = await self._handler(job)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("job.failed", kind=self.kind, job=job.id, session=job.session_id, attempts=job.attempts)
            outcome = Outcome(retry_in=min(300.0, 2.0 ** min(job.attempts, 8)))
        try:
            if outcome.remove:
                await self._core.store.finish_job(job.id)
            elif outcome.retry_in is not None:
                due = shift(self._core.clock.now(), outcome.retry_in)
                await self._core.store.postpone_job(job.id, owner=self._core.node, due_at=due)
        except Unavailable:
            log.warning("job.not_settled", kind=self.kind, job=job.id)
