"""From a message of ours to the bodies of custom/send: one step for each thing that the customer will see. Pure.

What the platform has no form for goes out as text: a file becomes its name and address, a place its label and degrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from connectors._wechat.menus import entry_id
from connectors._wechat.text import MAX_TEXT_BYTES, split
from connectors.wechat.wire import MINI_PROGRAM
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

MediaKind = Literal["image", "voice", "video", "thumb"]

_MEGABYTE = 1024 * 1024
_ENTRY_BYTES = 128
"""Longest id of a menu's entry that we make; the platform names no limit for official accounts."""
_TAKEN: Mapping[str, tuple[MediaKind, int]] = {
    "image/jpeg": ("image", 10 * _MEGABYTE),
    "image/png": ("image", 10 * _MEGABYTE),
    "image/gif": ("image", 10 * _MEGABYTE),
    "image/bmp": ("image", 10 * _MEGABYTE),
    "audio/amr": ("voice", 2 * _MEGABYTE),
    "audio/mpeg": ("voice", 2 * _MEGABYTE),
    "audio/mp3": ("voice", 2 * _MEGABYTE),
    "video/mp4": ("video", 10 * _MEGABYTE),
}
"""What may be uploaded, and up to how many bytes (the platform's page on temporary media)."""
_THUMB_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that has to be on the platform before a step; without `file`, a plain picture stands in."""

    kind: MediaKind
    file: Attachment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of custom/send; each of `uploads` becomes the field of its name."""

    msgtype: str
    fields: Mapping[str, object]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def body(self, openid: str, media: Mapping[str, str], kf_account: str) -> dict[str, object]:
        """Return the body of the call, with the ids of the files that were uploaded."""
        body: dict[str, object] = {
            "touser": openid,
            "msgtype": self.msgtype,
            self.msgtype: {**media, **self.fields},
        }
        if kf_account:
            body["customservice"] = {"kf_account": kf_account}
        return body


def plan(content: Content, *, is_mini_program: bool) -> tuple[Step, ...]:
    """Return the steps in which a content goes out; none when it says nothing. The same content, the same steps."""
    match content:
        case Link():
            return _article(content.title, content.text, content.url, "", content.attachments, is_mini_program)
        case Card():
            if content.url.startswith(MINI_PROGRAM):
                return _mini_program(content)
            if content.url:
                picture = content.image_url
                return _article(content.title, content.text, content.url, picture, content.attachments, is_mini_program)
            lines = (content.title, content.text, content.image_url)
            return (*_texts(_lines(*lines)), *_files(content.attachments, is_mini_program))
        case Menu():
            return (*_files(content.attachments, is_mini_program), *_menu(content, is_mini_program))
        case Location():
            place = f"{content.latitude:.6f},{content.longitude:.6f}"
            return _texts(_lines(content.text, place))
        case Text() | Image() | File() | Voice() | Video() | MenuReply() | System() | Email() | Unsupported():
            return (*_texts(content.text), *_files(content.attachments, is_mini_program))
        case _:
            assert_never(content)


def text_parts(text: str) -> tuple[str, ...]:
    """Return the texts of the messages that a text goes out as."""
    return split(text, MAX_TEXT_BYTES)


def _texts(text: str) -> tuple[Step, ...]:
    return tuple(Step(msgtype="text", fields={"content": part}) for part in text_parts(text))


def _files(files: Sequence[Attachment], is_mini_program: bool) -> tuple[Step, ...]:
    return tuple(step for file in files for step in _file(file, is_mini_program))


def _file(file: Attachment, is_mini_program: bool) -> tuple[Step, ...]:
    kind, limit = _TAKEN.get(file.mime.partition(";")[0].strip().lower(), (None, 0))
    if kind is None or file.size > limit or (is_mini_program and kind != "image"):
        return _texts(_lines(file.name, file.url))
    uploads = {"media_id": Upload(kind=kind, file=file)}
    fields: dict[str, object] = {}
    if kind == "video":
        uploads["thumb_media_id"] = Upload(kind="thumb")
        fields = {"title": file.name, "description": ""}
    return (Step(msgtype=kind, fields=fields, uploads=uploads),)


def _article(
    title: str, about: str, url: str, picture: str, files: Sequence[Attachment], is_mini_program: bool
) -> tuple[Step, ...]:
    pictures = [file for file in files if file.mime.startswith("image/") and file.url]
    shown = pictures[0] if pictures and not picture else None
    others = [file for file in files if file is not shown]
    article = {"title": title or url, "description": about, "url": url}
    address = shown.url if shown else picture
    step = (
        Step(msgtype="link", fields={**article, "thumb_url": address})
        if is_mini_program
        else Step(msgtype="news", fields={"articles": [{**article, "picurl": address}]})
    )
    return (step, *_files(others, is_mini_program))


def _mini_program(card: Card) -> tuple[Step, ...]:
    app_id, _, page = card.url.removeprefix(MINI_PROGRAM).partition("/")
    cover = next((file for file in card.attachments if file.mime == "image/jpeg" and file.size <= _THUMB_BYTES), None)
    step = Step(
        msgtype="miniprogrampage",
        fields={"title": card.title, "appid": app_id, "pagepath": page},
        uploads={"thumb_media_id": Upload(kind="image", file=cover)},
    )
    return (*_texts(card.text), step)


def _menu(menu: Menu, is_mini_program: bool) -> tuple[Step, ...]:
    if is_mini_program or not menu.options:
        numbered = (f"{number}. {option.label}" for number, option in enumerate(menu.options, 1))
        return _texts(_lines(menu.text, *numbered))
    *before, head = text_parts(menu.text) or ("",)
    entries = [{"id": entry_id(option, _ENTRY_BYTES), "content": option.label} for option in menu.options]
    question = Step(msgtype="msgmenu", fields={"head_content": head, "list": entries, "tail_content": ""})
    return (*(Step(msgtype="text", fields={"content": part}) for part in before), question)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
