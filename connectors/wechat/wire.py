"""From a push's fields to the normal form: messages here, events in `events`. Pure: fields and values.

Whatever a customer sends becomes something that an agent sees; what we do not know is kept whole as far as it can be
shown. Element order does not matter, further elements do no harm.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from connectors._wechat.menus import tapped
from connectors._wechat.xml import Fields, text
from hub.errors import FieldFault, InvalidInput
from hub.model.content import (
    MAX_TEXT,
    Card,
    Content,
    Image,
    Link,
    Location,
    MenuReply,
    Text,
    Unsupported,
    Video,
    Voice,
)
from hub.model.customer import Identity
from hub.model.sentences import Sentence
from hub.model.session import ReplyWindow
from hub.model.timestamps import Timestamp, from_seconds, shift
from hub.ports.channel import FetchedFile, Inbound, Sender

MEDIA = "media:"
"""The scheme of files that are named by a media_id; `?or=` names an address to try when the platform has it no more."""
MINI_PROGRAM = "miniprogram://"
"""The scheme of a card that opens a mini program: the AppID, then the page."""
MESSAGE_WINDOW = (5, 48 * 3600)
"""Rule of the platform since June 2023: so many messages, within so many seconds after the customer wrote."""
MENU_WINDOW = (3, 60)
_MAX_KEPT = 20_000
_MAX_ID = 200


class Said(NamedTuple):
    """What a message says, and the files that belong to it."""

    content: Content
    files: tuple[FetchedFile, ...] = ()


def parse_message(fields: Fields) -> Inbound:
    """Read a push whose MsgType is not `event`.

    Raises:
        InvalidInput: it has no sender or time, or its text is longer than a message may be.
    """
    kind, at = text(fields, "MsgType").lower(), occurred_at(fields)
    read = _READERS.get(kind)
    said = (read(fields) if read else None) or Said(unsupported(fields))
    if len(said.content.text) > MAX_TEXT:
        raise refusal("Content", f"The text is longer than {MAX_TEXT} characters.")
    # Nobody can send nothing; what has no text is a trial of the platform or of somebody's tool.
    is_empty = said.content == Text()
    counted = MENU_WINDOW if isinstance(said.content, MenuReply) else MESSAGE_WINDOW
    return Inbound(
        event_id=_message_key(fields),
        kind="ignored" if is_empty else "message",
        occurred_at=at,
        sender=sender_of(fields),
        content=said.content,
        files=said.files,
        window=window_from(at, counted),
    )


def sender_of(fields: Fields) -> Sender:
    """Return who sent a push: the platform vouches for the OpenID, and for the UnionID where it names one."""
    openid, unionid = text(fields, "FromUserName"), text(fields, "UnionId")
    if not 0 < len(openid) <= _MAX_ID:
        raise refusal("FromUserName", "Must hold the customer's OpenID.")
    identities = [Identity(kind="wechat_openid", value=openid, verified=True)]
    if unionid:
        identities.append(Identity(kind="wechat_unionid", value=unionid, verified=True))
    return Sender(address=openid, identities=tuple(identities))


def occurred_at(fields: Fields) -> Timestamp:
    """Return the platform's time of a push."""
    created = text(fields, "CreateTime").strip()
    if not (created.isascii() and created.isdecimal() and len(created) <= 11):
        raise refusal("CreateTime", "Must hold whole seconds since 1970.")
    return from_seconds(int(created))


def window_from(at: Timestamp, counted: tuple[int, int]) -> ReplyWindow:
    """Return the window that opened at a time, from a count and its seconds."""
    left, seconds = counted
    return ReplyWindow(ends_at=shift(at, seconds), left=left)


def unsupported(fields: Fields) -> Unsupported:
    """Return the content that shows something of a kind that we do not know."""
    kept = msgspec.json.encode(fields).decode()[:_MAX_KEPT]
    return Unsupported(payload={"kind": text(fields, "MsgType") or "?", "content": kept})


def refusal(field: str, message: str) -> InvalidInput:
    """Return the error for one wrong field."""
    return InvalidInput(
        Sentence("{field}: {message}", field=field, message=Sentence.of(message)),
        faults=[FieldFault(field=field, message=message)],
    )


