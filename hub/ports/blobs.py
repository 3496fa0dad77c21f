"""The blob store: bytes of attachments, named by their own SHA-256, so that the same file is kept once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol


class Blobs(Protocol):
    """Keeps files. Contents never change under a name."""

    async def open(self) -> None:
        """Make ready."""
        ...

    async def close(self) -> None:
        """Let go; safe to call twice."""
        ...

    async def put(self, data: bytes) -> str:
        """Keep the bytes, durably, and return their name (64 hexadecimal characters); the same bytes, the same name."""
        ...

    def get(self, name: str) -> AsyncIterator[bytes]:
        """Yield the bytes in pieces of at most 256 KiB.

        Raises:
            NotFound: no such blob (or the name is no name of a blob).
        """
        ...

    async def remove(self, name: str) -> None:
        """Forget a blob for good; one that is not there is no error. Whoever calls knows that nothing names it."""
        ...

    async def size(self, name: str) -> int:
        """Return the number of bytes; raises `NotFound`."""
        ...
