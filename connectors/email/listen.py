"""Taking mails by SMTP: for an inbox whose domain, or an alias of it, is delivered to this hub.

250 is said only when the mail is durable. Whatever goes wrong on our side is 451, so that the sender keeps the mail
and tries again. It is no relay: recipients other than the inbox are refused. The envelope is kept with the mail.
"""

from __future__ import annotations

import asyncio
import logging

from aiosmtpd.smtp import SMTP, Envelope, Session

from connectors.email import sentences
from connectors.email.fetch import MAX_MAIL
from connectors.email.heads import one_line
from connectors.email.reading import MailReader
from connectors.email.settings import Listener
from connectors.email.wire import Arrived, Inbox
from hub.errors import HubError
from hub.ports.abilities import Intake
from hub.ports.channel_tools import ChannelTools

_MAX_SESSIONS = 10
_MAX_RECIPIENTS = 100
_MAX_LINE = 1_000_000
"""Real mails have lines far over 998; refusing them would lose them."""
_SESSION_S = 300.0
_TAKE_S = 120.0
_RETRY_S = 30.0
_TROUBLE = "451 4.3.0 Try again later"


async def listen(listener: Listener, inbox: Inbox, reader: MailReader, tools: ChannelTools, intake: Intake) -> None:
    """Listen until cancelled; where the port cannot be had, say so and try again."""
    # The library tells every line of every mail to this log.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    door = _Door(inbox, reader, tools, intake)
    while True:
        try:
            await _listen(listener, door)
        except OSError as error:
            tools.log("mail.listening_failed", error=type(error).__name__, port=listener.port)
            port = listener.port
            intake.fails(
                sentences.words(
                    f"端口 {port} 被占用或不允许使用，无法接收 SMTP 来信。",
                    f"Port {port} is taken or not allowed: no mails are taken by SMTP.",
                )
            )
        await tools.clock.sleep(_RETRY_S)


async def _listen(listener: Listener, door: _Door) -> None:
    loop = asyncio.get_running_loop()
    sessions: set[_Session] = set()
    server = await loop.create_server(lambda: _Session(door, sessions, loop), listener.host, listener.port)
    try:
        door.intake.works()
        await asyncio.Event().wait()
    finally:
        server.close()
        for session in tuple(sessions):
            if session.transport is not None:
                session.transport.close()
        await server.wait_closed()


class _Door:
    """What we answer to recipients and mails; the methods bear the names that the library looks for."""

    def __init__(self, inbox: Inbox, reader: MailReader, tools: ChannelTools, intake: Intake) -> None:
        self.intake = intake
        self._inbox = inbox
        self._reader = reader
        self._tools = tools

    @property
    def name(self) -> str:
        """What we call ourselves."""
        return self._inbox.address.rpartition("@")[2] or "localhost"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the inbox and its marked addresses only."""
        if not self._inbox.is_own(address):
            return "550 5.1.1 There is no such mailbox here"
        if len(envelope.rcpt_tos) >= _MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Say 250 when the mail is durable, and not a moment before."""
        sender = (envelope.mail_from or "").strip("<>")
        arrived = Arrived(
            raw=_with_envelope(envelope.original_content or b"", sender, envelope.rcpt_tos),
            at=self._tools.clock.now(),
            envelope_sender=sender,
            delivered_to=tuple(envelope.rcpt_tos),
        )
        try:
            async with asyncio.timeout(_TAKE_S):
                await self.intake.take(await self._reader.read(arrived))
        except (HubError, TimeoutError) as error:
            self._tools.log("mail.not_taken", error=type(error).__name__)
            return _TROUBLE
        return "250 2.0.0 Taken"

    async def handle_exception(self, error: Exception) -> str:
        """Let the sender keep the mail, whatever happened here; the library would refuse it for good."""
        self._tools.log("mail.not_taken", error=type(error).__name__)
        return _TROUBLE


class _Session(SMTP):
    """One sender's connection."""

    line_length_limit = _MAX_LINE

    def __init__(self, door: _Door, sessions: set[_Session], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            door,
            data_size_limit=MAX_MAIL,
            enable_SMTPUTF8=True,
            hostname=door.name,
            ident="ESMTP",
            timeout=_SESSION_S,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=loop,
        )
        self._sessions = sessions

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a few senders at a time; each may bring a large mail."""
        super().connection_made(transport)
        self._sessions.add(self)
        if len(self._sessions) > _MAX_SESSIONS and isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.7.0 Too many connections\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Count one sender less."""
        self._sessions.discard(self)
        super().connection_lost(error)

    async def push(self, status: object) -> None:
        """Send an answer; the library's own about sizes lack the code that tells the sender's user why."""
        if isinstance(status, str):
            await super().push(status.replace("552 Error:", "552 5.3.4", 1))
        elif isinstance(status, bytes):
            await super().push(status)


def _with_envelope(raw: bytes, sender: str, recipients: list[str]) -> bytes:
    """Put the envelope on top of the mail, as a mailbox does."""
    lines = [f"Return-Path: <{one_line(sender)}>", *(f"Delivered-To: {one_line(one)}" for one in recipients)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace") + raw
