"""Business hours: when people are there, in a zone of their own, with holidays and the days that make up for them."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import ADMIN, EVERYBODY, READ_ALL
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.decoding import refuse
from hub.api.patches import patched
from hub.api.routes import Routes
from hub.errors import NotFound
from hub.model.holidays import HolidayCalendar, Language, with_holidays
from hub.model.sentences import Sentence
from hub.model.timestamps import to_seconds
from hub.model.workspace import BusinessHours, OpenHours, SpecialDay
from hub.services import Services
from hub.services.holiday_calendars import shipped
from hub.services.opening import CalendarDate, calendar, check
from routing.hours import local_date

routes = Routes("business-hours")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Zone = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Hours = Annotated[tuple[OpenHours, ...], msgspec.Meta(max_length=100)]
Holidays = Annotated[tuple[str, ...], msgspec.Meta(max_length=400)]
SpecialDays = Annotated[tuple[SpecialDay, ...], msgspec.Meta(max_length=1000)]
ClosedAction = Literal["message", "callback", "keep"]


class BusinessHoursDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New business hours; weekday 0 is Monday, times are `HH:MM`, dates `YYYY-MM-DD`."""

    name: Name
    zone: Zone = "Asia/Shanghai"
    hours: Hours = ()
    holidays: Holidays = ()
    special_days: SpecialDays = ()
    closed_action: ClosedAction = "message"


class BusinessHoursPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of business hours."""

    name: Name | UnsetType = UNSET
    zone: Zone | UnsetType = UNSET
    hours: Hours | UnsetType = UNSET
    holidays: Holidays | UnsetType = UNSET
    special_days: SpecialDays | UnsetType = UNSET
    closed_action: ClosedAction | UnsetType = UNSET


class CalendarSpan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dates: `days` of them beginning with `from`, today in the record's zone where it is not given."""

    first: Annotated[str, msgspec.Meta(max_length=10)] | None = msgspec.field(default=None, name="from")
    days: Annotated[int, msgspec.Meta(ge=1, le=400)] = 31


class HolidayImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A calendar that comes with Huike, by id, or the data of another; `language` is that of the days' names."""

    calendar: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    calendar_data: HolidayCalendar | None = None
    language: Language = "zh"


@routes.on("GET", "/business-hours", access=EVERYBODY)
async def list_business_hours(call: Call[Nothing, Paging]) -> Listing[BusinessHours]:
    """List the business hours."""
    return listing(call.services.directory.business_hours(), call.query)


@routes.on("POST", "/business-hours", access=ADMIN, status=201)
async def create_business_hours(call: Call[BusinessHoursDraft, Nothing]) -> BusinessHours:
    """Add business hours."""
    draft = call.body
    hours = BusinessHours(
        id=call.services.core.ids.new(),
        name=draft.name,
        zone=draft.zone,
        hours=draft.hours,
        holidays=draft.holidays,
        special_days=draft.special_days,
        closed_action=draft.closed_action,
    )
    await asyncio.to_thread(check, hours)
    return await call.services.records.create(hours)


@routes.on("PATCH", "/business-hours/{id}", access=ADMIN)
async def change_business_hours(call: Call[BusinessHoursPatch, Nothing]) -> BusinessHours:
    """Change business hours."""
    await asyncio.to_thread(check, patched(_found(call.services, call.id), call.body))
    return await call.services.records.update(BusinessHours, call.id, lambda present: patched(present, call.body))


@routes.on("DELETE", "/business-hours/{id}", access=ADMIN)
async def remove_business_hours(call: Call[Nothing, Nothing]) -> None:
    """Remove business hours; channels that named them are open at all times."""
    await call.services.records.remove("business_hours", call.id)


@routes.on("GET", "/business-hours/{id}/calendar", access=EVERYBODY)
async def preview_business_hours(call: Call[Nothing, CalendarSpan]) -> Listing[CalendarDate]:
    """Show what the hours come to, date by date, with what gives each date its hours."""
    hours, wanted = _found(call.services, call.id), call.query
    if wanted.first is None:
        first = await asyncio.to_thread(local_date, hours.zone, to_seconds(call.services.core.clock.now()))
    else:
        first = _date(wanted.first)
    return Listing(items=tuple(await asyncio.to_thread(calendar, hours, first, wanted.days)))


@routes.on("GET", "/holiday-calendars", access=READ_ALL)
async def list_holiday_calendars(call: Call[Nothing, Paging]) -> Listing[HolidayCalendar]:
    """List the holiday calendars that can be imported."""
    return listing(list(await asyncio.to_thread(shipped)), call.query)


@routes.on("POST", "/business-hours/{id}/holidays", access=ADMIN)
async def import_holidays(call: Call[HolidayImport, Nothing]) -> BusinessHours:
    """Take a year's holidays and make-up working days into the special days.

    Special days on other dates stay as they are; importing again changes nothing.
    """
    wanted = call.body
    chosen = await _calendar(wanted)
    language = wanted.language
    await asyncio.to_thread(check, with_holidays(_found(call.services, call.id), chosen, language))
    return await call.services.records.update(
        BusinessHours, call.id, lambda present: with_holidays(present, chosen, language)
    )


def _found(services: Services, hours_id: str) -> BusinessHours:
    hours = services.directory.find(BusinessHours, hours_id)
    if hours is None:
        raise NotFound("There are no such business hours.")
    return hours


async def _calendar(wanted: HolidayImport) -> HolidayCalendar:
    if (wanted.calendar is None) == (wanted.calendar_data is None):
        raise refuse("calendar", "Give either the id of a calendar or the data of one.")
    if wanted.calendar_data is not None:
        return wanted.calendar_data
    known = {one.id: one for one in await asyncio.to_thread(shipped)}
    if wanted.calendar not in known:
        raise refuse("calendar", Sentence("There is no such calendar; there are {known}.", known=tuple(known)))
    return known[wanted.calendar]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise refuse("from", "Give a date as YYYY-MM-DD.") from error
