"""Typing as customers see it: where a channel can show that somebody types, it does. Lost without harm."""

from __future__ import annotations

import asyncio

import structlog

from hub.errors import HubError
from hub.model.session import Session
from hub.ports.abilities import Types
from hub.services.connectors import Connectors

log = structlog.get_logger()

_AT_ONCE = 32
_PATIENCE_S = 5.0


class TypingOut:
    """Shows customers that somebody is typing."""

    def __init__(self, connectors: Connectors) -> None:
        """Show nothing yet."""
        self._connectors = connectors
        self._under_way: set[asyncio.Task[None]] = set()

    def show(self, session: Session, *, is_typing: bool) -> None:
        """Show it on the channel that answers go to, in the background; too many at once are dropped."""
        channel_id = session.reply_channel_id
        route = session.routes.get(channel_id) if channel_id else None
        if channel_id is None or route is None or len(self._under_way) >= _AT_ONCE:
            return
        try:
            connector = self._connectors.get(channel_id)[1]
        except HubError:
            return
        if isinstance(connector, Types):
            task = asyncio.create_task(self._show(connector, route.address, is_typing=is_typing))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _show(self, connector: Types, address: str, *, is_typing: bool) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await connector.typing(address, is_typing)
        except Exception as error:
            log.info("typing.not_shown", error=type(error).__name__)
