"""What a connector is given to work with: the time, randomness, its own addresses, a shared memory, and files.

Connectors take these as values and protocols; they never reach for the store, the bus or the file system themselves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from hub.model.content import Attachment
from hub.ports.environment import Clock, Ids


class SharedMemory(Protocol):
    """Small texts that all processes of one channel share, such as a provider's access token. Kept sealed."""

    async def read(self, name: str) -> str | None:
        """Return a text, or None."""
        ...

    async def write(self, name: str, value: str) -> None:
        """Keep a text durably, over whatever was there."""
        ...

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Let one process at a time into a block, for 20 s at most; others wait as long and then go on all the same.

        Good for work that is wasted when done twice, not for work that must not be done twice.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTools:
    """The tools of one channel's connector.

    `webhook_url` and `status_url` are the absolute addresses as the provider knows them, without a query; `signing_key`
    is 32 bytes of the channel's own, the same on every node and at every start, for tokens that the connector gives
    out; `read_file` returns the bytes of an attachment of an outgoing message; `log` tells an operator what happened,
    without personal data: `log("token.refreshed", tries=2)`.
    """

    clock: Clock
    ids: Ids
    webhook_url: str
    status_url: str
    signing_key: bytes
    memory: SharedMemory
    read_file: Callable[[Attachment], Awaitable[bytes]]
    log: Callable[..., None]
