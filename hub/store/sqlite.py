"""The embedded store: one SQLite file, one process, nothing to install.

Durable means here: the transaction is in the write-ahead log and synced (`synchronous=FULL`). Commits go through one
writer thread in groups; questions through a few reader threads. Nothing blocks the event loop. One process at a time:
a lock beside the file refuses the second.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TypeVar, cast

from hub.errors import Conflict, SettingsError, Unavailable
from hub.model.commit import Commit, Committed, Job, JobKind, Record, RecordKind
from hub.model.customer import Customer
from hub.model.ids import CustomerId, JobId, MessageId, SessionId
from hub.model.sentences import Sentence
from hub.model.session import Session
from hub.model.timeline import Entry, Message
from hub.model.timestamps import Timestamp
from hub.ports.environment import Ids
from hub.ports.store import CommitListener, CustomerQuery, Page, SessionQuery
from hub.store import sqlite_jobs as jobs
from hub.store import sqlite_read as read
from hub.store.migrations import open_database
from hub.store.sqlite_readers import Readers
from hub.store.sqlite_writer import Task, Writer, committed_of

T = TypeVar("T")
WAITING = 8_192
"""Most writes that wait; beyond that the answer is `Unavailable`, at once. About a second's work."""

STALLED_S = 10.0
"""When nothing was written for so long although something waits, everybody who waits is told `Unavailable`."""

PING_S = 3.0
KEPT_SESSIONS = 4_096
"""Sessions kept in memory, those that changed last: some 15 MB, and no question to a thread for each message."""


