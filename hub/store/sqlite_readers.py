"""Threads that read the embedded database, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import Concatenate, ParamSpec, TypeVar

from hub.errors import Unavailable
from hub.model.sentences import Sentence
from hub.store.migrations import open_reader

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 2
WAITING = 2_000
"""Most questions that wait for a thread; beyond that the answer is `Unavailable`, at once."""

TIMEOUT_S = 15.0


class Readers:
    """A few threads with a connection each. A question sees everything that was durable when it was asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = local()
        self._connections: list[sqlite3.Connection] = []
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="huike-sqlite-reader", initializer=self._connect)
        self._waiting = 0

    async def ask(self, question: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """Run a question in a thread and return its answer.

        Raises:
            Unavailable: too many questions wait, or the database does not answer.
        """
        if self._waiting >= WAITING:
            raise Unavailable("Too many questions wait for the database.")
        self._waiting += 1
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await asyncio.get_running_loop().run_in_executor(
                    self._pool, lambda: question(self._own.database, *args, **kw)
                )
        except (sqlite3.Error, TimeoutError) as error:
            raise Unavailable(
                Sentence("The database cannot be read ({kind}: {error}).", kind=type(error).__name__, error=error)
            ) from error
        except RuntimeError as error:
            raise Unavailable("The store is closed.") from error
        finally:
            self._waiting -= 1

    def stop(self) -> None:
        """Finish what is being read and let go. Blocks; safe to call twice."""
        self._pool.shutdown(wait=True)
        while self._connections:
            self._connections.pop().close()

    def _connect(self) -> None:
        self._own.database = open_reader(self._path)
        self._connections.append(self._own.database)
