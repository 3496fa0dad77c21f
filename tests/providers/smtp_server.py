"""A strict SMTP server that a mail provider could run, and that can misbehave.

It wants a login, short lines with CRLF, and the header fields that every mail needs; whatever is missing stands in
`faults`. It reads mails by the standard library, not with our own code.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hub.testing.channel_ground import Behaviour, Heard

USER, PASSWORD = "shop@shop.example", "the mailbox's password"
_NEEDED = ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version")
_OUR_ID = re.compile(r"<hk\.[a-z0-9_-]+\.([a-z0-9_-]+)\.[a-z2-7]{16}@shop\.example>")
_OUR_ADDRESS = re.compile(r"shop(\+[a-z0-9_-]+)?@shop\.example")


class SmtpServer:
    """A provider's sending server. `mails` are the ones that it took, as they came."""

    def __init__(
        self, *, takes_utf8: bool = True, offers_login: bool = True, tls: ssl.SSLContext | None = None
    ) -> None:
        self._how: Behaviour = "takes"
        self._takes_utf8 = takes_utf8
        self._offers_login = offers_login
        self._tls = tls
        self._released = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()
        self.answers: dict[str, str] = {}
        self.port = 0
        self.attempts = 0
        self.heard: list[Heard] = []
        self.mails: list[tuple[Envelope, EmailMessage]] = []
        self.raws: list[bytes] = []
        self.faults: list[str] = []

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        """Behave so from now on. SMTP has no way to say how long to wait, so `retry_after` goes nowhere."""
        self._how = how
        self._released.set()
        if how == "is_gone":
            await self.stop()
        elif self._server is None:
            await self.start()

    async def start(self) -> None:
        # The library tells every line of every mail to this log, and the suite looks for secrets in all logs.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._released.set()
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.close()
        self._sessions.clear()
        await server.wait_closed()

    def _session(self) -> SMTP:
        session = SMTP(
            self,
            enable_SMTPUTF8=self._takes_utf8,
            hostname="smtp.shop.example",
            authenticator=self._authenticate,
            auth_require_tls=False,
            auth_exclude_mechanism=() if self._offers_login else ("LOGIN", "PLAIN"),
            tls_context=self._tls,
            loop=asyncio.get_running_loop(),
        )
        self._sessions.add(session)
        return session

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        is_right = data == LoginPassword(USER.encode(), PASSWORD.encode())
        if not is_right:
            self.faults.append("a wrong user or password")
        return AuthResult(success=is_right, handled=False)

    async def handle_MAIL(  # noqa: N802 - the library looks for these names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            self.faults.append("no login")
            return "530 5.7.0 Authentication required"
        if "mail" in self.answers:
            return self.answers["mail"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        if self._how == "limits":
            return "450 4.7.1 Greylisted, come again"
        if self._how == "rejects":
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.attempts += 1
        if "data" in self.answers:
            return self.answers["data"]
        if self._how == "breaks":
            return "451 4.3.0 Local error in processing"
        if self._how == "hangs":
            self._released.clear()
            await self._released.wait()
            return "451 4.3.0 Too late"
        self._take(envelope)
        if self._how == "cuts":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.write(b"250-2.0.0 Queu")
            server.transport.close()
        return "250 2.0.0 Queued"

    def _take(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self._check(raw, mail, envelope)
        body = mail.get_body(("plain",))
        payload = body.get_payload(decode=True) if body is not None else b""
        named = _OUR_ID.fullmatch(str(mail["Message-ID"]))
        self.raws.append(raw)
        self.mails.append((envelope, mail))
        self.heard.append(
            Heard(
                key=named[1] if named else None,
                address=envelope.rcpt_tos[0].removesuffix("@customer.example"),
                text=payload.decode() if isinstance(payload, bytes) else "",
            )
        )

    def _check(self, raw: bytes, mail: EmailMessage, envelope: Envelope) -> None:
        head = raw.partition(b"\r\n\r\n")[0]
        self.faults += [
            f"{name} stands {len(mail.get_all(name, []))} times" for name in _NEEDED if not _once(mail, name)
        ]
        if any(len(line) > 998 for line in raw.split(b"\r\n")) or b"\n" in raw.replace(b"\r\n", b""):
            self.faults.append("a line is too long or ends wrongly")
        if not raw.isascii() and "SMTPUTF8" not in envelope.mail_options:
            self.faults.append("eight-bit bytes, unannounced")
        if any(len(line) > 78 for line in head.split(b"\r\n") if b" " in line.strip() and b"hk." not in line):
            self.faults.append("a header line is not folded")
        if envelope.mail_from != "shop@shop.example" or len(envelope.rcpt_tos) != 1:
            self.faults.append("a wrong envelope")
        for name in ("From", "Reply-To"):
            for one in mail[name].addresses if mail[name] else ():
                if not _OUR_ADDRESS.fullmatch(one.addr_spec):
                    self.faults.append(f"{name} is not ours")
        if mail.defects or any(part.defects for part in mail.walk()):
            self.faults.append("the mail is not well-formed")


def _once(mail: EmailMessage, name: str) -> bool:
    return len(mail.get_all(name, [])) == 1


@asynccontextmanager
async def smtp_server(
    *, takes_utf8: bool = True, offers_login: bool = True, tls: ssl.SSLContext | None = None
) -> AsyncIterator[SmtpServer]:
    """Run the server as long as the block."""
    server = SmtpServer(takes_utf8=takes_utf8, offers_login=offers_login, tls=tls)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
