"""Receivers: run the connectors that get their messages themselves, each where and as long as it should run.

A receiver that is exclusive runs on one node, by a lease; the others take over within seconds when that node is gone.
What a receiver hands over is made durable message by message, and its cursor with the last of them: a crash between
two messages shows as repeats that change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import structlog
from msgspec.structs import replace

from hub.errors import HubError, InvalidInput, NotFound, Unavailable, VersionConflict
from hub.model.commit import Commit, Record, RecordKind
from hub.model.content import Unsupported
from hub.model.ids import ChannelId
from hub.model.workspace import Channel
from hub.ports.abilities import Receives, Words
from hub.ports.bus import Published
from hub.ports.channel import Inbound
from hub.services.connectors import Connectors
from hub.services.consents import with_records
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.health import Health
from hub.services.inbound import Inbounds
from hub.services.waiting import either

log = structlog.get_logger()

LEASE_S = 20.0
_RENEW_S = 5.0
_AGAIN_S = 3.0
"""Until a receiver that ended by itself is started again; troubles of the provider are waited out by the connector."""
_MOST_WORDS = 1000
_LOOK_S = 5.0
"""Between two looks whether a channel that another node receives for has become free."""


class _Intake:
    """The hub's side of one receiver."""

    def __init__(self, channel: Channel, core: Core, inbounds: Inbounds, health: Health) -> None:
        self._channel = channel
        self._store = core.store
        self._clock = core.clock
        self._inbounds = inbounds
        self._health = health
        self._version = 0
        self._kept: str | None = None
        self._words: list[str] = []
        self._news = asyncio.Event()

    async def cursor(self) -> str | None:
        record = await self._store.record("channel_cursor", self._channel.id)
        self._version = record.version if record else 0
        self._kept = msgspec.json.decode(record.data, type=str) if record else None
        return self._kept

    async def take(self, inbounds: Sequence[Inbound], *, cursor: str | None = None) -> None:
        moved = cursor is not None and cursor != self._kept
        records = self._moved(cursor) if moved and cursor is not None else ()
        if records:
            await self._check_cursor()
        for inbound in inbounds[:-1]:
            await self._receive(inbound, ())
        if inbounds:
            await self._receive(inbounds[-1], records)
        elif records:
            await self._store.append(with_records(Commit(at=self._clock.now(), keys=()), records))
        if records:
            self._version += 1
            self._kept = cursor

    async def _receive(self, inbound: Inbound, records: tuple[Record, ...]) -> None:
        """Take one inbound; what cannot be taken as it is must not hold up what follows, and is shown as such."""
        try:
            await self._inbounds.receive(self._channel, inbound, records=records)
        except InvalidInput as error:
            log.warning("receiver.unreadable", channel=self._channel.id, reason=error.detail)
            shown = Unsupported(payload={"kind": "unreadable", "reason": str(error)})
            await self._inbounds.receive(self._channel, replace(inbound, content=shown, files=()), records=records)

    async def _check_cursor(self) -> None:
        """Find out before the work whether another receiver was faster; the commit itself has the last word."""
        record = await self._store.record("channel_cursor", self._channel.id)
        if (record.version if record else 0) != self._version:
            raise VersionConflict("Another receiver has moved the cursor of this channel.")

    def _moved(self, cursor: str) -> tuple[Record, ...]:
        data = msgspec.Raw(msgspec.json.encode(cursor))
        return (Record(kind="channel_cursor", id=self._channel.id, version=self._version + 1, data=data),)

    async def wait(self, seconds: float) -> Sequence[str]:
        if not self._words:
            self._news.clear()
            await either(self._clock, self._news, seconds)
        words, self._words = self._words, []
        return words

    def wake(self, word: str) -> None:
        self._words = [*self._words, word][-_MOST_WORDS:]
        self._news.set()

    def works(self) -> None:
        self._health.receiver_works(self._channel.id)

    def fails(self, said: Words) -> None:
        self._health.receiver_fails(self._channel.id, said)


