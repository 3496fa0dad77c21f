"""What a message says: the closed set of content kinds that every connector yields and every screen shows.

A provider's kind that we do not know becomes `Unsupported` with the raw matter kept, never nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

import msgspec
from msgspec.structs import replace

from hub.model.ids import AttachmentId

MAX_TEXT = 10_000
"""Longest text of one message, in code points. Longer ones are refused with a clear error, not cut."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A stored file as a message names it; `url` is signed when the message is shown, not stored."""

    id: AttachmentId
    name: str
    mime: str
    size: int
    url: str = ""
    inline: bool = False
    width: int | None = None
    height: int | None = None


class _Content(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class Text(_Content, frozen=True, kw_only=True, tag="text"):
    """Plain text, perhaps with files beside it."""


class Image(_Content, frozen=True, kw_only=True, tag="image"):
    """One or more pictures; `text` is the caption."""


class File(_Content, frozen=True, kw_only=True, tag="file"):
    """One or more files to download."""


class Voice(_Content, frozen=True, kw_only=True, tag="voice"):
    """A voice message; `text` is the recognised speech where the provider gives it."""


class Video(_Content, frozen=True, kw_only=True, tag="video"):
    """A video clip."""


class Location(_Content, frozen=True, kw_only=True, tag="location"):
    """A place, in degrees of WGS 84; `text` is its label."""

    latitude: float
    longitude: float


class Link(_Content, frozen=True, kw_only=True, tag="link"):
    """A shared page; `text` is its description."""

    url: str
    title: str = ""


class Card(_Content, frozen=True, kw_only=True, tag="card"):
    """A card with a title, a text, and perhaps a picture and a link."""

    title: str
    url: str = ""
    image_url: str = ""


class MenuOption(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of a menu: what is shown, and what comes back when it is chosen."""

    id: str
    label: str
    payload: str


class Menu(_Content, frozen=True, kw_only=True, tag="menu"):
    """A question with choices; connectors without buttons number them."""

    options: tuple[MenuOption, ...]


class MenuReply(_Content, frozen=True, kw_only=True, tag="menu_reply"):
    """A choice made from a menu; `text` is the label as the customer saw it."""

    option_id: str
    payload: str


class System(_Content, frozen=True, kw_only=True, tag="system"):
    """A sentence that the hub itself says to the customer."""


class Unsupported(_Content, frozen=True, kw_only=True, tag="unsupported"):
    """Something we cannot show; `payload` keeps the provider's kind and fields."""

    payload: Mapping[str, str]


Content = Text | Image | File | Voice | Video | Location | Link | Card | Menu | MenuReply | System | Unsupported


def type_name(content: Content) -> str:
    """Return the content's kind as it stands on the wire."""
    return str(content.__struct_config__.tag)


def with_files(content: Content, files: Sequence[Attachment]) -> Content:
    """Return the content with these files in place of its own; plain talk takes its kind from them."""
    kept = tuple(files)
    if not isinstance(content, Text | Image | File):
        return replace(content, attachments=kept)
    if not kept:
        return Text(text=content.text)
    shape = Image if all(file.mime.startswith("image/") for file in kept) else File
    return shape(text=content.text, attachments=kept)


def preview(content: Content, limit: int = 120) -> str:
    """Return one line that stands for the content in a list; empty when only files speak."""
    match content:
        case Card() | Link():
            line = content.title or content.text
        case (
            Text() | Image() | File() | Voice() | Video() | Location() | Menu() | MenuReply() | System() | Unsupported()
        ):
            line = content.text or ", ".join(item.name for item in content.attachments)
        case _:
            assert_never(content)
    return " ".join(line.split())[:limit]
