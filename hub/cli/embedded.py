"""The files of an embedded workspace, as backup, restore, export and doctor find them on the disk.

They look at the database from beside the server that may be running; only SQLite's own locks stand between the two.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.errors import SettingsError
from hub.model.sentences import Sentence
from hub.settings import Settings
from hub.store.migrations import APPLICATION_ID, STEPS, open_reader

_PREFIX = "sqlite:///"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the parts of an embedded workspace are."""

    data: Path
    database: Path

    @property
    def key(self) -> Path:
        """The application key, made when the settings have none."""
        return self.data / "secret.key"

    @property
    def blobs(self) -> Path:
        """The files of attachments."""
        return self.data / "blobs"


def places_of(settings: Settings, *, otherwise: str) -> Places:
    """Return where an embedded workspace is kept.

    Raises:
        SettingsError: the workspace is not embedded; `otherwise` says what to do instead.
    """
    if not settings.store_url.startswith(_PREFIX):
        raise SettingsError(otherwise)
    return Places(data=Path(settings.data), database=Path(settings.store_url.removeprefix(_PREFIX)))


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a workspace's database for reading, also while a server uses it.

    Raises:
        SettingsError: it is not there, not ours, damaged, or newer than this code.
    """
    if not path.is_file():
        raise SettingsError(Sentence("There is no workspace at {path}: name its folder with --data.", path=path))
    try:
        with closing(open_reader(path)) as database:
            (owner,) = database.execute("PRAGMA application_id").fetchone()
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if owner != APPLICATION_ID:
                raise SettingsError(Sentence("The file {path} is no database of Huike.", path=path))
            if version > len(STEPS):
                raise SettingsError(
                    Sentence("The database {path} was written by a newer Huike: upgrade Huike.", path=path)
                )
            yield database
    except sqlite3.DatabaseError as error:
        raise SettingsError(
            Sentence("The database {path} cannot be read ({error}): restore it from a backup.", path=path, error=error)
        ) from error


def copy_database(source: Path, target: Path) -> None:
    """Copy a database whole as of one moment, while its server goes on working.

    Raises:
        SettingsError: the source cannot be read.
    """
    with reading(source) as database, closing(sqlite3.connect(target)) as copy:
        database.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def is_in_use(path: Path) -> bool:
    """Tell whether a server has the database open now."""
    lock = path.with_name(path.name + ".lock")
    if not lock.exists():
        return False
    try:
        with locked(path):
            return False
    except SettingsError:
        return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep servers away from a database, as they keep each other away.

    Raises:
        SettingsError: a server is running on it.
    """
    handle = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise SettingsError(Sentence("A Huike is running on {path}: stop it first.", path=path)) from error
    finally:
        os.close(handle)
