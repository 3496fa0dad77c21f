"""Mails as a pretend person writes and reads them: made as a common mail program makes them, shown as plain text. Pure.

Made and read by the standard library, not by the connector's own means, so that a mistake of one is seen by the other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr

_MOST_SHOWN = 20_000
_MOST_REFERENCES = 20
_ID = re.compile(r"<[^<>\s]{1,900}>")
_BREAK = re.compile(r"(?i)<(br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>")
_UNSEEN = re.compile(r"(?is)<(style|script|head)\b.*?</\1\s*>")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a mail."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as its reader sees it; `reply_to` is where an answer goes."""

    subject: str
    sender_name: str
    sender: str
    reply_to: str
    message_id: str
    references: tuple[str, ...]
    text: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person writes; an answer quotes what it answers, below."""

    name: str
    address: str
    to: str
    subject: str
    text: str
    files: tuple[File, ...] = ()
    answers: Letter | None = None


def compose(draft: Draft, *, message_id: str, at: float) -> bytes:
    """Write a mail with CRLF line ends."""
    mail = EmailMessage(policy=SMTP)
    user, _, domain = draft.address.rpartition("@")
    mail["From"] = Address(display_name=draft.name, username=user, domain=domain)
    mail["To"] = draft.to
    mail["Subject"] = _one_line(draft.subject)
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    mail["Message-ID"] = message_id
    text = draft.text.replace("\r\n", "\n").rstrip() + "\n"
    if draft.answers is not None:
        answered = draft.answers
        if answered.message_id:
            mail["In-Reply-To"] = answered.message_id
            mail["References"] = " ".join([*answered.references[-_MOST_REFERENCES:], answered.message_id])
        text += _quote(answered, at)
    mail.set_content(text)
    for file in draft.files:
        kind, _, form = file.mime.partition("/")
        mail.add_attachment(file.data, maintype=kind, subtype=form, filename=_one_line(file.name))
    return mail.as_bytes()


def read(data: bytes) -> Letter:
    """Read a mail; never raises: what cannot be read is shown as it came."""
    try:
        return _read(data)
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        shown = data[:_MOST_SHOWN].decode("utf-8", "replace")
        return Letter(
            subject="", sender_name="", sender="", reply_to="", message_id="", references=(), text=shown, files=()
        )


def _read(data: bytes) -> Letter:
    mail = BytesParser(policy=default).parsebytes(data)
    name, sender = parseaddr(str(mail["From"] or ""))
    ids = _ID.findall(str(mail["Message-ID"] or ""))
    return Letter(
        subject=str(mail["Subject"] or ""),
        sender_name=name,
        sender=sender,
        reply_to=parseaddr(str(mail["Reply-To"] or ""))[1] or sender,
        message_id=ids[0] if ids else "",
        references=tuple(_ID.findall(str(mail["References"] or ""))),
        text=_text(mail)[:_MOST_SHOWN],
        files=tuple(_files(mail)),
    )


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    text = str(body.get_content())
    if body.get_content_type() == "text/html":
        text = html.unescape(_TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub("", text))))
    return text.replace("\r\n", "\n").strip()


def _files(mail: EmailMessage) -> Iterator[File]:
    for number, part in enumerate(mail.iter_attachments(), 1):
        content = part.get_content()
        data = content if isinstance(content, bytes) else str(content).encode("utf-8", "replace")
        yield File(name=part.get_filename() or f"part-{number}", mime=part.get_content_type(), data=data)


def _quote(answered: Letter, at: float) -> str:
    day = datetime.fromtimestamp(at, UTC)
    lines: Sequence[str] = answered.text.splitlines()[:200]
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    return f"\nOn {day:%Y-%m-%d} at {day:%H:%M}, {answered.sender} wrote:\n{quoted}\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
