"""The events among the items of `kf/sync_msg`: failed deliveries become statuses, everything else is lifecycle. Pure.

Also the names of our own messages: what we sent is known to the platform by a `msgid` that leads back to our key.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from connectors.wecom_kf.reading import Item, fields, number, word
from hub.model.timeline import Trouble
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound, Sender

_USABLE = re.compile(r"[0-9A-Za-z_-]{1,32}")
_OURS = re.compile(r"[0-9a-f]{32}")
_PART = re.compile(r"([0-9A-Za-z_-]{22})-p[0-9]{3}")

_FAILURES: Mapping[int, tuple[str, Trouble]] = {
    1: ("the customer service account was deleted", "misconfigured"),
    2: ("the application was switched off", "misconfigured"),
    4: ("the customer wrote more than 48 hours ago", "window_closed"),
    5: ("the conversation was ended", "window_closed"),
    6: ("5 messages were sent since the customer last wrote", "quota_used"),
    7: ("the account is not bound to a WeChat Channels account", "misconfigured"),
    8: ("the enterprise is not verified", "misconfigured"),
    9: ("the account's subject is not verified", "misconfigured"),
    10: ("the customer refuses messages", "blocked"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A customer came into the conversation, and may be welcomed with this code for 20 s after `at`."""

    code: str
    event_id: str
    at: Timestamp


def read_event(item: Item, event_id: str, at: Timestamp, sender_of: Callable[[Item], Sender | None]) -> Inbound:
    """Return what an event says; one that we do not know is lifecycle."""
    event = fields(item.get("event"))
    if word(event, "event_type") == "msg_send_fail" and word(event, "fail_msgid"):
        reason, trouble = _FAILURES.get(number(event, "fail_type") or 0, ("it gives no reason", "refused"))
        return Inbound(
            event_id=event_id,
            kind="status",
            occurred_at=at,
            status_of=key_of(word(event, "fail_msgid")),
            status="failed",
            reason=f"WeCom did not deliver the message: {reason}.",
            trouble=trouble,
        )
    sender = sender_of(event) or sender_of(item)
    return Inbound(event_id=event_id, kind="lifecycle", occurred_at=at, sender=sender)


def entry_of(item: object, event_id: str, at: Timestamp) -> Entry | None:
    """Return the entry that an item tells of, if it brings a code for a welcome."""
    event = fields(fields(item).get("event"))
    code = word(event, "welcome_code")
    if word(event, "event_type") != "enter_session" or not code:
        return None
    return Entry(code=code, event_id=event_id, at=at)


def msgid_of(key: str, part: int) -> str:
    """Return the `msgid` of one part of a message of ours: the same on every attempt, different for every part."""
    if part == 0 and _USABLE.fullmatch(key):
        return key
    if part < 1000 and _OURS.fullmatch(key):
        short = urlsafe_b64encode(bytes.fromhex(key)).rstrip(b"=").decode()
        return f"{short}-p{part:03d}"
    return sha256(f"{key}:{part}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def key_of(msgid: str) -> str:
    """Return the key of the message that a `msgid` is a part of."""
    part = _PART.fullmatch(msgid)
    return urlsafe_b64decode(part[1] + "==").hex() if part else msgid
