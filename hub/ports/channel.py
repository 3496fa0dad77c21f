"""The connector port: code that speaks one provider's protocol, and nothing else of the hub.

A connector verifies first (over the raw body), then parses, then yields `Inbound` values in the normal form; it sends
what it is given and says honestly what became of it. It never calls services, the store or another connector.
Every connector passes `hub.testing.channel_contract`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from hub.model.content import Content
from hub.model.customer import Identity
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.session import ReplyWindow
from hub.model.timeline import Actor, DeliveryState, Message, Trouble
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


class GivenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose bytes came with the message itself; `content_id` is the name by which a mail's HTML shows it."""

    data: bytes
    name: str = ""
    mime: str = ""
    content_id: str = ""
    inline: bool = False


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

    `event_id` is unique on the channel: the same one again is a repeat and changes nothing. A message of a kind that we
    do not know is a `message` with `Unsupported` content, never nothing.

    For messages: `thread` is the provider's own conversation; `is_automatic` marks what a machine wrote or what must
    not be answered by one (an out-of-office mail, an opt-out word): it is kept, and no bot answers it. `answers` is
    the message of ours that it answers and `answers_session` its session, both proved by a signature of ours;
    `answers_any` are event ids of earlier inbounds that it may answer, the likeliest first. A `bounce`-like message
    belongs to the session of `answers`.
    `consent` tells that the sender does not want messages any more, or wants them again.

    For a message or a lifecycle event: `window` is how much may be sent to this sender from now on.

    For a status: `status_of` is the provider's name of a message that was sent (`Sent.provider_id`) or our own
    `Outbound.key`, with the state it reached and, when it failed, the reason and its kind.

    `wake` is a word for the channel's receiver (`Receives`), on whichever node it runs.
    """

    event_id: str
    kind: Literal["message", "status", "lifecycle", "ignored"]
    occurred_at: Timestamp
    sender: Sender | None = None
    content: Content | None = None
    files: tuple[FetchedFile | GivenFile, ...] = ()
    thread: str | None = None
    client_id: str | None = None
    is_automatic: bool = False
    answers: MessageId | None = None
    answers_session: SessionId | None = None
    answers_any: tuple[str, ...] = ()
    consent: Literal["opt_out", "opt_in"] | None = None
    window: ReplyWindow | None = None
    status_of: str | None = None
    status: DeliveryState | None = None
    reason: str | None = None
    trouble: Trouble | None = None
    wake: str | None = None


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

    Files have absolute signed addresses, good for a week after the attempt; `ChannelTools.read_file` gives their bytes.
    `answers` is the customer's message that this one answers: the one that the author chose, else the customer's
    newest on this channel. `is_automatic`: written by a bot or the hub itself.
    """

    key: MessageId
    session_id: SessionId
    channel_id: ChannelId
    address: str
    thread: str | None
    at: Timestamp
    author: Actor
    content: Content
    answers: Message | None = None
    is_automatic: bool = False


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """The provider took the message; `provider_id` is its own name for it, `further_ids` those of its other parts."""

    state: DeliveryState = "sent"
    provider_id: str | None = None
    further_ids: tuple[str, ...] = ()


class SendRefused(Exception):
    """The provider will never take this message; the reason is shown to the agent, `trouble` is its kind."""

    def __init__(self, reason: str, trouble: Trouble = "refused") -> None:
        """Keep the reason and its kind."""
        super().__init__(reason)
        self.trouble: Trouble = trouble


class SendDelayed(Exception):
    """The provider cannot take it now: try again, not before `retry_after` seconds when it says so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """Keep the reason and the provider's own wish."""
        super().__init__(reason)
        self.retry_after = retry_after


class SendUnknown(Exception):
    """The request was written and no answer came: it may have arrived. Repeated only where `repeats_safely`."""


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel can do, for the composer, the outbox and the bots.

    `pushes`: messages are handed to a provider (an outbox job); without it the customer's own client fetches the
    timeline, as the web chat does. `repeats_safely`: the provider drops a repeated key. `max_text` is the longest text
    that goes out whole, in `text_unit`; `splits_text`: a longer one goes out in parts, in order. `template_only`: the
    text fills a variable of an approved template. `has_window`: after the customer's silence nothing may be sent.
    `has_opt_out`: customers may forbid messages by a word. `joins_turns`: what a bot says in one turn is one message.
    `automatic_per_hour`: most automatic answers to one address in an hour; 0 is no limit.
    `attachment_types` are media types or their beginnings (`image/`); empty means all, up to `max_file_bytes` each.
    """

    pushes: bool
    repeats_safely: bool = False
    max_text: int = 10_000
    text_unit: Literal["characters", "bytes", "septets"] = "characters"
    splits_text: bool = False
    template_only: bool = False
    has_window: bool = False
    has_opt_out: bool = False
    has_subject: bool = False
    joins_turns: bool = False
    automatic_per_hour: int = 0
    attachments: bool = False
    attachment_types: tuple[str, ...] = ()
    max_file_bytes: int = 20 * 1024 * 1024
    typing: bool = False
    read_receipts: bool = False
    menus: bool = False


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
        """Hand a message to the provider, within 25 s.

        Raises:
            SendRefused: never going to work (window closed, address unknown, opted out).
            SendDelayed: temporary (429, 5xx, no connection): nothing was taken.
            SendUnknown: written, and no answer.
        """
        ...
