"""Business hours: when people are there, in a zone of their own, with holidays."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import ADMIN, EVERYBODY
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.decoding import refuse
from hub.api.patches import patched
from hub.api.routes import Routes
from hub.model.workspace import BusinessHours, OpenHours

routes = Routes("business-hours")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Zone = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Hours = Annotated[tuple[OpenHours, ...], msgspec.Meta(max_length=100)]
Holidays = Annotated[tuple[str, ...], msgspec.Meta(max_length=400)]
ClosedAction = Literal["message", "callback", "keep"]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class BusinessHoursDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New business hours; weekday 0 is Monday, times are `HH:MM`, holidays `YYYY-MM-DD`."""

    name: Name
    zone: Zone = "Asia/Shanghai"
    hours: Hours = ()
    holidays: Holidays = ()
    closed_action: ClosedAction = "message"


class BusinessHoursPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of business hours."""

    name: Name | UnsetType = UNSET
    zone: Zone | UnsetType = UNSET
    hours: Hours | UnsetType = UNSET
    holidays: Holidays | UnsetType = UNSET
    closed_action: ClosedAction | UnsetType = UNSET


@routes.on("GET", "/business-hours", access=EVERYBODY)
async def list_business_hours(call: Call[Nothing, Paging]) -> Listing[BusinessHours]:
    """List the business hours."""
    return listing(call.services.directory.business_hours(), call.query)


@routes.on("POST", "/business-hours", access=ADMIN, status=201)
async def create_business_hours(call: Call[BusinessHoursDraft, Nothing]) -> BusinessHours:
    """Add business hours."""
    draft = call.body
    await _check(draft.zone, draft.hours, draft.holidays)
    hours = BusinessHours(
        id=call.services.core.ids.new(),
        name=draft.name,
        zone=draft.zone,
        hours=draft.hours,
        holidays=draft.holidays,
        closed_action=draft.closed_action,
    )
    return await call.services.records.create(hours)


@routes.on("PATCH", "/business-hours/{id}", access=ADMIN)
async def change_business_hours(call: Call[BusinessHoursPatch, Nothing]) -> BusinessHours:
    """Change business hours."""
    patch = call.body
    await _check(
        "UTC" if patch.zone is UNSET else patch.zone,
        () if patch.hours is UNSET else patch.hours,
        () if patch.holidays is UNSET else patch.holidays,
    )
    return await call.services.records.update(BusinessHours, call.id, lambda present: patched(present, patch))


@routes.on("DELETE", "/business-hours/{id}", access=ADMIN)
async def remove_business_hours(call: Call[Nothing, Nothing]) -> None:
    """Remove business hours; channels that named them are open at all times."""
    await call.services.records.remove("business_hours", call.id)


async def _check(zone: str, hours: Sequence[OpenHours], holidays: Sequence[str]) -> None:
    try:
        await asyncio.to_thread(ZoneInfo, zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise refuse("zone", "There is no such time zone; give one like Asia/Shanghai.") from error
    for index, stretch in enumerate(hours):
        if not 0 <= stretch.weekday <= 6:
            raise refuse(f"hours[{index}].weekday", "0 (Monday) to 6 (Sunday).")
        if not _TIME.fullmatch(stretch.start) or not _TIME.fullmatch(stretch.end) or stretch.start >= stretch.end:
            raise refuse(f"hours[{index}]", "Give start and end as HH:MM, the start before the end.")
    for index, holiday in enumerate(holidays):
        try:
            date.fromisoformat(holiday)
        except ValueError as error:
            raise refuse(f"holidays[{index}]", "Give a date as YYYY-MM-DD.") from error
