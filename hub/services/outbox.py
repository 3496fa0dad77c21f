"""The outbox: hands messages to providers, in order within a session, and says honestly what became of each.

The provider's idempotency key is the message's id, the same on every attempt. Where a provider does not drop repeats,
a mark is written before the request: found again after a crash it means "may have been sent", and the message becomes
`uncertain` instead of being sent twice. Every attempt is kept in the message's delivery log, with its last one in the
same commit as the message's new state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes
from typing import Literal

import structlog
from msgspec.structs import replace

from hub.errors import AlreadyClaimed, NotFound, Unavailable
from hub.model.commit import Commit, Job
from hub.model.content import Email
from hub.model.events import sign_files
from hub.model.ids import ChannelId
from hub.model.session import Session
from hub.model.timeline import Delivery, Message, Trouble
from hub.model.timestamps import shift
from hub.ports.channel import Connector, Outbound, SendDelayed, SendRefused, SendUnknown, Sent
from hub.services.attachments import Attachments
from hub.services.connectors import Connectors
from hub.services.consents import Consents, with_records
from hub.services.core import Core
from hub.services.deliveries import Attempt, AttemptOutcome, Deliveries, DeliveryLog
from hub.services.jobs import COMMITTED, REMOVE, Outcome
from hub.services.records import Records
from hub.services.sessions import Sessions
from hub.services.statuses import Statuses, sent_claim

log = structlog.get_logger()

GAPS_S: tuple[float, ...] = (2, 4, 8, 16, 30, 45, 300, 1800, 7200, 28800, 43200, 86400, 86400)
"""Seconds before each next try: seven tries within two minutes, then slower, three days in all."""
SEND_S = 25.0
PUSH_LEASE_S = 40.0
"""Covers a send and what is written about it; after a crash a message is known to be uncertain within a minute."""
_PAUSED_LOOK_S = 30.0
MAX_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Push:
    """One message on its way: what every step needs to know."""

    job: Job
    session: Session
    message: Message
    channel_id: ChannelId
    log: DeliveryLog
    version: int


def _unknown(error: Exception, push: _Push) -> str:
    """Return why nobody knows whether the message arrived; a fault of the connector's own is told to the operator."""
    if isinstance(error, SendUnknown | TimeoutError):
        return str(error) or "No answer from the provider."
    log.error("outbox.connector_failed", channel=push.channel_id, message=push.message.id, exc_info=error)
    return "The connector failed while sending."


