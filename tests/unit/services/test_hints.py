"""Hints between processes: work that this process cannot begin is told to one worker elsewhere, at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hub.bus.memory import MemoryBus
from hub.model.commit import Commit, Job
from hub.services.core import Core
from hub.services.hints import Hints
from hub.services.jobs import REMOVE, Outcome, Worker
from hub.settings import SessionSettings
from hub.store.memory import MemoryData, MemoryStore
from hub.testing.builders import a_commit, a_job
from hub.testing.environment import FakeClock, SeededIds


class Node:
    """One process: its own store object on the common data, and a worker that notes what it does."""

    def __init__(self, name: str, data: MemoryData, bus: MemoryBus, clock: FakeClock) -> None:
        ids = SeededIds(name)
        self.store = MemoryStore(ids, data)
        self.core = Core(
            store=self.store,
            bus=bus,
            clock=clock,
            ids=ids,
            session=SessionSettings(),
            is_sole_writer=False,
            node=name,
        )
        self.done: list[str] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.worker = Worker(self.core, "push", self._do, at_once=1)

    async def _do(self, job: Job) -> Outcome:
        self.done.append(job.id)
        await self.may_end.wait()
        return REMOVE


@asynccontextmanager
async def nodes() -> AsyncIterator[tuple[Callable[[str], Node], FakeClock]]:
    """Make processes on one store and one bus."""
    clock, data = FakeClock(), MemoryData()
    bus = MemoryBus(MemoryStore(SeededIds("bus"), data), clock)
    tasks: list[asyncio.Task[None]] = []

    def start(name: str, *, works: bool) -> Node:
        node = Node(name, data, bus, clock)
        node.store._is_open = True
        hints = Hints(node.core, [node.worker] if works else [])
        node.store.on_commit(hints.hear_own)
        tasks.append(asyncio.create_task(hints.give()))
        if works:
            node.store.on_commit(node.worker.hear_own)
            tasks.append(asyncio.create_task(node.worker.run()))
            tasks.append(asyncio.create_task(hints.take(node.worker)))
        return node

    yield lambda name: start(name, works=name != "web"), clock
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def asking(*jobs: Job) -> Commit:
    """Return a commit that asks for work."""
    return a_commit(*(f"work/{job.id}" for job in jobs), jobs=jobs)


async def test_a_process_without_workers_wakes_one_elsewhere_without_waiting() -> None:
    async with nodes() as (start, clock):
        web, left, right = start("web"), start("left"), start("right")
        await clock.advance(0)
        await web.store.append(asking(a_job("j1")))
        await clock.advance(0)
        assert left.done + right.done == ["j1"]


async def test_a_worker_whose_hands_are_full_lets_another_begin() -> None:
    async with nodes() as (start, clock):
        left = start("left")
        left.may_end.clear()
        await clock.advance(0)
        await left.store.append(asking(a_job("j1", group="s1")))
        await clock.advance(0)
        right = start("right")
        await clock.advance(0)
        await left.store.append(asking(a_job("j2", group="s2")))
        await clock.advance(0)
        assert (left.done, right.done) == (["j1"], ["j2"])
        left.may_end.set()


async def test_own_work_needs_no_hint_and_later_work_gives_none() -> None:
    async with nodes() as (start, clock):
        left, right = start("left"), start("right")
        await clock.advance(0)
        await left.store.append(asking(a_job("j1", group="s1"), a_job("j2", group="s2", due=60)))
        await clock.advance(0)
        assert (left.done, right.done) == (["j1"], [])
        assert await left.core.bus.take_work("jobs/push", "test", limit=10, wait_s=0) == []
