"""The store in memory: keeps every promise of the port but the one about losing power.

For tests, and as the measure for the others: it is written to be obviously right, so every list is a search through
everything. Nothing here is fast with many sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from hub.errors import AlreadyClaimed, Conflict, SettingsError, Unavailable, VersionConflict
from hub.model.codec import decode_commit, encode_commit
from hub.model.commit import Commit, Committed, Job, JobKind, Record, RecordKind
from hub.model.customer import Customer, owned
from hub.model.ids import CustomerId, JobId, MessageId, SessionId
from hub.model.sentences import Sentence
from hub.model.session import Session
from hub.model.timeline import Entry, Message
from hub.model.timestamps import Timestamp
from hub.ports.environment import Ids
from hub.ports.store import CommitListener, CustomerQuery, Page, SessionQuery
from hub.store.searching import (
    Place,
    customer_place,
    customer_text,
    page_of,
    read_cursor,
    searchable,
    session_place,
    session_text,
)

T = TypeVar("T")
_VERSION = 1
_PLAIN = b"{}"
"""Kept beside a key that has no answer."""


@dataclass(slots=True)
class _Work:
    """A job, and who has it until when."""

    job: Job
    owner: str = ""
    leased_until: Timestamp | None = None

    @property
    def ready_at(self) -> Timestamp:
        return self.leased_until or self.job.due_at


@dataclass(slots=True)
class MemoryData:
    """What one journal says. It outlives the stores that are opened on it, as a file does."""

    version: int = _VERSION
    identity: str = ""
    epoch: int = 0
    journal: list[bytes] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    timelines: dict[SessionId, dict[int, Entry]] = field(default_factory=dict)
    messages: dict[MessageId, tuple[SessionId, int]] = field(default_factory=dict)
    customers: dict[CustomerId, Customer] = field(default_factory=dict)
    records: dict[tuple[RecordKind, str], Record] = field(default_factory=dict)
    jobs: dict[JobId, _Work] = field(default_factory=dict)


class MemoryStore:
    """A store whose data is gone with the process, unless the caller keeps `data` for the next store."""

    def __init__(self, ids: Ids, data: MemoryData | None = None) -> None:
        self._ids = ids
        self._data = data or MemoryData()
        self._listeners: list[CommitListener] = []
        self._is_open = False

    async def open(self) -> None:
        """Take the data up; refuse it when it is newer than this code."""
        if self._data.version > _VERSION:
            raise SettingsError("The store was written by a newer Huike: upgrade Huike, or open another store.")
        self._data.identity = self._data.identity or self._ids.new()
        self._is_open = True

    async def close(self) -> None:
        """Refuse everything from now on."""
        self._is_open = False

    async def ping(self) -> None:
        """Answer while the store is open."""
        self._check_open()

    def on_commit(self, listener: CommitListener) -> None:
        """Tell the listener of every commit made through this object."""
        self._listeners.append(listener)

    async def append(self, commit: Commit) -> Committed:
        """Append a commit in one step, after others have had a turn as they have with a real store."""
        await asyncio.sleep(0)
        self._check_open()
        self._check_unused(commit)
        written = encode_commit(commit)
        self._data.journal.append(written)
        self._apply(commit)
        committed = Committed(position=len(self._data.journal), commit=commit)
        for listener in self._listeners:
            listener((committed,))
        return committed

    def _check_open(self) -> None:
        if not self._is_open:
            raise Unavailable("The store is closed.")

    def _check_unused(self, commit: Commit) -> None:
        keys = self._data.keys
        for claim in commit.claims:
            answer = keys.get(claim.key)
            if answer is not None:
                raise AlreadyClaimed(claim.key, answer)
        if commit.epoch is not None and commit.epoch < self._data.epoch:
            raise Conflict("A newer router has taken over.", code="stale-epoch")
        for key in commit.keys:
            if key in keys:
                raise VersionConflict(Sentence("Somebody else was first with {key}.", key=key))

    def _apply(self, commit: Commit) -> None:
        data = self._data
        data.keys |= dict.fromkeys(commit.keys, _PLAIN)
        data.keys |= {claim.key: bytes(claim.answer) for claim in commit.claims}
        if commit.session:
            data.sessions[commit.session.id] = commit.session
            timeline = data.timelines.setdefault(commit.session.id, {})
            entries: tuple[Entry, ...] = (*commit.messages, *commit.activities)
            timeline |= {entry.seq: entry for entry in entries}
            data.messages |= {message.id: (commit.session.id, message.seq) for message in commit.messages}
        data.customers |= {customer.id: customer for customer in commit.customers}
        data.records |= {(record.kind, record.id): record for record in commit.records}
        for job_id in commit.done:
            data.jobs.pop(job_id, None)
        data.jobs |= {job.id: _Work(job) for job in commit.jobs}

    async def claim_epoch(self) -> int:
        """Raise the epoch by one."""
        self._check_open()
        self._data.epoch += 1
        return self._data.epoch

    async def claimed(self, key: str) -> bytes | None:
        """Return the answer of a claim."""
        return self._data.keys.get(key)

    async def journal(self, after: int, limit: int) -> Sequence[Committed]:
        """Return commits after a position, read back from their bytes as a real journal does."""
        some = self._data.journal[after : after + limit]
        return [Committed(position=after + n, commit=decode_commit(written)) for n, written in enumerate(some, start=1)]

    async def last_position(self) -> int:
        """Return the position of the newest commit."""
        return len(self._data.journal)

    async def identity(self) -> str:
        """Return the journal's own name."""
        return self._data.identity

    async def session(self, session_id: SessionId) -> Session | None:
        """Return a session."""
        return self._data.sessions.get(session_id)

    async def sessions(self, query: SessionQuery) -> Page[Session]:
        """Return sessions by the query."""
        found = (session for session in self._data.sessions.values() if _is_wanted(session, query))
        return _page(found, session_place, query.cursor, query.limit)

    async def open_sessions(self) -> AsyncIterator[Session]:
        """Yield every session that is not closed."""
        for session in [session for session in self._data.sessions.values() if session.is_open]:
            yield session

    async def timeline(self, session_id: SessionId, after: int = 0, limit: int = 200) -> Sequence[Entry]:
        """Return entries after a number."""
        entries = sorted(self._data.timelines.get(session_id, {}).items())
        return [entry for seq, entry in entries if seq > after][:limit]

    async def message(self, message_id: MessageId) -> tuple[SessionId, Message] | None:
        """Find a message by its id."""
        session_id, seq = self._data.messages.get(message_id, (SessionId(""), 0))
        entry = self._data.timelines.get(session_id, {}).get(seq)
        return (session_id, entry) if isinstance(entry, Message) else None

    async def customer(self, customer_id: CustomerId) -> Customer | None:
        """Return a customer."""
        return self._data.customers.get(customer_id)

    async def owner(self, identity_key: str) -> Customer | None:
        """Return the customer who owns a proved identity."""
        everybody = self._data.customers.values()
        return next((c for c in everybody if any(i.key == identity_key for i in owned(c))), None)

    async def customers(self, query: CustomerQuery) -> Page[Customer]:
        """Return customers by the query."""
        found = (
            customer
            for customer in self._data.customers.values()
            if customer.merged_into is None
            and (query.identity is None or any(i.key == query.identity for i in customer.identities))
            and searchable(query.text) in customer_text(customer)
        )
        return _page(found, customer_place, query.cursor, query.limit)

    async def absorbed_by(self, customer_id: CustomerId) -> Sequence[CustomerId]:
        """Return who is merged into the customer, also through others."""
        found, looked_at = [customer_id], 0
        while looked_at < len(found):
            found += [c.id for c in self._data.customers.values() if c.merged_into == found[looked_at]]
            looked_at += 1
        return found[1:]

    async def record(self, kind: RecordKind, record_id: str) -> Record | None:
        """Return a plain record."""
        record = self._data.records.get((kind, record_id))
        return record if record and not record.is_removed else None

    async def records(self, kind: RecordKind) -> Sequence[Record]:
        """Return the records of a kind by id."""
        present = (record for record in self._data.records.values() if record.kind == kind and not record.is_removed)
        return sorted(present, key=lambda record: record.id)

    async def recent_records(
        self, kind: RecordKind, prefix: str, *, before: str | None = None, limit: int = 100
    ) -> Sequence[Record]:
        """Return the newest records of a kind below a prefix."""
        found = [one for one in await self.records(kind) if one.id.startswith(prefix)]
        return [one for one in reversed(found) if before is None or one.id < before][:limit]

    async def lease_jobs(self, kind: JobKind, *, owner: str, now: Timestamp, until: Timestamp, limit: int) -> list[Job]:
        """Take jobs that are due."""
        self._check_open()
        ready = [work for work in self._heads(kind) if work.job.due_at <= now and work.ready_at <= now]
        chosen = sorted(ready, key=lambda work: (work.job.due_at, work.job.id))[:limit]
        for work in chosen:
            work.job = replace(work.job, attempts=work.job.attempts + 1)
            work.owner, work.leased_until = owner, until
        return [work.job for work in chosen]

    def _heads(self, kind: JobKind) -> list[_Work]:
        heads: dict[str, _Work] = {}
        for work in sorted(self._data.jobs.values(), key=lambda work: (work.job.seq, work.job.id)):
            if work.job.kind == kind:
                heads.setdefault(work.job.group, work)
        return list(heads.values())

    async def postpone_job(self, job_id: JobId, *, owner: str, due_at: Timestamp) -> bool:
        """Give a leased job back to be done later."""
        work = self._data.jobs.get(job_id)
        if work is None or work.owner != owner:
            return False
        work.job, work.owner, work.leased_until = replace(work.job, due_at=due_at), "", None
        return True

    async def finish_job(self, job_id: JobId) -> None:
        """Remove a job."""
        self._data.jobs.pop(job_id, None)

    async def next_due(self, kind: JobKind) -> Timestamp | None:
        """Return when the next lease may succeed."""
        return min((work.ready_at for work in self._heads(kind)), default=None)

    async def backup(self, path: str) -> None:
        """Refuse: there is nothing to copy that would outlive the process."""
        raise Unavailable(Sentence("A store in memory cannot be copied to {path}: use the embedded store.", path=path))


def _is_wanted(session: Session, query: SessionQuery) -> bool:
    agent, viewer = query.agent_id, query.visible_to
    return (
        (not query.states or session.state in query.states)
        and (agent is None or agent in session.concerned)
        and (viewer is None or viewer in (*session.concerned, *session.served_by) or session.state == "queued")
        and (not query.customer_ids or session.customer_id in query.customer_ids)
        and (query.channel_id is None or query.channel_id in session.routes)
        and searchable(query.text) in session_text(session)
    )


def _page(found: Iterable[T], place: Callable[[T], Place], cursor: str | None, limit: int) -> Page[T]:
    before = read_cursor(cursor)
    placed = sorted(((place(item), item) for item in found), key=lambda pair: pair[0], reverse=True)
    return page_of([pair for pair in placed if before is None or pair[0] < before], limit)
