"""Alarms: what somebody who leads should look at."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.api.access import LEADERS, READ_ALL
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.routes import Routes
from hub.model.alarms import Alarm, AlarmId

routes = Routes("alarms")


class AlarmFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alarms: those that are open, or all of the last 30 days."""

    state: Literal["open", "all"] = "open"
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=100)] | None = None


@routes.on("GET", "/alarms", access=READ_ALL)
async def list_alarms(call: Call[Nothing, AlarmFilter]) -> Listing[Alarm]:
    """List alarms, newest first."""
    alarms = call.services.alarms.known(only_open=call.query.state == "open")
    return listing(alarms, Paging(limit=call.query.limit, cursor=call.query.cursor))


@routes.on("POST", "/alarms/{id}/acknowledge", access=LEADERS)
async def acknowledge_alarm(call: Call[Nothing, Nothing]) -> Alarm:
    """Tell the others that somebody sees to it; the first to do so stays."""
    return await call.services.alarms.acknowledge(AlarmId(call.id), call.agent)
