"""The open channel's bodies: strict reading of what integrators send, writing of what they get. Pure: bytes and values.

What integrators rely on stands in doc.md beside this file and in docs/integrators.md.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from hub.errors import FieldFault, InvalidInput, Malformed
from hub.model.addresses import normal_email, normal_phone
from hub.model.content import MAX_TEXT, Content, Text, Unsupported
from hub.model.customer import Identity
from hub.model.ids import ChannelId
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.model.timeline import Actor
from hub.model.timestamps import Timestamp, from_seconds
from hub.ports.channel import FetchedFile, Inbound, Outbound, Sender

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
_MAX_KEPT = 20_000
"""Of a content that we do not know, so many characters are kept to be looked at."""
_WHERE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_FIELD = re.compile(r"Object (?:missing required|contains unknown) field `(?P<name>[^`]*)`")


class _Customer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    external_id: Name
    name: Short | None = None
    phone: Short | None = None
    email: Short | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: Annotated[str, msgspec.Meta(max_length=4000, pattern=r"^https?://[^/\s]")]
    name: Short = ""
    mime: Short = ""


class _TextContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    type: Literal["text"]
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    attachments: Annotated[tuple[_File, ...], msgspec.Meta(max_length=10)] = ()


class _Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Name
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    customer: _Customer
    content: _TextContent


class _LaterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body whose content is of a kind that this version does not know."""

    id: Name
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    customer: _Customer
    content: dict[str, msgspec.Raw]


class _OutCustomer(msgspec.Struct, frozen=True, kw_only=True):
    external_id: str


class _OutMessage(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    at: Timestamp
    session_id: str
    customer: _OutCustomer
    content: Content
    author: Actor


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    type: Literal["message.created"] = "message.created"
    timestamp: Timestamp
    data: _OutMessage


_bodies = msgspec.json.Decoder(_Body)
_later_bodies = msgspec.json.Decoder(_LaterBody)
_encoder = msgspec.json.Encoder()


def parse(body: bytes, channel_id: ChannelId) -> Inbound:
    """Read a push.

    Raises:
        Malformed: it is not JSON in UTF-8.
        InvalidInput: a field is missing, unknown, of a wrong type or out of its bounds; the fault names it.
    """
    try:
        pushed: _Body | _LaterBody = _bodies.decode(body)
    except msgspec.ValidationError as error:
        later = _later(body)
        if later is None:
            _need_json(body)
            raise _refusal(error) from None
        pushed = later
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The body is not JSON in UTF-8.") from None
    if b"\\u0000" in body:
        _refuse_nul(msgspec.to_builtins(pushed) if isinstance(pushed, _Body) else msgspec.json.decode(body), "")
    return _inbound(pushed, channel_id)


def _inbound(pushed: _Body | _LaterBody, channel_id: ChannelId) -> Inbound:
    content, files = _content(pushed.content)
    return Inbound(
        event_id=pushed.id,
        kind="message",
        occurred_at=_time(pushed.at),
        sender=_sender(pushed.customer, channel_id),
        content=content,
        files=files,
    )


def _content(content: _TextContent | dict[str, msgspec.Raw]) -> tuple[Content, tuple[FetchedFile, ...]]:
    if isinstance(content, dict):
        kind = msgspec.json.decode(content["type"], type=str)
        kept = _encoder.encode(content).decode()[:_MAX_KEPT]
        return Unsupported(payload={"kind": kind, "content": kept}), ()
    if not content.text and not content.attachments:
        raise _refuse("content.text", "Must not be empty unless there are attachments.")
    files = tuple(FetchedFile(url=file.url, name=file.name, mime=file.mime) for file in content.attachments)
    return Text(text=content.text), files


def _sender(customer: _Customer, channel_id: ChannelId) -> Sender:
    """Everything that a signed push says of its customer counts as proved: the sender vouches for it."""
    identities = [Identity(kind="external", value=f"{channel_id}:{customer.external_id}", verified=True)]
    if customer.phone:
        try:
            identities.append(Identity(kind="phone", value=normal_phone(customer.phone), verified=True))
        except ValueError as error:
            raise _refuse("customer.phone", reason(error)) from None
    if customer.email:
        try:
            identities.append(Identity(kind="email", value=normal_email(customer.email), verified=True))
        except ValueError as error:
            raise _refuse("customer.email", reason(error)) from None
    return Sender(address=customer.external_id, identities=tuple(identities), name=customer.name or "")


def _time(at: datetime) -> Timestamp:
    try:
        return from_seconds(at.timestamp())
    except (ValueError, OverflowError, OSError):
        raise _refuse("at", "Is not a time that can be kept.") from None


def _later(body: bytes) -> _LaterBody | None:
    """Return the body if nothing is wrong with it but that its kind of content is not known."""
    try:
        later = _later_bodies.decode(body)
        kind = msgspec.json.decode(later.content.get("type", b"null"), type=str)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return later if kind and kind != "text" else None


def _need_json(body: bytes) -> None:
    """Tell broken JSON from wrong fields: the strict decoder stops at whichever comes first."""
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The body is not JSON in UTF-8.") from None


def _refusal(error: msgspec.ValidationError) -> InvalidInput:
    text = str(error)
    where = _WHERE.search(text)
    path = where["path"] if where else ""
    message = text[: where.start()] if where else text
    if named := _FIELD.search(message):
        path = f"{path}.{named['name']}".lstrip(".")
        message = "Required." if "missing" in message else "Unknown field."
    return _refuse(path.replace("[...]", "[]"), message)


def _refuse(field: str, message: str) -> InvalidInput:
    return InvalidInput(
        Sentence("{field}: {message}", field=field or Sentence.of("The body"), message=Sentence.of(message)),
        faults=[FieldFault(field=field, message=message)],
    )


def _refuse_nul(value: object, path: str) -> None:
    """Refuse NUL in any text: databases and C programs behind us cut there. Only bodies that hold one come here."""
    match value:
        case str() if "\0" in value:
            raise _refuse(path, "A text must not hold a NUL character.")
        case dict():
            for name, inner in value.items():
                _refuse_nul(inner, f"{path}.{name}".lstrip("."))
        case list() | tuple():
            for index, inner in enumerate(value):
                _refuse_nul(inner, f"{path}[{index}]")
        case _:
            pass


def format_message(outbound: Outbound) -> bytes:
    """Return the body that hands a message to the integrator; the same on every attempt."""
    message = _OutMessage(
        id=outbound.key,
        at=outbound.at,
        session_id=outbound.session_id,
        customer=_OutCustomer(external_id=outbound.address),
        content=outbound.content,
        author=outbound.author,
    )
    return _encoder.encode(_Event(timestamp=outbound.at, data=message))
