"""Pushes of the Chinese cloud providers: JSON without a signature, one object or an array of them. Pure.

Their addresses are kept by the channel's `?token=`; nothing inside the body is proof of anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256

import msgspec

from connectors._sms.consent import consent_word
from connectors._sms.reading import json_of, whole_text, wrong
from hub.model.content import Content, Text, Unsupported
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, from_seconds
from hub.ports.channel import Inbound, Sender

Item = Mapping[str, object]

_BEIJING = timezone(timedelta(hours=8))
_MAX_ITEMS = 10_000
_MAX_KEPT = 20_000
_LATEST_S = 99_999_999_999


def items_of(body: bytes, *, single: bool) -> Sequence[Item]:
    """Return the objects of a push; `single`: one may also come alone.

    Raises:
        Malformed: it is not JSON.
        InvalidInput: it is neither an array of objects nor, where that may be, an object; or it holds nothing.
    """
    found = json_of(body)
    if single and isinstance(found, dict) and found:
        return [found]
    if not isinstance(found, list) or not 0 < len(found) <= _MAX_ITEMS:
        raise wrong("", Sentence("Must be an array of 1 to {most} objects.", most=_MAX_ITEMS))
    if not all(isinstance(item, dict) for item in found):
        raise wrong("", "Must hold objects only.")
    return found


def message_of(item: Item, *, field: str, event_id: str, sender: Sender, at: Timestamp) -> Inbound:
    """Return the inbound for a short message whose text stands in this field.

    An object without the field is of a kind that we do not know, and is kept to be seen; an empty text says nothing.

    Raises:
        InvalidInput: the text is no text, or too long.
    """
    text = item.get(field)
    if text == "":
        return Inbound(event_id=event_id, kind="ignored", occurred_at=at)
    content: Content
    if text is None:
        kind = item.get("kind") or item.get("type")
        kept = msgspec.json.encode(item).decode()[:_MAX_KEPT]
        content = Unsupported(payload={"kind": str(kind)[:100] if kind else "unknown", "push": kept})
        return Inbound(event_id=event_id, kind="message", occurred_at=at, sender=sender, content=content)
    if not isinstance(text, str):
        raise wrong(field, "Must be a text.")
    # No journal takes NUL, and no phone writes it.
    content = Text(text=whole_text(text, field).replace("\0", "\ufffd"))
    word = consent_word(text)
    return Inbound(
        event_id=event_id,
        kind="message",
        occurred_at=at,
        sender=sender,
        content=content,
        is_automatic=word is not None,
        consent=None if word == "help" else word,
    )


def beijing_time(text: object, now: Timestamp) -> Timestamp:
    """Read `2026-11-22 16:00:00` as Beijing's time; what cannot be read is now."""
    try:
        read = datetime.strptime(text if isinstance(text, str) else "", "%Y-%m-%d %H:%M:%S")
        return from_seconds(read.replace(tzinfo=_BEIJING).timestamp())
    except (ValueError, OverflowError):
        return now


def unix_time(value: object, now: Timestamp) -> Timestamp:
    """Read POSIX seconds, also when they are written as text; what cannot be read is now."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 11:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LATEST_S:
        return now
    return from_seconds(value)


def fingerprint(*words: str) -> str:
    """Return a name for what has none: the same words make the same name."""
    return sha256("\n".join(sha256(word.encode("utf-8", "replace")).hexdigest() for word in words).encode()).hexdigest()