class SqliteStore:
    """The store in a file at `path`; `ids` names a new journal."""

    def __init__(self, path: str | Path, ids: Ids) -> None:
        self._path = Path(path)
        self._ids = ids
        self._listeners: list[CommitListener] = []
        self._waiting: dict[Task, asyncio.Future[object]] = {}
        self._kept: OrderedDict[SessionId, Session] = OrderedDict()
        self._batches = 0
        self._position = 0
        self._identity = ""
        self._watch: asyncio.TimerHandle | None = None
        self._lock: int | None = None
        self._open: tuple[asyncio.AbstractEventLoop, Writer, Readers] | None = None

    async def open(self) -> None:
        """Take the lock, open or create the file and bring it to the newest form."""
        loop = asyncio.get_running_loop()

        def report(batch: Sequence[Task]) -> None:
            try:
                loop.call_soon_threadsafe(self._finish, batch)
            except RuntimeError:
                return  # the loop is gone, and with it everybody who could want to know

        def start() -> tuple[Writer, Readers]:
            self._lock = _lock(self._path)
            try:
                database, self._identity = open_database(self._path, self._ids.new())
                writer = Writer(database, self._path, report)
                self._position = writer.start()
            except BaseException:
                self._unlock()
                raise
            return writer, Readers(self._path)

        if self._open is None:
            self._kept.clear()  # while the store was closed another process may have written
            self._open = (loop, *await asyncio.to_thread(start))

    async def close(self) -> None:
        """Write what waits, empty the log into the file, let go."""
        if self._open is None:
            return
        _, writer, readers = self._open
        self._open = None

        def stop() -> None:
            readers.stop()
            writer.stop()
            self._unlock()

        await asyncio.shield(asyncio.to_thread(stop))
        # The last batch was reported from the thread: its turn on the loop comes before this one's.
        await asyncio.sleep(0)
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def ping(self) -> None:
        """Write a mark, as a commit is written."""
        try:
            async with asyncio.timeout(PING_S):
                await self._write(_beat)
        except TimeoutError as error:
            raise Unavailable("The database does not answer.") from error

    def on_commit(self, listener: CommitListener) -> None:
        """Tell the listener of every commit."""
        self._listeners.append(listener)

    async def append(self, commit: Commit) -> Committed:
        """Append a commit with everything that waits."""
        return cast("Committed", await self._put(Task(commit=commit)))

    async def _write(self, act: Callable[[sqlite3.Connection], T]) -> T:
        return cast("T", await self._put(Task(act=act)))

    def _put(self, task: Task) -> asyncio.Future[object]:
        if self._open is None:
            raise Unavailable("The store is closed.")
        if len(self._waiting) >= WAITING:
            raise Unavailable("Too much waits to be written.")
        loop, writer, _ = self._open
        future: asyncio.Future[object] = loop.create_future()
        self._waiting[task] = future
        writer.put(task)
        if self._watch is None:
            self._watch = loop.call_later(STALLED_S, self._check_progress, self._batches)
        return future

    def _finish(self, batch: Sequence[Task]) -> None:
        """Make a durable batch known: to later questions, to listeners, and last to those who wait for it."""
        self._batches += 1
        committed = committed_of(batch)
        if committed:
            self._position = committed[-1].position
            self._keep(committed)
            for listener in self._listeners:
                self._tell(listener, committed)
        for task in batch:
            future = self._waiting.pop(task, None)
            if future is None or future.done():
                continue
            if isinstance(task.result, Exception):
                future.set_exception(task.result)
            else:
                future.set_result(task.result)

    def _tell(self, listener: CommitListener, committed: Sequence[Committed]) -> None:
        try:
            listener(committed)
        except Exception as error:  # one listener's fault must not keep the others from their news
            context = {"message": "A listener of the store raised", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)

    def _keep(self, committed: Sequence[Committed]) -> None:
        for one in committed:
            session = one.commit.session
            if session is not None:
                self._kept[session.id] = session
                self._kept.move_to_end(session.id)
        while len(self._kept) > KEPT_SESSIONS:
            self._kept.popitem(last=False)

    def _check_progress(self, batches: int) -> None:
        self._watch = None
        if not self._waiting or self._open is None:
            return
        if batches == self._batches:
            waiting, self._waiting = self._waiting, {}
            for future in waiting.values():
                if not future.done():
                    future.set_exception(Unavailable("The disk does not answer.", retry_after=STALLED_S))
            return
        self._watch = self._open[0].call_later(STALLED_S, self._check_progress, self._batches)

    @property
    def _readers(self) -> Readers:
        if self._open is None:
            raise Unavailable("The store is closed.")
        return self._open[2]

    async def claim_epoch(self) -> int:
        """Raise the epoch, in line with the commits."""
        if self._open is None:
            raise Unavailable("The store is closed.")
        return await self._write(self._open[1].raise_epoch)

    async def claimed(self, key: str) -> bytes | None:
        """Return the answer of a claim."""
        return await self._readers.ask(read.claimed, key)

    async def journal(self, after: int, limit: int) -> Sequence[Committed]:
        """Return commits after a position, up to the newest that listeners have heard of."""
        return await self._readers.ask(read.journal, after, self._position, limit)

    async def last_position(self) -> int:
        """Return the position of the newest commit that listeners have heard of.

        So a reading that starts after this answer holds everything up to the position.
        """
        return self._position

    async def identity(self) -> str:
        """Return the journal's own name."""
        return self._identity

    async def session(self, session_id: SessionId) -> Session | None:
        """Return a session, from memory when it changed lately."""
        kept = self._kept.get(session_id)
        return kept if kept is not None else await self._readers.ask(read.session, session_id)

    async def sessions(self, query: SessionQuery) -> Page[Session]:
        """Return sessions by the query."""
        return await self._readers.ask(read.sessions, query)

    async def open_sessions(self) -> AsyncIterator[Session]:
        """Yield every session that is not closed, by id."""
        after = ""
        while found := await self._readers.ask(read.open_sessions, after, 500):
            for session in found:
                yield session
            after = found[-1].id

    async def timeline(self, session_id: SessionId, after: int = 0, limit: int = 200) -> Sequence[Entry]:
        """Return entries after a number."""
        return await self._readers.ask(read.timeline, session_id, after, limit)

    async def message(self, message_id: MessageId) -> tuple[SessionId, Message] | None:
        """Find a message by its id."""
        return await self._readers.ask(read.message, message_id)

    async def customer(self, customer_id: CustomerId) -> Customer | None:
        """Return a customer."""
        return await self._readers.ask(read.customer, customer_id)

    async def owner(self, identity_key: str) -> Customer | None:
        """Return the customer who owns a proved identity."""
        return await self._readers.ask(read.owner, identity_key)

    async def customers(self, query: CustomerQuery) -> Page[Customer]:
        """Return customers by the query."""
        return await self._readers.ask(read.customers, query)

    async def absorbed_by(self, customer_id: CustomerId) -> Sequence[CustomerId]:
        """Return who is merged into the customer."""
        return await self._readers.ask(read.absorbed_by, customer_id)

    async def record(self, kind: RecordKind, record_id: str) -> Record | None:
        """Return a plain record."""
        return await self._readers.ask(read.record, kind, record_id)

    async def records(self, kind: RecordKind) -> Sequence[Record]:
        """Return the records of a kind by id."""
        return await self._readers.ask(read.records, kind)

    async def recent_records(
        self, kind: RecordKind, prefix: str, *, before: str | None = None, limit: int = 100
    ) -> Sequence[Record]:
        """Return the newest records of a kind below a prefix."""
        return await self._readers.ask(read.recent_records, kind, prefix, before, limit)

    async def lease_jobs(self, kind: JobKind, *, owner: str, now: Timestamp, until: Timestamp, limit: int) -> list[Job]:
        """Take jobs that are due, in line with the commits."""
        return await self._write(lambda db: jobs.lease(db, kind, owner=owner, now=now, until=until, limit=limit))

    async def postpone_job(self, job_id: JobId, *, owner: str, due_at: Timestamp) -> bool:
        """Give a leased job back."""
        return await self._write(lambda db: jobs.postpone(db, job_id, owner=owner, due_at=due_at))

    async def finish_job(self, job_id: JobId) -> None:
        """Remove a job."""
        await self._write(lambda db: jobs.finish(db, job_id))

    async def next_due(self, kind: JobKind) -> Timestamp | None:
        """Return when the next lease may succeed."""
        return await self._readers.ask(jobs.next_due, kind)

    async def backup(self, path: str) -> None:
        """Write a copy, whole as of one moment, while work goes on; it takes its name only when it is complete."""
        await self._readers.ask(_copy, Path(path))


def _beat(database: sqlite3.Connection) -> None:
    database.execute("UPDATE meta SET value = value + 1 WHERE name = 'pulse'")


def _copy(database: sqlite3.Connection, path: Path) -> None:
    if path.exists():
        raise Conflict(Sentence("There is a file at {path} already: choose another name for the backup.", path=path))
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    copy = sqlite3.connect(part)
    try:
        database.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()
    part.rename(path)


def _lock(path: Path) -> int:
    """Keep other processes from the database for as long as the returned file is open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsError(
            Sentence(
                "Cannot write in {folder} ({reason}): check the folder's rights.",
                folder=path.parent,
                reason=error.strerror,
            )
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise SettingsError(
            Sentence("Another Huike uses {path}: stop it first, or choose another place for the data.", path=path)
        ) from error
    return lock
