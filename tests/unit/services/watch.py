"""A watchdog over a floor: it watches the leader of the test, and hears what the store tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from hub.model.alarms import Alarm
from hub.ports.bus import Published
from hub.services.alarms import Alarms
from hub.services.leader_calls import LeaderCalls
from hub.services.live_queues import LiveQueue
from hub.services.waiting_list import WaitingItem, WaitingQuery
from hub.services.watchdog import LOOK_S, Watchdog
from tests.unit.services.floor import Floor


@dataclass
class Watch:
    """The watchdog of a term, with what it raised."""

    floor: Floor
    alarms: Alarms
    dog: Watchdog
    task: asyncio.Task[None]
    is_heard: bool = True

    def hear(self, published: Published) -> None:
        """Let the watchdog hear the stream, unless the test has stopped its ears."""
        if self.is_heard:
            self.dog.hear(published)

    async def look(self, seconds: float = LOOK_S) -> None:
        """Let so much time pass, at least until the next look."""
        await self.floor.advance(seconds)
        await self.floor.settle()

    async def waiting(self, **query: Any) -> list[WaitingItem]:
        """Return who waits."""
        return list((await self.dog.waiting(WaitingQuery(**query))).items)

    async def live(self) -> LiveQueue:
        """Return the figures of the default queue."""
        return (await self.dog.live()).queues[0]

    def open(self) -> list[str]:
        """Return the kinds of the open alarms, oldest first."""
        return [str(alarm.kind) for alarm in self.alarms.known(only_open=True)][::-1]

    def all(self) -> list[Alarm]:
        """Return all alarms, oldest first."""
        return self.alarms.known()[::-1]


@asynccontextmanager
async def watching(floor: Floor) -> AsyncIterator[Watch]:
    """Watch the newest term of a floor."""
    core, bus = floor.g.core, floor.g.core.bus
    alarms, calls = Alarms(core), LeaderCalls(core)
    calls.is_leading = lambda: True
    dog = Watchdog(core, floor.g.directory, alarms, calls)
    await alarms.load()
    bus.subscribe(alarms.hear)
    watch = Watch(floor, alarms, dog, asyncio.create_task(dog.run(floor.leader)))
    bus.subscribe(watch.hear)
    await floor.settle()
    yield watch
    watch.task.cancel()
    with suppress(asyncio.CancelledError):
        await watch.task