class Outbox:
    """Sends what is to be pushed."""

    def __init__(
        self,
        core: Core,
        sessions: Sessions,
        connectors: Connectors,
        records: Records,
        *,
        attachments: Attachments,
        statuses: Statuses,
        consents: Consents,
        deliveries: Deliveries,
    ) -> None:
        """Take the services that sending stands on."""
        self._core = core
        self._sessions = sessions
        self._connectors = connectors
        self._records = records
        self._attachments = attachments
        self._statuses = statuses
        self._consents = consents
        self._deliveries = deliveries

    async def push(self, job: Job) -> Outcome:
        """Hand one message over, or find out why not."""
        push = await self._find(job)
        if push is None:
            return REMOVE
        if self._deliveries.is_paused(push.channel_id):
            if not push.version:
                await self._deliveries.keep(push.channel_id, push.message.id, push.log)
            return Outcome(retry_in=_PAUSED_LOOK_S)
        try:
            connector = self._connectors.get(push.channel_id)[1]
        except NotFound:
            return await self._end(push, "failed", "The channel has been removed.", "channel_gone")
        except Unavailable as error:
            return await self._end(push, "failed", str(error), "channel_gone")
        if not connector.capabilities.repeats_safely and await self._is_marked(job):
            return await self._end(push, "uncertain", "The server stopped while sending: it may have arrived.", None)
        return await self._send(push, connector)

    async def _find(self, job: Job) -> _Push | None:
        if job.session_id is None:
            return None
        session = await self._sessions.get(job.session_id)
        entries = await self._core.store.timeline(job.session_id, job.seq - 1, 1)
        if not entries or not isinstance(entries[0], Message) or entries[0].delivery.state != "queued":
            return None
        message = entries[0]
        channel_id = message.channel_id or ChannelId("")
        version, known = 0, None
        if job.attempts > 1 or job.payload.get("again"):
            version, known = await self._deliveries.known(channel_id, message.id)
        fresh = DeliveryLog(session_id=session.id, seq=message.seq, at=message.at, state="waiting")
        return _Push(
            job=job,
            session=session,
            message=message,
            channel_id=channel_id,
            log=(known or fresh).of(job.id),
            version=version,
        )

    async def _send(self, push: _Push, connector: Connector) -> Outcome:
        outbound = await self._outbound(push, connector)
        if outbound is None:
            return await self._end(push, "failed", "The customer is not known on this channel.", "address_invalid")
        if connector.capabilities.has_opt_out and await self._consents.is_opted_out(push.channel_id, outbound.address):
            return await self._end(push, "failed", "The customer does not want messages here.", "opted_out")
        await self._mark(push.job, connector)
        started = self._core.clock.seconds()
        try:
            async with asyncio.timeout(SEND_S):
                sent = await connector.send(outbound)
        except SendRefused as error:
            if error.trouble != "misconfigured":
                self._deliveries.note_success(push.channel_id)
            if error.trouble == "opted_out":
                await self._consents.opt_out(push.channel_id, outbound.address)
            push = self._tried(push, "refused", str(error), started)
            outcome = await self._end(push, "failed", str(error), error.trouble)
            await self._unmark(push.job, connector)
            return outcome
        except SendDelayed as error:
            await self._unmark(push.job, connector)
            push = self._tried(push, "delayed", str(error), started)
            return await self._delay(push, str(error), error.retry_after)
        except Exception as error:
            reason = _unknown(error, push)
            push = self._tried(push, "unknown", reason, started)
            if connector.capabilities.repeats_safely:
                return await self._delay(push, reason, None)
            reason = "The provider gave no answer: it may have arrived."
            return await self._end(push, "uncertain", reason, "no_answer")
        self._deliveries.note_success(push.channel_id)
        outcome = await self._end_sent(self._tried(push, "sent", "", started), sent)
        # The mark goes last: should the store fail before, the next try finds it and sends nothing.
        await self._unmark(push.job, connector)
        return outcome

    def _tried(self, push: _Push, outcome: AttemptOutcome, reason: str, started: float) -> _Push:
        took_ms = max(0, round((self._core.clock.seconds() - started) * 1000))
        attempt = Attempt(
            at=self._core.clock.now(), outcome=outcome, reason=reason[:MAX_REASON] or None, took_ms=took_ms
        )
        return with_changes(push, log=replace(push.log, attempts=(*push.log.attempts, attempt), next_try_at=None))

    async def _outbound(self, push: _Push, connector: Connector) -> Outbound | None:
        session, message = push.session, push.message
        route = session.routes.get(push.channel_id)
        if route is None:
            return None
        answers = None
        if connector.capabilities.has_subject:
            answers = await self._answered(session, push.channel_id, message)
        return Outbound(
            key=message.id,
            session_id=session.id,
            channel_id=push.channel_id,
            address=route.address,
            thread=route.thread,
            at=message.at,
            author=message.author,
            content=sign_files(message.content, self._attachments.lasting_url),
            answers=answers,
            is_automatic=message.author.kind != "agent",
        )

    async def _answered(self, session: Session, channel_id: ChannelId, message: Message) -> Message | None:
        """Return the mail that a message answers: the named one, else the customer's newest on this channel."""
        for message_id in (message.in_reply_to, session.routes[channel_id].message_id):
            located = await self._core.store.message(message_id) if message_id is not None else None
            if located is not None and located[0] == session.id and isinstance(located[1].content, Email):
                return located[1]
        return None

    async def _delay(self, push: _Push, reason: str, retry_after: float | None) -> Outcome:
        self._deliveries.note_failure(push.channel_id)
        tries = push.log.tries
        if tries > len(GAPS_S):
            return await self._end(push, "failed", f"Given up: {reason}", "given_up")
        gap = max(GAPS_S[tries - 1] * (0.8 + 0.2 * self._core.ids.fraction()), retry_after or 0.0)
        next_try_at = shift(self._core.clock.now(), gap)
        await self._deliveries.keep(push.channel_id, push.message.id, replace(push.log, next_try_at=next_try_at))
        log.info("outbox.delayed", message=push.message.id, channel=push.channel_id, tries=tries, wait_s=round(gap, 1))
        await self._deliveries.pause_if_lasting(push.channel_id)
        return Outcome(retry_in=gap)

    async def _end_sent(self, push: _Push, sent: Sent) -> Outcome:
        ids = (*((sent.provider_id,) if sent.provider_id else ()), *sent.further_ids)
        delivery = Delivery(state=sent.state)
        try:
            return await self._report(push, delivery, tuple(dict.fromkeys(ids)))
        except AlreadyClaimed:
            # A provider that gives one name twice: the message was sent all the same.
            return await self._report(push, delivery, ())

    async def _end(
        self, push: _Push, state: Literal["failed", "uncertain"], reason: str, trouble: Trouble | None
    ) -> Outcome:
        return await self._report(push, Delivery(state=state, reason=reason[:MAX_REASON], trouble=trouble), ())

    async def _report(self, push: _Push, delivery: Delivery, provider_ids: Sequence[str]) -> Outcome:
        record = self._deliveries.record(push.channel_id, push.message.id, push.log, push.version + 1, delivery.state)
        claims = tuple(sent_claim(push.channel_id, name, push.message.id) for name in provider_ids)

        def enrich(commit: Commit) -> Commit:
            return with_records(replace(commit, claims=(*commit.claims, *claims)), (record,))

        await self._statuses.report(push.session.id, push.message.id, delivery, done_job=push.job.id, enrich=enrich)
        return COMMITTED

    async def _is_marked(self, job: Job) -> bool:
        return await self._records.get_plain("outbound_attempt", job.id) is not None

    async def _mark(self, job: Job, connector: Connector) -> None:
        if not connector.capabilities.repeats_safely:
            await self._records.put_plain("outbound_attempt", job.id, b"{}")

    async def _unmark(self, job: Job, connector: Connector) -> None:
        if not connector.capabilities.repeats_safely:
            await self._records.put_plain("outbound_attempt", job.id, None)
