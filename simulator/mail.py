"""The pretend mail provider: SMTP for what the hub sends, IMAP for what it reads, each on a loopback port of its own.

Strict where a provider is: a login before anything is sent, senders that are the account's own, recipients that exist.
It delivers to nobody outside.

Source: RFC 5321, 3463 (enhanced status codes) and 4954 (AUTH).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hub.ports.environment import Clock
from simulator.imap_server import ImapServer
from simulator.mail_store import MAX_MAIL, MailAccount, MailStore, plain_address

_MOST_RECIPIENTS = 50
_HOST = "mail.simulator.test"


class MailProvider:
    """Both servers and what they hold; `smtp_port` and `imap_port` are known after `open`."""

    def __init__(self, clock: Clock, refresh: Callable[[], None] = lambda: None) -> None:
        """Open nothing; `refresh` brings the accounts up to date, and is called before each login."""
        self._clock = clock
        # A run has mails of its own, so what a client remembers of another run must not count.
        self.store = MailStore(int(clock.seconds()), refresh)
        self._imap = ImapServer(self.store)
        self._smtp: asyncio.Server | None = None
        self.smtp_port = 0

    @property
    def imap_port(self) -> int:
        """Return the port of IMAP."""
        return self._imap.port

    async def open(self) -> None:
        """Listen."""
        await self._imap.open()
        # At each login the library complains of a property of its own.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        loop = asyncio.get_running_loop()
        handler = SmtpHandler(self.store, self._clock)
        self._smtp = await loop.create_server(lambda: _smtp(handler, loop), "127.0.0.1", 0)
        self.smtp_port = self._smtp.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """End every connection."""
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None
        await self._imap.close()


class SmtpHandler:
    """Decides what is taken from a client of the SMTP server."""

    def __init__(self, store: MailStore, clock: Clock) -> None:
        """Deliver into a store."""
        self._store = store
        self._clock = clock

    def login(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object) -> AuthResult:
        """Check a name and password."""
        account = None
        if isinstance(given, LoginPassword):
            user, password = given.login.decode("utf-8", "replace"), given.password.decode("utf-8", "replace")
            account = self._store.writer(user, password)
        return AuthResult(success=account is not None, handled=account is not None, auth_data=account)

    async def handle_MAIL(  # noqa: N802  # the library's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the account's own address as the sender, or the empty one."""
        account = cast("object", session.auth_data)
        if not isinstance(account, MailAccount):
            return "530 5.7.0 Log in first"
        sender = address.strip("<>")
        if sender and plain_address(sender) != plain_address(account.address):
            return "553 5.7.1 The sender must be the account's own address"
        # The library wants a sender to be there: the empty one keeps its brackets.
        envelope.mail_from = sender or "<>"
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802  # the same
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take recipients that have a mailbox here."""
        if self._store.box(address) is None:
            return "550 5.1.1 No such user here"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        """Deliver to each recipient."""
        data, at = envelope.original_content or b"", self._clock.seconds()
        received = f"Received: from {session.host_name or 'unknown'} by {_HOST} with ESMTPA\r\n".encode()
        sender = (envelope.mail_from or "").strip("<>")
        for recipient in envelope.rcpt_tos:
            box = self._store.box(recipient)
            if box is not None:
                box.deliver(received + data, sender=sender, recipient=recipient, at=at)
        return "250 2.0.0 Ok: queued"


def _smtp(handler: SmtpHandler, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(
        handler,
        hostname=_HOST,
        ident="Huike simulator",
        data_size_limit=MAX_MAIL,
        enable_SMTPUTF8=True,
        authenticator=handler.login,
        auth_require_tls=False,
        command_call_limit=100,
        timeout=120,
        loop=loop,
    )
