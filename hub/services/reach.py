"""Reach: on which channels a customer can be answered in a session, and within which limits."""

from __future__ import annotations

import msgspec

from hub.errors import NotFound, Unavailable
from hub.model.ids import ChannelId
from hub.model.session import ReplyWindow, Session
from hub.model.workspace import ChannelKind
from hub.ports.channel import Capabilities
from hub.services.connectors import Connectors
from hub.services.consents import Consents


class ReplyChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One way to answer; `window` is what the platform still allows, where it limits that."""

    channel_id: ChannelId
    kind: ChannelKind
    name: str
    address: str
    is_default: bool
    window: ReplyWindow | None
    opted_out: bool
    capabilities: Capabilities


async def reply_channels(connectors: Connectors, consents: Consents, session: Session) -> tuple[ReplyChannel, ...]:
    """Return the session's channels, the one that answers go to by themselves first."""
    found: list[ReplyChannel] = []
    for channel_id, route in session.routes.items():
        try:
            channel, connector = connectors.get(channel_id)
        except (NotFound, Unavailable):
            continue
        limits = connector.capabilities
        found.append(
            ReplyChannel(
                channel_id=channel_id,
                kind=channel.kind,
                name=channel.name,
                address=route.address if limits.pushes else "",
                is_default=channel_id == session.reply_channel_id,
                window=route.window,
                opted_out=limits.has_opt_out and await consents.is_opted_out(channel_id, route.address),
                capabilities=limits,
            )
        )
    return tuple(sorted(found, key=lambda one: not one.is_default))
