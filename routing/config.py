"""The settings of the router, checked when they are made: a wrong one never reaches the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from hub.model.sentences import Sentence
from routing.decisions import ClosedAction

Placement = Literal["spread", "pack"]
MIDNIGHT = "24:00"
_CLOCK_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """How one queue works. `hours` None is always open; an empty list is never open.

    `hours` are (weekday, from, to) with Monday 0 and "HH:MM" in `zone`; the end may be "24:00", and what runs over
    midnight is written as two entries. `holidays` are ISO dates on which the queue stays closed. `special_days` give a
    date hours of its own, whatever its weekday and even on a holiday: a make-up working day, or a short one.
    """

    hours: Sequence[tuple[int, str, str]] | None = None
    zone: str = "UTC"
    closed_action: ClosedAction = "message"
    holidays: Sequence[str] = ()
    special_days: Mapping[str, Sequence[tuple[str, str]]] = {}
    prefer: Literal["level"] | None = None
    placement: Placement = "spread"

    def __post_init__(self) -> None:
        _check_zone(self.zone)
        _check_choice("closed_action", self.closed_action, ("message", "callback", "keep"))
        _check_choice("prefer", self.prefer, (None, "level"))
        _check_choice("placement", self.placement, ("spread", "pack"))
        _check_hours(self.hours or ())
        for day in self.holidays:
            _check_day(day, "holiday")
        for day, spans in self.special_days.items():
            _check_day(day, "special day")
            _check_hours([(0, start, end) for start, end in spans], day)


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All settings; times in seconds. Raises ValueError with a plain sentence when one is impossible."""

    accept_timeout: float = 30
    reject_exclusion: float = 60
    grace: float = 30
    sticky_hold: float = 20
    sticky_window: float = 86400
    earmark_after: float = 60
    aging_s: float | None = None
    timeouts_to_unresponsive: int = 2
    queues: Mapping[str, Queue] = {}

    def __post_init__(self) -> None:
        for name in ("accept_timeout", "timeouts_to_unresponsive"):
            if not getattr(self, name) > 0:
                raise ValueError(Sentence("{name} must be more than 0.", name=name))
        for name in ("reject_exclusion", "grace", "sticky_hold", "sticky_window", "earmark_after"):
            if not getattr(self, name) >= 0:
                raise ValueError(Sentence("{name} must not be negative.", name=name))
        if self.aging_s is not None and not self.aging_s > 0:
            raise ValueError("aging_s must be more than 0, or None for strict priorities.")

    def queue(self, name: str) -> Queue:
        """Return how the queue works; a queue without settings is always open."""
        return self.queues.get(name, ALWAYS_OPEN)


def minutes(clock_time: str) -> int:
    """Return the minutes since midnight of "HH:MM"; "24:00" is the end of the day."""
    if clock_time == MIDNIGHT:
        return 24 * 60
    if not _CLOCK_TIME.fullmatch(clock_time):
        raise ValueError(Sentence("{clock_time!r} is not a time of the day like 09:00.", clock_time=clock_time))
    hours, _, rest = clock_time.partition(":")
    return int(hours) * 60 + int(rest)


def _check_choice(name: str, value: object, choices: Sequence[object]) -> None:
    if value not in choices:
        raise ValueError(
            Sentence(
                "{name} {value!r} is unknown; choose one of {choices}.",
                name=name,
                value=value,
                choices=map(str, choices),
            )
        )


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as err:
        raise ValueError(
            Sentence("The time zone {zone!r} is unknown; use a name like Asia/Shanghai.", zone=zone)
        ) from err


def _check_day(day: str, what: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError as err:
        raise ValueError(
            Sentence("The {what} {day!r} is not a date like 2026-10-01.", what=Sentence.of(what), day=day)
        ) from err


def _check_hours(hours: Sequence[tuple[int, str, str]], day_name: str | None = None) -> None:
    spans: dict[int, list[tuple[int, int]]] = {}
    for weekday, start, end in hours:
        if weekday not in range(7):
            raise ValueError(
                Sentence("Weekday {weekday} does not exist; Monday is 0 and Sunday is 6.", weekday=weekday)
            )
        if minutes(start) >= minutes(end):
            raise ValueError(
                Sentence(
                    "The hours {start} to {end} end before they start; write a night as two entries.",
                    start=start,
                    end=end,
                )
            )
        spans.setdefault(weekday, []).append((minutes(start), minutes(end)))
    for weekday, day in spans.items():
        day.sort()
        if any(later[0] < earlier[1] for earlier, later in pairwise(day)):
            day_words = day_name or Sentence("weekday {weekday}", weekday=weekday)
            raise ValueError(Sentence("The hours of {day} overlap.", day=day_words))


ALWAYS_OPEN = Queue()
"""How a queue works that the settings do not name."""
