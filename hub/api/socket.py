"""The realtime interface put together: server, namespaces, and who tells them what."""

from __future__ import annotations

import asyncio

from aiohttp import web

from hub.api.fanout import Fanout, agent_room, visitor_room
from hub.api.socket_agents import AgentSockets
from hub.api.socket_server import Sockets
from hub.api.socket_transport import Outgoing
from hub.api.socket_visitors import VisitorSockets
from hub.services import Services
from hub.services.typing import TypingSignal
from hub.settings import LimitSettings


class Realtime:
    """The sockets of one process."""

    def __init__(self, services: Services, limits: LimitSettings) -> None:
        """Make the server and let it hear commits, presence, the queue and typing."""
        sign = services.attachments.url
        self._bus = services.core.bus
        self.sockets = Sockets(services.core.clock, limits)
        self.fanout = Fanout(self.sockets, sign, services.core.clock)
        AgentSockets(self.sockets, services, sign)
        self._visitors = VisitorSockets(self.sockets, services, sign)
        self._hours: asyncio.Task[None] | None = None
        services.core.bus.subscribe(self.fanout.hear)
        services.presences.watch(self.fanout.tell_presences)
        services.dispatch.watch(self.fanout.tell_queue)
        services.typing.watch(self._tell_typing)

    async def begin(self) -> None:
        """Learn where the event stream ends now, and begin to tell visitors of opening hours."""
        self.fanout.begin(await self._bus.end())
        self._hours = asyncio.create_task(self._visitors.keep_hours(), name="opening hours")

    def attach(self, app: web.Application) -> None:
        """Serve `/socket.io` in the application."""
        self.sockets.attach(app)

    def _tell_typing(self, signal: TypingSignal) -> None:
        author: dict[str, object] = {"kind": signal.author_kind, "id": signal.author_id, "name": signal.author_name}
        data: dict[str, object] = {"author": author, "typing": signal.typing}
        if signal.author_kind == "customer":
            for agent_id in signal.audience:
                self.fanout.signal(agent_room(agent_id), "typing", signal.session_id, data)
            return
        outgoing = Outgoing.of("/visitor", "typing", data)
        for connection in tuple(self.sockets.room(visitor_room(signal.customer_id))):
            self.sockets.send(connection, outgoing)

    async def close(self) -> None:
        """Tell everybody to connect again elsewhere, or later."""
        if self._hours is not None:
            self._hours.cancel()
        await self.sockets.close()
