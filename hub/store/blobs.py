"""Files of attachments in a folder, each under the SHA-256 of its bytes; for one node.

A name is given to a file only when its bytes are on the disk, so what is found is whole. All work is in threads.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from hub.errors import NotFound, SettingsError, Unavailable
from hub.model.sentences import Sentence

PIECE = 256 * 1024
TIMEOUT_S = 30.0
_NAME = re.compile(r"[0-9a-f]{64}\Z")


class FileBlobs:
    """Keeps files below a folder, at `ab/cd/NAME` so that no folder grows too large to list."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._incoming = self._folder / "incoming"

    async def open(self) -> None:
        """Make the folder, and drop what a crash left half written.

        Raises:
            SettingsError: the folder cannot be written to.
        """
        await asyncio.to_thread(self._prepare)

    def _prepare(self) -> None:
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
            for left in self._incoming.iterdir():
                left.unlink()
        except OSError as error:
            raise SettingsError(
                Sentence(
                    "Cannot keep files in {folder} ({reason}): check the folder's rights.",
                    folder=self._folder,
                    reason=error.strerror,
                )
            ) from error

    async def close(self) -> None:
        """Do nothing: no file stays open between two calls."""

    async def put(self, data: bytes) -> str:
        """Keep the bytes. A caller that is cancelled leaves them whole or absent.

        Raises:
            Unavailable: the disk is full or does not answer.
        """
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await asyncio.to_thread(self._put, data)
        except OSError as error:  # TimeoutError is one
            raise Unavailable(
                Sentence("The file cannot be kept ({reason}).", reason=error.strerror or "the disk does not answer")
            ) from error

    def _put(self, data: bytes) -> str:
        name = sha256(data).hexdigest()
        place = self._place(name)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            self._write(data, place)
        # Also for a file that was there: whoever put it at the same moment may not have come this far.
        for folder in (place.parent, place.parent.parent, self._folder):
            _sync(folder)
        return name

    def _write(self, data: bytes, place: Path) -> None:
        with NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            part = Path(file.name)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                part.rename(place)
            except OSError:
                part.unlink(missing_ok=True)
                raise

    async def get(self, name: str) -> AsyncIterator[bytes]:
        """Yield the bytes, read piece by piece as they are wanted."""
        place = self._place(name)
        try:
            file = await asyncio.to_thread(place.open, "rb", 0)
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None
        with closing(file):
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece

    async def remove(self, name: str) -> None:
        """Remove the file; a reader that has it open reads on.

        Raises:
            Unavailable: the disk does not let it go.
        """
        place = self._place(name)
        try:
            await asyncio.to_thread(place.unlink, missing_ok=True)
        except OSError as error:
            raise Unavailable(
                Sentence("The file cannot be removed ({reason}).", reason=error.strerror or "the disk does not answer")
            ) from error

    async def size(self, name: str) -> int:
        """Return the number of bytes."""
        try:
            return (await asyncio.to_thread(self._place(name).stat)).st_size
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None

    def _place(self, name: str) -> Path:
        if not _NAME.match(name):
            raise NotFound("There is no such file.")
        return self._folder / name[:2] / name[2:4] / name


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
