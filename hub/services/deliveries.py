"""Deliveries: the log of every push, kept by channel; sending failed ones again, and pausing a channel.

A log entry is written with the message's own state, so the two never disagree. A channel that has failed for long
without one success is paused: its messages wait instead of being given up one by one, until somebody resumes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import structlog
from msgspec.structs import replace

from hub.errors import InvalidInput, NotFound
from hub.model import commands as c
from hub.model.commit import Record
from hub.model.content import preview
from hub.model.ids import ChannelId, JobId, MessageId, SessionId
from hub.model.timeline import Actor, DeliveryState, Message
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel, ChannelPause
from hub.ports.store import Page
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.records import Records
from hub.services.sessions import Sessions

log = structlog.get_logger()

AttemptOutcome = Literal["sent", "delayed", "refused", "unknown"]
LogState = Literal["waiting", "sent", "failed", "uncertain"]
PAUSE_AFTER_S = 24 * 3600.0
"""A receiver that has been failing for a day needs a person, not another try."""
_MOST_ATTEMPTS = 50
_SCANNED = 1000
"""Log entries that are looked at for one page of a state."""
_REPLAYED_AT_ONCE = 500


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try to hand a message over."""

    at: Timestamp
    outcome: AttemptOutcome
    reason: str | None = None
    took_ms: int = 0


