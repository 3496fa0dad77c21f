"""The outbox: hands messages to providers, in order within a session, and says honestly what became of each.

The provider's idempotency key is the message's id, the same on every attempt. Where a provider does not drop repeats,
a mark is written before the request: found again after a crash it means "may have been sent", and the message becomes
`uncertain` instead of being sent twice.
"""

from __future__ import annotations

import asyncio

import structlog

from hub.errors import NotFound, Unavailable
from hub.model import commands as c
from hub.model.commit import Job
from hub.model.events import sign_files
from hub.model.ids import ChannelId
from hub.model.session import Session
from hub.model.timeline import Delivery, Message
from hub.ports.channel import Connector, Outbound, SendDelayed, SendRefused, SendUnknown
from hub.services.attachments import Attachments
from hub.services.connectors import Connectors
from hub.services.core import Core
from hub.services.jobs import COMMITTED, REMOVE, Outcome
from hub.services.records import Records
from hub.services.sessions import Sessions

log = structlog.get_logger()

GAPS_S: tuple[float, ...] = (2, 4, 8, 16, 30, 45, 300, 1800, 7200, 28800, 43200, 86400, 86400)
"""Seconds before each next try: seven tries within two minutes, then slower, three days in all."""
SEND_S = 10.0


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
    ) -> None:
        """Take the services that sending stands on."""
        self._core = core
        self._sessions = sessions
        self._connectors = connectors
        self._records = records
        self._attachments = attachments

    async def push(self, job: Job) -> Outcome:
        """Hand one message over, or find out why not."""
        found = await self._find(job)
        if found is None:
            return REMOVE
        session, message = found
        try:
            connector = self._connectors.get(message.channel_id or ChannelId(""))[1]
        except NotFound:
            return await self._report(job, message, Delivery(state="failed", reason="The channel has been removed."))
        except Unavailable as error:
            return await self._report(job, message, Delivery(state="failed", reason=error.detail))
        if not connector.capabilities.repeats_safely and await self._is_marked(job):
            reason = "The server stopped while sending: it may have arrived."
            return await self._report(job, message, Delivery(state="uncertain", reason=reason))
        return await self._send(job, session, message, connector)

    async def _find(self, job: Job) -> tuple[Session, Message] | None:
        if job.session_id is None:
            return None
        session = await self._sessions.get(job.session_id)
        entries = await self._core.store.timeline(job.session_id, job.seq - 1, 1)
        if not entries or not isinstance(entries[0], Message) or entries[0].delivery.state != "queued":
            return None
        return session, entries[0]

    async def _send(self, job: Job, session: Session, message: Message, connector: Connector) -> Outcome:
        outbound = await self._outbound(session, message)
        if outbound is None:
            reason = "The customer is not known on this channel."
            return await self._report(job, message, Delivery(state="failed", reason=reason))
        await self._mark(job, connector)
        try:
            async with asyncio.timeout(SEND_S):
                sent = await connector.send(outbound)
        except SendRefused as error:
            return await self._report(job, message, Delivery(state="failed", reason=str(error)))
        except SendDelayed as error:
            await self._unmark(job, connector)
            return await self._delay(job, message, str(error), error.retry_after)
        except (SendUnknown, TimeoutError) as error:
            if connector.capabilities.repeats_safely:
                return await self._delay(job, message, str(error) or "No answer from the provider.", None)
            reason = "The provider gave no answer: it may have arrived."
            return await self._report(job, message, Delivery(state="uncertain", reason=reason))
        await self._unmark(job, connector)
        return await self._report(job, message, Delivery(state=sent.state))

    async def _outbound(self, session: Session, message: Message) -> Outbound | None:
        route = session.routes.get(message.channel_id) if message.channel_id else None
        if route is None or message.channel_id is None:
            return None
        return Outbound(
            key=message.id,
            session_id=session.id,
            channel_id=message.channel_id,
            address=route.address,
            thread=route.thread,
            at=message.at,
            author=message.author,
            content=sign_files(message.content, self._attachments.lasting_url),
        )

    async def _delay(self, job: Job, message: Message, reason: str, retry_after: float | None) -> Outcome:
        tried = job.attempts
        if tried > len(GAPS_S):
            return await self._report(job, message, Delivery(state="failed", reason=f"Given up: {reason}"))
        gap = max(GAPS_S[tried - 1] * (0.8 + 0.2 * self._core.ids.fraction()), retry_after or 0.0)
        log.info("outbox.delayed", message=message.id, channel=message.channel_id, tries=tried, wait_s=round(gap, 1))
        return Outcome(retry_in=gap)

    async def _report(self, job: Job, message: Message, delivery: Delivery) -> Outcome:
        if job.session_id is None:
            return REMOVE
        command = c.Report(message=message, delivery=delivery, done_job=job.id)
        await self._sessions.act(job.session_id, command)
        return COMMITTED

    async def _is_marked(self, job: Job) -> bool:
        return await self._records.get_plain("outbound_attempt", job.id) is not None

    async def _mark(self, job: Job, connector: Connector) -> None:
        if not connector.capabilities.repeats_safely:
            await self._records.put_plain("outbound_attempt", job.id, b"{}")

    async def _unmark(self, job: Job, connector: Connector) -> None:
        if not connector.capabilities.repeats_safely:
            await self._records.put_plain("outbound_attempt", job.id, None)
