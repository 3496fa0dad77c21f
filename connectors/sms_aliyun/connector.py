"""Aliyun's connector: signed requests out, pushes in by an address that only Aliyun knows.

Aliyun signs no push, so the channel's `callback_token` in the address is the proof. It drops no repeats: an attempt
without an answer stays open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from connectors._http import TOTAL_S, Answer, Poster
from connectors._sms import PER_NUMBER_DAY, NumberLimit, measure_domestic, plain_text
from connectors._sms.reading import base_url, check_token, needed, number_of, text_of
from connectors.sms_aliyun import signature, wire
from connectors.sms_aliyun.checking import check_settings
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.abilities import CheckResult, Measure
from hub.ports.channel import Capabilities, Inbound, Outbound, Reply, Request, SendDelayed, SendRefused, Sent
from hub.ports.channel_tools import ChannelTools

MAX_TEXT = 500
"""Aliyun sends no longer message; how long the variable may be, the template's approval says."""


class AliyunConnector:
    """Speaks for one signature and template at Aliyun."""

    capabilities = Capabilities(pushes=True, max_text=MAX_TEXT, template_only=True, has_opt_out=True)

    def __init__(
        self, channel: Channel, settings: Mapping[str, object], tools: ChannelTools, *, total_s: float = TOTAL_S
    ) -> None:
        """Keep the settings; open nothing."""
        self._channel_id = channel.id
        self._settings = settings
        self._clock = tools.clock
        self._ids = tools.ids
        self._token = text_of(settings, "callback_token")
        self._base = (text_of(settings, "api_base") or wire.API).rstrip("/") + "/"
        self._template = wire.Template(
            sign_name=text_of(settings, "sign_name"),
            code=text_of(settings, "template_code"),
            variable=text_of(settings, "template_variable") or "content",
        )
        self._limit = NumberLimit(tools, number_of(settings, "per_number_day", PER_NUMBER_DAY))
        self._poster = Poster(total_s=total_s, reuse_connections=False)

    async def open(self) -> None:
        """Take sends; connections are opened when they are needed."""
        self._poster.open()

    async def close(self) -> None:
        """Let sends under way end for a moment, then close every connection."""
        await self._poster.close()

    def verify(self, request: Request, now: Timestamp) -> None:
        """Compare the token in the address.

        Raises:
            Unauthenticated: it is missing or wrong, or the channel has none.
        """
        check_token(request, self._token)

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Return the messages and reports of a push, in their order.

        Raises:
            Malformed: the body is not JSON.
            InvalidInput: it is no array of such objects.
        """
        return wire.parse(request.body, self._channel_id, self._clock.now())

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return the answer after which Aliyun does not push it again."""
        return Reply(body=b'{"code":0,"msg":"OK"}')

    async def send(self, outbound: Outbound) -> Sent:
        """Send the template with the text in its variable.

        Raises:
            SendRefused: a setting is missing, the number has had its messages, or Aliyun will never take it.
            SendDelayed: Aliyun asks for patience, is in trouble or cannot be reached.
            SendUnknown: no whole answer came.
        """
        needed(self._settings, "access_key_id", "access_key_secret", "sign_name", "template_code")
        text = plain_text(outbound.content)
        if not text or outbound.content.attachments:
            raise SendRefused("Template messages carry text only.", "not_supported")
        if len(text) > MAX_TEXT:
            raise SendRefused(f"The text is longer than {MAX_TEXT} characters.", "too_long")
        counted = await self._limit.take(outbound.address)
        try:
            query = wire.send_query(outbound.key, outbound.address, text, self._template)
            return Sent(provider_id=wire.read_answer(await self._call("SendSms", query)))
        except (SendRefused, SendDelayed):
            await self._limit.give_back(outbound.address, counted)
            raise

    async def _call(self, action: str, query: Mapping[str, str]) -> Answer:
        url = base_url(self._base)
        headers = {
            "host": url.host_port_subcomponent or "",
            "x-acs-action": action,
            "x-acs-version": wire.VERSION,
            "x-acs-date": self._clock.now()[:19] + "Z",
            "x-acs-signature-nonce": self._ids.new(),
            "x-acs-content-sha256": sha256(b"").hexdigest(),
        }
        canonical = signature.canonical_request("POST", url.raw_path, query, headers, b"")
        signed = signature.authorization(
            text_of(self._settings, "access_key_id"), text_of(self._settings, "access_key_secret"), canonical, headers
        )
        address = f"{self._base}?{signature.canonical_query(query)}"
        return await self._poster.post(address, body=b"", headers={**headers, "Authorization": signed})

    def measure(self, text: str) -> Measure:
        """Return the parts that Aliyun bills for this text behind the signature."""
        return measure_domestic(text, self._template.sign_name)

    async def check(self) -> Sequence[CheckResult]:
        """Ask Aliyun for the template and the signature, and look for the token."""
        return await check_settings(self._call, self._template, has_token=bool(self._token))
