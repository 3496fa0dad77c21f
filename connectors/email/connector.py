"""The email connector: IMAP (and SMTP, where it is wanted) in, SMTP out, and no webhooks.

It puts the parts beside it together and decides nothing of its own about mails. A channel whose settings are missing
says which, and neither receives nor sends; the constructor never fails.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence

from connectors._http import TOTAL_S, Poster
from connectors.email import heads, sentences
from connectors.email.compose import Letter, compose, letter_of, text_of
from connectors.email.imap import ImapClient, ImapError, Limits, LoginRefused
from connectors.email.listen import listen
from connectors.email.oauth import NoToken, TokenSource
from connectors.email.reading import MailReader
from connectors.email.receive import Pace, Receiver
from connectors.email.settings import Server, read_settings
from connectors.email.smtp import Mailer
from connectors.email.threads import Threads
from connectors.email.wire import Inbox
from hub.errors import HubError, NotFound
from hub.model.content import MAX_TEXT, Attachment
from hub.model.timestamps import Timestamp, to_seconds
from hub.model.workspace import Channel
from hub.ports.abilities import CheckResult, Intake, Measure
from hub.ports.channel import (
    Capabilities,
    Inbound,
    Outbound,
    Reply,
    Request,
    SendDelayed,
    SendRefused,
    SendUnknown,
    Sent,
)
from hub.ports.channel_tools import ChannelTools

_NO_WEBHOOK = "A mail channel takes no webhooks: mails come by IMAP or SMTP."
_DAY_S = 86_400.0
_CHECK_S = 12.0
_MAX_FILES_BYTES = 20 * 1024 * 1024
_CHECK_LIMITS = Limits(connect_s=6.0, silence_s=6.0, command_s=10.0)


class EmailConnector:
    """Speaks for one mailbox."""

    capabilities = Capabilities(
        pushes=True,
        max_text=MAX_TEXT,
        attachments=True,
        has_subject=True,
        joins_turns=True,
        automatic_per_hour=3,
    )
    is_exclusive = True

    def __init__(
        self,
        channel: Channel,
        settings: Mapping[str, object],
        tools: ChannelTools,
        *,
        total_s: float = TOTAL_S,
        pace: Pace | None = None,
    ) -> None:
        """Read the settings; open nothing."""
        self._channel = channel
        self._tools = tools
        self._settings = read_settings(settings)
        self._pace = pace or Pace()
        self._threads = _threads(tools.signing_key, self._settings.address)
        self._inbox = Inbox(channel_id=channel.id, address=self._settings.address, threads=self._threads)
        self._reader = MailReader(self._inbox, tools)
        self._poster = Poster(total_s=total_s)
        oauth = self._settings.oauth
        self._tokens = TokenSource(oauth, tools, self._poster) if oauth is not None else None
        self._context: ssl.SSLContext | None = None
        self._context_lock = asyncio.Lock()
        self._mailer = self._make_mailer(self._settings.smtp, total_s)

    async def open(self) -> None:
        """Take sends; connections are opened when they are needed."""
        self._poster.open()
        if self._mailer is not None:
            self._mailer.open()

    async def close(self) -> None:
        """Let sends under way end for a moment, then cut them off."""
        if self._mailer is not None:
            await self._mailer.close()
        await self._poster.close()

    def verify(self, request: Request, now: Timestamp) -> None:
        """Refuse.

        Raises:
            NotFound: always.
        """
        raise NotFound(_NO_WEBHOOK)

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Refuse.

        Raises:
            NotFound: always.
        """
        raise NotFound(_NO_WEBHOOK)

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return the plain answer; no request gets as far."""
        return Reply()

    async def receive(self, intake: Intake) -> None:
        """Receive by IMAP, and by SMTP where a listener is set, until cancelled."""
        settings = self._settings
        if not settings.address:
            intake.fails(sentences.NO_ADDRESS)
        async with asyncio.TaskGroup() as group:
            if settings.smtp_in is not None and settings.address:
                group.create_task(listen(settings.smtp_in, self._inbox, self._reader, self._tools, intake))
            if settings.imap is not None and settings.address:
                group.create_task(self._receiver(settings.imap).receive(intake))
            elif settings.smtp_in is None and settings.address:
                intake.fails(sentences.NOT_SET)
            # Nothing to do is no reason to end: the receiver runs until the settings change.
            await asyncio.Event().wait()

    async def send(self, outbound: Outbound) -> Sent:
        """Send the message as a mail in the thread of the mail that it answers.

        Raises:
            SendRefused: the settings are missing, the address or a file is impossible, or the server refuses it.
            SendDelayed: nothing was taken: no connection, an answer of 4xx, a file that cannot be read now.
            SendUnknown: the mail was written, and no answer came.
        """
        letter = self._letter(outbound)
        files = await self._files(outbound.content.attachments)
        # Only files make it long enough for a thread.
        raw = await asyncio.to_thread(compose, letter, outbound, files) if files else compose(letter, outbound, ())
        if self._mailer is None:
            raise SendRefused("This channel has no SMTP server: set smtp.host.", "misconfigured")
        try:
            await self._mailer.send(raw, sender=letter.sender, recipient=letter.recipient)
        except NoToken as error:
            if error.is_final:
                raise SendRefused("The mail provider gives no access token: check oauth.", "misconfigured") from error
            raise SendDelayed("The mail provider gives no access token at the moment.") from error
        except SendRefused as error:
            if error.trouble == "misconfigured" and self._tokens is not None:
                await self._tokens.forget()
            raise
        return Sent(provider_id=letter.message_id)

    def measure(self, text: str) -> Measure:
        """Return how a text would be sent: whole, in one mail."""
        return Measure(encoding="utf-8", segments=1, units=len(text), limit=self.capabilities.max_text, parts=(text,))

    async def check(self) -> Sequence[CheckResult]:
        """Try both logins and the folder; no mail is read and none is written."""
        receiving, sending = await asyncio.gather(self._check_receiving(), self._check_sending())
        return (receiving, sending)

    async def _check_receiving(self) -> CheckResult:
        if not self._settings.address:
            return CheckResult(name="imap", is_ok=False, said=sentences.NO_ADDRESS)
        if self._settings.imap is None:
            return CheckResult(name="imap", is_ok=self._settings.smtp_in is not None, said=sentences.NOT_SET)
        host = self._settings.imap.host
        try:
            async with asyncio.timeout(_CHECK_S):
                client = await self._connect(self._settings.imap, _CHECK_LIMITS)
                try:
                    await client.examine(self._settings.folder)
                finally:
                    await client.close()
        except NoToken:
            return CheckResult(name="imap", is_ok=False, said=sentences.NO_OAUTH)
        except (ImapError, TimeoutError, HubError) as error:
            return CheckResult(name="imap", is_ok=False, said=sentences.of_imap(error, host))
        return CheckResult(name="imap", is_ok=True, said=sentences.RECEIVES)

    async def _check_sending(self) -> CheckResult:
        if self._settings.smtp is None or self._mailer is None:
            return CheckResult(name="smtp", is_ok=False, said=sentences.NO_SMTP)
        try:
            await self._mailer.try_login()
        except NoToken:
            return CheckResult(name="smtp", is_ok=False, said=sentences.NO_OAUTH)
        except (SendRefused, SendDelayed, SendUnknown) as error:
            return CheckResult(name="smtp", is_ok=False, said=sentences.of_smtp(error, self._settings.smtp.host))
        return CheckResult(name="smtp", is_ok=True, said=sentences.SENDS)

    def _letter(self, outbound: Outbound) -> Letter:
        settings = self._settings
        if not settings.address or self._threads is None:
            raise SendRefused("This channel has no mail address: set address.", "misconfigured")
        if len(text_of(outbound.content)) > self.capabilities.max_text:
            raise SendRefused(f"The text is longer than {self.capabilities.max_text} characters.", "too_long")
        recipient = _ascii_domain(outbound.address.strip())
        if not heads.is_address(recipient):
            raise SendRefused("The customer has no mail address that can be written to.", "address_invalid")
        return letter_of(
            outbound,
            address=_ascii_domain(settings.address),
            recipient=recipient,
            threads=self._threads,
            plus_address=settings.plus_address,
            names=(settings.from_name, self._channel.name),
        )

    async def _files(self, attachments: Sequence[Attachment]) -> Sequence[tuple[Attachment, bytes]]:
        if sum(file.size for file in attachments) > _MAX_FILES_BYTES:
            raise SendRefused("The files are larger than 20 MB together: most servers refuse that.", "too_long")
        try:
            return [(file, await self._tools.read_file(file)) for file in attachments]
        except NotFound as error:
            raise SendRefused("A file of this message is not there any more.") from error
        except HubError as error:
            raise SendDelayed("A file of this message cannot be read at the moment.") from error

    def _receiver(self, server: Server) -> Receiver:
        async def connect() -> ImapClient:
            return await self._connect(server, Limits())

        return Receiver(
            connect=connect,
            host=server.host,
            folder=self._settings.folder,
            since_s=to_seconds(self._channel.created_at) - self._settings.days * _DAY_S,
            reader=self._reader,
            tools=self._tools,
            pace=self._pace,
        )

    async def _connect(self, server: Server, limits: Limits) -> ImapClient:
        context = await self._tls() if server.tls != "none" else None
        client = await ImapClient.open(server.host, server.port, tls=server.tls, context=context, limits=limits)
        try:
            await self._log_in(client, server)
        except BaseException:
            await client.close(politely=False)
            raise
        return client

    async def _log_in(self, client: ImapClient, server: Server) -> None:
        if server.auth != "oauth":
            await client.login(server.user, server.password)
            return
        if self._tokens is None:
            raise NoToken(is_final=True)
        try:
            await client.login_with_token(server.user, await self._tokens.token())
        except LoginRefused:
            await self._tokens.forget()
            raise

    async def _tls(self) -> ssl.SSLContext:
        # Reading the system's certificates takes a twentieth of a second: once, and beside the loop.
        async with self._context_lock:
            if self._context is None:
                self._context = await asyncio.to_thread(_make_context, self._settings.ca)
            return self._context

    def _make_mailer(self, server: Server | None, total_s: float) -> Mailer | None:
        if server is None:
            return None

        async def secret() -> str:
            if server.auth != "oauth":
                return server.password
            if self._tokens is None:
                raise NoToken(is_final=True)
            return await self._tokens.token()

        name = _ascii_domain(self._settings.address).rpartition("@")[2] or "localhost"
        return Mailer(server, name=name, total_s=total_s, context=self._tls, secret=secret)


def _threads(signing_key: bytes, address: str) -> Threads | None:
    try:
        return Threads(signing_key, address)
    except ValueError:
        return None


def _ascii_domain(address: str) -> str:
    """Write a domain with other letters as it stands in the DNS; what cannot be one stays and is refused later."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _make_context(ca: str) -> ssl.SSLContext:
    """Return what certificates are checked by. A `ca` that is none adds nothing: the handshake then says so."""
    context = ssl.create_default_context()
    if ca.strip():
        try:
            context.load_verify_locations(cadata=ca.strip())
        except (ssl.SSLError, ValueError):
            return context
    return context
