"""微信客服 keeps every promise of the channel port.

A callback holds no message, and its signature covers the encrypted text only. So the checks of the suite that push a
message's text and read it back, and the one that changes bytes around a signed text, have their twins below: the same
promises, asked of a push of this protocol and of the pages that a receiver pulls.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.wecom_kf.connector import WecomKfConnector
from connectors.wecom_kf.items import Account, read_item
from hub.errors import Unauthenticated
from hub.model.content import MAX_TEXT, Unsupported
from hub.model.ids import ChannelId
from hub.model.timestamps import Timestamp
from hub.ports.abilities import Checks, FetchesFiles, Measures, Receives
from hub.ports.channel import Connector, Inbound, Request
from hub.testing import channel_contract_inbound
from hub.testing.channel_contract import CHECKS, RECEIVING_CHECKS, SENDING_CHECKS, Check
from hub.testing.channel_ground import ADDRESS, TEXTS
from hub.testing.channel_tools import WEBHOOK_URL, fake_tools
from hub.testing.environment import START, FakeClock
from tests.contracts.channels import GIVE_UP_S, a_channel
from tests.providers.wecom_kf import (
    AES_KEY,
    CORP_ID,
    OPEN_KFID,
    SECRET,
    TOKEN,
    WecomKf,
    kf_xml,
    sealed,
    signed,
    wecom_kf,
)

NOT_OF_THIS_PROTOCOL = (
    channel_contract_inbound.a_true_request_becomes_a_message,
    channel_contract_inbound.a_forged_signature_is_refused_before_anything_is_parsed,
    channel_contract_inbound.an_unknown_kind_becomes_a_visible_entry,
    channel_contract_inbound.texts_of_every_length_are_taken_or_refused,
    channel_contract_inbound.every_script_comes_through,
)
FITTING = [check for check in RECEIVING_CHECKS if check not in NOT_OF_THIS_PROTOCOL]


class KfGround:
    """One account at the stand-in."""

    signs_time = True
    secrets: Sequence[str] = (SECRET, TOKEN, AES_KEY)

    def __init__(self, connector: Connector, provider: WecomKf, clock: FakeClock) -> None:
        self.connector = connector
        self.provider = provider
        self._clock = clock

    @property
    def now(self) -> Timestamp:
        return self._clock.now()

    def pushed(self, text: str, event_id: str) -> Request:
        return self.signed(kf_xml(f"{event_id} {text}", self._clock.seconds()))

    def pushed_unknown(self, event_id: str) -> Request:
        return self.signed(kf_xml(event_id, self._clock.seconds()).replace(b"kf_msg_or_event", b"hologram"))

    def signed(self, body: bytes, token: str = TOKEN, corp_id: str = CORP_ID) -> Request:
        encrypt = sealed(body, corp_id)
        envelope = f"<xml><ToUserName>{CORP_ID}</ToUserName><Encrypt>{encrypt}</Encrypt><AgentID></AgentID></xml>"
        query = signed(encrypt, self._clock.seconds(), token)
        return Request(method="POST", url=WEBHOOK_URL, headers={}, query=query, body=envelope.encode())

    def forged(self, body: bytes) -> Request:
        return self.signed(body, "another-token")


@asynccontextmanager
async def ground() -> AsyncIterator[KfGround]:
    clock = FakeClock()
    async with wecom_kf(clock.seconds) as provider:
        provider.messages_per_window = 10_000
        provider.says(ADDRESS, "text", content="你好")
        settings = {
            "corp_id": CORP_ID,
            "secret": SECRET,
            "token": TOKEN,
            "aes_key": AES_KEY,
            "open_kfid": OPEN_KFID,
            "api_base": provider.url,
        }
        connector = WecomKfConnector(a_channel("wecom_kf"), settings, fake_tools(clock=clock), total_s=GIVE_UP_S)
        try:
            yield KfGround(connector, provider, clock)
        finally:
            await connector.close()


@pytest.mark.parametrize("check", [*CHECKS, *FITTING, *SENDING_CHECKS], ids=lambda check: check.__name__)
async def test_contract(check: Check) -> None:
    await check(ground)


async def test_a_true_push_wakes_and_holds_no_message() -> None:
    async with ground() as here:
        request = here.pushed("", "TOKEN-1")
        here.connector.verify(request, here.now)
        [inbound] = here.connector.parse(request)
        assert inbound.kind == "lifecycle"
        assert inbound.content is None
        assert inbound.wake == '{"token":"TOKEN-1 ","open_kfid":"' + OPEN_KFID + '"}'
        assert here.connector.reply(request, [b"{}"]).status == 200


async def test_a_forged_push_is_refused_before_anything_is_parsed() -> None:
    async with ground() as here:
        true = here.pushed("", "TOKEN-1")
        encrypt = true.body.split(b"<Encrypt>")[1].split(b"</Encrypt>")[0]
        changed = bytearray(base64.b64decode(encrypt))
        changed[40] ^= 1
        for what in (
            here.forged(kf_xml("TOKEN-1", 0)),
            here.forged(b"\xff{"),
            here.signed(kf_xml("TOKEN-1", 0), corp_id="wwanother"),
            replace(true, body=true.body.replace(encrypt, base64.b64encode(changed))),
            replace(true, body=b""),
            replace(true, body=b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + true.body),
            replace(true, query={}),
        ):
            with pytest.raises(Unauthenticated) as refusal:
                here.connector.verify(what, here.now)
            assert not any(secret in repr(refusal.value) for secret in here.secrets)


async def test_the_address_check_has_no_age_and_answers_the_plain_text() -> None:
    async with ground() as here:
        echo = sealed(b"5927782489442352469")
        query = {**signed(echo, 1_409_735_669), "echostr": echo}
        request = Request(method="GET", url=WEBHOOK_URL, headers={}, query=query, body=b"")
        here.connector.verify(request, here.now)
        assert here.connector.parse(request) == ()
        reply = here.connector.reply(request, [])
        assert (reply.status, reply.body) == (200, b"5927782489442352469")
        for name in query:
            with pytest.raises(Unauthenticated):
                here.connector.verify(replace(request, query={**query, name: query[name][:-2]}), here.now)


def _pulled(here: KfGround, kind: str, **matter: Any) -> Sequence[Inbound]:
    account = Account(channel_id=ChannelId("ch-1"), open_kfid=OPEN_KFID, since=START)
    return read_item(here.provider.says(ADDRESS, kind, **matter), account, here.now)


async def test_pulled_texts_of_every_length_and_script_are_taken_whole() -> None:
    async with ground() as here:
        for text in ("x", *TEXTS, "龍" * MAX_TEXT):
            [inbound] = _pulled(here, "text", content=text)
            assert inbound.content is not None
            assert inbound.content.text == text
            assert inbound.sender is not None
            assert inbound.sender.address == ADDRESS
            assert inbound.sender.identities[0].verified
        parts = _pulled(here, "text", content="龍" * (MAX_TEXT + 1))
        assert "".join(part.content.text for part in parts if part.content) == "龍" * (MAX_TEXT + 1)
        assert len({part.event_id for part in parts}) == 2
        [empty] = _pulled(here, "text", content="")
        assert isinstance(empty.content, Unsupported)


async def test_a_pulled_unknown_kind_becomes_a_visible_entry() -> None:
    async with ground() as here:
        [inbound] = _pulled(here, "hologram", depth=3)
        assert inbound.kind == "message"
        assert isinstance(inbound.content, Unsupported)
        assert inbound.content.payload["kind"] == "hologram"
        assert '"depth": 3' in inbound.content.payload["fields"]


async def test_it_has_its_abilities() -> None:
    async with ground() as here:
        assert all(isinstance(here.connector, ability) for ability in (Receives, Measures, Checks, FetchesFiles))