class DeliveryLog(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one message's way: `seq` is its place in the session's timeline.

    `job` is the work that makes the present attempts; those before `begun` were of earlier work, before somebody sent
    the message again.
    """

    session_id: SessionId
    seq: int
    at: Timestamp
    state: LogState
    attempts: tuple[Attempt, ...] = ()
    next_try_at: Timestamp | None = None
    job: str = ""
    begun: int = 0

    def of(self, job_id: JobId) -> DeliveryLog:
        """Return the log as the work of this job goes on with it."""
        return self if self.job == job_id else replace(self, job=job_id, begun=len(self.attempts), next_try_at=None)

    @property
    def tries(self) -> int:
        """Return how often the present work has tried in vain."""
        return sum(attempt.outcome in ("delayed", "unknown") for attempt in self.attempts[self.begun :])


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """One message's way as it is shown."""

    message_id: MessageId
    session_id: SessionId
    at: Timestamp
    state: LogState
    attempts: tuple[Attempt, ...]
    next_try_at: Timestamp | None
    preview: str


class Deliveries:
    """Keeps the log and acts on it."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        directory: Directory,
        records: Records,
        *,
        pause_after_s: float = PAUSE_AFTER_S,
    ) -> None:
        """Take the services that the log stands on."""
        self._pause_after_s = pause_after_s
        self._store = core.store
        self._clock = core.clock
        self._ids = core.ids
        self._sessions = sessions
        self._directory = directory
        self._records = records
        self._failing_since: dict[ChannelId, float] = {}

    def is_paused(self, channel_id: ChannelId) -> bool:
        """Tell whether the channel's messages wait."""
        channel = self._directory.channel(channel_id)
        return channel is not None and channel.pause is not None

    async def pause(self, channel_id: ChannelId, reason: Literal["person", "failing"]) -> Channel:
        """Let the channel's messages wait.

        Raises:
            NotFound: there is no such channel.
        """
        pause = ChannelPause(since=self._clock.now(), reason=reason)
        return await self._records.update(
            Channel, channel_id, lambda channel: channel if channel.pause else replace(channel, pause=pause)
        )

    async def resume(self, channel_id: ChannelId) -> Channel:
        """Send again; what waits goes out within half a minute.

        Raises:
            NotFound: there is no such channel.
        """
        self._failing_since.pop(channel_id, None)
        return await self._records.update(Channel, channel_id, lambda channel: replace(channel, pause=None))

    def note_success(self, channel_id: ChannelId) -> None:
        """Note that the receiver takes messages."""
        self._failing_since.pop(channel_id, None)

    def note_failure(self, channel_id: ChannelId) -> None:
        """Note that it does not."""
        self._failing_since.setdefault(channel_id, self._clock.seconds())

    async def pause_if_lasting(self, channel_id: ChannelId) -> None:
        """Pause the channel when it has failed for a day without one success."""
        since = self._failing_since.get(channel_id)
        if since is not None and self._clock.seconds() - since >= self._pause_after_s:
            log.warning("channel.paused", channel=channel_id)
            await self.pause(channel_id, "failing")

    async def known(self, channel_id: ChannelId, message_id: MessageId) -> tuple[int, DeliveryLog | None]:
        """Return a message's log and the version it is kept under; 0 and None where there is none."""
        record = await self._store.record("delivery", _name(channel_id, message_id))
        return (record.version, msgspec.json.decode(record.data, type=DeliveryLog)) if record else (0, None)

    async def keep(self, channel_id: ChannelId, message_id: MessageId, entry: DeliveryLog) -> None:
        """Keep the log of a message that is tried again later."""
        await self._records.put_plain("delivery", _name(channel_id, message_id), msgspec.json.encode(_cut(entry)))

    def record(
        self, channel_id: ChannelId, message_id: MessageId, entry: DeliveryLog, version: int, state: DeliveryState
    ) -> Record:
        """Return the log's record for the commit that ends a push."""
        ended = replace(_cut(entry), state=_LOG_STATE[state], next_try_at=None)
        data = msgspec.Raw(msgspec.json.encode(ended))
        return Record(kind="delivery", id=_name(channel_id, message_id), version=version, data=data)

    async def list(
        self, channel_id: ChannelId, *, state: LogState | None, limit: int, cursor: str | None
    ) -> Page[DeliveryView]:
        """Return a channel's log, newest message first."""
        if cursor is not None and not cursor.isalnum():
            raise InvalidInput("The cursor is not one of ours.")
        before = _name(channel_id, MessageId(cursor)) if cursor else None
        found: list[DeliveryView] = []
        scanned = await self._store.recent_records("delivery", f"{channel_id}/", before=before, limit=_SCANNED)
        for record in scanned:
            entry = msgspec.json.decode(record.data, type=DeliveryLog)
            if state is None or entry.state == state:
                found.append(await self._view(MessageId(record.id.rpartition("/")[2]), entry))
            if len(found) == limit:
                return Page(items=tuple(found), next_cursor=found[-1].message_id)
        last = scanned[-1].id.rpartition("/")[2] if len(scanned) == _SCANNED else None
        return Page(items=tuple(found), next_cursor=last)

    async def waiting(self, channel_id: ChannelId, most: int) -> Sequence[DeliveryLog]:
        """Return the newest messages whose sending has been put off, without looking at what they say."""
        scanned = await self._store.recent_records("delivery", f"{channel_id}/", limit=_SCANNED)
        entries = (msgspec.json.decode(record.data, type=DeliveryLog) for record in scanned)
        return [entry for entry in entries if entry.state == "waiting"][:most]

    async def _view(self, message_id: MessageId, entry: DeliveryLog) -> DeliveryView:
        located = await self._store.message(message_id)
        return DeliveryView(
            message_id=message_id,
            session_id=entry.session_id,
            at=entry.at,
            state=entry.state,
            attempts=entry.attempts,
            next_try_at=entry.next_try_at,
            preview=preview(located[1].content, 80) if located else "",
        )

    async def replay(self, channel_id: ChannelId, message_id: MessageId, by: Actor) -> Message:
        """Send a failed or uncertain message again.

        Raises:
            NotFound: there is no such message on this channel.
            Conflict: it neither failed nor is uncertain.
        """
        located = await self._store.message(message_id)
        if located is None or located[1].channel_id != channel_id or located[1].direction != "out":
            raise NotFound("There is no such message on this channel.")
        session_id = located[0]

        async def make(_: object) -> c.Command:
            now = await self._store.message(message_id)
            job_id = JobId(self._ids.new())
            return c.Resend(by=by, message=now[1] if now else located[1], push_job=job_id, force=True)

        _, commit = await self._sessions.act(session_id, make)
        return commit.messages[0] if commit else located[1]

    async def replay_failed(self, channel_id: ChannelId, by: Actor) -> int:
        """Send everything that failed again, the oldest first; return how many messages that is."""
        page = await self.list(channel_id, state="failed", limit=_REPLAYED_AT_ONCE, cursor=None)
        for view in reversed(page.items):
            await self.replay(channel_id, view.message_id, by)
        return len(page.items)


_LOG_STATE: dict[DeliveryState, LogState] = {
    "queued": "waiting",
    "sent": "sent",
    "delivered": "sent",
    "read": "sent",
    "failed": "failed",
    "uncertain": "uncertain",
}


def _cut(entry: DeliveryLog) -> DeliveryLog:
    over = max(0, len(entry.attempts) - _MOST_ATTEMPTS)
    return replace(entry, attempts=entry.attempts[over:], begun=max(0, entry.begun - over))


def _name(channel_id: ChannelId, message_id: MessageId) -> str:
    """Return the record's name: those of a channel sort by message, and so by time."""
    return f"{channel_id}/{message_id}"
