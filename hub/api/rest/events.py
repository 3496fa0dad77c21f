"""The event stream for integrators: every event of the workspace, in order, from any place that is still kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from hub.api.access import READ_ALL
from hub.api.call import Call, Listing, Nothing
from hub.api.decoding import refuse
from hub.api.routes import Routes
from hub.errors import Conflict
from hub.model.events import told_by
from hub.model.ids import SessionId
from hub.model.timestamps import Timestamp
from hub.ports.bus import Bus, Cursor, CursorLost, Published
from hub.services import Services

routes = Routes("events")
_COMMITS = 200
"""Commits read at once."""


class EventPaging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After which event (its cursor; absent: from the oldest that is kept), and how many at most."""

    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One event; keep its cursor and ask for what comes after it."""

    cursor: str
    type: str
    session_id: SessionId | None
    at: Timestamp
    data: dict[str, Any]


@routes.on("GET", "/events", access=READ_ALL)
async def read_events(call: Call[Nothing, EventPaging]) -> Listing[EventView]:
    """Return the events after a cursor, in order.

    `next_cursor` is null when nothing more has happened yet: ask again after the last cursor that you have. 409
    `cursor-lost` when the stream does not lead on from the cursor: load afresh, and go on from the cursor it names.
    """
    bus, limit = call.services.core.bus, call.query.limit
    after = await _start(bus) if call.query.after is None else Cursor.decode(call.query.after)
    if after is None:
        raise refuse("after", "This is no cursor.")
    try:
        items, has_more = await _read(call.services, after, limit)
    except CursorLost as error:
        newest = (await bus.end()).encode()
        raise Conflict("The stream goes on elsewhere.", code="cursor-lost", extra={"cursor": newest}) from error
    return Listing(items=tuple(items), next_cursor=items[-1].cursor if has_more else None)


async def _read(services: Services, after: Cursor, limit: int) -> tuple[list[EventView], bool]:
    """Return up to `limit` events and whether there are more. Commits that tell nothing are read over."""
    found: list[EventView] = []
    while len(found) <= limit:
        commits = await services.core.bus.read(after, _COMMITS)
        if not commits or (commits[-1].epoch, commits[-1].position) == (after.epoch, after.position):
            found.extend(_events(services, commits, after))
            break
        found.extend(_events(services, commits, after))
        last = commits[-1]
        after = Cursor(epoch=last.epoch, position=last.position, index=max(0, len(last.commit.events) - 1))
    return found[:limit], len(found) > limit


def _events(services: Services, commits: Sequence[Published], after: Cursor) -> list[EventView]:
    return [
        EventView(cursor=cursor.encode(), type=event.type, session_id=event.session_id, at=event.at, data=event.data)
        for published in commits
        for event in told_by(published.commit, services.attachments.url)
        if (cursor := Cursor(epoch=published.epoch, position=published.position, index=event.index)) > after
    ]


async def _start(bus: Bus) -> Cursor:
    """Return the oldest place that the stream can still be read from, found by halving."""
    end = await bus.end()
    low, high = 0, end.position
    while low < high:
        middle = (low + high) // 2
        try:
            await bus.read(Cursor(epoch=end.epoch, position=middle, index=0), 1)
        except CursorLost:
            low = middle + 1
        else:
            high = middle
    return Cursor(epoch=end.epoch, position=low, index=-1)
