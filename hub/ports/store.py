"""The store: the journal of commits, and everything that is derived from it for reading.

The journal is the truth. Session records, timelines, customers, records and jobs are derived from it: written in the
same transaction where the store has one (SQLite), idempotent and repaired at start where it has not (MongoDB).
Every implementation passes `hub.testing.store_contract`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from hub.model.commit import Commit, Committed, Job, JobKind, Record, RecordKind
from hub.model.customer import Customer
from hub.model.ids import AgentId, ChannelId, CustomerId, JobId, MessageId, SessionId
from hub.model.session import Session, State
from hub.model.timeline import Entry, Message
from hub.model.timestamps import Timestamp

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page of a list; `next_cursor` leads on, None when this is the last page."""

    items: tuple[T, ...]
    next_cursor: str | None = None


class SessionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which sessions are wanted: every field that is set must hold. Newest activity first.

    `agent_id` finds sessions that the agent holds or is offered; `visible_to` finds those and the ones the agent has
    served, and waiting ones (state `queued`). `text` is looked for in the customer's name and the newest message,
    whatever the case. A cursor that did not come from a page is refused with `InvalidInput`.
    """

    states: tuple[State, ...] = ()
    agent_id: AgentId | None = None
    visible_to: AgentId | None = None
    customer_ids: tuple[CustomerId, ...] = ()
    channel_id: ChannelId | None = None
    text: str = ""
    limit: int = 50
    cursor: str | None = None


class CustomerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which customers are wanted; newest first (`created_at`, then id). Absorbed ones are left out.

    `identity` is `kind:value`, verified or merely claimed. `text` is looked for in the name and the identities'
    values, whatever the case. A cursor that did not come from a page is refused with `InvalidInput`.
    """

    identity: str | None = None
    text: str = ""
    limit: int = 50
    cursor: str | None = None


CommitListener = Callable[[Sequence[Committed]], None]


class Store(Protocol):
    """Keeps the journal and answers questions about what it says."""

    async def open(self) -> None:
        """Connect, migrate forward, repair what a crash left unfinished.

        Raises:
            SettingsError: the store cannot be reached, or was written by a newer Huike; one plain line with a hint.
        """
        ...

    async def close(self) -> None:
        """Finish what is being written and let go; safe to call twice."""
        ...

    async def ping(self) -> None:
        """Answer when a write would succeed now; raises `Unavailable` within 3 s when not."""
        ...

    def on_commit(self, listener: CommitListener) -> None:
        """Tell the listener of every commit made through this store object, after it is durable.

        Called on the event loop, in ascending order of position, before the `append` of that commit returns. Each
        commit is told once. A listener must be quick and must not raise.
        """
        ...

    async def append(self, commit: Commit) -> Committed:
        """Append a commit: all of it, durably, or nothing.

        Concurrent calls are gathered into one physical write (group commit). When it returns, the commit survives
        the loss of power. A caller that is cancelled leaves the commit either whole or absent.

        Raises:
            VersionConflict: a version key of the commit is in use.
            AlreadyClaimed: a claim of the commit is in use (told with the first answer); checked before versions,
                so a repeat of a request finds its answer whatever happened since.
            Conflict: code `stale-epoch`: the commit carries an epoch older than the newest that `claim_epoch` gave.
            Unavailable: the store cannot write now, or its queue (bounded) is full.
        """
        ...

    async def claim_epoch(self) -> int:
        """Raise the routing epoch by one, durably, and return it; older epochs are refused from then on."""
        ...

    async def claimed(self, key: str) -> bytes | None:
        """Return the answer of a claim, `{}` for a used key without one, or None when the key is free."""
        ...

    async def journal(self, after: int, limit: int) -> Sequence[Committed]:
        """Return up to `limit` commits after a position, ascending, without gaps."""
        ...

    async def last_position(self) -> int:
        """Return the position of the newest commit, 0 in an empty journal."""
        ...

    async def identity(self) -> str:
        """Return the journal's own name, made when it was created: another one means another history."""
        ...

    async def session(self, session_id: SessionId) -> Session | None:
        """Return a session as its newest commit left it."""
        ...

    async def sessions(self, query: SessionQuery) -> Page[Session]:
        """Return sessions by the query, newest activity (`last_message_at`, then id) first."""
        ...

    def open_sessions(self) -> AsyncIterator[Session]:
        """Yield every session that is not closed, in no special order; for rebuilding the router."""
        ...

    async def timeline(self, session_id: SessionId, after: int = 0, limit: int = 200) -> Sequence[Entry]:
        """Return entries with a number above `after`, ascending."""
        ...

    async def message(self, message_id: MessageId) -> tuple[SessionId, Message] | None:
        """Find a message by its id, with the session it is in."""
        ...

    async def customer(self, customer_id: CustomerId) -> Customer | None:
        """Return a customer as the newest commit left the record."""
        ...

    async def owner(self, identity_key: str) -> Customer | None:
        """Return the customer who owns the proved identity `kind:value`."""
        ...

    async def customers(self, query: CustomerQuery) -> Page[Customer]:
        """Return customers by the query, newest first."""
        ...

    async def absorbed_by(self, customer_id: CustomerId) -> Sequence[CustomerId]:
        """Return the customers that are merged into this one, directly or through others."""
        ...

    async def record(self, kind: RecordKind, record_id: str) -> Record | None:
        """Return a plain record; a removed one is None."""
        ...

    async def records(self, kind: RecordKind) -> Sequence[Record]:
        """Return all present records of a kind, oldest first (by id)."""
        ...

    async def recent_records(
        self, kind: RecordKind, prefix: str, *, before: str | None = None, limit: int = 100
    ) -> Sequence[Record]:
        """Return the records of a kind whose ids begin with a prefix, by id descending, those below `before`."""
        ...

    async def lease_jobs(self, kind: JobKind, *, owner: str, now: Timestamp, until: Timestamp, limit: int) -> list[Job]:
        """Take jobs that are due and free (or whose lease has run out), for this owner until a time.

        At most one job of a group, and never one that stands behind an unfinished job of the same group and kind.
        Earliest due first. Each job is leased to one owner at a time, also across processes; `attempts` counts the
        leases, this one included. Durable before it returns. A lease outlives the process that had it, except in a
        store that only one process can use at a time: there it ends when the next one opens the store.
        """
        ...

    async def postpone_job(self, job_id: JobId, *, owner: str, due_at: Timestamp) -> bool:
        """Give a leased job back to be done later; False when the lease is no longer this owner's."""
        ...

    async def finish_job(self, job_id: JobId) -> None:
        """Remove a job that needs no commit to end it; unknown ids are no error."""
        ...

    async def next_due(self, kind: JobKind) -> Timestamp | None:
        """Return when `lease_jobs` may next find a job of the kind: the earliest due time (or end of lease).

        Jobs behind an unfinished one of their group do not count. None when there is no job.
        """
        ...

    async def backup(self, path: str) -> None:
        """Write a consistent copy while work goes on; embedded store only, others raise `Unavailable` with a hint."""
        ...
