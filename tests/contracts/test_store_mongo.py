"""The store on MongoDB keeps every promise of the port: on a plain server and on a replica set."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pymongo import MongoClient

from hub.environment import SystemClock, SystemIds
from hub.ports.store import Store
from hub.store.mongo_store import MongoStore
from hub.testing.store_contract import CHECKS, SHARED_CHECKS, Check, Maker
from tests.support.mongo_server import MongoServer


class MongoGround:
    """A database of its own."""

    def __init__(self, server: MongoServer) -> None:
        self.name = f"huike_{secrets.token_hex(6)}"
        self._server = server
        self._stores: list[MongoStore] = []

    def store(self) -> Store:
        self._stores.append(MongoStore(self._server.url(self.name), SystemClock(), SystemIds()))
        return self._stores[-1]

    async def lose(self, store: Store) -> None:
        """Leave the store as it is: for the next one it is a process that was here a moment ago."""

    async def mark_newer(self) -> None:
        await asyncio.to_thread(self._mark_newer)

    def _mark_newer(self) -> None:
        with MongoClient[dict[str, object]](self._server.url(self.name)) as client:
            client[self.name]["meta"].update_one({"_id": "journal"}, {"$inc": {"schema": 1}})

    def backup_path(self) -> str:
        return "nowhere"

    def copy(self, path: str) -> Store:
        raise AssertionError(f"a store on MongoDB wrote a backup to {path}")

    async def tidy_up(self) -> None:
        for store in self._stores:
            await store.close()
        await asyncio.to_thread(self._server.drop, self.name)


def mongo_grounds(server: MongoServer) -> Maker:
    """Return a maker of databases on a server."""

    @asynccontextmanager
    async def make() -> AsyncIterator[MongoGround]:
        ground = MongoGround(server)
        try:
            yield ground
        finally:
            await ground.tidy_up()

    return make


@pytest.mark.parametrize("check", [*CHECKS, *SHARED_CHECKS], ids=lambda check: check.__name__)
async def test_plain_server(check: Check, mongo_server: MongoServer) -> None:
    await check(mongo_grounds(mongo_server))


@pytest.mark.parametrize("check", [*CHECKS, *SHARED_CHECKS], ids=lambda check: check.__name__)
async def test_replica_set(check: Check, mongo_replica_set: MongoServer) -> None:
    await check(mongo_grounds(mongo_replica_set))
