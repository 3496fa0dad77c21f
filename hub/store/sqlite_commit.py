"""Writing commits: which of a batch may be written, and the rows of those that are.

Runs in the writer's thread inside its transaction, and knows nothing of threads, futures or listeners.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from hub.errors import AlreadyClaimed, Conflict, HubError, VersionConflict
from hub.model.codec import encode_commit, encode_entry
from hub.model.commit import Commit, Committed, Job, Record
from hub.model.customer import Customer
from hub.model.ids import CustomerId, JobId, SessionId
from hub.model.sentences import Sentence
from hub.model.session import Session
from hub.store.searching import customer_text, session_place, session_text
from hub.store.sqlite_rows import ManyRows, Value

PLAIN = b"{}"
"""Kept beside a key that has no answer."""

_encode = msgspec.json.Encoder().encode

_JOURNAL = ManyRows("INSERT INTO journal (position, data) VALUES", 2)
_KEYS = ManyRows("INSERT INTO keys (key, answer) VALUES", 2)
_SESSIONS = ManyRows(
    "INSERT INTO sessions (id, state, customer_id, agent_id, offered_to, active_at, channels, text, data) VALUES",
    9,
    "ON CONFLICT (id) DO UPDATE SET state = excluded.state, customer_id = excluded.customer_id, "
    "agent_id = excluded.agent_id, offered_to = excluded.offered_to, active_at = excluded.active_at, "
    "channels = excluded.channels, text = excluded.text, data = excluded.data",
)
_SERVED = ManyRows("INSERT OR IGNORE INTO served (agent_id, session_id) VALUES", 2)
_TIMELINE = ManyRows("INSERT OR REPLACE INTO timeline (session_id, seq, message_id, data) VALUES", 4)
_CUSTOMERS = ManyRows("INSERT OR REPLACE INTO customers (id, created_at, merged_into, text, data) VALUES", 5)
_LOST_IDENTITIES = ManyRows("DELETE FROM identities WHERE customer_id IN (VALUES", 1, ")")
_IDENTITIES = ManyRows("INSERT OR REPLACE INTO identities (key, customer_id, verified) VALUES", 3)
_RECORDS = ManyRows("INSERT OR REPLACE INTO records (kind, id, version, data) VALUES", 4)
_LOST_RECORDS = ManyRows("DELETE FROM records WHERE (kind, id) IN (VALUES", 2, ")")
_JOBS = ManyRows(
    "INSERT OR REPLACE INTO jobs (id, kind, line, seq, due_at, owner, leased_until, attempts, data) VALUES", 9
)
_ENDED_JOBS = ManyRows("DELETE FROM jobs WHERE id IN (VALUES", 1, ")")


@dataclass(slots=True)
class Judged:
    """What becomes of a batch: each commit with its place, or with the reason why it is refused."""

    results: list[Committed | HubError | ValueError] = field(default_factory=list)
    accepted: list[Committed] = field(default_factory=list)


def write_batch(database: sqlite3.Connection, commits: Sequence[Commit], *, last: int, epoch: int) -> Judged:
    """Write, after position `last`, all commits of the batch that may be written. The caller has begun a transaction.

    The database itself refuses a used key. Only when it does, the whole batch is taken back and each commit is judged
    by what the database holds: a look at every key beforehand would cost as much as writing it.
    """
    judged = judge(commits, {}, last=last, epoch=epoch)
    try:
        _write_keys(database, judged.accepted)
    except sqlite3.IntegrityError:
        database.execute("ROLLBACK")
        database.execute("BEGIN IMMEDIATE")
        judged = judge(commits, used_keys(database, commits), last=last, epoch=epoch)
        _write_keys(database, judged.accepted)
    _write(database, judged.accepted)
    return judged


def judge(commits: Sequence[Commit], used: dict[str, bytes], *, last: int, epoch: int) -> Judged:
    """Decide, in order, which commits may be written; the keys of an earlier one of the batch count too."""
    judged = Judged()
    for commit in commits:
        fault = _fault(commit, used, epoch)
        if fault is not None:
            judged.results.append(fault)
            continue
        for key in commit.keys:
            used[key] = PLAIN
        for claim in commit.claims:
            used[claim.key] = bytes(claim.answer)
        last += 1
        committed = Committed(position=last, commit=commit)
        judged.results.append(committed)
        judged.accepted.append(committed)
    return judged


def used_keys(database: sqlite3.Connection, commits: Sequence[Commit]) -> dict[str, bytes]:
    """Return which keys of the commits are in use, with their answers."""
    asked = [key for commit in commits for key in commit.keys]
    asked += [claim.key for commit in commits for claim in commit.claims]
    found = database.execute(
        "SELECT keys.key, answer FROM json_each(?) AS asked CROSS JOIN keys ON keys.key = asked.value",
        (_encode(asked).decode(),),
    )
    return dict(found.fetchall())


def _fault(commit: Commit, used: dict[str, bytes], epoch: int) -> HubError | ValueError | None:
    for claim in commit.claims:
        answer = used.get(claim.key)
        if answer is not None:
            return AlreadyClaimed(claim.key, answer)
    if commit.epoch is not None and commit.epoch < epoch:
        return Conflict("A newer router has taken over.", code="stale-epoch")
    for key in commit.keys:
        if key in used:
            return VersionConflict(Sentence("Somebody else was first with {key}.", key=key))
    own = {*commit.keys, *(claim.key for claim in commit.claims)}
    if len(own) < len(commit.keys) + len(commit.claims):
        return ValueError(f"a commit names one of its keys twice: {sorted(own)}")
    return None


def _write_keys(database: sqlite3.Connection, accepted: Sequence[Committed]) -> None:
    keys: list[tuple[str, bytes]] = []
    for committed in accepted:
        keys += [(key, PLAIN) for key in committed.commit.keys]
        keys += [(claim.key, bytes(claim.answer)) for claim in committed.commit.claims]
    # In the order of the table, neighbours are found on the page that is at hand.
    _KEYS.run(database, sorted(keys))


def _write(database: sqlite3.Connection, accepted: Sequence[Committed]) -> None:
    """Write the journal and everything that is derived from it; only the newest form of each thing is written."""
    journal: list[tuple[Value, ...]] = []
    sessions: dict[SessionId, Session] = {}
    entries: dict[tuple[SessionId, int], tuple[Value, ...]] = {}
    customers: dict[CustomerId, Customer] = {}
    records: dict[tuple[str, str], Record] = {}
    jobs: dict[JobId, Job | None] = {}
    for committed in accepted:
        commit = committed.commit
        journal.append((committed.position, encode_commit(commit)))
        if commit.session is not None:
            name = commit.session.id
            sessions[name] = commit.session
            for message in commit.messages:
                entries[name, message.seq] = (name, message.seq, message.id, encode_entry(message))
            for activity in commit.activities:
                entries[name, activity.seq] = (name, activity.seq, None, encode_entry(activity))
        for customer in commit.customers:
            customers[customer.id] = customer
        for record in commit.records:
            records[record.kind, record.id] = record
        jobs.update(dict.fromkeys(commit.done))
        jobs.update((job.id, job) for job in commit.jobs)
    _JOURNAL.run(database, journal)
    _SESSIONS.run(database, [_session_row(session) for session in sessions.values()])
    _SERVED.run(database, [(agent, session.id) for session in sessions.values() for agent in session.served_by])
    _TIMELINE.run(database, list(entries.values()))
    _write_customers(database, list(customers.values()))
    _write_records(database, list(records.values()))
    _ENDED_JOBS.run(database, [(job_id,) for job_id, job in jobs.items() if job is None])
    _JOBS.run(database, [_job_row(job) for job in jobs.values() if job is not None])


def _session_row(session: Session) -> tuple[Value, ...]:
    return (
        session.id,
        session.state,
        session.customer_id,
        session.agent_id,
        session.offer.agent_id if session.offer else None,
        session_place(session)[0],
        f"\n{chr(10).join(session.routes)}\n",
        session_text(session),
        _encode(session),
    )


def _write_customers(database: sqlite3.Connection, customers: Sequence[Customer]) -> None:
    _CUSTOMERS.run(database, [(c.id, c.created_at, c.merged_into, customer_text(c), _encode(c)) for c in customers])
    _LOST_IDENTITIES.run(database, [(customer.id,) for customer in customers])
    _IDENTITIES.run(database, [(i.key, c.id, int(i.verified)) for c in customers for i in c.identities])


def _write_records(database: sqlite3.Connection, records: Sequence[Record]) -> None:
    kept = [(r.kind, r.id, r.version, bytes(r.data)) for r in records if not r.is_removed]
    _RECORDS.run(database, kept)
    _LOST_RECORDS.run(database, [(record.kind, record.id) for record in records if record.is_removed])


def _job_row(job: Job) -> tuple[Value, ...]:
    return (job.id, job.kind, job.group, job.seq, job.due_at, None, None, job.attempts, _encode(job))
