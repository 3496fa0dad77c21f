"""The store for many processes: MongoDB, alone or as a replica set.

One document in the journal is the commit; everything else is derived from it, so no transaction over several
documents is needed. Concurrent appends are gathered: while one batch is being derived, the next one is inserted. How
positions work stands in `mongo_journal`, how derived collections stay true in `mongo_views`. This module must not
know the driver.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import structlog

from hub.errors import HubError, Unavailable
from hub.model.codec import decode_entry
from hub.model.commit import Commit, Committed, Job, JobKind, Record, RecordKind, session_key
from hub.model.customer import Customer, owned
from hub.model.ids import CustomerId, JobId, MessageId, SessionId
from hub.model.sentences import Sentence
from hub.model.session import Session
from hub.model.timeline import Entry, Message
from hub.model.timestamps import Timestamp
from hub.ports.bus import SkipListener
from hub.ports.environment import Clock, Ids
from hub.ports.store import CommitListener, CustomerQuery, Page, SessionQuery
from hub.store.mongo import MongoDatabase
from hub.store.mongo_documents import (
    CUSTOMERS,
    ENTRIES,
    RECORDS,
    SESSIONS,
    behind,
    customer_filter,
    entry_name,
    read_customer,
    read_record,
    read_session,
    record_name,
    session_filter,
)
from hub.store.mongo_jobs import MongoJobs
from hub.store.mongo_journal import MongoJournal, Outcome
from hub.store.mongo_views import MongoViews
from hub.store.searching import customer_place, page_of, read_cursor, session_place

QUEUE_BOUND = 10_000
BATCH = 128
"""Commits in one insert. More make the first of them wait longer and are hardly faster: at 64 writers a batch holds
20–60 anyway."""

_DERIVE_S = 8.0
_CLOSE_S = 15.0
_TICK_S = 1.0
_REPAIR_EVERY = 5
_PING_S = 3.0

_log = structlog.get_logger(__name__)

_Waiting = tuple[Commit, "asyncio.Future[Committed]"]


class MongoStore:
    """The journal and its views in one database of MongoDB."""

    def __init__(self, url: str, clock: Clock, ids: Ids) -> None:
        self._database = MongoDatabase(url)
        self._views = MongoViews(self._database, clock)
        self._journal = MongoJournal(self._database, clock, ids, self._help)
        self._jobs = MongoJobs(self._database, ids)
        self._clock = clock
        self._listeners: list[CommitListener] = []
        self._queue: deque[_Waiting] = deque()
        self._news = asyncio.Event()
        self._is_open = False
        self._tasks: list[asyncio.Task[None]] = []
        self._finishing: asyncio.Task[None] | None = None
        self._inserting_from: int | None = None
        self._underived_from: int | None = None
        self._doubtful_from: int | None = None

    async def open(self) -> None:
        """Connect, make indexes, derive what a crash left, and begin to write."""
        await self._database.open()
        try:
            await self._journal.open()
            await self._views.note(self._journal.writer, self._journal.top + 1)
            await self._views.repair(self._journal, lost_only=False)
        except BaseException:
            await self._database.close()
            raise
        self._is_open = True
        self._tasks = [
            asyncio.create_task(self._write(), name="mongo-writer"),
            asyncio.create_task(self._look_after(), name="mongo-repair"),
        ]

    async def close(self) -> None:
        """Finish what is being written and let go; safe to call twice."""
        was_open, self._is_open = self._is_open, False
        if not was_open:
            return
        self._news.set()
        writer, repairer = self._tasks
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await writer
        for task in (writer, repairer):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._refuse_waiting("The store is closed.")
        if self._doubtful_from is None:
            with suppress(Unavailable):
                await self._journal.keep_settled()
                await self._views.forget(self._journal.writer)
        await self._database.close()

    async def ping(self) -> None:
        """Write a note that this process lives, within 3 s."""
        self._check_open()
        try:
            async with asyncio.timeout(_PING_S):
                await self._views.note(self._journal.writer, self._low())
        except TimeoutError:
            raise Unavailable(Sentence("MongoDB has not answered for {seconds:.0f} s.", seconds=_PING_S)) from None

    def on_commit(self, listener: CommitListener) -> None:
        """Tell the listener of every commit made through this object."""
        self._listeners.append(listener)

    def on_skip(self, listener: SkipListener) -> None:
        """Tell the listener of positions that refused commits left empty."""
        self._journal.on_skip(listener)

    async def append(self, commit: Commit) -> Committed:
        """Append a commit together with all that are waiting."""
        self._check_open()
        if len(self._queue) >= QUEUE_BOUND:
            raise Unavailable("Too much is waiting to be written.")
        future: asyncio.Future[Committed] = asyncio.get_running_loop().create_future()
        self._queue.append((commit, future))
        self._news.set()
        return await future

    async def claim_epoch(self) -> int:
        """Raise the routing epoch, and wait until nothing older can be committed."""
        self._check_open()
        return await self._journal.claim_epoch()

    async def claimed(self, key: str) -> bytes | None:
        """Return the answer of a claim."""
        return await self._journal.claimed(key)

    async def journal(self, after: int, limit: int) -> Sequence[Committed]:
        """Return commits after a position; waits up to a second for one that is being written."""
        return await self._journal.read(after, limit)

    async def last_position(self) -> int:
        """Return the position of the newest commit before which nothing is undecided."""
        return await self._journal.last_position()

    async def identity(self) -> str:
        """Return the journal's own name."""
        return self._journal.name

    async def session(self, session_id: SessionId) -> Session | None:
        """Return a session."""
        found = await self._database.find_one(SESSIONS, {"_id": session_id})
        if found is None and (first := await self._journal.holders([session_key(session_id, 1)])):
            # The bus may tell of a session before it is derived; whoever was told of it must find it.
            await self._help(first)
            found = await self._database.find_one(SESSIONS, {"_id": session_id})
        return read_session(found) if found else None

    async def sessions(self, query: SessionQuery) -> Page[Session]:
        """Return sessions by the query; text is looked for in all that the other fields leave."""
        place = read_cursor(query.cursor)
        wanted = [session_filter(query), behind("activity", place) if place else {}]
        order = {"activity": -1, "_id": -1}
        found = await self._database.find(SESSIONS, {"$and": wanted}, sort=order, limit=query.limit + 1)
        sessions = map(read_session, found)
        return page_of([(session_place(session), session) for session in sessions], query.limit)

    async def open_sessions(self) -> AsyncIterator[Session]:
        """Yield every session that is not closed."""
        async for document in self._database.each(SESSIONS, {"state": {"$ne": "closed"}}, ["data"]):
            yield read_session(document)

    async def timeline(self, session_id: SessionId, after: int = 0, limit: int = 200) -> Sequence[Entry]:
        """Return entries after a number."""
        wanted = {"_id": {"$gt": entry_name(session_id, after), "$lte": entry_name(session_id, 10**10 - 1)}}
        found = await self._database.find(ENTRIES, wanted, sort={"_id": 1}, limit=limit)
        return [decode_entry(document["data"]) for document in found]

    async def message(self, message_id: MessageId) -> tuple[SessionId, Message] | None:
        """Find a message by its id."""
        found = await self._database.find_one(ENTRIES, {"message": message_id})
        entry = decode_entry(found["data"]) if found else None
        return (SessionId(found["session"]), entry) if found and isinstance(entry, Message) else None

    async def customer(self, customer_id: CustomerId) -> Customer | None:
        """Return a customer."""
        found = await self._database.find_one(CUSTOMERS, {"_id": customer_id})
        return read_customer(found) if found else None

    async def owner(self, identity_key: str) -> Customer | None:
        """Return the owner of an identity; while it changes hands, the one of the later generation."""
        found = [read_customer(each) for each in await self._database.find(CUSTOMERS, {"owned": identity_key})]
        generations = [max(i.generation for i in owned(each) if i.key == identity_key) for each in found]
        return found[generations.index(max(generations))] if found else None

    async def customers(self, query: CustomerQuery) -> Page[Customer]:
        """Return customers by the query."""
        place = read_cursor(query.cursor)
        wanted = [customer_filter(query), behind("created_at", place) if place else {}]
        order = {"created_at": -1, "_id": -1}
        found = await self._database.find(CUSTOMERS, {"$and": wanted}, sort=order, limit=query.limit + 1)
        customers = map(read_customer, found)
        return page_of([(customer_place(customer), customer) for customer in customers], query.limit)

    async def absorbed_by(self, customer_id: CustomerId) -> Sequence[CustomerId]:
        """Return who is merged into the customer, one query for each step of a chain."""
        found: list[CustomerId] = []
        latest = [customer_id]
        while latest:
            wanted = {"merged_into": {"$in": latest}, "_id": {"$nin": found}}
            latest = [each["_id"] for each in await self._database.find(CUSTOMERS, wanted, fields=["_id"])]
            found += latest
        return found

    async def record(self, kind: RecordKind, record_id: str) -> Record | None:
        """Return a plain record."""
        found = await self._database.find_one(RECORDS, {"_id": record_name(kind, record_id), "data": {"$ne": None}})
        return read_record(found) if found else None

    async def records(self, kind: RecordKind) -> Sequence[Record]:
        """Return the records of a kind by id."""
        wanted = {"kind": kind, "data": {"$ne": None}}
        found = await self._database.find(RECORDS, wanted, sort={"kind": 1, "record": 1})
        return [read_record(document) for document in found]

    async def recent_records(
        self, kind: RecordKind, prefix: str, *, before: str | None = None, limit: int = 100
    ) -> Sequence[Record]:
        """Return the newest records of a kind below a prefix."""
        end = before if before is not None else prefix + "\U0010ffff"
        wanted = {"kind": kind, "record": {"$gte": prefix, "$lt": end}, "data": {"$ne": None}}
        found = await self._database.find(RECORDS, wanted, sort={"kind": -1, "record": -1}, limit=limit)
        return [read_record(document) for document in found]

    async def lease_jobs(self, kind: JobKind, *, owner: str, now: Timestamp, until: Timestamp, limit: int) -> list[Job]:
        """Take jobs that are due."""
        return await self._jobs.lease(kind, owner=owner, now=now, until=until, limit=limit)

    async def postpone_job(self, job_id: JobId, *, owner: str, due_at: Timestamp) -> bool:
        """Give a leased job back to be done later."""
        return await self._jobs.postpone(job_id, owner=owner, due_at=due_at)

    async def finish_job(self, job_id: JobId) -> None:
        """End a job."""
        await self._jobs.finish(job_id)

    async def next_due(self, kind: JobKind) -> Timestamp | None:
        """Return when the next lease may succeed."""
        return await self._jobs.next_due(kind)

    async def backup(self, path: str) -> None:
        """Refuse: MongoDB's own tools make better copies."""
        raise Unavailable(
            Sentence("MongoDB is not copied to {path} by Huike: use mongodump, or snapshots of its volumes.", path=path)
        )

    def _check_open(self) -> None:
        if not self._is_open:
            raise Unavailable("The store is closed.")

    async def _help(self, winners: Sequence[Committed]) -> None:
        await self._views.write([committed.commit for committed in winners])

    async def _write(self) -> None:
        """Insert batch after batch; a batch is derived and told while the next one is inserted."""
        while self._queue or self._is_open:
            if not self._queue:
                self._news.clear()
                await self._news.wait()
                continue
            batch = self._next_batch()
            self._inserting_from = self._journal.settled + 1
            try:
                outcomes = await self._journal.append([commit for commit, _ in batch])
            except Exception as error:
                _log.exception("store.append_failed")
                outcomes = [_as_unavailable(error)] * len(batch)
            if self._finishing is not None:
                await self._finishing
            self._note_open_ends(outcomes)
            if all(isinstance(outcome, Unavailable) for outcome in outcomes):
                self._refuse_waiting("MongoDB cannot write now.")
            self._finishing = asyncio.create_task(self._finish(batch, outcomes), name="mongo-derive")
        if self._finishing is not None:
            await self._finishing

    def _refuse_waiting(self, reason: str) -> None:
        """Answer all that wait: each would only wait as long again for the same answer."""
        while self._queue:
            _, future = self._queue.popleft()
            if not future.done():
                future.set_exception(Unavailable(reason))

    def _next_batch(self) -> list[_Waiting]:
        """Take what is waiting, but of each session only one commit, so that versions keep their order."""
        batch: list[_Waiting] = []
        sessions: set[SessionId] = set()
        while self._queue and len(batch) < BATCH:
            session = self._queue[0][0].session
            if session is not None:
                if session.id in sessions:
                    break
                sessions.add(session.id)
            batch.append(self._queue.popleft())
        return batch

    def _note_open_ends(self, outcomes: Sequence[Outcome]) -> None:
        positions = [outcome.position for outcome in outcomes if isinstance(outcome, Committed)]
        self._underived_from, self._inserting_from = min(positions, default=None), None
        if any(isinstance(outcome, Unavailable) for outcome in outcomes) and self._doubtful_from is None:
            self._doubtful_from = self._journal.settled + 1

    async def _finish(self, batch: Sequence[_Waiting], outcomes: Sequence[Outcome]) -> None:
        done = sorted((each for each in outcomes if isinstance(each, Committed)), key=lambda each: each.position)
        try:
            if done and not await self._views.write_surely([each.commit for each in done], _DERIVE_S):
                # The commits are durable, which is what was promised; what is derived from them follows by repair.
                self._doubtful_from = min(self._doubtful_from or done[0].position, done[0].position)
                _log.warning("store.derivation_delayed", first=done[0].position)
        except Exception:
            self._doubtful_from = min(self._doubtful_from or done[0].position, done[0].position)
            _log.exception("store.derivation_failed", first=done[0].position)
        self._underived_from = None
        if done:
            self._tell(done)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome) if isinstance(outcome, Committed) else future.set_exception(outcome)

    def _tell(self, done: Sequence[Committed]) -> None:
        for listener in self._listeners:
            try:
                listener(done)
            except Exception:
                _log.exception("store.listener_failed")

    def _low(self) -> int:
        """Return the position below which every commit of this process is derived."""
        ends = (self._inserting_from, self._underived_from, self._doubtful_from, self._journal.settled + 1)
        return min(end for end in ends if end is not None)

    async def _look_after(self) -> None:
        """Keep this process's note, and derive what it or others have left behind."""
        ticks = 0
        while True:
            await self._clock.sleep(_TICK_S)
            ticks += 1
            try:
                await self._mend()
                await self._views.note(self._journal.writer, self._low())
                if ticks % _REPAIR_EVERY == 0:
                    await self._journal.keep_settled()
                    await self._views.repair(self._journal, lost_only=True)
            except HubError as error:
                _log.warning("store.repair_delayed", reason=error.detail)
            except Exception:
                _log.exception("store.repair_failed")

    async def _mend(self) -> None:
        """Derive own commits of which it is not known whether they were written or derived."""
        start = self._doubtful_from
        if start is None:
            return
        # An insert that was given up may still arrive, unless its positions are filled.
        await self._journal.settle(self._journal.top)
        await self._views.derive(self._journal, self._journal.writer, start)
        if self._doubtful_from == start:
            self._doubtful_from = None


def _as_unavailable(error: Exception) -> HubError:
    return error if isinstance(error, HubError) else Unavailable("The store failed; see the log.")
