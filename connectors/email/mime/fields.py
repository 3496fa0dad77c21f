"""Structured header fields: addresses, dates, message ids, as people and programs really write them.

Structure is read before encoded words are decoded, so that a comma inside of a name stays there. Each reader makes
one pass and returns what it understood; nothing raises.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from connectors.email.mime.words import decode_words
from hub.model.timestamps import Timestamp, from_seconds

MAX_REFERENCES = 1000
_ID = re.compile(r"<([^<>]*+)>")
_DATE_LENGTH = 200
_FIRST_YEAR = 1900
_ISO_DATE = re.compile(r"((?:19|2\d)\d\d)-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?\s*(Z|[+-]\d\d:?\d\d)?")
_COMMENT = re.compile(r"\([^()]*+\)")


def read_ids(value: str) -> tuple[str, ...]:
    """Return message ids without their brackets, in order, each once.

    Of more than `MAX_REFERENCES` the first and the last ones are kept: the root of the thread and its newest mails.
    """
    bracketed = ["".join(found.split()) for found in _ID.findall(value)]
    words = value.split()
    found = [one for one in bracketed if one] or [
        word.strip("<>,;\"'") for word in words if "@" in word or len(words) == 1
    ]
    ids = list(dict.fromkeys(one[:1000] for one in found if one))
    if len(ids) > MAX_REFERENCES:
        ids = [ids[0], *ids[1 - MAX_REFERENCES :]]
    return tuple(ids)


def read_date(value: str) -> Timestamp | None:
    """Return the time that a Date field names; nothing where it names none that exists."""
    text = _COMMENT.sub(" ", value[:_DATE_LENGTH]).strip()
    try:
        if (iso := _ISO_DATE.match(text)) is not None:
            return _from_iso(iso)
        parsed = parsedate_tz(text)
        if parsed is None or parsed[0] < _FIRST_YEAR:
            return None
        # A leap second is written down as 60; the calendar here has none.
        wall = datetime(*parsed[:5], min(parsed[5], 59), tzinfo=UTC)
        return from_seconds((wall - timedelta(seconds=parsed[9] or 0)).timestamp())
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _from_iso(match: re.Match[str]) -> Timestamp:
    year, month, day, hour, minute = (int(match[index]) for index in range(1, 6))
    zone = match[7] or "Z"
    offset = timedelta()
    if zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * (-1 if zone[0] == "-" else 1)
    wall = datetime(year, month, day, hour, minute, int(match[6] or 0), tzinfo=timezone(offset))
    return from_seconds(wall.timestamp())


def one_line(value: str) -> str:
    """Return a header value as one decoded line."""
    return " ".join(decode_words(value).split("\n")).strip()
