"""The SMS connectors keep every promise of their port."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import sha1
from urllib.parse import parse_qsl, quote

import pytest
from msgspec.structs import replace

from connectors.sms_aliyun.connector import AliyunConnector
from connectors.sms_smpp.connector import SmppConnector
from connectors.sms_tencent.connector import TencentConnector
from connectors.sms_twilio.connector import TwilioConnector
from hub.model.ids import ChannelId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel, ChannelKind
from hub.ports.channel import Connector, Request, SendDelayed
from hub.testing import channel_contract_inbound as inbound_checks
from hub.testing import channel_contract_outbound as outbound_checks
from hub.testing.channel_contract import CHECKS, RECEIVING_CHECKS, SENDING_CHECKS, Check
from hub.testing.channel_ground import ADDRESS, Maker, an_outbound
from hub.testing.channel_tools import STATUS_URL, WEBHOOK_URL, fake_tools
from hub.testing.environment import START, FakeClock, SeededIds
from tests.providers import aliyun as aliyun_api
from tests.providers import tencent as tencent_api
from tests.providers.smpp import PASSWORD, SYSTEM_ID, SmppServer, smpp_server
from tests.providers.twilio import TwilioStandIn, twilio_stand_in

GIVE_UP_S = 6.0
ACCOUNT_SID, AUTH_TOKEN, NUMBER = "AC" + "0" * 31 + "7", "the-auth-token-of-the-account", "+14155550100"


def a_channel(kind: ChannelKind) -> Channel:
    return Channel(id=ChannelId("ch-1"), kind=kind, name="A channel", created_at=START)


class TwilioGround:
    """One number at Twilio. Signs by its own means, not with the connector's code."""

    signs_time = False
    secrets = (AUTH_TOKEN,)

    def __init__(self, connector: Connector, provider: TwilioStandIn, clock: FakeClock) -> None:
        self.connector = connector
        self.provider = provider
        self._clock = clock

    @property
    def now(self) -> Timestamp:
        return self._clock.now()

    def pushed(self, text: str, event_id: str) -> Request:
        return self._push({"MessageSid": event_id, "From": ADDRESS, "To": NUMBER, "Body": text})

    def pushed_unknown(self, event_id: str) -> Request:
        return self._push(
            {"MessageSid": event_id, "From": ADDRESS, "MessageType": "hologram", "Depth": "3", "Body": ""}
        )

    def _push(self, fields: Mapping[str, str]) -> Request:
        # Only what a form cannot hold is escaped, so that the suite finds the text in the body when it changes it.
        pairs = (f"{name}={_escaped(value)}" for name, value in fields.items())
        return self.signed("&".join(pairs).encode())

    def signed(self, body: bytes, token: str = AUTH_TOKEN) -> Request:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
        to_sign = WEBHOOK_URL + "".join(name + value for name, value in sorted(set(pairs)))
        digest = hmac.new(token.encode(), to_sign.encode("latin-1"), sha1).digest()
        headers = {"x-twilio-signature": base64.b64encode(digest).decode()}
        return Request(method="POST", url=WEBHOOK_URL, headers=headers, query={}, body=body)

    def forged(self, body: bytes) -> Request:
        return self.signed(body, "another-token")


def _escaped(text: str) -> str:
    return "".join(quote(character) if character.isascii() else character for character in text)


@asynccontextmanager
async def twilio_ground() -> AsyncIterator[TwilioGround]:
    clock = FakeClock()
    async with twilio_stand_in(
        account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, number=NUMBER, clock=clock, ids=SeededIds(2)
    ) as provider:
        provider.know(ADDRESS)
        settings = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "from": NUMBER, "api_base": provider.url}
        # Nobody listens where the states go: they are none of this suite's promises.
        tools = fake_tools(clock=clock, status_url=STATUS_URL.replace("hub.example", "127.0.0.1:9"))
        connector = TwilioConnector(a_channel("sms_twilio"), settings, tools, total_s=GIVE_UP_S)
        try:
            yield TwilioGround(connector, provider, clock)
        finally:
            await connector.close()


@pytest.mark.parametrize("check", [*CHECKS, *RECEIVING_CHECKS, *SENDING_CHECKS], ids=lambda check: check.__name__)
async def test_twilio(check: Check) -> None:
    await check(twilio_ground)


TOKEN = "the-callback-token"


class TokenGround:
    """A provider that signs nothing: its address carries a token, which a forger does not have."""

    signs_time = False
    now = START

    def __init__(self, connector: Connector, provider: aliyun_api.Aliyun | tencent_api.Tencent) -> None:
        self.connector = connector
        self.provider = provider
        self.secrets: Sequence[str] = (TOKEN, aliyun_api.KEY_SECRET, tencent_api.SECRET_KEY)

    def pushed(self, text: str, event_id: str) -> Request:
        return self._push({"text": text, "content": text}, event_id)

    def pushed_unknown(self, event_id: str) -> Request:
        return self._push({"kind": "hologram", "depth": 3}, event_id)

    def _push(self, matter: Mapping[str, object], event_id: str) -> Request:
        if isinstance(self.provider, aliyun_api.Aliyun):
            named = {"phone_number": ADDRESS, "sequence_id": event_id, "send_time": "2026-01-05 16:00:00"}
            body: object = [{**named, "dest_code": "1069", **matter}]
        else:
            body = {"mobile": ADDRESS, "nationcode": "86", "time": 1767600000, "extend": event_id, "sign": "", **matter}
        return self.signed(json.dumps(body, ensure_ascii=False).encode())

    def signed(self, body: bytes, token: str = TOKEN) -> Request:
        url = f"{WEBHOOK_URL}?token={token}"
        return Request(method="POST", url=url, headers={}, query={"token": token}, body=body)

    def forged(self, body: bytes) -> Request:
        return self.signed(body, "another-token")


