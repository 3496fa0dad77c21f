"""Opening hours as the router keeps them: what an administrator's record comes to, and whether it can be kept at all.

The router's own rules judge (`routing.config`, `routing.hours`), here and nowhere else, so a record that was accepted
is one that routes. Pure, but a zone that is asked for the first time is read from disk.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import msgspec

from hub.errors import FieldFault, InvalidInput
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.model.workspace import BusinessHours
from routing.config import Queue
from routing.hours import Because, hours_on


class CalendarDate(msgspec.Struct, frozen=True, kw_only=True):
    """The hours of one date in the record's zone, and what gives them to it; `name` is the special day's."""

    date: str
    open: tuple[tuple[str, str], ...]
    why: Because
    name: str = ""


def opening_of(hours: BusinessHours, queue: Queue | None = None) -> Queue:
    """Return a queue of the router with these hours, its other settings as given.

    Raises:
        ValueError: the hours are impossible; one plain sentence.
    """
    return msgspec.structs.replace(
        queue or Queue(),
        hours=[(one.weekday, one.start, one.end) for one in hours.hours],
        zone=hours.zone,
        closed_action=hours.closed_action,
        holidays=hours.holidays,
        special_days={day.date: day.hours for day in hours.special_days},
    )


def check(hours: BusinessHours) -> None:
    """Refuse hours that cannot be kept: unknown zones, overlapping hours, dates that are none.

    Raises:
        InvalidInput: with a fault for each field that is wrong.
    """
    alone = BusinessHours(id=hours.id, name=hours.name)
    parts: dict[str, Callable[[], object]] = {
        "zone": lambda: opening_of(msgspec.structs.replace(alone, zone=hours.zone)),
        "hours": lambda: opening_of(msgspec.structs.replace(alone, hours=hours.hours)),
        "holidays": lambda: opening_of(msgspec.structs.replace(alone, holidays=hours.holidays)),
        "special_days": lambda: opening_of(msgspec.structs.replace(alone, special_days=hours.special_days)),
    }
    faults = [fault for name, make in parts.items() if (fault := _fault(name, make)) is not None]
    dates = [day.date for day in hours.special_days]
    twice = next((day for day in dates if dates.count(day) > 1), None)
    if twice is not None:
        faults.append(
            FieldFault(field="special_days", message=Sentence("The date {twice} is given more than once.", twice=twice))
        )
    if faults:
        raise InvalidInput("These hours cannot be kept: see errors.", faults=faults)


def _fault(name: str, make: Callable[[], object]) -> FieldFault | None:
    try:
        make()
    except ValueError as error:
        return FieldFault(field=name, message=reason(error))
    return None


def calendar(hours: BusinessHours, first: date, days: int) -> list[CalendarDate]:
    """Return the hours of so many dates from the first on."""
    queue = opening_of(hours)
    names = {day.date: day.name for day in hours.special_days}
    found = []
    for number in range(days):
        day = first + timedelta(days=number)
        why, spans = hours_on(queue, day)
        found.append(
            CalendarDate(date=day.isoformat(), open=tuple(spans), why=why, name=names.get(day.isoformat(), ""))
        )
    return found
