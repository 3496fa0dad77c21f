"""Writing a mail of ours: pure, and the same bytes for the same message, whichever attempt it is.

Every part is base64 or quoted-printable, so lines are short and boundaries cannot occur in them.

Source: RFC 5322, 2045-2047, 2183, 2231, 3834 (automatic answers).
"""

from __future__ import annotations

import hashlib
import re
from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.quoprimime import body_encode
from html import escape

from connectors.email import heads
from connectors.email.threads import Threads
from hub.model.content import Attachment, Card, Content, Email, Link, Location, Menu
from hub.model.timestamps import Timestamp, to_seconds
from hub.ports.channel import Outbound

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}\Z")
_UNTOUCHABLE = ("multipart/", "message/")
"""Media types that may not be base64 (RFC 2045 6.4)."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ADDRESS_IN_TEXT = re.compile(r"https?://[^\s<>\"']{1,2000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What stands on the envelope and in the header. `reply_to` is empty where it is the sender's own address."""

    sender: str
    sender_name: str
    recipient: str
    message_id: str
    reply_to: str
    subject: str
    at: Timestamp


def letter_of(
    outbound: Outbound, *, address: str, recipient: str, threads: Threads, plus_address: bool, names: tuple[str, str]
) -> Letter:
    """Return the envelope and marks of a message. `names` are the inbox's own name and the one of last resort.

    Raises:
        ValueError: the ids of the message cannot stand in a Message-ID.
    """
    inbox_name, other_name = names
    author = outbound.author.name if outbound.author.kind == "agent" else ""
    reply_to = threads.reply_address(outbound.session_id) if plus_address else ""
    return Letter(
        sender=address,
        sender_name=author or inbox_name or outbound.author.name or other_name,
        recipient=recipient,
        message_id=threads.message_id(outbound.session_id, outbound.key).strip("<>"),
        reply_to="" if reply_to == address else reply_to,
        subject=_subject(outbound) or inbox_name or other_name,
        at=outbound.at,
    )


def compose(letter: Letter, outbound: Outbound, files: Sequence[tuple[Attachment, bytes]]) -> bytes:
    """Return the whole mail, all of it ASCII unless an address is not, with CRLF line ends."""
    answered = outbound.answers.content if outbound.answers is not None else None
    fields = [
        heads.field("Date", [_date(letter.at)]),
        heads.field("From", heads.mailbox_words(letter.sender, letter.sender_name)),
        heads.field("To", heads.mailbox_words(letter.recipient)),
        heads.field("Subject", heads.subject_words(letter.subject)),
        heads.field("Message-ID", [f"<{letter.message_id}>"]),
    ]
    if letter.reply_to:
        fields.append(heads.field("Reply-To", heads.mailbox_words(letter.reply_to, letter.sender_name)))
    if isinstance(answered, Email):
        fields += _thread_fields(answered)
    if outbound.is_automatic:
        # RFC 3834: who answers by machine says so, and then no other machine answers back.
        replied = "auto-replied" if outbound.answers is not None else "auto-generated"
        fields += [heads.field("Auto-Submitted", [replied]), heads.field("X-Auto-Response-Suppress", ["All"])]
    fields.append("MIME-Version: 1.0")
    text = text_of(outbound.content)
    body = _multipart("alternative", [_text_part("plain", text), _text_part("html", _html(text))], letter.message_id)
    if files:
        parts = [body, *(_file_part(file, data) for file, data in files)]
        body = _multipart("mixed", parts, letter.message_id)
    return "\r\n".join(fields).encode() + b"\r\n" + body + b"\r\n"


def text_of(content: Content) -> str:
    """Return what a message says in plain words; files come beside it."""
    match content:
        case Link():
            said = [content.title, content.text, content.url]
        case Card():
            said = [content.title, content.text, content.url]
        case Location():
            said = [content.text, f"{content.latitude:.6f}, {content.longitude:.6f}"]
        case Menu():
            said = [content.text, "\n".join(f"{n}. {one.label}" for n, one in enumerate(content.options, 1))]
        case _:
            return content.text
    return "\n".join(one for one in said if one)


def _subject(outbound: Outbound) -> str:
    content, answered = outbound.content, outbound.answers
    if isinstance(content, Email) and heads.one_line(content.subject):
        return content.subject
    if answered is not None and isinstance(answered.content, Email):
        return heads.reply_subject(answered.content.subject)
    return ""


def _thread_fields(answered: Email) -> list[str]:
    facts = answered.email
    last = heads.id_words([facts.message_id])
    before = facts.references or ((facts.in_reply_to,) if facts.in_reply_to else ())
    # A repeated id counts where it stands last.
    chain = heads.id_words([*(one for one in before if one.strip("<> ") != facts.message_id.strip("<> ")), *last])
    if not last:
        return [heads.field("References", chain)] if chain else []
    return [heads.field("In-Reply-To", last), heads.field("References", chain)]


def _date(at: Timestamp) -> str:
    when = datetime.fromtimestamp(to_seconds(at), UTC)
    return f"{_DAYS[when.weekday()]}, {when.day} {_MONTHS[when.month - 1]} {when.year} {when:%H:%M:%S} +0000"


def _multipart(kind: str, parts: Sequence[bytes], seed: str) -> bytes:
    # "=_" occurs neither in base64 nor in quoted-printable, and not in our header fields.
    boundary = f"=_hk_{kind}_{hashlib.sha256(seed.encode()).hexdigest()[:24]}"
    joined = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return head + joined + f"--{boundary}--".encode()


def _text_part(kind: str, text: str) -> bytes:
    data = "\r\n".join(_LINE_END.split(text)).encode("utf-8", "replace")
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: "
    if sum(byte < 128 for byte in data) * 5 >= len(data) * 4:
        body = body_encode(data.decode("latin-1"), eol="\r\n").encode("ascii")
        return f"{head}quoted-printable\r\n\r\n".encode() + body
    return f"{head}base64\r\n\r\n".encode() + _base64(data)


def _file_part(file: Attachment, data: bytes) -> bytes:
    mime = file.mime.strip().lower()
    if not _MEDIA_TYPE.match(mime) or mime.startswith(_UNTOUCHABLE):
        mime = "application/octet-stream"
    place = "inline;" if file.inline and file.content_id else "attachment;"
    fields = [
        heads.field("Content-Type", [mime]),
        heads.field("Content-Transfer-Encoding", ["base64"]),
        heads.field("Content-Disposition", [place, *heads.file_words(file.name)]),
    ]
    if place == "inline;" and (names := heads.id_words([file.content_id])):
        fields.append(heads.field("Content-ID", names))
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + _base64(data)


def _base64(data: bytes) -> bytes:
    return encodebytes(data).rstrip(b"\n").replace(b"\n", b"\r\n")


def _html(text: str) -> str:
    """Return the same text as HTML: paragraphs where lines are empty, web addresses as links."""
    paragraphs = re.split(r"\n{2,}", "\n".join(_LINE_END.split(text)))
    inner = "\n".join(f"<p>{_linked(one).replace(chr(10), '<br>' + chr(10))}</p>" for one in paragraphs)
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{inner}\n</body></html>'


def _linked(text: str) -> str:
    pieces, at = [], 0
    for found in _ADDRESS_IN_TEXT.finditer(text):
        address = found[0].rstrip(".,;:!?)。，；：！？）")
        pieces.append(escape(text[at : found.start()], quote=False))
        pieces.append(f'<a href="{escape(address)}">{escape(address, quote=False)}</a>')
        at = found.start() + len(address)
    return "".join([*pieces, escape(text[at:], quote=False)])
