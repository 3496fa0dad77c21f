"""Questions to the embedded database, as functions of a connection. They run in the readers' threads."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from hub.model.codec import decode_commit, decode_entry
from hub.model.commit import Committed, Record, RecordKind
from hub.model.customer import Customer
from hub.model.ids import CustomerId, MessageId, SessionId
from hub.model.session import Session
from hub.model.timeline import Entry, Message
from hub.ports.store import CustomerQuery, Page, SessionQuery
from hub.store.searching import customer_place, page_of, read_cursor, searchable, session_place

_sessions = msgspec.json.Decoder(Session)
_customers = msgspec.json.Decoder(Customer)

_AFTER_ALL = "\U0010ffff"
"""Sorts after every text that begins with the same prefix."""

Condition = tuple[str, tuple[str | int, ...]]


def claimed(database: sqlite3.Connection, key: str) -> bytes | None:
    """Return the answer of a key, None when it is free."""
    return _one(database, "SELECT answer FROM keys WHERE key = ?", key)


def journal(database: sqlite3.Connection, after: int, upto: int, limit: int) -> list[Committed]:
    """Return commits after a position and up to another one."""
    rows = database.execute(
        "SELECT position, data FROM journal WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
        (after, upto, limit),
    ).fetchall()
    return [Committed(position=position, commit=decode_commit(data)) for position, data in rows]


def session(database: sqlite3.Connection, session_id: SessionId) -> Session | None:
    """Return a session."""
    data = _one(database, "SELECT data FROM sessions WHERE id = ?", session_id)
    return None if data is None else _sessions.decode(data)


def sessions(database: sqlite3.Connection, query: SessionQuery) -> Page[Session]:
    """Return sessions by the query, newest activity first."""
    conditions = _session_conditions(query)
    if before := read_cursor(query.cursor):
        conditions.append(("(active_at, id) < (?, ?)", before))
    rows = _listed(database, "sessions", "active_at", conditions, query.limit)
    found = [_sessions.decode(data) for data in rows]
    return page_of([(session_place(one), one) for one in found], query.limit)


def _session_conditions(query: SessionQuery) -> list[Condition]:
    conditions: list[Condition] = []
    if query.states:
        conditions.append(_among("state", query.states))
        if "closed" not in query.states:
            # Says the same once more, in the words of the index over open sessions.
            conditions.append(("state <> 'closed'", ()))
    if query.agent_id is not None:
        own = "id IN (SELECT id FROM sessions WHERE state <> 'closed' AND (agent_id = ? OR offered_to = ?))"
        conditions.append((own, (query.agent_id, query.agent_id)))
    if query.visible_to is not None:
        seen = (
            "id IN (SELECT id FROM sessions WHERE state <> 'closed' AND (state = 'queued' OR agent_id = ? OR "
            "offered_to = ?) UNION ALL SELECT session_id FROM served WHERE agent_id = ?)"
        )
        conditions.append((seen, (query.visible_to,) * 3))
    if query.customer_ids:
        conditions.append(_among("customer_id", query.customer_ids))
    if query.channel_id is not None:
        conditions.append(("instr(channels, ?)", (f"\n{query.channel_id}\n",)))
    if query.text:
        conditions.append(("instr(text, ?)", (searchable(query.text),)))
    return conditions


def open_sessions(database: sqlite3.Connection, after: str, limit: int) -> list[Session]:
    """Return open sessions whose id comes after another one, ascending."""
    rows = database.execute(
        "SELECT data FROM sessions WHERE id IN (SELECT id FROM sessions WHERE state <> 'closed' AND id > ? "
        "ORDER BY id LIMIT ?) ORDER BY id",
        (after, limit),
    ).fetchall()
    return [_sessions.decode(data) for (data,) in rows]


def timeline(database: sqlite3.Connection, session_id: SessionId, after: int, limit: int) -> list[Entry]:
    """Return entries of a session after a number."""
    rows = database.execute(
        "SELECT data FROM timeline WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?", (session_id, after, limit)
    ).fetchall()
    return [decode_entry(data) for (data,) in rows]


def message(database: sqlite3.Connection, message_id: MessageId) -> tuple[SessionId, Message] | None:
    """Find a message by its id."""
    row = database.execute("SELECT session_id, data FROM timeline WHERE message_id = ?", (message_id,)).fetchone()
    if row is None:
        return None
    entry = decode_entry(row[1])
    return (SessionId(row[0]), entry) if isinstance(entry, Message) else None


def customer(database: sqlite3.Connection, customer_id: CustomerId) -> Customer | None:
    """Return a customer."""
    data = _one(database, "SELECT data FROM customers WHERE id = ?", customer_id)
    return None if data is None else _customers.decode(data)


def owner(database: sqlite3.Connection, identity_key: str) -> Customer | None:
    """Return the customer who owns a proved identity."""
    data = _one(
        database,
        "SELECT data FROM customers WHERE id = (SELECT customer_id FROM identities WHERE key = ? AND verified)",
        identity_key,
    )
    return None if data is None else _customers.decode(data)


def customers(database: sqlite3.Connection, query: CustomerQuery) -> Page[Customer]:
    """Return customers by the query, newest first."""
    conditions: list[Condition] = [("merged_into IS NULL", ())]
    if query.identity is not None:
        conditions.append(("id IN (SELECT customer_id FROM identities WHERE key = ?)", (query.identity,)))
    if query.text:
        conditions.append(("instr(text, ?)", (searchable(query.text),)))
    if before := read_cursor(query.cursor):
        conditions.append(("(created_at, id) < (?, ?)", before))
    rows = _listed(database, "customers", "created_at", conditions, query.limit)
    found = [_customers.decode(data) for data in rows]
    return page_of([(customer_place(one), one) for one in found], query.limit)


def absorbed_by(database: sqlite3.Connection, customer_id: CustomerId) -> list[CustomerId]:
    """Return who is merged into a customer, also through others."""
    rows = database.execute(
        "WITH RECURSIVE absorbed (id) AS (SELECT id FROM customers WHERE merged_into = ? UNION "
        "SELECT customers.id FROM customers JOIN absorbed ON customers.merged_into = absorbed.id) "
        "SELECT id FROM absorbed",
        (customer_id,),
    ).fetchall()
    return [CustomerId(name) for (name,) in rows]


def record(database: sqlite3.Connection, kind: RecordKind, record_id: str) -> Record | None:
    """Return a plain record."""
    row = database.execute("SELECT version, data FROM records WHERE kind = ? AND id = ?", (kind, record_id)).fetchone()
    return None if row is None else Record(kind=kind, id=record_id, version=row[0], data=msgspec.Raw(row[1]))


def records(database: sqlite3.Connection, kind: RecordKind) -> Sequence[Record]:
    """Return the records of a kind by id."""
    rows = database.execute("SELECT id, version, data FROM records WHERE kind = ? ORDER BY id", (kind,)).fetchall()
    return [Record(kind=kind, id=name, version=version, data=msgspec.Raw(data)) for name, version, data in rows]


def recent_records(
    database: sqlite3.Connection, kind: RecordKind, prefix: str, before: str | None, limit: int
) -> Sequence[Record]:
    """Return the records whose ids begin with a prefix, by id descending."""
    end = before if before is not None else prefix + _AFTER_ALL
    rows = database.execute(
        "SELECT id, version, data FROM records WHERE kind = ? AND id >= ? AND id < ? ORDER BY id DESC LIMIT ?",
        (kind, prefix, end, limit),
    ).fetchall()
    return [Record(kind=kind, id=name, version=version, data=msgspec.Raw(data)) for name, version, data in rows]


def _one(database: sqlite3.Connection, query: str, name: str) -> bytes | None:
    row: tuple[bytes] | None = database.execute(query, (name,)).fetchone()
    return row[0] if row else None


def _among(column: str, values: Sequence[str]) -> Condition:
    names = msgspec.json.encode(values).decode()
    return f"{column} IN (SELECT value FROM json_each(?))", (names,)  # noqa: S608 # our own words


def _listed(
    database: sqlite3.Connection, table: str, time: str, conditions: Sequence[Condition], limit: int
) -> list[bytes]:
    """Return the data of the newest rows, one more than the limit. Sorts places only, never whole rows."""
    where = " AND ".join(condition for condition, _ in conditions) or "TRUE"
    values = [value for _, values in conditions for value in values]
    query = (
        f"SELECT data FROM {table} JOIN (SELECT id AS place FROM {table} WHERE {where} "  # noqa: S608 # our own words
        f"ORDER BY {time} DESC, id DESC LIMIT ?) ON id = place ORDER BY {time} DESC, id DESC"
    )
    return [data for (data,) in database.execute(query, (*values, limit + 1)).fetchall()]
