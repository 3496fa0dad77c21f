"""Files of attachments in MongoDB (GridFS), for many processes; named by their own SHA-256."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from hashlib import sha256

from hub.errors import NotFound
from hub.store.mongo import Index, MongoDatabase

_BUCKET = "blobs"
_NAME = re.compile(r"[0-9a-f]{64}")


class GridfsBlobs:
    """Keeps files beside the journal.

    Two processes that keep the same file at the same moment may store it twice; either copy is right.
    """

    def __init__(self, url: str) -> None:
        self._database = MongoDatabase(url)

    async def open(self) -> None:
        """Connect; raises `SettingsError` when MongoDB cannot be reached."""
        await self._database.open()
        await self._database.make_indexes([Index(collection=f"{_BUCKET}.files", fields={"filename": 1})])

    async def close(self) -> None:
        """Let go; safe to call twice."""
        await self._database.close()

    async def put(self, data: bytes) -> str:
        """Keep the bytes under their hash, on disk on a majority of members."""
        name = (await asyncio.to_thread(sha256, data)).hexdigest()
        if await self._database.file_size(_BUCKET, name) is None:
            await self._database.put_file(_BUCKET, name, data)
        return name

    async def get(self, name: str) -> AsyncIterator[bytes]:
        """Yield the bytes in pieces of at most 256 KiB."""
        await self.size(name)
        async for piece in self._database.file(_BUCKET, name):
            yield piece

    async def remove(self, name: str) -> None:
        """Remove the file, with every copy of it."""
        await self._database.remove_file(_BUCKET, name)

    async def size(self, name: str) -> int:
        """Return the number of bytes."""
        size = await self._database.file_size(_BUCKET, name) if _NAME.fullmatch(name) else None
        if size is None:
            raise NotFound("There is no such file.")
        return size
