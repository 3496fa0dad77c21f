"""The WeChat connector: pushes through the gate to the normal form, messages out by the customer service API.

A lost answer is an unknown message: the platform has no key by which it would drop a repeat. The token is shared by all
processes of the channel and named after the credentials it was fetched with.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from connectors._http import TOTAL_S, Fetcher, Poster
from connectors._wechat.api import Api, Fault, Unreadable, post_json, text_of
from connectors._wechat.errcodes import token_outcome
from connectors._wechat.progress import Progress
from connectors._wechat.text import MAX_TEXT_BYTES
from connectors._wechat.token import AccessToken, TokenKeeper
from connectors._wechat.xml import text
from connectors.wechat import checking
from connectors.wechat.account import Account, read_account
from connectors.wechat.events import parse_event
from connectors.wechat.media import Downloads, Uploads
from connectors.wechat.outgoing import plan, text_parts
from connectors.wechat.people import People
from connectors.wechat.pushes import PushGate
from connectors.wechat.sending import Sending
from connectors.wechat.typing import TypingRules
from connectors.wechat.wire import parse_message
from hub.errors import HubError
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.abilities import CheckResult, Measure
from hub.ports.channel import (
    Capabilities,
    FetchedFile,
    FileBytes,
    FileDelayed,
    Inbound,
    Outbound,
    Reply,
    Request,
    SendDelayed,
    Sender,
    SendRefused,
    SendUnknown,
    Sent,
)
from hub.ports.channel_tools import ChannelTools

_TOKEN = "/cgi-bin/stable_token"  # noqa: S105 - an address
_TYPING = "/cgi-bin/message/custom/typing"
_TYPING_MINI_PROGRAM = "/cgi-bin/message/custom/business/typing"
_FETCH_S = 60.0
_LONGEST_TOKEN_S = 7200.0


class WechatConnector:
    """Speaks for one official account or mini program."""

    capabilities = Capabilities(
        pushes=True,
        max_text=MAX_TEXT_BYTES,
        text_unit="bytes",
        splits_text=True,
        has_window=True,
        attachments=True,
        typing=True,
        menus=True,
    )

    def __init__(
        self, channel: Channel, settings: Mapping[str, object], tools: ChannelTools, *, total_s: float = TOTAL_S
    ) -> None:
        """Read the settings; open nothing."""
        self._account = account = read_account(settings)
        self._clock = tools.clock
        self._webhook_url = tools.webhook_url
        self._gate = PushGate(account)
        self._rules = TypingRules()
        # No request is written on a kept connection that may be gone: repeats are not dropped.
        self._poster = Poster(total_s=total_s, reuse_connections=False)
        self._fetcher = Fetcher(trusted=account.api_base)
        tokens = TokenKeeper(tools.memory, tools.clock, self._fetch_token, _token_name(account))
        self._api = Api(account.api_base, self._poster, tokens)
        self._downloads = Downloads(self._api, self._fetcher)
        self._people = People(self._api, self._fetcher)
        self._sending = Sending(
            self._api,
            Uploads(self._api, tools.clock, tools.read_file),
            Progress(tools.memory),
            kf_account="" if account.is_mini_program else account.kf_account,
            total_s=total_s,
        )

    async def open(self) -> None:
        """Take sends; connections are opened when they are needed."""
        self._poster.open()

    async def close(self) -> None:
        """Let sends under way end for a moment, then close every connection."""
        await self._poster.close()
        await self._fetcher.close()

    def verify(self, request: Request, now: Timestamp) -> None:
        """Check the platform's signature; with an aes_key, the one over the encrypted text.

        Raises:
            Unauthenticated: it does not fit, is more than 5 minutes old (POST), or the settings are incomplete.
        """
        self._gate.check(request, now)

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Return the one thing that a push says; nothing for the platform's check of the address.

        Raises:
            InvalidInput: the body is no push.
        """
        if request.method == "GET":
            return ()
        fields = self._gate.message(request)
        inbound = parse_event(fields) if text(fields, "MsgType").lower() == "event" else parse_message(fields)
        if inbound.kind == "message" and inbound.sender is not None:
            self._rules.exchanged(inbound.sender.address, self._clock.seconds())
        return (inbound,)

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return `success`: anything else would show the customer a notice. The check of the address gets its word."""
        said = request.query.get("echostr", "") if request.method == "GET" else "success"
        return Reply(body=said.encode("utf-8", "replace"), content_type="text/plain; charset=utf-8")

    async def send(self, outbound: Outbound) -> Sent:
        """Send a message in as many parts as it needs; the platform gives no name for it.

        Raises:
            SendRefused: window closed, quota used, blocked, not possible with these settings, or empty.
            SendDelayed: busy, over a frequency limit or not to be reached: nothing more than what was noted arrived.
            SendUnknown: a part was written, and no answer came that can be read.
        """
        self._need_settings()
        steps = plan(outbound.content, is_mini_program=self._account.is_mini_program)
        if not steps:
            raise SendRefused("The message says nothing that WeChat could show.", "not_supported")
        await self._sending.send(outbound.key, outbound.address, steps)
        self._rules.answered(outbound.address, self._clock.seconds())
        return Sent()

    async def profile(self, address: str) -> Sender | None:
        """Return the user with the unionid where the platform tells it; mini programs cannot be asked.

        Raises:
            FileDelayed: it cannot be had now.
        """
        if self._account.sending_fault or self._account.is_mini_program:
            return None
        return await self._people.profile(address)

    async def typing(self, address: str, is_typing: bool) -> None:
        """Show it where the platform's rules allow; what it says against it is no error."""
        if self._account.sending_fault:
            return
        command = self._rules.command(address, is_typing, self._clock.seconds())
        if command is None:
            return
        path = _TYPING_MINI_PROGRAM if self._account.is_mini_program else _TYPING
        try:
            await self._api.call(path, {"touser": address, "command": command})
        except (Fault, Unreadable, SendDelayed, SendRefused, SendUnknown, HubError):
            return

    def measure(self, text: str) -> Measure:
        """Return the messages that a text goes out as, counted in bytes of UTF-8."""
        parts = text_parts(text)
        return Measure(
            encoding="utf-8",
            segments=len(parts),
            units=len(text.encode("utf-8", "surrogatepass")),
            limit=max(1, len(parts)) * MAX_TEXT_BYTES,
            parts=parts,
        )

    async def check(self) -> Sequence[CheckResult]:
        """Try the settings for receiving, the access token, and say what to enter on the platform."""
        return await checking.check(self._account, self._webhook_url, self._token_answer)

    async def fetch(self, file: FetchedFile) -> FileBytes:
        """Fetch a customer's file by its media_id, or from the address beside it."""
        try:
            async with asyncio.timeout(_FETCH_S):
                return await self._downloads.fetch(file)
        except TimeoutError as error:
            raise FileDelayed("The file did not come in time.") from error
        except HubError as error:
            raise FileDelayed("The hub has trouble of its own.") from error

    def _need_settings(self) -> None:
        if fault := self._account.sending_fault:
            raise SendRefused(fault, "misconfigured")

    async def _fetch_token(self) -> AccessToken:
        self._need_settings()
        try:
            return await self._token_answer()
        except Fault as fault:
            raise token_outcome(fault) from fault
        except Unreadable as error:
            raise SendDelayed("WeChat's answer to the request for a token cannot be read.") from error
        except SendUnknown as error:
            raise SendDelayed("WeChat did not answer to the request for a token.") from error

    async def _token_answer(self) -> AccessToken:
        asked = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.app_secret,
            "force_refresh": False,
        }
        fields = await post_json(self._poster, f"{self._account.api_base}{_TOKEN}", msgspec.json.encode(asked))
        seconds = fields.get("expires_in")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
            raise Unreadable("The token comes without the seconds that it is good for.")
        return AccessToken(value=text_of(fields, "access_token"), expires_in=min(float(seconds), _LONGEST_TOKEN_S))


def _token_name(account: Account) -> str:
    """Name the shared token after its credentials: another account's would be refused again and again."""
    named = "\n".join((account.api_base, account.app_id, account.app_secret))
    return f"token-{hashlib.sha256(named.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
