"""A mail as its reader found it: decoded, in parts, nothing judged yet.

These are the words that the reader of raw mails (`mime`), the reader of texts (`text`) and the judge of kinds
(`kinds`) share. This module decides nothing and reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.model.timestamps import Timestamp


@dataclass(frozen=True, kw_only=True)
class MailAddress:
    """One mailbox: `address` is `local@domain` as it was written, lower-cased in the domain; `name` may be empty."""

    address: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class MailFile:
    """A file of a mail. `name` is safe to show and to store; `content_id` has no angle brackets.

    `inline` says that the HTML of the mail shows the file (`cid:`); all others must be offered to the reader.
    """

    name: str
    mime: str
    data: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """A machine-readable part of a report, decoded, as text.

    `message/delivery-status`, `message/disposition-notification`, `message/feedback-report`, or the returned mail
    (`message/rfc822`, `text/rfc822-headers`).
    """

    mime: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail. Lists of ids hold them without angle brackets, in the order of the header.

    `headers` are all header fields in order: lower-case name and decoded, unfolded value. `from_` is whom the mail
    wants an answer to where it names no From. `text` joins the plain text parts (empty when there is none), `html` the
    HTML parts, both decoded and not yet cleaned; where parts of both forms follow each other, each holds them all.
    `content_type` is that of the whole mail with its parameters. `faults` says what was wrong with it, for the log;
    reading never raises.
    """

    headers: tuple[tuple[str, str], ...] = ()
    from_: MailAddress | None = None
    sender: MailAddress | None = None
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    reply_to: tuple[MailAddress, ...] = ()
    subject: str = ""
    date: Timestamp | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    content_type: str = "text/plain"
    text: str = ""
    html: str = ""
    files: tuple[MailFile, ...] = ()
    calendar: str = ""
    reports: tuple[Report, ...] = ()
    faults: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the first value of a header field (lower-case name), or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a header field (lower-case name)."""
        return tuple(value for key, value in self.headers if key == name)
