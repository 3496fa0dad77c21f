"""Holiday calendars: the dates on which a country rests, and those on which it works instead.

Plain data, as published; what an import makes of it is decided here. Nothing here knows which calendars there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from hub.model.workspace import BusinessHours, SpecialDay

Language = Literal["zh", "en"]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
IsoDate = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
_WORKING_WEEK = range(5)


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date that is not like its weekday: off, or a working day that makes up for days off."""

    date: IsoDate
    name: Mapping[Language, Title]
    kind: Literal["holiday", "workday"]


class HolidayCalendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The holidays of a country in a year; `source` names the notice that they are taken from."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    country: Annotated[str, msgspec.Meta(min_length=2, max_length=2)]
    year: Annotated[int, msgspec.Meta(ge=1990, le=2200)]
    name: Mapping[Language, Title]
    source: Annotated[str, msgspec.Meta(max_length=500)] = ""
    days: Annotated[tuple[CalendarDay, ...], msgspec.Meta(max_length=400)]


def with_holidays(hours: BusinessHours, calendar: HolidayCalendar, language: Language) -> BusinessHours:
    """Return the hours with the calendar's dates as special days; doing it again changes nothing.

    A holiday is closed all day. A make-up working day has the hours of the first weekday from Monday to Friday that
    has any, and is left out where none has. Special days on other dates stay as they are.
    """
    working = _working_hours(hours)
    days = {day.date: day for day in hours.special_days}
    for one in calendar.days:
        if one.kind == "holiday" or working:
            spans = () if one.kind == "holiday" else working
            days[one.date] = SpecialDay(date=one.date, hours=spans, name=_name(one, language))
    return replace(hours, special_days=tuple(days[date] for date in sorted(days)))


def _working_hours(hours: BusinessHours) -> tuple[tuple[str, str], ...]:
    for weekday in _WORKING_WEEK:
        spans = sorted((one.start, one.end) for one in hours.hours if one.weekday == weekday)
        if spans:
            return tuple(spans)
    return ()


def _name(day: CalendarDay, language: Language) -> str:
    return day.name.get(language) or next(iter(day.name.values()), "")
