"""Handing a mail to the provider's SMTP server, and saying honestly what became of it.

The one question that matters is whether the end of the mail was written. Before that nothing can have arrived and the
mail may be sent again; after it, only a whole answer says what happened. Each mail has a connection of its own: one
that was kept may be gone just as it is used again. Texts of errors hold neither addresses nor the server's words.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import aiosmtplib
from aiosmtplib import SMTP

from connectors.email.settings import Server
from connectors.email.troubles import Stage, enhanced_status, trouble_of_reply
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown

_CLOSE_GRACE_S = 3.0
"""Sends under way may end for so long when a channel is closed."""
_AT_ONCE = 8
"""Providers refuse more connections from one account than some ten."""
_OVERHEAD = 1024
_DOT = re.compile(rb"(?m)^\.")

Contexts = Callable[[], Awaitable[ssl.SSLContext]]
"""Gives what certificates are checked by."""
Credentials = Callable[[], Awaitable[str]]
"""Gives the password, or the access token of the moment."""


class Mailer:
    """Sends mails through one server."""

    def __init__(
        self,
        server: Server,
        *,
        name: str,
        total_s: float,
        context: Contexts,
        secret: Credentials,
    ) -> None:
        """Open nothing; `name` is what we call ourselves in EHLO."""
        self._server = server
        self._name = name
        self._total_s = total_s
        self._context = context
        self._secret = secret
        self._is_closed = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(_AT_ONCE)

    def open(self) -> None:
        """Take mails, also after `close`."""
        self._is_closed = False

    async def close(self) -> None:
        """Let mails under way end for a moment, then cut them off; safe to call twice."""
        self._is_closed = True
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=_CLOSE_GRACE_S)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_CLOSE_GRACE_S)

    async def send(self, raw: bytes, *, sender: str, recipient: str) -> None:
        """Send one mail, with CRLF line ends, to one recipient.

        Raises:
            SendRefused: the server will never take it.
            SendDelayed: nothing was taken: no connection, an answer of 4xx, or silence before the end of the mail.
            SendUnknown: the end of the mail was written, and no whole answer came.
        """
        if self._is_closed:
            raise SendDelayed("The channel is being changed.")
        attempt = _Attempt(self._server, self._name)
        # A task of its own, so that closing the channel can end it without cancelling whoever waits for it.
        task = asyncio.create_task(self._within_limit(attempt, raw, sender, recipient))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task}, timeout=_CLOSE_GRACE_S)
            raise
        if task.cancelled():
            raise attempt.cut("The channel was closed before the server answered.")
        task.result()

    async def try_login(self) -> None:
        """Connect and log in, and nothing more; raises like `send`."""
        attempt = _Attempt(self._server, self._name)
        try:
            async with asyncio.timeout(self._total_s):
                with _in_words(attempt):
                    await attempt.begin(self._context, self._secret)
                    attempt.end()
        except TimeoutError as error:
            raise SendDelayed("The mail server did not answer in time.") from error
        finally:
            attempt.abort()

    async def _within_limit(self, attempt: _Attempt, raw: bytes, sender: str, recipient: str) -> None:
        try:
            async with asyncio.timeout(self._total_s), self._gate:
                with _in_words(attempt):
                    await attempt.begin(self._context, self._secret)
                    await attempt.deliver(raw, sender, recipient)
        except TimeoutError as error:
            raise attempt.cut("The mail server did not answer in time.") from error
        finally:
            # Closing would still write what waits, and with it perhaps the end of the mail.
            attempt.abort()


class _Attempt:
    """One connection and the one mail on it."""

    def __init__(self, server: Server, name: str) -> None:
        self._server = server
        self._smtp = SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=name,
            use_tls=server.tls == "tls",
            start_tls=False,
            timeout=None,
        )
        self._wrote_end = False
        self.stage: Stage = "login"

    async def begin(self, make_context: Contexts, secret: Credentials) -> None:
        """Connect, encrypt where that is wanted, log in."""
        context = None if self._server.tls == "none" else await make_context()
        await self._smtp.connect(tls_context=context if self._server.tls == "tls" else None)
        await self._smtp.ehlo()
        if self._server.tls == "starttls":
            if not self._smtp.supports_extension("starttls"):
                raise SendRefused(
                    "The mail server offers no STARTTLS: correct the channel's settings.", "misconfigured"
                )
            await self._smtp.starttls(tls_context=context)
            await self._smtp.ehlo()
        if not self._server.user:
            return
        if self._server.auth == "oauth":
            await self._smtp.auth_xoauth2(self._server.user, await secret())
        elif self._smtp.supported_auth_methods:
            # Relays inside a company know us by our address and offer no login; one that wants it says so with 530.
            await self._smtp.login(self._server.user, await secret())

    async def deliver(self, raw: bytes, sender: str, recipient: str) -> None:
        """Hand the mail over; return when the server has taken it."""
        smtp = self._smtp
        options = [f"SIZE={len(raw) + _OVERHEAD}"] if smtp.supports_extension("size") else []
        encoding = "ascii"
        if not (sender.isascii() and recipient.isascii()):
            if not smtp.supports_extension("smtputf8"):
                raise SendRefused("The mail server cannot send to addresses with such letters.", "not_supported")
            options, encoding = [*options, "SMTPUTF8", "BODY=8BITMIME"], "utf-8"
        self.stage = "sender"
        await smtp.mail(sender, options=options, encoding=encoding)
        self.stage = "recipient"
        await smtp.rcpt(recipient, encoding=encoding)
        self.stage = "content"
        reply = await smtp.execute_command(b"DATA")
        if reply.code != 354:
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)
        if smtp.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("gone")
        self._wrote_end = True
        # Looking for a dot first costs a tenth of the substitution, and few mails have one there.
        has_dots = raw.startswith(b".") or b"\n." in raw
        smtp.protocol.write((_DOT.sub(b"..", raw) if has_dots else raw) + b".\r\n")
        reply = await smtp.protocol.read_response()
        if reply.code != 250:
            # An answered refusal is a whole answer: nothing was taken.
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)
        self.end()

    def end(self) -> None:
        """Say goodbye and go; what the server makes of it is no matter."""
        if self._smtp.protocol is not None:
            with suppress(OSError, aiosmtplib.SMTPException):
                self._smtp.protocol.write(b"QUIT\r\n")
        self._smtp.close()

    def cut(self, why: str) -> SendDelayed | SendUnknown:
        """Return what to say of a mail whose sending ends without an answer."""
        transport = self._smtp.transport
        waits = isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size() > 0
        if self._wrote_end and not waits:
            return SendUnknown(why)
        return SendDelayed(why)

    def abort(self) -> None:
        """Drop the connection and whatever is not written yet; safe to call twice."""
        transport = self._smtp.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        self._smtp.close()


@contextmanager
def _in_words(attempt: _Attempt) -> Iterator[None]:
    """Say in the words of the port what the library says."""
    try:
        yield
    except aiosmtplib.SMTPConnectResponseError as error:
        raise SendDelayed(f"The mail server answered {error.code}.") from error
    except aiosmtplib.SMTPResponseException as error:
        if not 400 <= error.code < 600:
            raise attempt.cut("The mail server's answer makes no sense.") from error
        raise _answered(error.code, error.message, attempt.stage) from error
    except aiosmtplib.SMTPConnectError as error:
        if isinstance(error.__cause__, ssl.SSLError):
            raise SendDelayed("The mail server's certificate is not valid.") from error
        raise SendDelayed("The mail server cannot be reached.") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            raise SendDelayed("The mail server's certificate is not valid.") from error
        raise attempt.cut("The connection broke before the mail server's answer was there.") from error
    except (ValueError, UnicodeError) as error:
        raise SendRefused("This address cannot be written to.", "address_invalid") from error


def _answered(code: int, message: str, stage: Stage) -> SendDelayed | SendRefused:
    status = enhanced_status(message)
    if 400 <= code < 500:
        return SendDelayed(f"The mail server answered {code} {status}".rstrip() + ".")
    said = f"The mail server refused it with {code} {status}".rstrip() + "."
    return SendRefused(said, trouble_of_reply(code, status, stage))
