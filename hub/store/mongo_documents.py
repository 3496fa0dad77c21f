"""What is written to MongoDB for a commit, and how queries are put. Pure: values in, documents out.

Every change is idempotent and carries the version that made it, so that changes may come twice, late and in any order
and the newest still stands in the end. A change that is older than what is there meets a duplicate `_id` and is
dropped by the database. This module must not talk to the database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from hub.model.codec import encode_entry
from hub.model.commit import Commit, Job, Record
from hub.model.customer import Customer, owned
from hub.model.session import Session
from hub.model.timeline import Entry, Message
from hub.ports.store import CustomerQuery, SessionQuery
from hub.store.mongo import Change, Document, Index
from hub.store.searching import Place, customer_text, searchable, session_text

JOURNAL, META, WRITERS = "journal", "meta", "writers"
SESSIONS, ENTRIES, CUSTOMERS, RECORDS, JOBS = "sessions", "entries", "customers", "records", "jobs"

_DONE_JOBS_KEPT_S = 7 * 24 * 3600
"""How long the end of a job is remembered: longer than any repair looks back, so that none comes to life again."""

# The time of activity changes with every message, so as few indexes as possible hold it; open sessions are few enough
# to be sorted when asked for.
INDEXES = (
    Index(collection=JOURNAL, fields={"keys": 1}, unique=True),
    Index(collection=SESSIONS, fields={"activity": -1, "_id": -1}),
    Index(collection=SESSIONS, fields={"state": 1}, only={"is_open": True}),
    Index(collection=SESSIONS, fields={"seen_by": 1, "activity": -1, "_id": -1}),
    Index(collection=SESSIONS, fields={"agents": 1}),
    Index(collection=SESSIONS, fields={"customer": 1}),
    Index(collection=ENTRIES, fields={"message": 1}, only={"message": {"$exists": True}}),
    Index(collection=CUSTOMERS, fields={"created_at": -1, "_id": -1}),
    Index(collection=CUSTOMERS, fields={"owned": 1}),
    Index(collection=CUSTOMERS, fields={"identities": 1}),
    Index(collection=CUSTOMERS, fields={"merged_into": 1}),
    Index(collection=RECORDS, fields={"kind": 1, "record": 1}),
    Index(collection=JOBS, fields={"kind": 1, "due_at": 1, "_id": 1}, only={"kind": {"$exists": True}}),
    Index(collection=JOBS, fields={"kind": 1, "free_at": 1}, only={"kind": {"$exists": True}}),
    Index(collection=JOBS, fields={"kind": 1, "group": 1, "seq": 1}, only={"kind": {"$exists": True}}),
    Index(collection=JOBS, fields={"done": 1}, only={"done": {"$exists": True}}, expire_after_s=_DONE_JOBS_KEPT_S),
)

_encoder = msgspec.json.Encoder()
_sessions = msgspec.json.Decoder(Session)
_customers = msgspec.json.Decoder(Customer)
_jobs = msgspec.json.Decoder(Job)

END_OF_JOB: Document = {
    "$currentDate": {"done": True},
    "$unset": dict.fromkeys(("kind", "group", "seq", "due_at", "free_at", "owner", "attempts", "data"), ""),
}


@dataclass(frozen=True, slots=True)
class Writes:
    """What is to be written to one collection: first all the inserts, then all the changes.

    An insert that meets a duplicate becomes the guarded change `over`, or is dropped where there is none.
    """

    inserts: dict[str, Document] = field(default_factory=dict)
    over: dict[str, Change] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)


def derived(commits: Sequence[Commit]) -> dict[str, Writes]:
    """Return what commits write, by collection; of several writes to one document only the last."""
    writes = {name: Writes() for name in (ENTRIES, JOBS, CUSTOMERS, RECORDS, SESSIONS)}
    for commit in commits:
        if commit.session is not None:
            _put(writes[SESSIONS].changes, _session_change(commit.session))
            _put_entries(writes[ENTRIES], commit, commit.session)
        _put(writes[CUSTOMERS].changes, *map(_customer_change, commit.customers))
        _put(writes[RECORDS].changes, *map(_record_change, commit.records))
        writes[JOBS].inserts.update((job.id, _job_document(job)) for job in commit.jobs)
        _put(writes[JOBS].changes, *(Change(filter={"_id": job_id}, update=END_OF_JOB) for job_id in commit.done))
    return {name: found for name, found in writes.items() if found.inserts or found.changes}


def _put(changes: dict[str, Change], *more: Change) -> None:
    changes.update((change.filter["_id"], change) for change in more)


def _guarded(name: str, version: int, fields: Document) -> Change:
    """Return a change that is made only over an older version; over a newer one it meets a duplicate."""
    return Change(filter={"_id": name, "version": {"$lt": version}}, update={"$set": {"version": version, **fields}})


def _session_change(session: Session) -> Change:
    agents = list(session.concerned)
    fields = {
        "state": session.state,
        "is_open": session.is_open,
        "activity": session.last_message_at or "",
        "customer": session.customer_id,
        "agents": agents,
        "seen_by": list(dict.fromkeys((*agents, *session.served_by))),
        "channels": list(session.routes),
        "text": session_text(session),
        "data": _encoder.encode(session),
    }
    return _guarded(session.id, session.version, fields)


def _put_entries(writes: Writes, commit: Commit, session: Session) -> None:
    revised = {tag.seq for tag in commit.events if tag.type == "message.updated"}
    entries: tuple[Entry, ...] = (*commit.messages, *commit.activities)
    for entry in entries:
        name = entry_name(session.id, entry.seq)
        fields: Document = {"session": session.id, "data": encode_entry(entry)}
        if isinstance(entry, Message):
            fields["message"] = entry.id
        change = _guarded(name, session.version, fields)
        if entry.seq in revised or name in writes.inserts:
            writes.inserts.pop(name, None)
            writes.changes[name] = change
        else:
            # Nearly all entries are new, and an insert costs the server a fifth of a guarded change.
            writes.inserts[name] = {"_id": name, "version": session.version, **fields}
            writes.over[name] = change


def _customer_change(customer: Customer) -> Change:
    identities = [identity.key for identity in customer.identities]
    fields = {
        "created_at": customer.created_at,
        "text": customer_text(customer),
        "identities": identities,
        "owned": [identity.key for identity in owned(customer)],
        "merged_into": customer.merged_into,
        "data": _encoder.encode(customer),
    }
    return _guarded(customer.id, customer.version, fields)


def _record_change(record: Record) -> Change:
    data = None if record.is_removed else bytes(record.data)
    fields = {"kind": record.kind, "record": record.id, "data": data}
    return _guarded(record_name(record.kind, record.id), record.version, fields)


def _job_document(job: Job) -> Document:
    return {
        "_id": job.id,
        "kind": job.kind,
        "group": job.group,
        "seq": job.seq,
        "due_at": job.due_at,
        "free_at": job.due_at,
        "owner": None,
        "attempts": 0,
        "data": _encoder.encode(job),
    }


def entry_name(session_id: str, seq: int) -> str:
    """Return the `_id` of a timeline entry; those of one session sort by number."""
    return f"{session_id}/{seq:010d}"


def record_name(kind: str, record_id: str) -> str:
    """Return the `_id` of a record."""
    return f"{kind}/{record_id}"


def session_filter(query: SessionQuery) -> Document:
    """Return the filter of a query for sessions, without its page."""
    every: list[Document] = []
    if query.states:
        every.append({"state": {"$in": list(query.states)}})
        if "closed" not in query.states:
            every.append({"is_open": True})
    if query.agent_id is not None:
        every.append({"agents": query.agent_id})
    if query.visible_to is not None:
        every.append({"$or": [{"seen_by": query.visible_to}, {"state": "queued", "is_open": True}]})
    if query.customer_ids:
        every.append({"customer": {"$in": list(query.customer_ids)}})
    if query.channel_id is not None:
        every.append({"channels": query.channel_id})
    return _all(every, query.text)


def customer_filter(query: CustomerQuery) -> Document:
    """Return the filter of a query for customers, without its page; absorbed ones are left out."""
    every: list[Document] = [{"merged_into": None}]
    if query.identity is not None:
        every.append({"identities": query.identity})
    return _all(every, query.text)


def _all(every: list[Document], text: str) -> Document:
    if text:
        every.append({"text": {"$regex": re.escape(searchable(text))}})
    return {"$and": every} if every else {}


def behind(field: str, place: Place) -> Document:
    """Return the filter for what follows a place in a list that descends by a field, then by `_id`."""
    value, name = place
    return {"$or": [{field: {"$lt": value}}, {field: value, "_id": {"$lt": name}}]}


def read_session(document: Document) -> Session:
    """Read a session."""
    return _sessions.decode(document["data"])


def read_customer(document: Document) -> Customer:
    """Read a customer."""
    return _customers.decode(document["data"])


def read_record(document: Document) -> Record:
    """Read a record that is not removed."""
    data = msgspec.Raw(document["data"])
    return Record(kind=document["kind"], id=document["record"], version=document["version"], data=data)


def read_job(document: Document) -> Job:
    """Read a job as it is leased now: with the leases counted, and due when it was last put off to."""
    return replace(_jobs.decode(document["data"]), attempts=document["attempts"], due_at=document["due_at"])
