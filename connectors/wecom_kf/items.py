"""The items of `kf/sync_msg`: each becomes inbounds, none is lost. Pure: JSON and values, no network and no clock.

A message of a kind or form that we do not know becomes a visible `Unsupported` entry with its fields kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from connectors._wechat.menus import tapped
from connectors.wecom_kf import events
from connectors.wecom_kf.reading import Item, degrees, fields, kept, number, seconds, word
from hub.model.content import (
    MAX_TEXT,
    Card,
    Content,
    File,
    Image,
    Link,
    Location,
    Text,
    Unsupported,
    Video,
    Voice,
)
from hub.model.customer import Identity
from hub.model.ids import ChannelId
from hub.model.session import ReplyWindow
from hub.model.timestamps import Timestamp, from_seconds, shift, to_seconds
from hub.ports.channel import FetchedFile, Inbound, Sender

WINDOW_S = 48 * 3600.0
MESSAGES_PER_WINDOW = 5
MEDIA = "media:"
"""Scheme of `FetchedFile.url`: what follows is a media id of the platform."""
NOBODY = "unreadable"
"""The address under which messages stand whose sender cannot be read, so that a person sees them."""
_MAX_KEPT = 20_000
_SERVICER = 5
_EVENT = "event"

Read = tuple[Content, tuple[FetchedFile, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose items are read; what is older than `since` belongs to the time before the channel was set up."""

    channel_id: ChannelId
    open_kfid: str
    since: Timestamp


def read_item(item: object, account: Account, now: Timestamp) -> tuple[Inbound, ...]:
    """Return what one item of a page says; a very long text becomes several messages, in order.

    An item without a time that can be read is of `now`. Nothing raises here.
    """
    found = fields(item)
    event_id = word(found, "msgid") or f"item:{sha256(kept(item, _MAX_KEPT).encode()).hexdigest()[:40]}"
    sent_s = seconds(found, "send_time")
    at = from_seconds(sent_s) if sent_s is not None else now
    # Messages have whole seconds, the channel milliseconds.
    is_before = sent_s is not None and sent_s < int(to_seconds(account.since))
    if is_before or word(found, "open_kfid") not in ("", account.open_kfid):
        return (Inbound(event_id=event_id, kind="ignored", occurred_at=at),)
    if word(found, "msgtype") == _EVENT:
        return (events.read_event(found, event_id, at, sender_of),)
    if number(found, "origin") == _SERVICER:
        return (Inbound(event_id=event_id, kind="lifecycle", occurred_at=at, sender=sender_of(found)),)
    return _messages(item, found, event_id, at)


def sender_of(item: Item) -> Sender | None:
    """Return the customer whom an item names, if it names one."""
    user = word(item, "external_userid")
    if not user:
        return None
    return Sender(address=user, identities=(Identity(kind="wecom_external_userid", value=user, verified=True),))


def _messages(item: object, found: Item, event_id: str, at: Timestamp) -> tuple[Inbound, ...]:
    content, files = _content(item, found)
    sender = sender_of(found)
    window = ReplyWindow(ends_at=shift(at, WINDOW_S), left=MESSAGES_PER_WINDOW) if sender is not None else None
    if sender is None:
        nobody = Identity(kind="wecom_external_userid", value=NOBODY)
        sender = Sender(address=NOBODY, identities=(nobody,))
    texts = [content.text]
    if isinstance(content, Text) and len(content.text) > MAX_TEXT:
        texts = [content.text[start : start + MAX_TEXT] for start in range(0, len(content.text), MAX_TEXT)]
    return tuple(
        Inbound(
            event_id=event_id if index == 0 else f"{event_id}:{index + 1}",
            kind="message",
            occurred_at=at,
            sender=sender,
            content=content if len(texts) == 1 else Text(text=part),
            files=files,
            window=window,
        )
        for index, part in enumerate(texts)
    )


def _content(item: object, found: Item) -> Read:
    kind = word(found, "msgtype")
    reader = _READERS.get(kind)
    read = reader(fields(found.get(kind))) if reader is not None else None
    if read is None or (len(read[0].text) > MAX_TEXT and not isinstance(read[0], Text)):
        return Unsupported(payload={"kind": kind or "unreadable", "fields": kept(item, _MAX_KEPT)}), ()
    return read


def _text(matter: Item) -> Read | None:
    said, option = word(matter, "content"), word(matter, "menu_id")
    if option:
        return tapped(option, said or option), ()
    return (Text(text=said), ()) if said else None


def _media(made: Callable[[], Content], name: str) -> Callable[[Item], Read | None]:
    def read(matter: Item) -> Read | None:
        media_id = word(matter, "media_id")
        return (made(), (FetchedFile(url=MEDIA + media_id, name=name),)) if media_id else None

    return read


def _location(matter: Item) -> Read | None:
    latitude, longitude = degrees(matter, "latitude", 90), degrees(matter, "longitude", 180)
    if latitude is None or longitude is None:
        return None
    label = "\n".join(part for part in (word(matter, "name"), word(matter, "address")) if part)
    return Location(latitude=latitude, longitude=longitude, text=label), ()


def _link(matter: Item) -> Read | None:
    url = word(matter, "url")
    # An agent clicks on it: nothing but the web.
    if not url.lower().startswith(("https://", "http://")):
        return None
    return Link(url=url, title=word(matter, "title"), text=word(matter, "desc")), ()


def _miniprogram(matter: Item) -> Read | None:
    title = word(matter, "title") or word(matter, "appid")
    return (Card(title=title, text=word(matter, "pagepath")), ()) if title else None


def _business_card(matter: Item) -> Read | None:
    user = word(matter, "userid")
    return (Card(title=user), ()) if user else None


_READERS: Mapping[str, Callable[[Item], Read | None]] = {
    "text": _text,
    "image": _media(Image, "image.jpg"),
    "voice": _media(Voice, "voice.amr"),
    "video": _media(Video, "video.mp4"),
    "file": _media(File, ""),
    "location": _location,
    "link": _link,
    "miniprogram": _miniprogram,
    "business_card": _business_card,
}
