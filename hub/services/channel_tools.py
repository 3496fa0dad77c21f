"""The tools of the connectors: addresses, a signing key, and a memory that all nodes share, sealed in the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import structlog

from hub.errors import HubError, NotFound
from hub.model.content import Attachment
from hub.model.ids import ChannelId
from hub.ports.channel_tools import ChannelTools
from hub.services.attachments import Attachments
from hub.services.core import Core
from hub.services.records import Records
from hub.services.secrets import Secrets

_ALONE_S = 20.0
_LOOK_S = 0.1


class _Memory:
    """One channel's texts, each a sealed record of its own."""

    def __init__(self, channel_id: ChannelId, core: Core, records: Records, secrets: Secrets) -> None:
        self._channel_id = channel_id
        self._core = core
        self._records = records
        self._secrets = secrets
        self._here: dict[str, asyncio.Lock] = {}

    async def read(self, name: str) -> str | None:
        data = await self._records.get_plain("channel_memory", f"{self._channel_id}/{name}")
        return self._secrets.open(msgspec.json.decode(data, type=str)) if data is not None else None

    async def write(self, name: str, value: str) -> None:
        data = msgspec.json.encode(self._secrets.seal(value))
        await self._records.put_plain("channel_memory", f"{self._channel_id}/{name}", data)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        lease, owner = f"channel/{self._channel_id}/{name}", self._core.ids.new()
        # Within this process a plain lock is enough, and makes the lease a matter of one owner per node.
        async with self._here.setdefault(name, asyncio.Lock()):
            await self._acquire(lease, owner)
            try:
                yield
            finally:
                await self._release(lease, owner)

    async def _acquire(self, lease: str, owner: str) -> None:
        try:
            async with asyncio.timeout(_ALONE_S):
                while not await self._core.bus.acquire(lease, owner, _ALONE_S):
                    await self._core.clock.sleep(_LOOK_S)
        except (TimeoutError, HubError):
            return

    async def _release(self, lease: str, owner: str) -> None:
        try:
            await self._core.bus.release(lease, owner)
        except HubError:
            return


class ToolMaker:
    """Makes the tools of each channel's connector."""

    def __init__(
        self, core: Core, records: Records, secrets: Secrets, attachments: Attachments, *, public_url: str
    ) -> None:
        """Take the services that the tools stand on; `public_url` is the hub's own origin."""
        self._core = core
        self._records = records
        self._secrets = secrets
        self._attachments = attachments
        self._public_url = public_url.rstrip("/")

    def tools(self, channel_id: ChannelId) -> ChannelTools:
        """Return the tools of one channel."""
        log = structlog.get_logger().bind(channel=channel_id)
        return ChannelTools(
            clock=self._core.clock,
            ids=self._core.ids,
            webhook_url=f"{self._public_url}/channels/{channel_id}/webhook",
            status_url=f"{self._public_url}/channels/{channel_id}/status",
            signing_key=self._secrets.derive(f"channel/{channel_id}"),
            memory=_Memory(channel_id, self._core, self._records, self._secrets),
            read_file=self._read_file,
            log=log.info,
        )

    async def _read_file(self, file: Attachment) -> bytes:
        data = await self._attachments.read(file.id)
        if data is None:
            raise NotFound("The file is not there any more.")
        return data
