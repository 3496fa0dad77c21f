"""A Redis that goes away, comes back with or without its data, or must not be used at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis import Redis

from hub.bus.redis import RedisBus
from hub.environment import SystemClock, SystemIds
from hub.errors import SettingsError, Unavailable
from hub.store.memory import MemoryStore
from hub.testing.builders import a_commit
from hub.testing.bus_ground import Heard
from tests.support.patience import PATIENCE_S
from tests.support.redis_server import RedisServer


@asynccontextmanager
async def _bus(server: RedisServer, store: MemoryStore) -> AsyncIterator[RedisBus]:
    bus = RedisBus(server.url, store, SystemClock(), SystemIds())
    await bus.open()
    try:
        yield bus
    finally:
        await bus.close()


async def _commit(store: MemoryStore, bus: RedisBus, numbers: range) -> None:
    for number in numbers:
        bus.publish([await store.append(a_commit(f"k{number}#1"))])
        await asyncio.sleep(0)


async def _hears(heard: Heard, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(heard.published) < count:  # noqa: ASYNC110  # listeners are plain calls
            await asyncio.sleep(0.01)
    assert heard.names == [f"k{number}#1" for number in range(count)]


@pytest.mark.parametrize("keeps", [True, False], ids=["with its data", "empty"])
async def test_nothing_is_missed_over_a_restart(redis_on_disk: RedisServer, *, keeps: bool) -> None:
    """Before, during and after a Redis that is killed, every process hears every commit once and in order."""
    store = MemoryStore(SystemIds())
    await store.open()
    async with _bus(redis_on_disk, store) as one, _bus(redis_on_disk, store) as other:
        here, there = Heard(one), Heard(other)
        cursor = await one.end()
        await _commit(store, one, range(5))
        await _hears(there, 5)
        if not keeps:
            _forget_everything(redis_on_disk)
        redis_on_disk.kill()
        await _commit(store, one, range(5, 8))
        assert len(here.published) == 8, "a process hears its own commits without Redis"
        with pytest.raises(Unavailable):
            await one.ping()
        with pytest.raises(Unavailable):
            await one.acquire("leader", "a", 10)
        await _hears(there, 8)
        redis_on_disk.restart()
        await _commit(store, one, range(8, 12))
        await _hears(there, 12)
        await other.acquire("leader", "b", 10)
        assert (await other.end()).epoch == cursor.epoch, "no client has to load afresh"
        assert await one.acquire("leader", "a", 10) is False


def _forget_everything(server: RedisServer) -> None:
    with Redis.from_url(server.url) as client:
        client.flushall()


async def test_a_redis_that_drops_keys_is_refused(redis_on_disk: RedisServer) -> None:
    """With a bound on memory only `noeviction` will do; the line says so."""
    store = MemoryStore(SystemIds())
    await store.open()
    with Redis.from_url(redis_on_disk.url) as client:
        client.config_set("maxmemory", "64mb")
        client.config_set("maxmemory-policy", "allkeys-lru")
    bus = RedisBus(redis_on_disk.url, store, SystemClock(), SystemIds())
    with pytest.raises(SettingsError, match="noeviction"):
        await bus.open()
    with Redis.from_url(redis_on_disk.url) as client:
        client.config_set("maxmemory-policy", "noeviction")
    async with _bus(redis_on_disk, store):
        pass


async def test_a_full_redis_fails_loudly_and_loses_nothing(redis_on_disk: RedisServer) -> None:
    """Writes to Redis are refused; commits are heard all the same."""
    store = MemoryStore(SystemIds())
    await store.open()
    async with _bus(redis_on_disk, store) as one, _bus(redis_on_disk, store) as other:
        there = Heard(other)
        with Redis.from_url(redis_on_disk.url) as client:
            client.config_set("maxmemory", "1mb")
        with pytest.raises(Unavailable):
            await one.put_work("q", b"x")
        await _commit(store, one, range(4))
        await _hears(there, 4)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://127.0.0.1:port/0", "redis://nobody.invalid:6379/0"])
async def test_an_unreachable_redis_stops_the_start(url: str) -> None:
    """One plain line, within the time limit."""
    store = MemoryStore(SystemIds())
    await store.open()
    bus = RedisBus(url, store, SystemClock(), SystemIds())
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(SettingsError) as caught:
            await bus.open()
    assert "\n" not in caught.value.detail
