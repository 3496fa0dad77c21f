"""The template's connector: verify, parse, send, check. What the bytes mean stands in `wire`; the contract checks both.

More that a channel may be able to do (pull its messages, count texts, show typing, fetch files) is an ability of
`hub.ports.abilities`: write its methods here, and the hub finds them by itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

from connectors._http import TOTAL_S, Answer, Poster, refuse_unless_taken
from connectors.template import wire
from hub.errors import Unauthenticated
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.abilities import CheckResult
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

_SIGNATURE = "x-template-signature"


class TemplateConnector:
    """Speaks for one account at the provider.

    The tools that it is given hold the clock, its own addresses, a memory that all nodes share (good for an access
    token that the provider renews) and the bytes of files; this one needs none of them.
    """

    # Say `repeats_safely` only where the provider really drops a repeated key: otherwise a message whose answer was
    # lost is shown as uncertain to the agent, and not sent twice.
    capabilities = Capabilities(pushes=True, max_text=2000)

    def __init__(
        self, channel: Channel, settings: Mapping[str, object], _tools: ChannelTools, *, total_s: float = TOTAL_S
    ) -> None:
        """Keep the settings; open nothing."""
        self._channel_id = channel.id
        self._secret = _text(settings, "secret")
        self._token = _text(settings, "token")
        self._api_base = _text(settings, "api_base").rstrip("/")
        self._poster = Poster(total_s=total_s, reuse_connections=self.capabilities.repeats_safely)

    async def open(self) -> None:
        """Take sends; connections are opened when they are needed."""
        self._poster.open()

    async def close(self) -> None:
        """Let sends under way end for a moment, then close every connection."""
        await self._poster.close()

    def verify(self, request: Request, now: Timestamp) -> None:
        """Check the signature over the raw body. A channel without a secret takes nothing.

        Raises:
            Unauthenticated: it is missing or wrong.
        """
        given = request.headers.get(_SIGNATURE, "").encode("utf-8", "replace")
        if not self._secret or not hmac.compare_digest(given, wire.signature(self._secret, request.body).encode()):
            raise Unauthenticated("The signature does not fit the body.")

    def parse(self, request: Request) -> Sequence[Inbound]:
        """Return what the push holds.

        Raises:
            InvalidInput: it is not what the provider's protocol says.
        """
        return (wire.parse(request.body, self._channel_id),)

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        """Return the provider's plain yes."""
        return Reply(body=b"ok", content_type="text/plain")

    async def send(self, outbound: Outbound) -> Sent:
        """Post the message to the provider.

        Raises:
            SendRefused: it is too long, a setting is missing, or the provider refuses it.
            SendDelayed: the provider asks for patience, is in trouble or cannot be reached.
            SendUnknown: no whole answer came.
        """
        if not (self._token and self._api_base):
            raise SendRefused("Set the access token and the provider address of this channel.", "misconfigured")
        if len(outbound.content.text) > self.capabilities.max_text:
            raise SendRefused(f"The text is longer than {self.capabilities.max_text} characters.", "too_long")
        refuse_unless_taken(await self._post("/messages", wire.format_message(outbound)))
        return Sent()

    async def check(self) -> Sequence[CheckResult]:
        """Ask the provider for our account; nothing is sent to a customer."""
        try:
            answer = await self._post("/account", b"{}")
        except (SendRefused, SendDelayed, SendUnknown):
            return (
                _result(
                    False, "The provider cannot be reached: check the address.", "无法连接服务商：请检查服务地址。"
                ),
            )
        if answer.status != 200:
            return (
                _result(False, "The provider does not know the token: copy it anew.", "服务商不认可令牌：请重新复制。"),
            )
        return (_result(True, "The provider knows the account.", "账号可用。"),)

    async def _post(self, path: str, body: bytes) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return await self._poster.post(f"{self._api_base}{path}", body=body, headers=headers)


def _result(is_ok: bool, english: str, chinese: str) -> CheckResult:
    return CheckResult(name="token", is_ok=is_ok, said={"en": english, "zh-CN": chinese})


def _text(settings: Mapping[str, object], name: str) -> str:
    value = settings.get(name)
    return value.strip() if isinstance(value, str) else ""
