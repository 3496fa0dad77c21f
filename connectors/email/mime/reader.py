"""Raw bytes of a mail to a `Mail`: the one entry of this package.

Everything that a mail can get wrong is somebody's habit, so reading never fails: what cannot be understood stays as
it is, and `Mail.faults` tells of it. The time is linear in the size of the mail. Nothing is judged here.
"""

from __future__ import annotations

from dataclasses import replace

from connectors.email.mail import Mail, MailAddress, MailFile, Report
from connectors.email.mime.addresses import read_addresses
from connectors.email.mime.attachments import read_files, uuencoded_files
from connectors.email.mime.charsets import Fallback
from connectors.email.mime.faults import Faults
from connectors.email.mime.fields import one_line, read_date, read_ids
from connectors.email.mime.pieces import sort_parts
from connectors.email.mime.structure import Part, parse
from connectors.email.mime.texts import read_text
from connectors.email.mime.uuencode import unpack
from connectors.email.mime.words import text_of

# Who is to be answered comes first, then who handed the mail in.
_FALLBACKS = ("reply-to", "sender", "return-path")


def read(raw: bytes) -> Mail:
    """Return the mail that the bytes hold; any bytes give one.

    Guarantees: never raises; time and memory linear in `len(raw)`; at most 500 parts, 20 levels, 256 kB of header
    and 1000 references are read, and `faults` says where that cut something off.
    """
    faults = Faults()
    root = parse(raw, faults)
    fallback = Fallback(_charset_of(root))
    contents = sort_parts(root, fallback)
    attached = read_files(contents.files, faults)
    text, blocks = unpack(contents.text)
    html = contents.html
    if not text.strip() and not html.strip():
        text, html = attached.text, attached.html
    header = _Header(root, fallback)
    from_ = header.first("from")
    for name in _FALLBACKS:
        if from_ is None and (from_ := header.first(name)) is not None:
            faults.add(f"no From: taken from {name}")
    return Mail(
        headers=tuple((name, one_line(value)) for name, value in header.fields),
        from_=from_,
        sender=header.first("sender"),
        to=header.addresses("to"),
        cc=header.addresses("cc"),
        reply_to=header.addresses("reply-to"),
        subject=one_line(header.value("subject")),
        date=read_date(header.value("date")),
        message_id=next(iter(read_ids(header.value("message-id"))), ""),
        in_reply_to=read_ids(header.value("in-reply-to")),
        references=read_ids(header.value("references")),
        content_type=one_line(header.value("content-type")) or "text/plain",
        text=text,
        html=html,
        files=_shown_inside([*attached.files, *uuencoded_files(blocks)], html),
        calendar=next((read_text(part, fallback)[0] for part in _leaves(root) if part.type == "text/calendar"), ""),
        reports=tuple(Report(mime=part.type, text=read_text(part, fallback)[0]) for part in contents.reports),
        faults=faults.all(),
    )


class _Header:
    """The fields of the mail as unfolded text, encoded words not yet decoded."""

    def __init__(self, root: Part, fallback: Fallback) -> None:
        self.fields = [(name, text_of(value, fallback)) for name, value in root.fields]

    def value(self, name: str) -> str:
        """Return the first value that says something."""
        return next((value for key, value in self.fields if key == name and value), "")

    def addresses(self, name: str) -> tuple[MailAddress, ...]:
        """Return the mailboxes of all fields of the name."""
        return read_addresses(", ".join(value for key, value in self.fields if key == name and value))

    def first(self, name: str) -> MailAddress | None:
        """Return the first mailbox."""
        return next(iter(self.addresses(name)), None)


def _charset_of(root: Part) -> str:
    """Return the first charset that a text of the mail claims: raw bytes in the header are likely in it too."""
    return next((part.charset for part in _leaves(root) if part.charset), "")


def _leaves(root: Part) -> list[Part]:
    found: list[Part] = []
    waiting = [root]
    while waiting:
        part = waiting.pop()
        waiting += reversed(part.children)
        if not part.children:
            found.append(part)
    return found


def _shown_inside(files: list[MailFile], html: str) -> tuple[MailFile, ...]:
    """Mark the files that the HTML shows; all others must be offered, whatever their disposition says."""
    return tuple(
        replace(file, inline=True) if file.content_id and f"cid:{file.content_id}" in html else file for file in files
    )