@asynccontextmanager
async def aliyun_ground() -> AsyncIterator[TokenGround]:
    clock = FakeClock()
    async with aliyun_api.aliyun(clock.seconds) as provider:
        provider.known.add(ADDRESS)
        settings = {
            "access_key_id": aliyun_api.KEY_ID,
            "access_key_secret": aliyun_api.KEY_SECRET,
            "sign_name": aliyun_api.SIGN_NAME,
            "template_code": aliyun_api.TEMPLATE,
            "callback_token": TOKEN,
            "api_base": provider.url,
        }
        connector = AliyunConnector(a_channel("sms_aliyun"), settings, fake_tools(clock=clock), total_s=GIVE_UP_S)
        try:
            yield TokenGround(connector, provider)
        finally:
            await connector.close()


@asynccontextmanager
async def tencent_ground() -> AsyncIterator[TokenGround]:
    clock = FakeClock()
    async with tencent_api.tencent(clock.seconds) as provider:
        provider.known.add(ADDRESS)
        settings = {
            "secret_id": tencent_api.SECRET_ID,
            "secret_key": tencent_api.SECRET_KEY,
            "sdk_app_id": tencent_api.APP_ID,
            "sign_name": tencent_api.SIGN_NAME,
            "template_id": tencent_api.TEMPLATE,
            "callback_token": TOKEN,
            "api_base": provider.url,
        }
        connector = TencentConnector(a_channel("sms_tencent"), settings, fake_tools(clock=clock), total_s=GIVE_UP_S)
        try:
            yield TokenGround(connector, provider)
        finally:
            await connector.close()


# A token in the address says nothing of the body: a body that somebody changed under way cannot be told from a true
# one. `a_forged_token_is_refused` stands in its place.
TOKEN_CHECKS = [
    check
    for check in (*CHECKS, *RECEIVING_CHECKS, *SENDING_CHECKS)
    if check is not inbound_checks.a_forged_signature_is_refused_before_anything_is_parsed
]


@pytest.mark.parametrize("check", TOKEN_CHECKS, ids=lambda check: check.__name__)
async def test_aliyun(check: Check) -> None:
    await check(aliyun_ground)


@pytest.mark.parametrize("check", TOKEN_CHECKS, ids=lambda check: check.__name__)
async def test_tencent(check: Check) -> None:
    await check(tencent_ground)


@pytest.mark.parametrize("make", [aliyun_ground, tencent_ground], ids=["aliyun", "tencent"])
async def test_a_forged_token_is_refused_before_anything_is_parsed(make: Maker) -> None:
    async with make() as ground:
        true = ground.pushed("你好", "e-1")
        inbound_checks.refusal(ground, ground.forged(true.body), "another token")
        inbound_checks.refusal(ground, ground.forged(b"\xff{"), "another token, body unreadable")
        inbound_checks.refusal(ground, replace(true, query={}), "no token")
        inbound_checks.refusal(ground, replace(true, query={"token": TOKEN[:-1]}), "a part of the token")
        inbound_checks.refusal(ground, replace(true, query={"token": ""}), "an empty token")


class SmppGround:
    """One account at a carrier. Nothing comes by webhook."""

    signs_time = False
    now = START
    secrets: Sequence[str] = (PASSWORD,)

    def __init__(self, connector: Connector, provider: SmppServer) -> None:
        self.connector = connector
        self.provider = provider

    def pushed(self, text: str, event_id: str) -> Request:
        raise AssertionError(f"a carrier's link has no webhook for {event_id}: {text}")

    def pushed_unknown(self, event_id: str) -> Request:
        raise AssertionError(f"a carrier's link has no webhook for {event_id}")

    def signed(self, body: bytes) -> Request:
        raise AssertionError(f"a carrier's link signs nothing of {len(body)} bytes")

    def forged(self, body: bytes) -> Request:
        return self.signed(body)


@asynccontextmanager
async def smpp_ground() -> AsyncIterator[SmppGround]:
    async with smpp_server() as provider:
        settings = {
            "host": "127.0.0.1",
            "port": provider.port,
            "system_id": SYSTEM_ID,
            "password": PASSWORD,
            "source_addr": "10690",
        }
        connector = SmppConnector(a_channel("sms_smpp"), settings, fake_tools(), total_s=GIVE_UP_S)
        try:
            yield SmppGround(connector, provider)
        finally:
            await connector.close()


# SMPP 3.4 has no field in which a carrier says how long to wait. `test_a_throttling_carrier_means_later` stands in
# place of this check.
SMPP_CHECKS = [
    check for check in (*CHECKS, *SENDING_CHECKS) if check is not outbound_checks.too_many_requests_means_later
]


@pytest.mark.parametrize("check", SMPP_CHECKS, ids=lambda check: check.__name__)
async def test_smpp(check: Check) -> None:
    await check(smpp_ground)


async def test_a_throttling_carrier_means_later() -> None:
    async with smpp_ground() as ground:
        await ground.provider.behave("limits")
        with pytest.raises(SendDelayed):
            await ground.connector.send(an_outbound())
        await ground.provider.behave("takes")
        await ground.connector.send(an_outbound())
        assert [each.text for each in ground.provider.heard] == [an_outbound().content.text]
