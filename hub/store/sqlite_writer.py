"""The one writer of the embedded database: a thread that puts everything waiting into one durable transaction.

It also keeps the write-ahead log short, beside the commits and not inside them: while work goes on, another thread
copies the log into the database; when nothing waits, the writer does it itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from hub.errors import Unavailable
from hub.model.commit import Commit, Committed
from hub.model.sentences import Sentence
from hub.store.migrations import open_reader
from hub.store.sqlite_commit import write_batch
from hub.store.sqlite_jobs import free_leases

BATCH = 256
"""Most commits in one transaction: enough to share the cost of a sync, few enough to keep one under some 15 ms."""

IDLE_S = 0.25
"""How long nothing must wait before the writer empties the log itself."""

LOG_PAGES = 16_000
"""Pages written, by estimate, until the log is copied away beside the work: some 64 MB, read in 0.2 s by recovery."""

_PAGES_PER_BATCH = 8
_ROWS_PER_PAGE = 2
"""A message alone writes 7 rows on 12 pages, in a batch of 64 still 2.7 pages (measured 2026-11-22)."""


@dataclass(slots=True, eq=False)
class Task:
    """Something to be written: a commit, or an act on the connection. `result` is what came of it."""

    commit: Commit | None = None
    act: Callable[[sqlite3.Connection], object] | None = None
    result: object = None


Report = Callable[[Sequence[Task]], None]
"""Receives each finished batch, in order, in the writer's thread. A result that is an exception is to be raised."""


class Writer:
    """Writes what it is given, in order. `report` is called once for each batch, after it is durable."""

    def __init__(self, database: sqlite3.Connection, path: Path, report: Report) -> None:
        self._database = database
        self._path = path
        self._report = report
        self._queue: SimpleQueue[Task | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="huike-sqlite-writer", daemon=True)
        self._epoch = 0
        self._last = 0
        self._changes = 0
        self._log_pages = 0
        self._copier: Thread | None = None

    def start(self) -> int:
        """Start, and return the position of the newest commit. Blocks.

        Only one process has the file at a time, so leases that stand in it are those of a dead one: its work is free.
        """
        self._load()
        free_leases(self._database)
        self._thread.start()
        return self._last

    def put(self, task: Task) -> None:
        """Give something to be written; never waits. The caller bounds how much."""
        self._queue.put(task)

    def stop(self) -> None:
        """Write what was given before, close the database and end. Blocks; safe to call twice."""
        self._queue.put(None)
        self._thread.join()

    def raise_epoch(self, database: sqlite3.Connection) -> int:
        """Raise the routing epoch; an act for `put`."""
        self._epoch += 1
        database.execute("UPDATE meta SET value = ? WHERE name = 'epoch'", (self._epoch,))
        return self._epoch

    def _load(self) -> None:
        (self._epoch,) = self._database.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
        (self._last,) = self._database.execute("SELECT coalesce(max(position), 0) FROM journal").fetchone()

    def _run(self) -> None:
        while True:
            batch, is_last = self._next_batch()
            if batch:
                self._write(batch)
                self._report(batch)
                self._note_log()
                self._shorten_log()
            if is_last:
                break
        if self._copier is not None:
            self._copier.join()
        self._database.close()

    def _next_batch(self) -> tuple[list[Task], bool]:
        """Wait for something to write and take everything that waits; tell whether it is the last."""
        batch: list[Task] = []
        task = self._wait()
        with suppress(Empty):
            while task is not None:
                batch.append(task)
                if len(batch) == BATCH:
                    return batch, False
                task = self._queue.get_nowait()
        return batch, task is None

    def _wait(self) -> Task | None:
        if self._log_pages:
            try:
                return self._queue.get(timeout=IDLE_S)
            except Empty:
                self._copy_log()
        return self._queue.get()

    def _write(self, batch: Sequence[Task]) -> None:
        """Write the batch in one transaction and note the results. When that fails, everything in it has failed."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            # Commits first: they may take the transaction back and begin it anew.
            written = self._write_commits([task for task in batch if task.commit is not None])
            for task in batch:
                if task.act is not None:
                    task.result = task.act(self._database)
            self._database.execute("COMMIT")
            self._last += written
        except Exception as error:  # whatever it is, the callers must hear of it and the thread must live
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            with suppress(sqlite3.Error):
                self._load()
            for task in batch:
                task.result = _failure(error)

    def _write_commits(self, tasks: Sequence[Task]) -> int:
        if not tasks:
            return 0
        commits = [task.commit for task in tasks if task.commit is not None]
        judged = write_batch(self._database, commits, last=self._last, epoch=self._epoch)
        for task, result in zip(tasks, judged.results, strict=True):
            task.result = result
        return len(judged.accepted)

    def _note_log(self) -> None:
        written = self._database.total_changes - self._changes
        if written:
            self._changes += written
            self._log_pages += _PAGES_PER_BATCH + written // _ROWS_PER_PAGE

    def _shorten_log(self) -> None:
        """Have the log copied away beside the work when it has grown long, then finish the little that is left."""
        if self._copier is not None:
            if not self._copier.is_alive():
                self._copier = None
                self._copy_log()
        elif self._log_pages > LOG_PAGES:
            self._copier = Thread(target=self._copy_beside, name="huike-sqlite-log", daemon=True)
            self._copier.start()

    def _copy_beside(self) -> None:
        with suppress(sqlite3.Error):
            database = open_reader(self._path)
            try:
                database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            finally:
                database.close()

    def _copy_log(self) -> None:
        """Copy the log into the database. A log that is copied whole starts over with the next commit."""
        with suppress(sqlite3.Error):  # a full disk stops commits, which say so; here it only means: later
            self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._log_pages = 0


def committed_of(tasks: Sequence[Task]) -> list[Committed]:
    """Return what a batch added to the journal, ascending."""
    return [task.result for task in tasks if isinstance(task.result, Committed)]


def _failure(error: Exception) -> Exception:
    if isinstance(error, sqlite3.Error):
        return Unavailable(Sentence("The database cannot be written to ({error}).", error=error))
    return error
