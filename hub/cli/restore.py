"""`huike restore FILE`: brings back what `backup` wrote.

Nothing that is there is lost: with `--force` it is put aside first. The archive is read and checked whole before the
first file of the data folder changes.
"""

from __future__ import annotations

import re
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from hub.cli.backup import BLOBS, DATABASE, FORM, KEY, MANIFEST, Manifest
from hub.cli.embedded import Places, locked, places_of, reading
from hub.errors import Conflict, InvalidInput
from hub.model.sentences import Sentence
from hub.settings import Settings

_ON_MONGODB = "This workspace is on MongoDB: bring it back with `mongorestore`."
_BLOB = re.compile(rf"{BLOBS}/[0-9a-f]{{2}}/[0-9a-f]{{2}}/[0-9a-f]{{64}}")


def restore(settings: Settings, source: Path, *, force: bool) -> str:
    """Put the archive's workspace in the data folder and return a sentence about it.

    Raises:
        SettingsError: the workspace is on MongoDB, or its server is running.
        Conflict: there is data already and `force` is off.
        InvalidInput: the file is no backup of Huike, is damaged, or was written by a newer one.
        OSError: the file cannot be read, or the folder cannot be written to.
    """
    places = places_of(settings, otherwise=_ON_MONGODB)
    present = _present(places)
    if present and not force:
        raise Conflict(
            Sentence(
                "There is a workspace in {folder} already: choose another --data, or add --force.", folder=places.data
            )
        )
    places.data.mkdir(parents=True, exist_ok=True)
    places.database.parent.mkdir(parents=True, exist_ok=True)
    # Beside the data, so that moving the files in is only renaming.
    with TemporaryDirectory(dir=places.data, prefix=".restoring-") as folder, locked(places.database):
        manifest = _unpack(source, Path(folder))
        aside = _put_aside(places, present) if present else None
        _move_in(Path(folder), places)
    kept = f" What was there is in {aside}." if aside else ""
    key = "" if manifest.has_key else " Start it with the HUIKE_SECRET_KEY that it was used with."
    return f"Restored the workspace of {manifest.made_at} in {places.data}.{kept}{key}"


def _present(places: Places) -> list[Path]:
    beside = [places.database.with_name(places.database.name + ending) for ending in ("", "-wal", "-shm")]
    return [path for path in (*beside, places.key, places.blobs) if path.exists()]


def _unpack(source: Path, folder: Path) -> Manifest:
    """Unpack into an empty folder and check what came out."""
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                if not member.isfile() or not _is_known(member.name):
                    raise InvalidInput(
                        Sentence("{source} is no backup of Huike: it holds {name!r}.", source=source, name=member.name)
                    )
                archive.extract(member, folder, filter="data")
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (tarfile.TarError, EOFError, FileNotFoundError, msgspec.DecodeError) as error:
        if not source.is_file():
            raise InvalidInput(Sentence("There is no file {source}.", source=source)) from error
        raise InvalidInput(Sentence("{source} is no backup of Huike, or is damaged.", source=source)) from error
    if manifest.form > FORM:
        raise InvalidInput(
            Sentence(
                "{source} was written by Huike {version}, which is newer: upgrade Huike.",
                source=source,
                version=manifest.huike,
            )
        )
    with reading(folder / DATABASE) as database:
        (verdict,) = database.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        raise InvalidInput(Sentence("The database in {source} is damaged: {verdict}.", source=source, verdict=verdict))
    # The check leaves files of its own beside the database.
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
    return manifest


def _is_known(name: str) -> bool:
    return name in (MANIFEST, DATABASE, KEY) or _BLOB.fullmatch(name) is not None


def _put_aside(places: Places, present: list[Path]) -> Path:
    number = 1
    while (aside := places.data / f"before-restore-{number}").exists():
        number += 1
    aside.mkdir()
    for path in present:
        path.rename(aside / path.name)
    return aside


def _move_in(folder: Path, places: Places) -> None:
    """Move the files in, the database last: with it the workspace is there."""
    if (folder / KEY).exists():
        (folder / KEY).chmod(0o600)
        (folder / KEY).rename(places.key)
    if (folder / BLOBS).exists():
        (folder / BLOBS).rename(places.blobs)
    (folder / DATABASE).rename(places.database)
