"""The grounds that connectors are checked on: for each a channel, true and forged requests, and a provider."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from connectors.api.connector import ApiConnector
from connectors.webchat.connector import WebchatConnector
from hub.model.ids import ChannelId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel, ChannelKind
from hub.ports.channel import Connector, Request
from hub.testing.channel_ground import ADDRESS
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START, FakeClock
from tests.providers.api_receiver import ApiReceiver, api_receiver

IN_SECRET = "whsec_" + base64.b64encode(b"inbound-secret-of-a-test-32bytes").decode()
OUT_SECRET = "whsec_" + base64.b64encode(b"outbound-secret-of-tests-32bytes").decode()
GIVE_UP_S = 6.0


def a_channel(kind: ChannelKind) -> Channel:
    return Channel(id=ChannelId("ch-1"), kind=kind, name="A channel", created_at=START)


class ApiGround:
    """The open channel beside an integrator's server. Signs by its own means, not with the connector's code."""

    signs_time = True
    secrets = (IN_SECRET, OUT_SECRET)

    def __init__(self, connector: Connector, provider: ApiReceiver, clock: FakeClock) -> None:
        self.connector = connector
        self.provider = provider
        self._clock = clock

    @property
    def now(self) -> Timestamp:
        return self._clock.now()

    async def advance(self, seconds: float) -> None:
        await self._clock.advance(seconds)

    def pushed(self, text: str, event_id: str) -> Request:
        return self._push(event_id, {"type": "text", "text": text})

    def pushed_unknown(self, event_id: str) -> Request:
        return self._push(event_id, {"type": "hologram", "depth": 3})

    def _push(self, event_id: str, content: Mapping[str, object]) -> Request:
        body = {"id": event_id, "at": self.now, "customer": {"external_id": ADDRESS}, "content": content}
        return self.signed(json.dumps(body, ensure_ascii=False).encode())

    def signed(self, body: bytes, secret: str = IN_SECRET) -> Request:
        signed_at = str(int(self._clock.seconds()))
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, b"msg_1." + signed_at.encode() + b"." + body, hashlib.sha256).digest()
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": signed_at,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }
        url = "http://hub.example/channels/ch-1/webhook"
        return Request(method="POST", url=url, headers=headers, query={}, body=body)

    def forged(self, body: bytes) -> Request:
        return self.signed(body, OUT_SECRET)


@asynccontextmanager
async def api_ground() -> AsyncIterator[ApiGround]:
    clock = FakeClock()
    async with api_receiver(OUT_SECRET, clock.seconds) as provider:
        settings = {"inbound_secret": IN_SECRET, "outbound_url": provider.url, "outbound_secret": OUT_SECRET}
        connector = ApiConnector(a_channel("api"), settings, fake_tools(clock=clock), total_s=GIVE_UP_S)
        try:
            yield ApiGround(connector, provider, clock)
        finally:
            await connector.close()


class WebchatGround:
    """The web chat: no webhooks, no provider."""

    signs_time = False
    now = START
    secrets: Sequence[str] = ("site-secret",)

    def __init__(self) -> None:
        self.connector: Connector = WebchatConnector(
            a_channel("webchat"), {"identity_secret": "site-secret"}, fake_tools()
        )

    @property
    def provider(self) -> ApiReceiver:
        raise AssertionError("a web chat has no provider")

    def pushed(self, text: str, event_id: str) -> Request:
        raise AssertionError(f"a web chat has no webhook for {event_id}: {text}")

    def pushed_unknown(self, event_id: str) -> Request:
        raise AssertionError(f"a web chat has no webhook for {event_id}")

    def signed(self, body: bytes) -> Request:
        raise AssertionError(f"a web chat signs nothing of {len(body)} bytes")

    def forged(self, body: bytes) -> Request:
        return self.signed(body)


@asynccontextmanager
async def webchat_ground() -> AsyncIterator[WebchatGround]:
    yield WebchatGround()
