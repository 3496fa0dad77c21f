"""The form of the embedded database: its versions, numbered and forward only, and how a file is opened or refused.

Version n is reached by the n-th step of `STEPS`. A step is never changed once it was released; the next change of
form is the next step. What cannot be opened is told in one plain line with a remedy, never with a traceback.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from hub.errors import SettingsError
from hub.model.sentences import Sentence

APPLICATION_ID = 0x4875696B
"""Written in the file's header ("Huik"), so that a foreign database is never taken for ours."""

_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (position INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE keys (key TEXT PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, customer_id TEXT NOT NULL, agent_id TEXT, offered_to TEXT,
    active_at TEXT NOT NULL, channels TEXT NOT NULL, text TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX sessions_by_activity ON sessions (active_at, id);
CREATE INDEX sessions_by_customer ON sessions (customer_id);
CREATE INDEX sessions_open ON sessions (id, state) WHERE state <> 'closed';
CREATE TABLE served (agent_id TEXT, session_id TEXT, PRIMARY KEY (agent_id, session_id)) WITHOUT ROWID;

CREATE TABLE timeline (
    session_id TEXT, seq INTEGER, message_id TEXT, data BLOB NOT NULL, PRIMARY KEY (session_id, seq)
) WITHOUT ROWID;
CREATE INDEX timeline_by_message ON timeline (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE customers (
    id TEXT PRIMARY KEY, created_at TEXT NOT NULL, merged_into TEXT, text TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX customers_by_age ON customers (created_at, id) WHERE merged_into IS NULL;
CREATE INDEX customers_by_merge ON customers (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE identities (
    key TEXT, customer_id TEXT, verified INTEGER NOT NULL, PRIMARY KEY (key, customer_id)
) WITHOUT ROWID;
CREATE INDEX identities_by_customer ON identities (customer_id);

CREATE TABLE records (
    kind TEXT, id TEXT, version INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;

CREATE TABLE jobs (
    id TEXT NOT NULL UNIQUE, kind TEXT, line TEXT, seq INTEGER, due_at TEXT NOT NULL, owner TEXT, leased_until TEXT,
    attempts INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, line, seq, id)
) WITHOUT ROWID;
CREATE INDEX jobs_by_due ON jobs (kind, due_at, id);
CREATE INDEX jobs_by_lease ON jobs (kind, leased_until) WHERE leased_until IS NOT NULL;
"""

STEPS: tuple[str, ...] = (_FIRST,)
"""For each version, the statements that lead to it from the one before."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # Checkpoints are made beside the writer, not inside a commit (hub.store.sqlite_writer).
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA busy_timeout = 2000",
)


def open_database(path: Path, name: str) -> tuple[sqlite3.Connection, str]:
    """Open or create the database, brought to the newest version, and return it with the journal's identity.

    `name` becomes the identity of a new journal.

    Blocks; the connection may be used from another thread afterwards.

    Raises:
        SettingsError: the file cannot be read or written, is not ours, is damaged, or is newer than this code.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=1024)
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(
            Sentence(
                "Cannot open the database {path} ({error}): check the folder and its rights.", path=path, error=error
            )
        ) from error
    try:
        _check_ours(database, path)
        for pragma in _PRAGMAS:
            database.execute(pragma)
        _migrate(database)
        database.execute("INSERT OR IGNORE INTO meta VALUES ('identity', ?), ('epoch', 0), ('pulse', 0)", (name,))
        (identity,) = database.execute("SELECT value FROM meta WHERE name = 'identity'").fetchone()
    except sqlite3.DatabaseError as error:
        database.close()
        raise SettingsError(
            Sentence(
                "Cannot use the database {path} ({error}): {remedy}", path=path, error=error, remedy=_remedy(error)
            )
        ) from error
    except SettingsError:
        database.close()
        raise
    return database, identity


def open_reader(path: Path) -> sqlite3.Connection:
    """Open one more connection that only reads; the database exists and is of the present version."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    for pragma in (*_PRAGMAS[2:], "PRAGMA query_only = ON"):
        database.execute(pragma)
    return database


def _check_ours(database: sqlite3.Connection, path: Path) -> None:
    (owner,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and owner != APPLICATION_ID:
        raise SettingsError(
            Sentence("The file {path} is a database of another program: choose another place for the data.", path=path)
        )
    if version > len(STEPS):
        raise SettingsError(
            Sentence(
                "The database {path} is of version {version}, written by a newer Huike; this one "
                "knows up to {known}: upgrade Huike, or restore a backup made before the upgrade.",
                path=path,
                version=version,
                known=len(STEPS),
            )
        )


def _migrate(database: sqlite3.Connection) -> None:
    """Take the steps that are missing, each whole or not at all."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    for number, step in enumerate(STEPS[version:], start=version + 1):
        try:
            marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number}"
            database.executescript(f"BEGIN IMMEDIATE; {step}; {marks}; COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            raise


def _remedy(error: sqlite3.DatabaseError) -> str:
    text = str(error)
    if "locked" in text:
        return "another program has it open; stop that first."
    if "malformed" in text or "not a database" in text:
        return "the file is damaged; restore it from a backup."
    return "check that the folder can be written to and the disk is not full."
