"""Who waits and why, and the live figures of the queues: what the leader sees, asked on any node."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.api.access import READ_ALL, READ_SERVICE
from hub.api.call import Call, Listing, Nothing
from hub.api.routes import Routes
from hub.model.ids import QueueId
from hub.services.live_queues import LiveQueues
from hub.services.waiting_list import Code, WaitingItem, WaitingQuery

routes = Routes("queues")


class WaitingFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of those who wait: of a queue, for a reason."""

    queue_id: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    reason: Code | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=200)] | None = None


@routes.on("GET", "/queues/live", access=READ_SERVICE)
async def live_figures(call: Call[Nothing, Nothing]) -> LiveQueues:
    """Return how each queue stands at this moment, in numbers."""
    return await call.services.watchdog.live()


@routes.on("GET", "/waiting", access=READ_ALL)
async def list_waiting(call: Call[Nothing, WaitingFilter]) -> Listing[WaitingItem]:
    """List everybody who waits, longest first, each with the reason and what happens next.

    A page may be short when few of many wait for the reason that is asked for; `next_cursor` leads on.
    """
    wanted = call.query
    query = WaitingQuery(
        queue_id=QueueId(wanted.queue_id) if wanted.queue_id else None,
        reason=wanted.reason,
        limit=wanted.limit,
        cursor=wanted.cursor,
    )
    page = await call.services.watchdog.waiting(query)
    return Listing(items=page.items, next_cursor=page.next_cursor)
