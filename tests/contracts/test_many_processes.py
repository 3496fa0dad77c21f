"""The scale-out pair together: stores on one MongoDB, buses on one Redis, as two processes have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.bus.redis import RedisBus
from hub.environment import SystemClock, SystemIds
from hub.errors import VersionConflict
from hub.store.mongo_store import MongoStore
from hub.testing.builders import a_commit, a_session
from hub.testing.bus_ground import Heard, names
from hub.testing.store_ground import whole_journal
from tests.support.patience import PATIENCE_S
from tests.support.redis_server import RedisServer

_WRITERS = 8
_VERSIONS = 15


@asynccontextmanager
async def _process(mongo_url: str, redis_url: str, prefix: str) -> AsyncIterator[tuple[MongoStore, RedisBus]]:
    clock, ids = SystemClock(), SystemIds()
    store = MongoStore(mongo_url, clock, ids)
    bus = RedisBus(redis_url, store, clock, ids, prefix=prefix)
    await store.open()
    await bus.open()
    store.on_commit(bus.publish)
    try:
        yield store, bus
    finally:
        await bus.close()
        await store.close()


async def test_both_hear_the_journal(redis_server: RedisServer, key_prefix: str, mongo_url: str) -> None:
    """Two processes that fight for the same sessions both hear exactly the journal, each version in its turn."""

    async def fight(store: MongoStore, number: int) -> int:
        lost = 0
        for version in range(1, _VERSIONS + 1):
            try:
                await store.append(a_commit(session=a_session(f"s{number % 3}", version)))
            except VersionConflict:
                lost += 1
        return lost

    url = redis_server.url
    async with (
        _process(mongo_url, url, key_prefix) as (one, here),
        _process(mongo_url, url, key_prefix) as (other, there),
    ):
        heard = [Heard(here), Heard(there)]
        lost = await asyncio.gather(*(fight((one, other)[number % 2], number) for number in range(_WRITERS)))
        journal = await whole_journal(one)
        assert len(journal) == 3 * _VERSIONS
        assert sum(lost) == (_WRITERS - 3) * _VERSIONS
        async with asyncio.timeout(PATIENCE_S):
            while any(len(each.published) < len(journal) for each in heard):  # noqa: ASYNC110  # listeners are plain calls
                await asyncio.sleep(0.01)
        for each in heard:
            assert each.names == names(journal)
        versions = [(c.commit.session.id, c.commit.session.version) for c in journal if c.commit.session]
        assert all(
            [version for name, version in versions if name == session] == list(range(1, _VERSIONS + 1))
            for session in ("s0", "s1", "s2")
        )
