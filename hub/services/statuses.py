"""Statuses: what providers report of messages that were sent, put to the message that each is about, once.

A report names the message by the provider's own name for it or by ours. It may come before the answer to the send has
been noted; then it is kept as durable work and looked at again.
"""

from __future__ import annotations

import msgspec
import structlog
from msgspec.structs import replace

from hub.errors import AlreadyClaimed
from hub.model import commands as c
from hub.model.commit import Claim, Commit, EventTag, Job, Record
from hub.model.ids import ChannelId, JobId, MessageId, SessionId
from hub.model.session import Session
from hub.model.timeline import Delivery
from hub.model.timestamps import shift
from hub.model.workspace import Channel
from hub.ports.channel import Inbound
from hub.services.consents import with_records
from hub.services.core import Core
from hub.services.jobs import COMMITTED, REMOVE, Outcome
from hub.services.sessions import Enrich, Sessions

log = structlog.get_logger()

GAPS_S: tuple[float, ...] = (2, 5, 30, 300)
"""Seconds before each look for a message that is not known yet; after that the report is about nothing of ours."""
MAX_REASON = 300


def sent_claim(channel_id: ChannelId, provider_id: str, message_id: MessageId) -> Claim:
    """Return the claim by which a message is found under the provider's name for it."""
    return Claim(key=_sent_key(channel_id, provider_id), answer=msgspec.Raw(msgspec.json.encode(message_id)))


def _sent_key(channel_id: ChannelId, provider_id: str) -> str:
    return f"sent/{channel_id}/{provider_id}"


class Statuses:
    """Applies delivery reports."""

    def __init__(self, core: Core, sessions: Sessions) -> None:
        """Take the services that reports are put to."""
        self._store = core.store
        self._clock = core.clock
        self._ids = core.ids
        self._sessions = sessions

    async def take(
        self, channel: Channel, inbound: Inbound, claim: Claim, event: EventTag, records: tuple[Record, ...] = ()
    ) -> None:
        """Make a report durable: on its message, or as work until its message is known.

        Raises:
            AlreadyClaimed: it was taken before.
        """
        delivery = _delivery(inbound)
        found = await self._find(channel.id, inbound.status_of) if delivery else None

        def mark(commit: Commit) -> Commit:
            marked = replace(commit, claims=(*commit.claims, claim), events=(*commit.events, event))
            return with_records(marked, records)

        if found is not None and delivery is not None and await self._apply(found, delivery, enrich=mark):
            return
        jobs = () if found is not None or delivery is None else (self._later(channel.id, inbound, delivery),)
        commit = Commit(at=self._clock.now(), keys=(), claims=(claim,), events=(event,), jobs=jobs)
        await self._store.append(with_records(commit, records))

    async def look_again(self, job: Job) -> Outcome:
        """Do the work of a report whose message was not known."""
        channel_id, name = ChannelId(str(job.payload["channel_id"])), str(job.payload["of"])
        delivery = msgspec.json.decode(str(job.payload["delivery"]), type=Delivery)
        found = await self._find(channel_id, name)
        if found is None:
            if job.attempts < len(GAPS_S):
                return Outcome(retry_in=GAPS_S[job.attempts])
            log.info("status.about_nothing", channel=channel_id, state=delivery.state)
            return REMOVE
        claim = Claim(key=f"status/{job.id}", answer=msgspec.Raw(b"{}"))

        def once(commit: Commit) -> Commit:
            return replace(commit, claims=(*commit.claims, claim), done=(*commit.done, job.id))

        try:
            return COMMITTED if await self._apply(found, delivery, enrich=once) else REMOVE
        except AlreadyClaimed:
            return REMOVE

    async def _apply(self, message_id: MessageId, delivery: Delivery, *, enrich: Enrich) -> bool:
        """Put the news to the message; False when they are no news."""
        located = await self._store.message(message_id)
        if located is None:
            return False
        _, commit = await self.report(located[0], message_id, delivery, enrich=enrich)
        return commit is not None

    async def report(
        self,
        session_id: SessionId,
        message_id: MessageId,
        delivery: Delivery,
        *,
        done_job: JobId | None = None,
        enrich: Enrich | None = None,
    ) -> tuple[Session, Commit | None]:
        """Note how far a message got, on the message as it stands at that moment."""

        async def make(_: Session) -> c.Command | None:
            located = await self._store.message(message_id)
            return c.Report(message=located[1], delivery=delivery, done_job=done_job) if located else None

        return await self._sessions.act(session_id, make, enrich=enrich)

    async def _find(self, channel_id: ChannelId, name: str | None) -> MessageId | None:
        if not name:
            return None
        answer = await self._store.claimed(_sent_key(channel_id, name))
        if answer is not None:
            return msgspec.json.decode(answer, type=MessageId)
        located = await self._store.message(MessageId(name))
        if located is None or located[1].channel_id != channel_id or located[1].direction != "out":
            return None
        return MessageId(name)

    def _later(self, channel_id: ChannelId, inbound: Inbound, delivery: Delivery) -> Job:
        job_id = JobId(self._ids.new())
        return Job(
            id=job_id,
            kind="status",
            group=job_id,
            seq=1,
            due_at=shift(self._clock.now(), GAPS_S[0]),
            payload={
                "channel_id": channel_id,
                "of": inbound.status_of or "",
                "delivery": msgspec.json.encode(delivery).decode(),
            },
        )


def _delivery(inbound: Inbound) -> Delivery | None:
    if inbound.status is None or not inbound.status_of:
        return None
    reason = inbound.reason[:MAX_REASON] if inbound.reason else None
    trouble = inbound.trouble or ("refused" if inbound.status == "failed" else None)
    return Delivery(state=inbound.status, reason=reason, trouble=trouble)
