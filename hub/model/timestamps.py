"""Points in time as they are written on the wire and in the journal: `2026-11-22T08:00:00.000Z`.

A `Timestamp` is always 24 characters, UTC, with milliseconds, so comparing two of them as text compares them in
time, and no conversion stands between the journal and the API. Arithmetic goes through POSIX seconds. This module
does not read any clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import NewType

Timestamp = NewType("Timestamp", str)


def from_seconds(seconds: float) -> Timestamp:
    """Write POSIX seconds as a Timestamp, cut (not rounded) to the millisecond."""
    whole, millis = divmod(int(seconds * 1000 + 0.0001), 1000)
    return Timestamp(f"{_to_second(whole)}.{millis:03d}Z")


@lru_cache(maxsize=64)
def _to_second(whole: int) -> str:
    """Return the text up to the second; most times that are written lie in the second that is passing."""
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def to_seconds(at: Timestamp) -> float:
    """Read a Timestamp as POSIX seconds."""
    return datetime.fromisoformat(at).timestamp()


def shift(at: Timestamp, seconds: float) -> Timestamp:
    """Return the time `seconds` later (earlier when negative)."""
    return from_seconds(to_seconds(at) + seconds)


def seconds_between(earlier: Timestamp, later: Timestamp) -> float:
    """Return how many seconds pass from `earlier` to `later`."""
    return to_seconds(later) - to_seconds(earlier)


def normalise(text: str) -> Timestamp:
    """Read any RFC 3339 time with a zone and write it as a Timestamp.

    Raises:
        ValueError: the text is not a time, or names no zone.
    """
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError("a time needs a zone, for example 2026-11-22T08:00:00Z")
    return from_seconds(parsed.timestamp())
