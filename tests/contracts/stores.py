"""Every store that the contract is run against: a maker of ground for each, by name."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from sqlite3 import connect

from hub.ports.store import Store
from hub.store.memory import MemoryData, MemoryStore
from hub.store.sqlite import SqliteStore
from hub.testing.environment import SeededIds
from hub.testing.store_contract import Maker

_grounds = count(1)


class MemoryGround:
    """Data in memory that outlives its stores."""

    def __init__(self) -> None:
        self._ids = SeededIds(f"memory{next(_grounds)}")
        self._data = MemoryData()

    def store(self) -> Store:
        return MemoryStore(self._ids, self._data)

    async def lose(self, store: Store) -> None:
        pass

    async def mark_newer(self) -> None:
        self._data.version += 1

    def backup_path(self) -> str:
        return "nowhere"

    def copy(self, path: str) -> Store:
        raise AssertionError(f"a store in memory wrote a backup to {path}")


@asynccontextmanager
async def memory_ground() -> AsyncIterator[MemoryGround]:
    yield MemoryGround()


class SqliteGround:
    """A folder with a database file. A killed process is played by going on with a copy of its files as they are."""

    def __init__(self, folder: Path) -> None:
        self._ids = SeededIds(f"sqlite{next(_grounds)}")
        self._folder = folder
        self._lives = 0
        self._stores: list[SqliteStore] = []

    @property
    def path(self) -> Path:
        return self._folder / f"life{self._lives}" / "huike.db"

    def store(self) -> Store:
        self._stores.append(SqliteStore(self.path, self._ids))
        return self._stores[-1]

    async def lose(self, store: Store) -> None:
        before = self.path.parent
        self._lives += 1
        await asyncio.to_thread(shutil.copytree, before, self.path.parent)

    async def mark_newer(self) -> None:
        await asyncio.to_thread(_raise_version, self.path)

    def backup_path(self) -> str:
        return str(self._folder / "copy.db")

    def copy(self, path: str) -> Store:
        self._stores.append(SqliteStore(path, self._ids))
        return self._stores[-1]

    async def tidy_up(self) -> None:
        for store in self._stores:
            await store.close()


def sqlite_grounds(folder: Path) -> Maker:
    """Return a maker of databases in folders of their own."""

    @asynccontextmanager
    async def make() -> AsyncIterator[SqliteGround]:
        own = folder / f"ground{next(_grounds)}"
        await asyncio.to_thread(own.mkdir)
        ground = SqliteGround(own)
        try:
            yield ground
        finally:
            await ground.tidy_up()

    return make


def _raise_version(path: Path) -> None:
    with closing(connect(path)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute(f"PRAGMA user_version = {version + 1}")
