"""`huike backup FILE`: the whole workspace in one file, made while the server runs.

The file is a tar archive of the database (as of one moment), the files of attachments and the key. It holds the key to
every secret in it: keep it as you keep passwords.
"""

from __future__ import annotations

import os
import tarfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from hub import __version__
from hub.cli.embedded import Places, copy_database, places_of
from hub.environment import SystemClock
from hub.errors import Conflict
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp
from hub.settings import Settings

FORM = 1
"""Version of the archive's own form; `restore` refuses a higher one."""
MANIFEST, DATABASE, KEY, BLOBS = "manifest.json", "huike.db", "secret.key", "blobs"

_ON_MONGODB = (
    'This workspace is on MongoDB: back it up with `mongodump --uri="YOUR STORE ADDRESS" --archive=FILE --gzip`, bring '
    "it back with `mongorestore`, and keep HUIKE_SECRET_KEY beside it."
)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive says of itself."""

    form: int
    made_at: Timestamp
    huike: str
    has_key: bool


def backup(settings: Settings, target: Path) -> str:
    """Write the archive and return a sentence about it. The file takes its name only when it is whole.

    Raises:
        SettingsError: the workspace is on MongoDB, or there is none.
        Conflict: a file of this name is there already.
        OSError: the disk is full, or the place cannot be written to.
    """
    places = places_of(settings, otherwise=_ON_MONGODB)
    if target.exists():
        raise Conflict(Sentence("There is a file {target} already: choose another name.", target=target))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with TemporaryDirectory(dir=target.parent, prefix=".huike-backup-") as folder:
            copy = Path(folder) / DATABASE
            copy_database(places.database, copy)
            _pack(places, copy, part, is_packed=target.suffix in (".gz", ".tgz"))
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    size_mb = target.stat().st_size / 1_000_000
    warning = "" if places.key.is_file() else " The key is not in it: keep HUIKE_SECRET_KEY beside it."
    return f"Wrote {target} ({size_mb:.1f} MB).{warning}"


def _pack(places: Places, database: Path, target: Path, *, is_packed: bool) -> None:
    manifest = Manifest(form=FORM, made_at=SystemClock().now(), huike=__version__, has_key=places.key.is_file())
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz" if is_packed else "w") as archive:
            note = database.with_name(MANIFEST)
            note.write_bytes(msgspec.json.encode(manifest))
            archive.add(note, MANIFEST)
            archive.add(database, DATABASE)
            if manifest.has_key:
                archive.add(places.key, KEY)
            # After the database: every file that it names is there by then, and files are never changed. Those of
            # old versions of bots are tidied away, perhaps just now.
            for path in sorted(places.blobs.glob("??/??/*")):
                with suppress(FileNotFoundError):
                    archive.add(path, f"{BLOBS}/{path.relative_to(places.blobs)}")
        file.flush()
        os.fsync(handle)
