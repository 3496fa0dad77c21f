"""Presence: the status that an agent chose, and whether any of their devices is connected.

The chosen status is a durable record. Connections are leases on the bus that end by themselves when a process dies.
The router combines both; what it finds comes back here as figures that every node keeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Set

import msgspec
import structlog
from msgspec.structs import replace

from hub.errors import NotFound, Unavailable
from hub.model.agent import Agent, Presence, PresenceStatus
from hub.model.ids import AgentId
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.records import Records

log = structlog.get_logger()

GROUP = "presence"
CHANGED = "presence.changed"
READY = "presence.ready"
"""An agent chose to be online, perhaps was so already: the router offers again to whom it had given up."""
FIGURES = "presence.figures"
_LEASE_S = 30.0
_RENEW_S = 10.0
_WITHOUT_SOCKET_S = 12 * 3600.0
"""How long an agent that set itself online by REST, with no socket at all, counts as connected: a working day."""
_BY_REST = "rest"

PresenceWatcher = Callable[[Mapping[AgentId, Presence], Set[AgentId]], None]


class Presences:
    """Knows who is there."""

    def __init__(self, core: Core, directory: Directory, records: Records) -> None:
        """Listen for the router's figures."""
        self._core = core
        self._directory = directory
        self._records = records
        self._connections: dict[AgentId, set[str]] = {}
        self._figures: dict[AgentId, Presence] = {}
        self.source: Callable[[Agent], Presence] | None = None
        self._watchers: list[PresenceWatcher] = []
        core.bus.listen(FIGURES, self._take_figures)

    def watch(self, watcher: PresenceWatcher) -> None:
        """Call the watcher with the figures that changed, and who of these came, went or changed the status."""
        self._watchers.append(watcher)

    def current(self, agent_id: AgentId) -> Presence:
        """Return an agent's presence: from the router itself where it runs here, else as it was last told."""
        agent = self._directory.agent(agent_id)
        if agent is not None and self.source is not None:
            return self.source(agent)
        known = self.told(agent_id)
        return known or Presence(status="offline", used=0, capacity=agent.capacity if agent else 0)

    def told(self, agent_id: AgentId) -> Presence | None:
        """Return what the router told last of an agent, or None."""
        return self._figures.get(agent_id)

    async def get(self, agent_id: AgentId) -> Presence:
        """Return an agent's presence.

        Raises:
            NotFound: there is no such agent.
        """
        if self._directory.agent(agent_id) is None:
            raise NotFound("There is no such agent.")
        return self.current(agent_id)

    async def set(self, agent_id: AgentId, status: PresenceStatus) -> Presence:
        """Choose a status; it is kept over restarts, and holds while a device is connected."""
        agent = await self._records.update(Agent, agent_id, lambda present: replace(present, status=status))
        if status != "offline" and not self._connections.get(agent_id):
            await self._core.bus.touch(GROUP, _member(agent_id, _BY_REST), _WITHOUT_SOCKET_S)
        if status == "offline":
            await self._core.bus.leave(GROUP, _member(agent_id, _BY_REST))
        self._core.bus.signal(CHANGED, agent_id.encode())
        if status == "online":
            self._core.bus.signal(READY, agent_id.encode())
        return Presence(status=status, used=self.current(agent_id).used, capacity=agent.capacity)

    async def connected(self, agent_id: AgentId, connection: str) -> None:
        """Count a device of the agent as connected."""
        self._connections.setdefault(agent_id, set()).add(connection)
        await self._core.bus.touch(GROUP, _member(agent_id, connection), _LEASE_S)
        await self._core.bus.leave(GROUP, _member(agent_id, _BY_REST))
        self._core.bus.signal(CHANGED, agent_id.encode())

    async def disconnected(self, agent_id: AgentId, connection: str) -> None:
        """End the connection of a device."""
        mine = self._connections.get(agent_id, set())
        mine.discard(connection)
        if not mine:
            self._connections.pop(agent_id, None)
        await self._core.bus.leave(GROUP, _member(agent_id, connection))
        self._core.bus.signal(CHANGED, agent_id.encode())

    async def connected_agents(self) -> frozenset[AgentId]:
        """Return the agents who have a device connected anywhere."""
        return frozenset(AgentId(member.partition("|")[0]) for member in await self._core.bus.members(GROUP))

    def _take_figures(self, payload: bytes) -> None:
        told = msgspec.json.decode(payload, type=dict[AgentId, Presence])
        changed = {one: presence for one, presence in told.items() if self._figures.get(one) != presence}
        came_or_went = {
            one for one in changed if one not in self._figures or self._figures[one].status != changed[one].status
        }
        self._figures |= changed
        if changed:
            for watcher in self._watchers:
                watcher(changed, came_or_went)

    def tell_figures(self, figures: Mapping[AgentId, Presence]) -> None:
        """Tell all nodes what the router found (the router calls this)."""
        if figures:
            self._core.bus.signal(FIGURES, msgspec.json.encode(figures))

    async def run(self) -> None:
        """Renew the leases of this process's connections until cancelled."""
        while True:
            await self._core.clock.sleep(_RENEW_S)
            try:
                for agent_id, connections in list(self._connections.items()):
                    for connection in list(connections):
                        await self._core.bus.touch(GROUP, _member(agent_id, connection), _LEASE_S)
            except Unavailable:
                log.warning("presence.renewal_failed")
            except asyncio.CancelledError:
                raise


def _member(agent_id: AgentId, connection: str) -> str:
    return f"{agent_id}|{connection}"
