"""What goes out by `kf/send_msg`: a content becomes parts in order, each a message of its own for the platform. Pure.

Nothing is cut: what has no form of its own here, or is too long for it, goes out as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from connectors._wechat.menus import entry_id
from connectors._wechat.text import split
from hub.model.content import (
    Attachment,
    Card,
    Content,
    Email,
    File,
    Image,
    Link,
    Location,
    Menu,
    MenuReply,
    System,
    Text,
    Unsupported,
    Video,
    Voice,
)
from hub.ports.channel import SendRefused

MAX_TEXT_BYTES = 2048
"""Longest text of one message, in bytes of UTF-8."""
MediaKind = Literal["image", "voice", "video", "file"]
MAX_MEDIA_BYTES: Mapping[MediaKind, int] = {
    "image": 10 * 1024 * 1024,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    "file": 20 * 1024 * 1024,
}
MIN_MEDIA_BYTES = 6
"""The platform takes files of more than 5 bytes."""
_SHOWN: Mapping[str, MediaKind] = {
    "image/jpeg": "image",
    "image/png": "image",
    "audio/amr": "voice",
    "video/mp4": "video",
}
_PAGE: Mapping[str, int] = {"title": 128, "desc": 512, "url": 2048}
_MENU_OPTIONS, _OPTION_ID, _OPTION_LABEL, _MENU_HEAD = 10, 64, 128, 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message: its kind and fields, and a file that is uploaded first, as `file_kind`, to be its `file_field`."""

    msgtype: str
    fields: Mapping[str, object]
    file: Attachment | None = None
    file_kind: MediaKind = "image"
    file_field: Literal["media_id", "thumb_media_id"] = "media_id"


def parts_of(content: Content) -> tuple[Part, ...]:
    """Return the parts that say a content, the text before its files.

    Raises:
        SendRefused: there is nothing to send, or a file that the platform does not take.
    """
    page = _page(content) if isinstance(content, Link | Card) else None
    files = content.attachments if page is None else content.attachments[1:]
    said = _said(content) if page is None else (page,)
    parts = (*said, *(_file(attachment) for attachment in files))
    if not parts:
        raise SendRefused("The message is empty.", "not_supported")
    return parts


def format_part(part: Part, *, address: str, open_kfid: str, msgid: str, media_id: str = "") -> Mapping[str, object]:
    """Return the body that sends a part."""
    fields = {**part.fields, part.file_field: media_id} if part.file is not None else part.fields
    return {"touser": address, "open_kfid": open_kfid, "msgid": msgid, "msgtype": part.msgtype, part.msgtype: fields}


def _said(content: Content) -> tuple[Part, ...]:
    match content:
        case Location():
            name, _, address = content.text.partition("\n")
            place = {"latitude": content.latitude, "longitude": content.longitude, "name": name, "address": address}
            return (Part(msgtype="location", fields=place),)
        case Link():
            return _texts("\n".join(filter(None, (content.title, content.text, content.url))))
        case Card():
            return _texts("\n".join(filter(None, (content.title, content.text, content.url, content.image_url))))
        case Menu():
            return _menu(content)
        case Email():
            return _texts("\n\n".join(filter(None, (content.subject, content.text))))
        case Unsupported():
            raise SendRefused("Content of an unknown kind cannot be sent.", "not_supported")
        case Text() | Image() | File() | Voice() | Video() | MenuReply() | System():
            return _texts(content.text)
        case _:
            assert_never(content)


def _page(content: Link | Card) -> Part | None:
    """Return a page to tap on, where there is a picture for it and nothing is too long: the platform wants one."""
    picture = content.attachments[0] if content.attachments else None
    if picture is None or _kind(picture) != "image" or not content.url or not content.title:
        return None
    texts = {"title": content.title, "desc": content.text, "url": content.url}
    if any(_size(texts[name]) > limit for name, limit in _PAGE.items()):
        return None
    return Part(msgtype="link", fields=texts, file=picture, file_field="thumb_media_id")


def _texts(text: str) -> tuple[Part, ...]:
    return tuple(Part(msgtype="text", fields={"content": piece}) for piece in split(text, MAX_TEXT_BYTES))


def _menu(menu: Menu) -> tuple[Part, ...]:
    """Where the platform's menu cannot hold a choice, all of them are numbered in a text."""
    ids = [entry_id(option, _OPTION_ID) for option in menu.options]
    fits = (
        0 < len(ids) <= _MENU_OPTIONS
        and len(set(ids)) == len(ids)
        and _size(menu.text) <= _MENU_HEAD
        and all(0 < _size(each) <= _OPTION_ID for each in ids)
        and all(0 < _size(option.label) <= _OPTION_LABEL for option in menu.options)
    )
    if not fits:
        lines = [f"{number}. {option.label}" for number, option in enumerate(menu.options, 1)]
        return _texts("\n".join(filter(None, (menu.text, *lines))))
    clicks: Sequence[Mapping[str, object]] = [
        {"type": "click", "click": {"id": each, "content": option.label}}
        for each, option in zip(ids, menu.options, strict=True)
    ]
    return (Part(msgtype="msgmenu", fields={"head_content": menu.text, "list": clicks}),)


def _file(file: Attachment) -> Part:
    kind = _kind(file)
    if file.size > MAX_MEDIA_BYTES[kind]:
        raise SendRefused(f"{file.name}: WeCom takes files of at most 20 MB.", "not_supported")
    if file.size < MIN_MEDIA_BYTES:
        raise SendRefused(f"{file.name}: WeCom takes files of more than 5 bytes only.", "not_supported")
    return Part(msgtype=kind, fields={}, file=file, file_kind=kind)


def _kind(file: Attachment) -> MediaKind:
    """A picture or a clip that is too large to be shown may still be a file to download."""
    kind = _SHOWN.get(file.mime, "file")
    return kind if file.size <= MAX_MEDIA_BYTES[kind] else "file"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
