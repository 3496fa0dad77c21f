"""Twilio's connector: signed pushes in, messages out by its API, states back on the status address.

Twilio drops no repeated message. An attempt without an answer is therefore left open, and remembered: when the same
message is sent again, the connector first asks Twilio whether it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from yarl import URL

from connectors._http import TOTAL_S, Fetcher, Poster
from connectors._sms import AnswerTooLong, Asker, NotAnswered, measure, plain_text
from connectors._sms.reading import needed, text_of
from connectors.sms_twilio import sending, signature, wire
from connectors.sms_twilio.attempts import Unanswered, body_hash
from connectors.sms_twilio.checking import check_account
from hub.errors import HubError, Unauthenticated
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.abilities import CheckResult, Measure
from hub.ports.channel import (
    Capabilities,
    FetchedFile,
    FileBytes,
    FileDelayed,
    FileRefused,
    Inbound,
    Outbound,
    Reply,
    Request,
    SendDelayed,
    SendUnknown,
    Sent,
)
from hub.ports.channel_tools import ChannelTools

_ASK_S = 3.0
_FILE_S = 60.0
_MAX_FILE_BYTES = 20 * 1024 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class TwilioConnector:
    """Speaks for one number or messaging service at Twilio."""

    capabilities = Capabilities(
        pushes=True,
        max_text=sending.MAX_TEXT,
        has_opt_out=True,
        attachments=True,
        attachment_types=("image/", "audio/", "video/", "text/vcard", "text/calendar", "application/pdf"),
        max_file_bytes=5 * 1024 * 1024,
        read_receipts=True,
    )

    def __init__(
        self, channel: Channel, settings: Mapping[str, object], tools: ChannelTools, *, total_s: float = TOTAL_S
    ) -> None:
        """Keep the settings; open nothing."""
        self._channel_id = channel.id
        self._settings = settings
        self._clock = tools.clock
        self._log = tools.log
        self._status_url = tools.status_url
        self._tokens = tuple(text_of(settings, "auth_token").split())
        self._account = sending.Account(
            base=(text_of(settings, "api_base") or sending.API).rstrip("/"),
            sid=text_of(settings, "account_sid"),
            token=self._tokens[0] if self._tokens else "",
            origin=text_of(settings, "from"),
        )
        self._total_s = total_s
        self._unanswered = Unanswered(tools.memory)
        self._poster = Poster(total_s=total_s, reuse_connections=False)
        self._asker = Asker(total_s=min(_ASK_S, total_s))
        self._files = Asker(total_s=_FILE_S, limit=_MAX_FILE_BYTES)
        self._fetcher = Fetcher(trusted=self._account.base)

    async def open(self) -> None:
        """Take sends; connections are opened when they are needed."""
        self._poster.open()

    async def close(self) -> None:
        """Let sends under way end for a moment, then close every connection."""
        await self._poster.close()
        await self._asker.close()
        await self._files.close()
        await self._fetcher.close()

    def verify(self, request: Request, now: Timestamp) -> None:
        """Check `X-Twilio-Signature` over the address and the fields; Twilio signs no time.

        Raises:
            Unauthenticated: it is missing or made with none of the channel's tokens.
        """
        given = request.headers.get("x-twilio-signature", "")
        if not signature.is_signed(self._tokens, request.url, request.body, given):
            raise Unauthenticated("The signature does not fit the address and the fields.")

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Return the message or the state of a push, whichever address it came to.

        Raises:
            Malformed: it is no form in UTF-8.
            InvalidInput: a field that must be there is not.
        """
        return (wire.parse(request, self._channel_id, self._clock.now()),)

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return an answer by which Twilio sends nothing itself."""
        return Reply(body=b'<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml")

    async def send(self, outbound: Outbound) -> Sent:
        """Hand the message to Twilio, unless an earlier attempt is found there.

        Raises:
            SendRefused: a setting is missing, or Twilio will never take it.
            SendDelayed: Twilio asks for patience, is in trouble or cannot be reached.
            SendUnknown: no whole answer came, or Twilio does not tell what became of an earlier attempt.
        """
        needed(self._settings, "account_sid", "auth_token", "from")
        form = sending.format_message(outbound, self._account, self._status_url)
        headers = {**self._account.headers(), "Content-Type": "application/x-www-form-urlencoded"}
        started = self._clock.seconds()
        try:
            async with asyncio.timeout(self._total_s):
                found = await self._earlier(outbound)
                if found is not None:
                    return found
                url = self._account.address("/Messages.json")
                return sending.read_answer(await self._poster.post(url, body=form, headers=headers))
        except SendUnknown:
            await self._remember(outbound, started)
            raise
        except TimeoutError as error:
            await self._remember(outbound, started)
            raise SendUnknown("Twilio did not answer in time.") from error

    async def _remember(self, outbound: Outbound, at_s: float) -> None:
        try:
            await self._unanswered.keep(outbound.key, _body_hash(outbound), at_s)
        except HubError:
            # What matters is that the attempt stays open; without the note a resend does not look first.
            self._log("attempt.forgotten", message=outbound.key)

    async def _earlier(self, outbound: Outbound) -> Sent | None:
        try:
            attempt = await self._unanswered.find(outbound.key, _body_hash(outbound))
        except HubError as error:
            raise SendDelayed("The hub's own memory cannot be read just now.") from error
        if attempt is None:
            return None
        url = sending.list_address(self._account, outbound.address, attempt.at_s)
        try:
            answer = await self._asker.get(url, self._account.headers())
        except NotAnswered as error:
            raise SendUnknown("Twilio cannot be asked whether an earlier attempt arrived.") from error
        sid = sending.find_message(answer, outbound, since_s=attempt.at_s, until_s=self._clock.seconds())
        return Sent(provider_id=sid) if sid else None

    def measure(self, text: str) -> Measure:
        """Return the parts in which the networks carry this text."""
        return measure(text)

    async def check(self) -> Sequence[CheckResult]:
        """Ask Twilio for the account, and look at the sender."""
        return await check_account(self._account, self._asker)

    async def fetch(self, file: FetchedFile) -> FileBytes:
        """Fetch a file of an MMS: with our name from Twilio's own origin, without it from the public internet.

        Raises:
            FileRefused: it will never be had.
            FileDelayed: a later try may succeed.
        """
        try:
            url = URL(file.url)
            is_twilio = url.origin() == URL(self._account.base).origin()
        except ValueError as error:
            raise FileRefused("The file's address is not a web address.") from error
        if not is_twilio:
            return await self._fetcher.fetch(file.url)
        try:
            answer = await self._files.get(file.url, self._account.headers())
        except AnswerTooLong as error:
            raise FileRefused("The file is too large.") from error
        except NotAnswered as error:
            raise FileDelayed("The file could not be fetched whole.") from error
        if answer.status in _REDIRECTS:
            # Where it leads must not learn who we are, and must be public.
            return await self._fetcher.fetch(_joined(url, answer.headers.get("location", "")))
        if answer.status in (408, 425, 429) or answer.status >= 500:
            raise FileDelayed(f"Twilio answered {answer.status} for the file.")
        if answer.status != 200:
            raise FileRefused(f"Twilio answered {answer.status} for the file.")
        return FileBytes(data=answer.body, mime=answer.headers.get("content-type", "").partition(";")[0].strip())


def _body_hash(outbound: Outbound) -> str:
    return body_hash(outbound.address, plain_text(outbound.content))


def _joined(url: URL, location: str) -> str:
    try:
        return str(url.join(URL(location)))
    except ValueError as error:
        raise FileRefused("The file's address redirects to nowhere.") from error
