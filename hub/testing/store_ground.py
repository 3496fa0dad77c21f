"""What a contract check of the store is given: a place for data that outlives the stores opened on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from hub.model.commit import Commit, Committed
from hub.ports.store import Store


class Ground(Protocol):
    """The data of one check, empty at first, through several lives of a store."""

    def store(self) -> Store:
        """Return another store on the data, not opened yet; the one before was closed or lost."""
        ...

    async def lose(self, store: Store) -> None:
        """Let the store vanish as a killed process does: nothing is finished and nothing said."""
        ...

    async def mark_newer(self) -> None:
        """Mark the data as written by a Huike of the future; no store is open."""
        ...

    def backup_path(self) -> str:
        """Return where a backup may be written."""
        ...

    def copy(self, path: str) -> Store:
        """Return a store on what `backup` wrote to the path."""
        ...


Maker = Callable[[], AbstractAsyncContextManager[Ground]]
"""Makes the ground of one check, and takes it down with whatever is still open on it."""


@asynccontextmanager
async def opened(ground: Ground) -> AsyncIterator[Store]:
    """Open a store on the ground and close it at the end."""
    store = ground.store()
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def fresh(make: Maker) -> AsyncIterator[Store]:
    """Open a store on a new ground."""
    async with make() as ground, opened(ground) as store:
        yield store


async def whole_journal(store: Store, step: int = 7) -> list[Committed]:
    """Read the whole journal in small steps."""
    found: list[Committed] = []
    while True:
        more = await store.journal(found[-1].position if found else 0, step)
        if not more:
            return found
        found += more


async def append_all(store: Store, commits: Sequence[Commit]) -> list[Committed]:
    """Append one commit after the other."""
    return [await store.append(commit) for commit in commits]
