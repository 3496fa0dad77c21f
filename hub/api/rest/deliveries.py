"""Deliveries: a channel's log of what was handed to its provider, sending again, pausing, and measuring texts."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.api.access import ADMIN, LEADERS, READ_ALL, SERVE
from hub.api.call import Call, Listing, Nothing
from hub.api.rest.channels import ChannelView, channel_view
from hub.api.routes import Routes
from hub.errors import NotFound
from hub.model.content import MAX_TEXT
from hub.model.ids import ChannelId, MessageId
from hub.ports.abilities import Measure
from hub.services import Services
from hub.services.deliveries import DeliveryView
from hub.services.desk import actor
from hub.services.measures import measured

routes = Routes("channels")


class LogFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages: all, or those in a state."""

    state: Literal["waiting", "sent", "failed", "uncertain"] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages are sent again."""

    replayed: int


class MeasureRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that somebody is about to send."""

    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]


@routes.on("GET", "/channels/{id}/deliveries", access=READ_ALL)
async def list_deliveries(call: Call[Nothing, LogFilter]) -> Listing[DeliveryView]:
    """List what was handed to the provider, the newest message first, with every attempt."""
    wanted, channel_id = call.query, _known(call.services, call.id)
    page = await call.services.deliveries.list(channel_id, state=wanted.state, limit=wanted.limit, cursor=wanted.cursor)
    return Listing(items=page.items, next_cursor=page.next_cursor)


@routes.on("POST", "/channels/{id}/deliveries/{message_id}/replay", access=LEADERS, status=202)
async def replay_delivery(call: Call[Nothing, Nothing]) -> Replayed:
    """Send a failed or uncertain message again."""
    message_id = MessageId(call.part("message_id"))
    await call.services.deliveries.replay(_known(call.services, call.id), message_id, actor(call.agent))
    return Replayed(replayed=1)


@routes.on("POST", "/channels/{id}/replay", access=LEADERS, status=202)
async def replay_failed(call: Call[Nothing, Nothing]) -> Replayed:
    """Send up to 500 failed messages again, the newest ones, in the order in which they were written."""
    return Replayed(
        replayed=await call.services.deliveries.replay_failed(_known(call.services, call.id), actor(call.agent))
    )


@routes.on("POST", "/channels/{id}/pause", access=ADMIN)
async def pause_channel(call: Call[Nothing, Nothing]) -> ChannelView:
    """Let the channel's messages wait; what comes in is taken as ever."""
    channel = await call.services.deliveries.pause(ChannelId(call.id), "person")
    return await channel_view(call.services, call.settings, channel)


@routes.on("POST", "/channels/{id}/resume", access=ADMIN)
async def resume_channel(call: Call[Nothing, Nothing]) -> ChannelView:
    """Send again; what waited goes out within half a minute."""
    channel = await call.services.deliveries.resume(ChannelId(call.id))
    return await channel_view(call.services, call.settings, channel)


@routes.on("POST", "/channels/{id}/measure", access=SERVE)
async def measure_text(call: Call[MeasureRequest, Nothing]) -> Measure:
    """Return how the channel would send a text."""
    _, connector = call.services.connectors.get(_known(call.services, call.id))
    return measured(connector, call.body.text)


def _known(services: Services, name: str) -> ChannelId:
    channel_id = ChannelId(name)
    if services.directory.channel(channel_id) is None:
        raise NotFound("There is no such channel.")
    return channel_id
