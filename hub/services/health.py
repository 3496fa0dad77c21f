"""Health: whether each channel works, when it last did, and in plain words why not.

What happens on the event stream is known on every node. What only one node sees (a mailbox that cannot be reached) is
kept as a record when it begins and when it ends, so that everybody can be told.
"""

from __future__ import annotations

import asyncio
from typing import Literal

import msgspec
import structlog

from hub.errors import HubError
from hub.model.ids import ChannelId
from hub.model.timeline import Message
from hub.model.timestamps import Timestamp
from hub.ports.abilities import Words
from hub.ports.bus import Published
from hub.services.core import Core
from hub.services.records import Records

log = structlog.get_logger()


class LastError(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong last, as it was told."""

    at: Timestamp
    reason: str


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver that does not work, since when, and what to do."""

    at: Timestamp
    said: Words


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a channel since this node started."""

    last_inbound_at: Timestamp | None = None
    last_outbound_at: Timestamp | None = None
    last_error: LastError | None = None


class Health:
    """Watches the channels."""

    def __init__(self, core: Core, records: Records) -> None:
        """Know nothing yet."""
        self._clock = core.clock
        self._records = records
        self._figures: dict[ChannelId, Figures] = {}
        self._state: dict[ChannelId, Literal["works", "fails"]] = {}
        self._writes: set[asyncio.Task[None]] = set()

    def hear(self, published: Published) -> None:
        """Note what came in, went out and failed."""
        commit = published.commit
        for tag in commit.events:
            if tag.type == "channel.inbound" and tag.data:
                self._note(ChannelId(tag.data["channel_id"]), last_inbound_at=commit.at)
        for message in commit.messages:
            if message.direction == "out" and message.channel_id and not message.note:
                self._hear_sent(message, commit.at)

    def _hear_sent(self, message: Message, at: Timestamp) -> None:
        if message.channel_id is None:
            return
        match message.delivery.state:
            case "sent" | "delivered" | "read":
                self._note(message.channel_id, last_outbound_at=at)
            case "failed" | "uncertain":
                self._note(message.channel_id, last_error=LastError(at=at, reason=message.delivery.reason or ""))
            case "queued":
                pass

    def _note(self, channel_id: ChannelId, **changes: object) -> None:
        self._figures[channel_id] = msgspec.structs.replace(self._figures.get(channel_id, Figures()), **changes)

    def figures(self, channel_id: ChannelId) -> Figures:
        """Return what was seen of a channel."""
        return self._figures.get(channel_id, Figures())

    async def outage(self, channel_id: ChannelId) -> Outage | None:
        """Return why the channel's receiver does not work, on whichever node it runs; None when it does."""
        data = await self._records.get_plain("channel_outage", channel_id)
        return msgspec.json.decode(data, type=Outage | None) if data is not None else None

    def receiver_works(self, channel_id: ChannelId) -> None:
        """Note that the provider answers; only a change is written and logged."""
        if self._state.get(channel_id) != "works":
            was = self._state.get(channel_id)
            self._state[channel_id] = "works"
            if was == "fails":
                log.info("channel.works_again", channel=channel_id)
            self._write(channel_id, None)

    def receiver_fails(self, channel_id: ChannelId, said: Words) -> None:
        """Note that it does not; an outage is logged once."""
        at = self._clock.now()
        self._note(channel_id, last_error=LastError(at=at, reason=said.get("en", "")))
        if self._state.get(channel_id) != "fails":
            self._state[channel_id] = "fails"
            log.warning("channel.fails", channel=channel_id, reason=said.get("en", ""))
            self._write(channel_id, Outage(at=at, said=said))

    def _write(self, channel_id: ChannelId, outage: Outage | None) -> None:
        task = asyncio.ensure_future(self._put(channel_id, outage))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _put(self, channel_id: ChannelId, outage: Outage | None) -> None:
        try:
            if outage is None and await self.outage(channel_id) is None:
                return
            await self._records.put_plain("channel_outage", channel_id, msgspec.json.encode(outage))
        except HubError:
            log.info("channel.outage_not_kept", channel=channel_id)
