"""What the answers of SEARCH and FETCH hold: numbers, sizes, times and mails. Pure; what is not there is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from connectors.email.imap.responses import Response, Value, pairs

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MAX_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSize:
    """How long a mail is, and when it arrived (POSIX seconds; None when the server does not say so)."""

    size: int
    arrived_at: float | None = None


def numbers(values: tuple[Value, ...]) -> Iterator[int]:
    """Yield the numbers of a SEARCH; anything else in it ends them, as `(MODSEQ n)` does."""
    for value in values:
        if not isinstance(value, bytes) or not value.isdigit() or len(value) > _MAX_DIGITS:
            return
        yield int(value)


def sizes(responses: Sequence[Response]) -> Mapping[int, MailSize]:
    """Return sizes and times by UID."""
    found = {}
    for uid, items in _fetched(responses):
        size = items.get("RFC822.SIZE")
        if isinstance(size, bytes) and size.isdigit() and len(size) <= _MAX_DIGITS:
            found[uid] = MailSize(size=int(size), arrived_at=_time(items.get("INTERNALDATE")))
    return found


def bodies(responses: Sequence[Response], name: str) -> Mapping[int, bytes]:
    """Return one part of each mail by UID."""
    found = {}
    for uid, items in _fetched(responses):
        body = items.get(name)
        if name in items and not isinstance(body, tuple):
            found[uid] = body or b""
    return found


def _fetched(responses: Sequence[Response]) -> Iterator[tuple[int, dict[str, Value]]]:
    for response in responses:
        if response.kind != "FETCH":
            continue
        items = dict(pairs(response.values))
        uid = items.get("UID")
        if isinstance(uid, bytes) and uid.isdigit() and len(uid) <= _MAX_DIGITS:
            yield int(uid), items


def _time(value: Value) -> float | None:
    """Read `17-Jul-1996 02:44:25 -0700`, in English whatever language the machine speaks."""
    if not isinstance(value, bytes):
        return None
    try:
        date, clock, zone = value.decode("ascii").split()
        day, month, year = date.split("-")
        hour, minute, second = clock.split(":")
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
        at = datetime(
            int(year),
            _MONTHS.index(month.lower()) + 1,
            int(day),
            int(hour),
            int(minute),
            int(second),
            tzinfo=timezone(-offset if zone[0] == "-" else offset),
        )
        return at.timestamp()
    except (ValueError, IndexError, OverflowError):
        return None
