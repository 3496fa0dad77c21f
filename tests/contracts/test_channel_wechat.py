"""The WeChat connector keeps every promise of its port, in all modes, as an official account and as a mini program.

In the contract the account is in compatible mode: there the text stands in the body, so that changing it can be tried.
"""

from __future__ import annotations

import base64
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest

from connectors.wechat.connector import WechatConnector
from hub.model.ids import ChannelId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.channel import Connector, Request
from hub.testing.channel_contract import CHECKS, RECEIVING_CHECKS, SENDING_CHECKS, Check
from hub.testing.channel_ground import ADDRESS
from hub.testing.channel_tools import WEBHOOK_URL, fake_tools
from hub.testing.environment import START, FakeClock
from simulator.wechat_pushes import Account, Fields, Push, make_push, sign_push
from tests.providers.wechat import WechatProvider, wechat_provider

AES_KEY = base64.b64encode(b"a key of thirty-two bytes, tests").decode()[:43]
OFFICIAL = Account(
    app_id="wx2c2769f8efd9abc2", app_secret="the-app-secret", token="thetoken", aes_key=AES_KEY, mode="compatible"
)
MINI_PROGRAM = Account(
    app_id="wx7d9f0a1b2c3d4e5f",
    app_secret="the-app-secret",
    token="thetoken",
    aes_key=AES_KEY,
    mode="compatible",
    form="json",
    is_mini_program=True,
)
GIVE_UP_S = 6.0


def settings_of(account: Account, api_base: str) -> dict[str, object]:
    return {
        "account": "mini_program" if account.is_mini_program else "official",
        "app_id": account.app_id,
        "app_secret": account.app_secret,
        "token": account.token,
        "aes_key": account.aes_key,
        "api_base": api_base,
    }


class WechatGround:
    signs_time = True

    def __init__(self, connector: Connector, provider: WechatProvider, account: Account, clock: FakeClock) -> None:
        self.connector = connector
        self.provider = provider
        self.secrets = (account.app_secret, account.token, account.aes_key)
        self._account = account
        self._clock = clock
        self._random = random.Random(3)

    @property
    def now(self) -> Timestamp:
        return self._clock.now()

    def pushed(self, text: str, event_id: str) -> Request:
        return self._pushed({"MsgType": "text", "Content": text}, event_id)

    def pushed_unknown(self, event_id: str) -> Request:
        return self._pushed({"MsgType": "hologram", "Depth": 3}, event_id)

    def _pushed(self, fields: Fields, event_id: str) -> Request:
        seconds = int(self._clock.seconds())
        head: Mapping[str, str | int] = {"ToUserName": "gh_1", "FromUserName": ADDRESS, "CreateTime": seconds}
        whole = {**head, **fields, "MsgId": event_id}
        seconds, nonce, random16 = self._chance()
        return self._request(make_push(self._account, whole, timestamp=seconds, nonce=nonce, random16=random16))

    def signed(self, body: bytes) -> Request:
        return self._signed(self._account, body)

    def forged(self, body: bytes) -> Request:
        return self._signed(replace(self._account, token="other"), body)

    def _signed(self, account: Account, body: bytes) -> Request:
        seconds, nonce, random16 = self._chance()
        return self._request(sign_push(account, body, {}, timestamp=seconds, nonce=nonce, random16=random16))

    def _chance(self) -> tuple[int, str, bytes]:
        return int(self._clock.seconds()), "1320562132", self._random.randbytes(16)

    def _request(self, push: Push) -> Request:
        headers = {"content-type": push.content_type}
        return Request(method="POST", url=WEBHOOK_URL, headers=headers, query=push.query, body=push.body)


@asynccontextmanager
async def wechat_ground(account: Account = OFFICIAL) -> AsyncIterator[WechatGround]:
    clock = FakeClock()
    channel = Channel(id=ChannelId("ch-1"), kind="wechat", name="A channel", created_at=START)
    async with wechat_provider(account, clock.seconds) as provider:
        settings = settings_of(account, provider.url)
        connector = WechatConnector(channel, settings, fake_tools(clock=clock), total_s=GIVE_UP_S)
        try:
            yield WechatGround(connector, provider, account, clock)
        finally:
            await connector.close()


@pytest.mark.parametrize("check", [*CHECKS, *RECEIVING_CHECKS, *SENDING_CHECKS], ids=lambda check: check.__name__)
async def test_official_account(check: Check) -> None:
    await check(wechat_ground)


@pytest.mark.parametrize("check", [*CHECKS, *RECEIVING_CHECKS, *SENDING_CHECKS], ids=lambda check: check.__name__)
async def test_mini_program(check: Check) -> None:
    await check(partial(wechat_ground, MINI_PROGRAM))
