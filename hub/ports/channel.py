"""The connector port: code that speaks one provider's protocol, and nothing else of the hub.

A connector verifies first (over the raw body), then parses, then yields `Inbound` values in the normal form; it sends
what it is given and says honestly what became of it. It never calls services, the store or another connector.
Every connector passes `hub.testing.channel_contract`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

from hub.model.content import Content
from hub.model.customer import Identity
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.timeline import Actor, DeliveryState
from hub.model.timestamps import Timestamp


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote: the address to answer to, and every identity that the provider proves or the sender claims.

    `language` (`zh`, `en`, …) is that of the sender's device where the channel tells it.
    """

    address: str
    identities: tuple[Identity, ...]
    name: str = ""
    language: str | None = None


class FetchedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with a message: where to fetch it, and what it claims to be."""

    url: str
    name: str = ""
    mime: str = ""


class FileBytes(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was fetched; `mime` is what its server says, if anything, and not to be trusted."""

    data: bytes
    mime: str = ""


class FileRefused(Exception):
    """The file will never be had (not public, too large, not there); the reason may be shown to the agent."""


class FileDelayed(Exception):
    """The file cannot be had now; a later try may succeed."""


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that came in, in the normal form of channels.md 6.

    `event_id` is unique on the channel: the same one again is a repeat and changes nothing.
    """

    event_id: str
    kind: Literal["message", "status", "lifecycle", "unsupported", "ignored"]
    occurred_at: Timestamp
    sender: Sender | None = None
    content: Content | None = None
    files: tuple[FetchedFile, ...] = ()
    thread: str | None = None
    client_id: str | None = None
    status_of: str | None = None
    status: DeliveryState | None = None
    reason: str | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's HTTP request as it came: header names in lower case, the body unread by anybody."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider is answered once everything is durable."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """One message to send. `key` is the idempotency key: the same on every attempt.

    Files have absolute signed addresses, good for a week after the attempt.
    """

    key: MessageId
    session_id: SessionId
    channel_id: ChannelId
    address: str
    thread: str | None
    at: Timestamp
    author: Actor
    content: Content


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """The provider took the message; `provider_id` is its own name for it."""

    state: DeliveryState = "sent"
    provider_id: str | None = None


class SendRefused(Exception):
    """The provider will never take this message; the reason is shown to the agent."""


class SendDelayed(Exception):
    """The provider cannot take it now: try again, not before `retry_after` seconds when it says so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """Keep the reason and the provider's own wish."""
        super().__init__(reason)
        self.retry_after = retry_after


class SendUnknown(Exception):
    """The request was written and no answer came: it may have arrived. Repeated only where `repeats_safely`."""


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel can do.

    `pushes`: messages are handed to a provider (an outbox job); without it the customer's own client fetches the
    timeline, as the web chat does. `repeats_safely`: the provider drops a repeated key.
    """

    pushes: bool
    repeats_safely: bool = False
    max_text: int = 10_000
    attachments: bool = False
    typing: bool = False
    read_receipts: bool = False
    menus: bool = False


class Settings(Protocol):
    """A channel's settings as its connector sees them, secrets opened."""

    def __getitem__(self, name: str) -> object: ...


class Connector(Protocol):
    """Speaks for one configured channel."""

    capabilities: Capabilities

    async def open(self) -> None:
        """Start what the channel needs; safe to call twice."""
        ...

    async def close(self) -> None:
        """Stop; safe to call twice; a send that is under way ends first or raises `SendUnknown`."""
        ...

    def verify(self, request: Request, now: Timestamp) -> None:
        """Check the signature over the raw body, in constant time, before anything is parsed.

        Raises:
            Unauthenticated: the signature is missing, wrong or out of its time.
        """
        ...

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Read a verified request.

        Raises:
            InvalidInput: the body is not what the protocol says; nothing is stored.
        """
        ...

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return what the provider wants to hear; `taken` are the answers kept for each inbound (the first ones)."""
        ...

    async def send(self, outbound: Outbound) -> Sent:
        """Hand a message to the provider, within 10 s.

        Raises:
            SendRefused: never going to work (window closed, address unknown, opted out).
            SendDelayed: temporary (429, 5xx, no connection): nothing was taken.
            SendUnknown: written, and no answer.
        """
        ...


@runtime_checkable
class Identifies(Protocol):
    """What a connector may do besides: prove who its visitors are, where they connect to the hub themselves."""

    def identify(self, identity: Mapping[str, object], now: Timestamp) -> Sender:
        """Return the sender that an `identity` of interface.md 4 proves; its address is the site's own id of them.

        The first of the identities is the `external` one, verified. Phone and mail address are verified only where
        the site signed them; what is none of either is left out.

        Raises:
            Unauthenticated: the token or hash is wrong, expired or written wrongly, or the channel has no secret.
        """
        ...


@runtime_checkable
class FetchesFiles(Protocol):
    """What a connector may do besides: fetch the files that came with a message, each by its provider's rules."""

    async def fetch(self, file: FetchedFile) -> FileBytes:
        """Return a file of at most 20 MB, within 60 s; never from a private address that a message names.

        Raises:
            FileRefused: it will never be had.
            FileDelayed: a later try may succeed.
        """
        ...
