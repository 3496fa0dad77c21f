"""Leases on durable work, as statements. Those that write run in the writer's thread inside its transaction."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec.structs import replace

from hub.model.commit import Job, JobKind
from hub.model.ids import JobId
from hub.model.timestamps import Timestamp

_jobs = msgspec.json.Decoder(Job)

# The head of a line is the only job of a group and kind that may be leased.
_IS_HEAD = (
    "NOT EXISTS (SELECT 1 FROM jobs AS before WHERE before.kind = jobs.kind AND before.line = jobs.line "
    "AND (before.seq, before.id) < (jobs.seq, jobs.id))"
)
# Put together from our own words only; every value is bound.
_LEASABLE = (
    "SELECT due_at, attempts, data FROM jobs INDEXED BY jobs_by_due WHERE kind = :kind AND due_at <= :now "  # noqa: S608
    f"AND (leased_until IS NULL OR leased_until <= :now) AND {_IS_HEAD} ORDER BY due_at, id LIMIT :limit"
)
_LEASE = (
    "UPDATE jobs SET owner = ?, leased_until = ?, attempts = attempts + 1 WHERE id IN (SELECT value FROM json_each(?))"
)
_EARLIEST_FREE = (
    "SELECT due_at FROM jobs INDEXED BY jobs_by_due WHERE kind = ? AND leased_until IS NULL "  # noqa: S608
    f"AND {_IS_HEAD} ORDER BY due_at LIMIT 1"
)
_EARLIEST_LEASED = (
    "SELECT leased_until FROM jobs INDEXED BY jobs_by_lease WHERE kind = ? AND leased_until IS NOT NULL "  # noqa: S608
    f"AND {_IS_HEAD} ORDER BY leased_until LIMIT 1"
)


def lease(
    database: sqlite3.Connection, kind: JobKind, *, owner: str, now: Timestamp, until: Timestamp, limit: int
) -> list[Job]:
    """Take due heads of lines for the owner, the earliest due first."""
    asked = {"kind": kind, "now": now, "limit": limit}
    jobs = [
        replace(_jobs.decode(data), due_at=due_at, attempts=attempts + 1)
        for due_at, attempts, data in database.execute(_LEASABLE, asked).fetchall()
    ]
    if jobs:
        database.execute(_LEASE, (owner, until, msgspec.json.encode([job.id for job in jobs]).decode()))
    return jobs


def postpone(database: sqlite3.Connection, job_id: JobId, *, owner: str, due_at: Timestamp) -> bool:
    """Give a job back; tell whether it was the owner's."""
    given_back = database.execute(
        "UPDATE jobs SET due_at = ?, owner = NULL, leased_until = NULL WHERE id = ? AND owner = ?",
        (due_at, job_id, owner),
    )
    return given_back.rowcount == 1


def finish(database: sqlite3.Connection, job_id: JobId) -> None:
    """Remove a job."""
    database.execute("DELETE FROM jobs WHERE id = ?", (job_id,))


def next_due(database: sqlite3.Connection, kind: JobKind) -> Timestamp | None:
    """Return when a head of a line is due next, or its lease ends. Only reads."""
    rows = [database.execute(query, (kind,)).fetchone() for query in (_EARLIEST_FREE, _EARLIEST_LEASED)]
    return min((Timestamp(row[0]) for row in rows if row is not None), default=None)


def free_leases(database: sqlite3.Connection) -> None:
    """End every lease; their jobs are free again at once."""
    database.execute("UPDATE jobs SET owner = NULL, leased_until = NULL WHERE leased_until IS NOT NULL")