def short_key(*parts: str) -> str:
    """Return a key of at most 200 characters: parts as they are, or the digest of what is too long."""
    key = "/".join(parts)
    if len(key) <= _MAX_ID:
        return key
    return f"{key[:100]}/{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _message_key(fields: Fields) -> str:
    message_id = text(fields, "MsgId").strip()
    if message_id:
        return short_key(message_id)
    # Never seen, but a message without an id must not be lost, and its repeat must not be shown twice.
    whole = hashlib.sha256(msgspec.json.encode(fields, order="deterministic")).hexdigest()
    return short_key(text(fields, "FromUserName"), text(fields, "CreateTime"), whole)


def _text(fields: Fields) -> Said:
    entry = text(fields, "bizmsgmenuid")
    if entry:
        return Said(tapped(entry, text(fields, "Content")))
    return Said(Text(text=text(fields, "Content")))


def _image(fields: Fields) -> Said | None:
    file = _media(fields, "MediaId", "PicUrl", name=f"image-{_file_id(fields)}.jpg", mime="image/jpeg")
    return Said(Image(), (file,)) if file else None


def _voice(fields: Fields) -> Said | None:
    form = text(fields, "Format").lower()
    ending = form if form.isascii() and form.isalnum() and len(form) <= 8 else "amr"
    file = _media(fields, "MediaId", "", name=f"voice-{_file_id(fields)}.{ending}", mime=f"audio/{ending}")
    return Said(Voice(text=text(fields, "Recognition")), (file,)) if file else None


def _video(fields: Fields) -> Said | None:
    file = _media(fields, "MediaId", "", name=f"video-{_file_id(fields)}.mp4", mime="video/mp4")
    return Said(Video(), (file,)) if file else None


def _location(fields: Fields) -> Said | None:
    latitude, longitude = _degrees(fields, "Location_X", 90), _degrees(fields, "Location_Y", 180)
    if latitude is None or longitude is None:
        return None
    return Said(Location(latitude=latitude, longitude=longitude, text=text(fields, "Label").strip()))


def _link(fields: Fields) -> Said:
    url, about = text(fields, "Url"), text(fields, "Description")
    if _is_web(url) or ":" not in url:
        return Said(Link(url=url, title=text(fields, "Title"), text=about))
    # An address of another scheme could be a script: it is shown as it is written, and not to be clicked on.
    return Said(Link(url="", title=text(fields, "Title"), text="\n".join(filter(None, (about, url)))))


def _mini_program_page(fields: Fields) -> Said:
    page = text(fields, "PagePath").lstrip("/")
    picture = text(fields, "ThumbUrl")
    thumb = _media(fields, "ThumbMediaId", "ThumbUrl", name=f"card-{_file_id(fields)}.jpg", mime="image/jpeg")
    card = Card(
        title=text(fields, "Title"),
        url=f"{MINI_PROGRAM}{text(fields, 'AppId')}/{page}",
        image_url=picture if _is_web(picture) else "",
    )
    return Said(card, (thumb,) if thumb else ())


_READERS: Mapping[str, Callable[[Fields], Said | None]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
    "miniprogrampage": _mini_program_page,
}
"""How each kind is read; None where the fields do not hold what the kind promises."""


def _media(fields: Fields, media: str, address: str, *, name: str, mime: str) -> FetchedFile | None:
    media_id, url = text(fields, media).strip(), text(fields, address).strip() if address else ""
    spare = url if _is_web(url) else ""
    if not media_id:
        return FetchedFile(url=spare, name=name, mime=mime) if spare else None
    return FetchedFile(
        url=f"{MEDIA}{quote(media_id, safe='')}" + (f"?or={quote(spare, safe='')}" if spare else ""),
        name=name,
        mime=mime,
    )


def _file_id(fields: Fields) -> str:
    return "".join(each for each in text(fields, "MsgId") if each.isascii() and each.isalnum())[:32] or "0"


def _degrees(fields: Fields, name: str, most: float) -> float | None:
    try:
        value = float(text(fields, name))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= most else None


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))
