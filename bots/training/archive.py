"""Takes in a Rasa project as a zip file, and gives one out. Pure: bytes in, texts by name out, and back.

A zip file comes from outside: nothing is written anywhere, names that lead out of it are refused, and what it unfolds
into is bounded while it is read, whatever its own lists of sizes say.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from bots.training.dataset import TrainingFault, TrainingFaults
from bots.training.rasa_yaml import MAX_FILE
from hub.model.sentences import Sentence

MAX_ARCHIVE = 20_000_000
"""Largest archive, and most that its files unfold into, in bytes."""
MAX_FILES = 1_000
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The time of every file that we write, so that the same project gives the same bytes."""
_SKIPPED = frozenset({"models", "__MACOSX"})
_OWN_FOLDERS = frozenset({"data", "domain", "tests"})
SECRET_FILES = frozenset({"credentials.yml", "credentials.yaml"})


def read_archive(archive: bytes, name: str = "archive.zip") -> dict[str, str]:
    """Return the YAML files of an archive by name, without folders around all of them; credentials are left out.

    Raises:
        TrainingFaults: it is no zip file, too large, names places outside, or has no YAML file.
    """
    if len(archive) > MAX_ARCHIVE:
        raise _fault(name, Sentence("larger than {largest} bytes", largest=MAX_ARCHIVE))
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            texts = _texts(opened, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as err:
        raise _fault(name, Sentence("not a zip file that can be read: {error}", error=err)) from err
    texts = _without_top(texts)
    texts = {path: text for path, text in texts.items() if path.split("/")[0] not in _SKIPPED}
    if not texts:
        raise _fault(name, "no .yml file in this archive")
    return texts


def write_archive(files: Mapping[str, str]) -> bytes:
    """Return an archive of these files; the same files always give the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=_BEGINNING)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)
    return written.getvalue()


def _texts(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise _fault(name, Sentence("more than {most} files", most=MAX_FILES))
    texts: dict[str, str] = {}
    left = MAX_ARCHIVE
    for entry in entries:
        path = _safe_path(entry, name)
        is_yaml = not entry.is_dir() and path.suffix in (".yml", ".yaml")
        if not is_yaml or path.name in SECRET_FILES or path.name.startswith("."):
            continue
        with archive.open(entry) as file:
            content = file.read(min(MAX_FILE, left) + 1)
        if len(content) > min(MAX_FILE, left):
            raise _fault(
                str(path),
                Sentence(
                    "larger than {most} bytes, or all files together than {largest}", most=MAX_FILE, largest=MAX_ARCHIVE
                ),
            )
        left -= len(content)
        if str(path) in texts:
            raise _fault(str(path), "stands twice in the archive")
        try:
            texts[str(path)] = content.decode()
        except UnicodeDecodeError as err:
            line = content.count(b"\n", 0, err.start) + 1
            raise TrainingFaults([TrainingFault(file=str(path), line=line, message="not valid UTF-8")]) from err
    return texts


def _safe_path(entry: zipfile.ZipInfo, name: str) -> PurePosixPath:
    path = PurePosixPath(entry.filename)
    leads_out = path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename
    if leads_out or not entry.filename.isprintable():
        raise _fault(
            name, Sentence("holds a file whose name leads elsewhere: {filename!r}", filename=entry.filename[:80])
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _fault(name, Sentence("holds a link: {filename!r}", filename=entry.filename[:80]))
    return path


def _without_top(texts: Mapping[str, str]) -> dict[str, str]:
    """Leave out the folders that stand around everything."""
    left = dict(texts)
    while left and all("/" in path for path in left):
        tops = {path.split("/")[0] for path in left}
        if len(tops) != 1 or tops <= _OWN_FOLDERS:
            break
        left = {path.partition("/")[2]: text for path, text in left.items()}
    return left


def _fault(file: str, message: str) -> TrainingFaults:
    return TrainingFaults([TrainingFault(file=file, line=1, message=message)])
