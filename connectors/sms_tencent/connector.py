"""Tencent Cloud's connector: signed requests out, pushes in by an address that only Tencent knows.

Tencent signs no push, so the channel's `callback_token` in the address is the proof. It drops no repeats: an attempt
without an answer stays open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors._http import TOTAL_S, Answer, Poster
from connectors._sms import PER_NUMBER_DAY, NumberLimit, measure_domestic, plain_text
from connectors._sms.reading import base_url, check_token, needed, number_of, text_of
from connectors.sms_tencent import signature, wire
from connectors.sms_tencent.checking import check_settings
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.abilities import CheckResult, Measure
from hub.ports.channel import Capabilities, Inbound, Outbound, Reply, Request, SendDelayed, SendRefused, Sent
from hub.ports.channel_tools import ChannelTools

MAX_TEXT = 500
"""Tencent sends no longer message; how long the parameter may be, the template's approval says."""
_REGION = "ap-guangzhou"
"""One of the places that take SMS requests; which one makes no difference to what is sent."""
_JSON = "application/json; charset=utf-8"


class TencentConnector:
    """Speaks for one application, signature and template at Tencent Cloud."""

    capabilities = Capabilities(pushes=True, max_text=MAX_TEXT, template_only=True, has_opt_out=True)

    def __init__(
        self, channel: Channel, settings: Mapping[str, object], tools: ChannelTools, *, total_s: float = TOTAL_S
    ) -> None:
        """Keep the settings; open nothing."""
        self._channel_id = channel.id
        self._settings = settings
        self._clock = tools.clock
        self._token = text_of(settings, "callback_token")
        self._base = (text_of(settings, "api_base") or wire.API).rstrip("/") + "/"
        self._template = wire.Template(
            app_id=text_of(settings, "sdk_app_id"),
            sign_name=text_of(settings, "sign_name"),
            template_id=text_of(settings, "template_id"),
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
        """Return the message or the states of a push.

        Raises:
            Malformed: the body is not JSON.
            InvalidInput: it is neither a message nor an array of states.
        """
        return wire.parse(request.body, self._channel_id, self._clock.now())

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return the answer after which Tencent does not push it again."""
        return Reply(body=b'{"result":0,"errmsg":"OK"}')

    async def send(self, outbound: Outbound) -> Sent:
        """Send the template with the text as its first parameter.

        Raises:
            SendRefused: a setting is missing, the number has had its messages, or Tencent will never take it.
            SendDelayed: Tencent asks for patience, is in trouble or cannot be reached.
            SendUnknown: no whole answer came.
        """
        needed(self._settings, "secret_id", "secret_key", "sdk_app_id", "sign_name", "template_id")
        text = plain_text(outbound.content)
        if not text or outbound.content.attachments:
            raise SendRefused("Template messages carry text only.", "not_supported")
        if len(text) > MAX_TEXT:
            raise SendRefused(f"The text is longer than {MAX_TEXT} characters.", "too_long")
        counted = await self._limit.take(outbound.address)
        try:
            body = wire.send_body(outbound.key, outbound.address, text, self._template)
            return Sent(provider_id=wire.read_answer(await self._call("SendSms", body)))
        except (SendRefused, SendDelayed):
            await self._limit.give_back(outbound.address, counted)
            raise

    async def _call(self, action: str, body: bytes) -> Answer:
        url = base_url(self._base)
        signed_at_s = int(self._clock.seconds())
        signed = {"content-type": _JSON, "host": url.host_port_subcomponent or "", "x-tc-action": action}
        canonical = signature.canonical_request("POST", "/", "", signed, body)
        headers = {
            **signed,
            "X-TC-Version": wire.VERSION,
            "X-TC-Region": _REGION,
            "X-TC-Timestamp": str(signed_at_s),
            "Authorization": signature.authorization(
                text_of(self._settings, "secret_id"),
                text_of(self._settings, "secret_key"),
                service=wire.SERVICE,
                signed_at_s=signed_at_s,
                canonical=canonical,
                headers=signed,
            ),
        }
        return await self._poster.post(self._base, body=body, headers=headers)

    def measure(self, text: str) -> Measure:
        """Return the parts that Tencent bills for this text behind the signature."""
        return measure_domestic(text, self._template.sign_name)

    async def check(self) -> Sequence[CheckResult]:
        """Ask Tencent for the template, and look for the token."""
        return await check_settings(self._call, self._template, has_token=bool(self._token))
