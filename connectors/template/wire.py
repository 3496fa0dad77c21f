"""The template's bodies: reading of pushes, writing of messages. Pure: bytes and values, no network and no clock.

Change this file first, against two payloads that were really captured and now stand in `fixtures/`.
"""

from __future__ import annotations

import hmac
from typing import Annotated, Literal

import msgspec

from hub.errors import FieldFault, InvalidInput, Malformed
from hub.model.content import MAX_TEXT, Content, Text, Unsupported
from hub.model.customer import Identity
from hub.model.ids import ChannelId
from hub.model.reasons import reason
from hub.model.timestamps import from_seconds
from hub.ports.channel import Inbound, Outbound, Sender

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class _Push(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider sends. Fields that we do not know are left alone: providers add some without a word."""

    event: Name
    kind: Name
    sender: Name
    sent_s: Annotated[int, msgspec.Meta(ge=0, le=99_999_999_999)]
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""
    about: str = ""
    state: Literal["delivered", "read", "failed"] | None = None


class _Send(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    to: str
    text: str


_pushes = msgspec.json.Decoder(_Push)
_encoder = msgspec.json.Encoder()


def signature(secret: str, body: bytes) -> str:
    """Return what the provider writes into its signature header."""
    return hmac.digest(secret.encode(), body, "sha256").hex()


def parse(body: bytes, channel_id: ChannelId) -> Inbound:
    """Read a push.

    Raises:
        Malformed: it is not JSON.
        InvalidInput: a field is missing or of a wrong type.
    """
    try:
        push = _pushes.decode(body)
    except msgspec.ValidationError as error:
        raise InvalidInput(reason(error), faults=[FieldFault(field="", message=reason(error))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The body is not JSON in UTF-8.") from None
    if push.kind == "status":
        return _status(push)
    return Inbound(
        event_id=push.event,
        kind="message",
        occurred_at=from_seconds(push.sent_s),
        sender=Sender(
            address=push.sender,
            # The provider knows its own user, so this identity is proved. `external` values carry their channel.
            identities=(Identity(kind="external", value=f"{channel_id}:{push.sender}", verified=True),),
        ),
        content=_content(push, body),
    )


def _status(push: _Push) -> Inbound:
    """What became of a message of ours. The provider names it by the key that we gave it when we sent it."""
    at = from_seconds(push.sent_s)
    if push.state is None:
        return Inbound(event_id=push.event, kind="ignored", occurred_at=at)
    return Inbound(event_id=push.event, kind="status", occurred_at=at, status_of=push.about, status=push.state)


def _content(push: _Push, body: bytes) -> Content:
    """Kinds that we cannot show stay visible, with the whole push kept."""
    if push.kind != "text":
        return Unsupported(payload={"kind": push.kind, "push": body.decode()[:20_000]})
    if not push.text:
        raise InvalidInput("The text is empty.", faults=[FieldFault(field="text", message="Must not be empty.")])
    return Text(text=push.text)


def format_message(outbound: Outbound) -> bytes:
    """Return the body that hands a message to the provider."""
    return _encoder.encode(_Send(key=outbound.key, to=outbound.address, text=outbound.content.text))
