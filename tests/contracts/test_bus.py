"""Every bus keeps every promise of its port: in memory, and over a real Redis between several."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from hub.bus.memory import MemoryBus
from hub.bus.redis import RedisBus
from hub.environment import SystemClock, SystemIds
from hub.ports.bus import Bus
from hub.store.memory import MemoryStore
from hub.testing.bus_contract import CHECKS, SHARED_CHECKS, Check, Maker
from hub.testing.bus_ground import REACH, REDELIVER_S, WORK_BOUND
from hub.testing.environment import FakeClock, SeededIds
from tests.support.redis_server import RedisServer


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Faults that checks provoke are not printed."""
    with capture_logs():
        yield


class MemoryGround:
    """One process, with a clock that the check moves."""

    def __init__(self) -> None:
        self.store = MemoryStore(SeededIds("bus"))
        self._clock = FakeClock()
        self._bus: MemoryBus | None = None

    async def bus(self) -> Bus:
        if self._bus is None:
            self._bus = MemoryBus(self.store, self._clock, reach=REACH, redeliver_s=REDELIVER_S, work_bound=WORK_BOUND)
            await self._bus.open()
        return self._bus

    async def restart(self) -> Bus:
        await self.tidy_up()
        return await self.bus()

    async def pass_time(self, seconds: float) -> None:
        await self._clock.advance(seconds)

    async def tidy_up(self) -> None:
        bus, self._bus = self._bus, None
        if bus is not None:
            await bus.close()


class RedisGround:
    """Several processes on one Redis; time passes as it does."""

    def __init__(self, url: str, prefix: str) -> None:
        self.store = MemoryStore(SystemIds())
        self._url = url
        self._prefix = prefix
        self._buses: list[RedisBus] = []

    async def bus(self) -> Bus:
        bus = RedisBus(
            self._url,
            self.store,
            SystemClock(),
            SystemIds(),
            prefix=self._prefix,
            reach=REACH,
            redeliver_s=REDELIVER_S,
            work_bound=WORK_BOUND,
        )
        await bus.open()
        self._buses.append(bus)
        return bus

    async def restart(self) -> Bus:
        await self.tidy_up()
        self._prefix += "x"
        return await self.bus()

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def tidy_up(self) -> None:
        for bus in self._buses:
            await bus.close()
        self._buses.clear()


@asynccontextmanager
async def memory_ground() -> AsyncIterator[MemoryGround]:
    ground = MemoryGround()
    await ground.store.open()
    try:
        yield ground
    finally:
        await ground.tidy_up()


def redis_grounds(url: str, prefix: str) -> Maker:
    """Return a maker of groups of buses that share keys with nobody."""

    @asynccontextmanager
    async def make() -> AsyncIterator[RedisGround]:
        ground = RedisGround(url, prefix)
        await ground.store.open()
        try:
            yield ground
        finally:
            await ground.tidy_up()

    return make


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_memory(check: Check) -> None:
    await check(memory_ground)


@pytest.mark.parametrize("check", [*CHECKS, *SHARED_CHECKS], ids=lambda check: check.__name__)
async def test_redis(check: Check, redis_server: RedisServer, key_prefix: str) -> None:
    await check(redis_grounds(redis_server.url, key_prefix))
