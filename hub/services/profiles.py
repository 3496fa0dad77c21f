"""Profiles: ask a provider who a customer is whom we see for the first time, and link what it proves.

Done after the customer's first message is durable, so that nobody waits for it; a union id that another customer
already has shows that both are one person.
"""

from __future__ import annotations

import asyncio

import structlog

from hub.errors import NotFound, Unavailable
from hub.model.commit import Job
from hub.model.ids import ChannelId, CustomerId
from hub.ports.abilities import Profiles
from hub.ports.channel import FileDelayed
from hub.services.connectors import Connectors
from hub.services.core import Core
from hub.services.inbound import Inbounds
from hub.services.jobs import REMOVE, Outcome

log = structlog.get_logger()

GAPS_S: tuple[float, ...] = (5, 60, 600, 3600)
_ASK_S = 15.0


class ProfileLooks:
    """Does the jobs of the kind `profile`."""

    def __init__(self, core: Core, connectors: Connectors, inbounds: Inbounds) -> None:
        """Take the services that a look stands on."""
        self._ids = core.ids
        self._connectors = connectors
        self._inbounds = inbounds

    async def look(self, job: Job) -> Outcome:
        """Ask who one address is."""
        address = str(job.payload["address"])
        try:
            channel, connector = self._connectors.get(ChannelId(str(job.payload["channel_id"])))
        except (NotFound, Unavailable):
            return REMOVE
        if not isinstance(connector, Profiles):
            return REMOVE
        try:
            async with asyncio.timeout(_ASK_S):
                person = await connector.profile(address)
        except (FileDelayed, TimeoutError):
            if job.attempts > len(GAPS_S):
                log.info("profile.given_up", channel=channel.id)
                return REMOVE
            return Outcome(retry_in=GAPS_S[job.attempts - 1])
        if person is not None and person.identities:
            new_id = CustomerId(self._ids.new())
            await self._inbounds.link(channel, person.identities, name=person.name, new_id=new_id)
        return REMOVE
