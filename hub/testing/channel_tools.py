"""Tools for a connector under test: a clock that stands still, ids from a seed, a memory that forgets at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog

from hub.model.content import Attachment
from hub.ports.channel_tools import ChannelTools
from hub.ports.environment import Clock, Ids
from hub.testing.environment import FakeClock, SeededIds

WEBHOOK_URL = "http://hub.example/channels/ch-1/webhook"
STATUS_URL = "http://hub.example/channels/ch-1/status"


class FakeMemory:
    """A shared memory within one process."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.texts: dict[str, str] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def read(self, name: str) -> str | None:
        """Return a text, or None."""
        return self.texts.get(name)

    async def write(self, name: str, value: str) -> None:
        """Keep a text."""
        self.texts[name] = value

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Let one task at a time into a block."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            yield


def fake_tools(
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    memory: FakeMemory | None = None,
    files: Mapping[str, bytes] | None = None,
    webhook_url: str = WEBHOOK_URL,
    status_url: str = STATUS_URL,
) -> ChannelTools:
    """Return tools; `files` are the bytes of attachments by their id."""

    async def read_file(file: Attachment) -> bytes:
        return (files or {})[file.id]

    log = structlog.get_logger()
    return ChannelTools(
        clock=clock or FakeClock(),
        ids=ids or SeededIds(1),
        webhook_url=webhook_url,
        status_url=status_url,
        signing_key=b"a signing key of 32 bytes, tests",
        memory=memory or FakeMemory(),
        read_file=read_file,
        log=log.info,
    )
