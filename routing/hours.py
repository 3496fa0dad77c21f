"""When a queue is open (rule R13): opening hours and holidays in the queue's own time zone, summer time included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from routing.config import Queue, minutes

Because: TypeAlias = Literal["weekday", "holiday", "special"]
"""What gives a date its hours."""

LOOK_AHEAD_DAYS = 400
"""A queue that stays closed for longer than a year has no next opening worth waiting for."""


def is_open(queue: Queue, at: float) -> bool:
    """Tell whether the queue is open at a moment (POSIX seconds)."""
    if queue.hours is None:
        return True
    zone = _zone(queue.zone)
    day = datetime.fromtimestamp(at, zone).date()
    return any(start <= at < end for start, end in _spans(queue, day, zone))


def next_change(queue: Queue, after: float) -> float | None:
    """Return the next moment at which the queue opens or closes; None if it never does."""
    if queue.hours is None or not (queue.hours or queue.special_days):
        return None
    zone = _zone(queue.zone)
    today = datetime.fromtimestamp(after, zone).date()
    spans = [span for ahead in range(LOOK_AHEAD_DAYS) for span in _spans(queue, today + timedelta(days=ahead), zone)]
    horizon = _moment(today + timedelta(days=LOOK_AHEAD_DAYS), "00:00", zone)
    # Where one span ends as the next begins (a night over midnight) nothing changes; what comes after the horizon is
    # not known.
    touching = {end for (_, end), (start, _) in pairwise(spans) if start == end}
    return next((edge for span in spans for edge in span if after < edge < horizon and edge not in touching), None)


def local_date(zone: str, at: float) -> date:
    """Return the date that a moment (POSIX seconds) has in a zone."""
    return datetime.fromtimestamp(at, _zone(zone)).date()


def hours_on(queue: Queue, day: date) -> tuple[Because, list[tuple[str, str]]]:
    """Return the hours of a date, in order and in the queue's own zone, and what gives them to it.

    A special day goes before a holiday, and a holiday before the weekday. A queue without hours has none here.
    """
    name = day.isoformat()
    if name in queue.special_days:
        return "special", sorted(queue.special_days[name])
    if name in queue.holidays:
        return "holiday", []
    return "weekday", sorted((start, end) for weekday, start, end in queue.hours or () if weekday == day.weekday())


def _spans(queue: Queue, day: date, zone: tzinfo) -> Iterator[tuple[float, float]]:
    for start, end in hours_on(queue, day)[1]:
        yield _moment(day, start, zone), _moment(day, end, zone)


def _moment(day: date, clock_time: str, zone: tzinfo) -> float:
    days, within = divmod(minutes(clock_time), 24 * 60)
    wall = datetime.combine(day + timedelta(days=days), time(*divmod(within, 60)), zone)
    return wall.timestamp()


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)
