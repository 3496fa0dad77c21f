"""Finds which mail of ours a notice speaks of: the ids in the returned mail, in its words and in its references."""

from __future__ import annotations

import re
from collections.abc import Iterable

from connectors.email.kinds.words import lines_of
from connectors.email.mail import Mail

_ID = re.compile(r"<([^<>\s]{1,250}@[^<>\s]{1,250})>")
_NAMES = ("message-id", "x-original-message-id", "original-message-id", "resent-message-id", "x-message-id")
_MAX_IDS = 20


_RETURNED = (
    "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "text/rfc822", "message/partial",
    "message/global", "message/global-headers",
)  # fmt: skip
_FILE_LIMIT = 50_000


def returned_texts(mail: Mail) -> list[str]:
    """Return the returned mails of a notice: the parts of a report, and mails that are only attached."""
    parts = [report.text for report in mail.reports if report.mime.lower() in _RETURNED]
    files = [file.data[:_FILE_LIMIT] for file in mail.files if file.mime.lower() in _RETURNED]
    return parts + [data.decode("utf-8", "replace") for data in files]


def ids_about(mail: Mail) -> tuple[str, ...]:
    """Return the ids of the returned mail, the most certain first: its own header, then what the notice answers."""
    others = [report.text for report in mail.reports if report.mime.lower() not in _RETURNED]
    found = [*_own_ids(returned_texts(mail)), *_own_ids(others), *_own_ids([mail.text or mail.html])]
    found += [*mail.in_reply_to, *reversed(mail.references)]
    return tuple(dict.fromkeys(one for one in found if one))[:_MAX_IDS]


def _own_ids(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        # The id may stand in the line below its name: a folded header.
        named = False
        for line in lines_of(text):
            name, colon, value = line.lstrip(" \t>").partition(":")
            if colon and name.lower() in _NAMES:
                ids = _ID.findall(value)
                found += ids
                named = not ids
            elif named:
                found += _ID.findall(line)
                named = False
            if len(found) >= _MAX_IDS:
                return found
    return found