class Receivers:
    """Starts and stops the receivers of all channels."""

    def __init__(
        self, core: Core, directory: Directory, connectors: Connectors, inbounds: Inbounds, health: Health
    ) -> None:
        """Take the services that receiving stands on."""
        self._core = core
        self._directory = directory
        self._connectors = connectors
        self._inbounds = inbounds
        self._health = health
        self._running: dict[ChannelId, tuple[int, asyncio.Task[None]]] = {}
        self._intakes: dict[ChannelId, _Intake] = {}
        self._changed = asyncio.Event()
        directory.watch(self._note)

    def hear(self, published: Published) -> None:
        """Wake the receiver whose channel got a word for it, on whichever node the word came in."""
        for tag in published.commit.events:
            if tag.type == "channel.inbound" and tag.data and (word := tag.data.get("wake")):
                intake = self._intakes.get(ChannelId(tag.data["channel_id"]))
                if intake is not None:
                    intake.wake(word)

    def _note(self, kind: RecordKind, _record_id: str) -> None:
        if kind == "channel":
            self._changed.set()

    async def run(self) -> None:
        """Keep one receiver running for each channel that has one."""
        try:
            while True:
                self._changed.clear()
                self._adjust()
                await self._changed.wait()
        finally:
            tasks = [task for _, task in self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _adjust(self) -> None:
        wanted = {channel.id: channel for channel in self._directory.channels()}
        for channel_id, (version, task) in list(self._running.items()):
            channel = wanted.get(channel_id)
            if channel is None or channel.version != version:
                task.cancel()
                del self._running[channel_id]
        for channel in wanted.values():
            if channel.id not in self._running and self._receives(channel) is not None:
                task = asyncio.create_task(self._keep_receiving(channel), name=f"receive {channel.id}")
                self._running[channel.id] = (channel.version, task)

    def _receives(self, channel: Channel) -> Receives | None:
        try:
            connector = self._connectors.get(channel.id)[1]
        except (NotFound, Unavailable):
            return None
        return connector if isinstance(connector, Receives) else None

    async def _keep_receiving(self, channel: Channel) -> None:
        owner = self._core.ids.new()
        while True:
            receiver = self._receives(channel)
            if receiver is None:
                return
            try:
                if receiver.is_exclusive:
                    await self._alone(channel, receiver, owner)
                else:
                    await self._receive(channel, receiver)
            except (HubError, OSError) as error:
                log.warning("receiver.ended", channel=channel.id, error=type(error).__name__)
            except Exception:
                log.exception("receiver.failed", channel=channel.id)
            await self._core.clock.sleep(_AGAIN_S)

    async def _receive(self, channel: Channel, receiver: Receives) -> None:
        intake = self._intakes[channel.id] = _Intake(channel, self._core, self._inbounds, self._health)
        try:
            await receiver.receive(intake)
        except VersionConflict:
            log.info("receiver.overtaken", channel=channel.id)
        finally:
            if self._intakes.get(channel.id) is intake:
                del self._intakes[channel.id]

    async def _alone(self, channel: Channel, receiver: Receives, owner: str) -> None:
        """Receive while the lease is ours; a lease that cannot be renewed ends it."""
        lease = f"receive/{channel.id}"
        while not await self._core.bus.acquire(lease, owner, LEASE_S):
            await self._core.clock.sleep(_LOOK_S)
        task, ended = asyncio.create_task(self._receive(channel, receiver)), asyncio.Event()
        task.add_done_callback(lambda _: ended.set())
        try:
            while not task.done():
                await either(self._core.clock, ended, _RENEW_S)
                if not task.done() and not await self._core.bus.acquire(lease, owner, LEASE_S):
                    log.info("receiver.lease_lost", channel=channel.id)
                    return
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            try:
                await self._core.bus.release(lease, owner)
            except HubError:
                log.info("receiver.lease_kept", channel=channel.id)
