"""What a message says: the closed set of content kinds that every connector yields and every screen shows.

A provider's kind that we do not know becomes `Unsupported` with the raw matter kept, never nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, assert_never

import msgspec
from msgspec.structs import replace

from hub.model.ids import AttachmentId, MessageId
from hub.model.timestamps import Timestamp

MAX_TEXT = 10_000
"""Longest text of one message, in code points. Longer ones are refused with a clear error, not cut."""
MAX_MAIL_TEXT = 200_000
"""Longest text and longest HTML of a mail in an entry, in code points; what is longer stands whole in the original."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A stored file as a message names it; `url` is signed when the message is shown, not stored.

    `content_id` is the name by which a mail's HTML shows the file in its place (`cid:`).
    """

    id: AttachmentId
    name: str
    mime: str
    size: int
    url: str = ""
    inline: bool = False
    content_id: str = ""
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
    """A question with choices; connectors without buttons number them.

    `article_id` names the article of the knowledge base that the text is from; other menus have no such field.
    """

    options: tuple[MenuOption, ...]
    article_id: str | msgspec.UnsetType = msgspec.UNSET


class MenuReply(_Content, frozen=True, kw_only=True, tag="menu_reply"):
    """A choice made from a menu; `text` is the label as the customer saw it."""

    option_id: str
    payload: str


class System(_Content, frozen=True, kw_only=True, tag="system"):
    """A sentence that the hub itself says to the customer."""


class MailPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One mailbox of a mail."""

    address: str
    name: str = ""


class MailInvite(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar invitation: `method` is REQUEST, REPLY, CANCEL …; `start` as the calendar writes it in RFC 3339."""

    method: str
    start: str = ""
    organizer: str = ""
    summary: str = ""


class MailBounce(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says of one recipient; `hard`: the address will never work."""

    recipient: str
    action: str
    status: str = ""
    hard: bool = False
    diagnostic: str = ""


MailKind = Literal["normal", "auto_reply", "bounce", "receipt", "complaint", "list"]


class MailFacts(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What stands around a mail's text. `participant`: the sender belongs to the thread that it answers.

    `in_reply_to_entry` is the message of the timeline that it answers, where we know it; `original` is the stored
    raw mail.
    """

    kind: MailKind = "normal"
    from_: MailPerson
    to: tuple[MailPerson, ...] = ()
    cc: tuple[MailPerson, ...] = ()
    reply_to: tuple[MailPerson, ...] = ()
    message_id: str = ""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    date: Timestamp | None = None
    calendar: MailInvite | None = None
    participant: bool = True
    bounce: tuple[MailBounce, ...] = ()
    in_reply_to_entry: MessageId | None = None
    original: Attachment | None = None


class Email(_Content, frozen=True, kw_only=True, tag="email"):
    """A mail: `text` is what the writer wrote now, `full_text` all of it, `html` cleaned and safe in a sandboxed frame.

    Pictures inside the HTML are named `cid:NAME` and are among the attachments.
    """

    subject: str = ""
    full_text: str = ""
    html: str = ""
    email: MailFacts


class Unsupported(_Content, frozen=True, kw_only=True, tag="unsupported"):
    """Something we cannot show; `payload` keeps the provider's kind and fields."""

    payload: Mapping[str, str]


Content = Text | Image | File | Voice | Video | Location | Link | Card | Menu | MenuReply | System | Email | Unsupported


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


def joined(contents: Sequence[Content]) -> Content:
    """Return several contents as one, for channels where each message is a letter of its own.

    The last menu keeps its choices; everything else becomes text with files.
    """
    menu = next((content for content in reversed(contents) if isinstance(content, Menu)), None)
    text = "\n\n".join(filter(None, (_as_text(content) for content in contents)))
    files = tuple(file for content in contents for file in content.attachments)
    if menu is not None:
        return replace(menu, text=text, attachments=files)
    return with_files(Text(text=text), files)


def _as_text(content: Content) -> str:
    if isinstance(content, Card):
        return "\n".join(filter(None, (content.title, content.text, content.url)))
    if isinstance(content, Link):
        return "\n".join(filter(None, (content.title, content.text, content.url)))
    return content.text


def preview(content: Content, limit: int = 120) -> str:
    """Return one line that stands for the content in a list; empty when only files speak."""
    match content:
        case Card() | Link():
            line = content.title or content.text
        case Email():
            line = content.text or content.subject
        case (
            Text() | Image() | File() | Voice() | Video() | Location() | Menu() | MenuReply() | System() | Unsupported()
        ):
            line = content.text or ", ".join(item.name for item in content.attachments)
        case _:
            assert_never(content)
    return " ".join(line.split())[:limit]
