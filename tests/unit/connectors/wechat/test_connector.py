"""Typing, measuring and trying out the settings."""

from __future__ import annotations

import pytest

from connectors.wechat.connector import WechatConnector
from connectors.wechat.typing import TypingRules
from hub.ports.abilities import Checks, Measures, Types
from hub.testing.channel_ground import ADDRESS
from hub.testing.channel_tools import WEBHOOK_URL
from hub.testing.environment import START
from tests.providers.wechat import STABLE_TOKEN
from tests.unit.connectors.wechat.ground import (
    KEY,
    MINI_PROGRAM,
    OFFICIAL,
    a_connector,
    a_push,
    settings_of,
    world,
    writing,
)

TYPING = "/cgi-bin/message/custom/typing"


async def test_typing_is_shown_by_the_platforms_rules() -> None:
    async with world() as ground:
        assert isinstance(ground.connector, Types)
        calls, phone = ground.provider.calls, ground.provider.phone
        await ground.connector.typing(ADDRESS, True)
        assert calls[TYPING] == 0, "nothing was exchanged yet"
        heard(ground.connector)
        await phone.say("你好")
        await ground.connector.typing(ADDRESS, True)
        await ground.connector.typing(ADDRESS, True)
        assert (calls[TYPING], phone.is_typing) == (1, True)
        await ground.connector.typing(ADDRESS, False)
        await ground.connector.typing(ADDRESS, False)
        assert (calls[TYPING], phone.is_typing) == (2, False)
        await ground.connector.typing(ADDRESS, True)
        await ground.connector.send(writing("a"))
        assert not phone.is_typing
        await ground.connector.typing(ADDRESS, True)
        assert calls[TYPING] == 4
        await ground.clock.advance(31)
        await ground.connector.typing(ADDRESS, True)
        assert calls[TYPING] == 4


def heard(connector: WechatConnector) -> None:
    push = a_push(OFFICIAL, {"MsgType": "text", "Content": "a", "MsgId": 1, "FromUserName": ADDRESS})
    connector.verify(push, START)
    connector.parse(push)


async def test_a_mini_program_has_its_own_address_for_typing() -> None:
    async with world(MINI_PROGRAM) as ground:
        await ground.connector.send(writing("a"))
        await ground.connector.typing(ADDRESS, True)
        assert ground.provider.calls["/cgi-bin/message/custom/business/typing"] == 1


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"errcode":45080}', b'{"errcode":"x"}', b'{"errcode":-1}'])
async def test_nothing_said_against_typing_is_an_error(answer: bytes) -> None:
    async with world() as ground:
        await ground.connector.send(writing("a"))
        ground.provider.answers(TYPING, answer)
        await ground.connector.typing(ADDRESS, True)
        await ground.provider.behave("is_gone")
        await ground.connector.typing(ADDRESS, False)


def test_typing_rules_forget_the_oldest() -> None:
    rules = TypingRules()
    for number in range(10_001):
        rules.exchanged(f"o-{number}", 0)
    assert rules.command("o-0", True, 1) is None
    assert rules.command("o-10000", True, 1) == "Typing"
    assert rules.command("o-10000", True, 15.5) is None
    assert rules.command("o-10000", True, 16.5) == "Typing"


def test_measuring_counts_bytes_and_messages() -> None:
    connector = a_connector({})
    assert isinstance(connector, Measures)
    text = "您好。" * 300
    measure = connector.measure(text)
    assert (measure.encoding, measure.units, measure.segments, measure.limit) == ("utf-8", 2700, 2, 4096)
    assert "".join(measure.parts) == text
    empty = connector.measure("")
    assert (empty.segments, empty.units, empty.parts) == (0, 0, ())


async def test_right_settings_are_green_and_say_what_to_enter() -> None:
    async with world() as ground:
        assert isinstance(ground.connector, Checks)
        results = await ground.connector.check()
        assert [(each.name, each.is_ok) for each in results] == [
            ("receiving", True),
            ("access_token", True),
            ("callback", True),
        ]
        assert all(WEBHOOK_URL in text for text in results[2].said.values())
        assert ground.provider.attempts == 0


@pytest.mark.parametrize(
    ("answer", "en", "zh"),
    [
        (b'{"errcode":40164,"errmsg":"invalid ip 203.0.113.7"}', "203.0.113.7", "203.0.113.7"),
        (b'{"errcode":40125}', "AppSecret is wrong", "AppSecret 不正确"),
        (b'{"errcode":40001}', "AppSecret is wrong", "AppSecret 不正确"),
        (b'{"errcode":40013}', "AppID is wrong", "AppID 不正确"),
        (b'{"errcode":48001}', "may not use", "没有该接口的权限"),
        (b'{"errcode":12345}', "12345", "12345"),
        (b"<html>", "api_base", "api_base"),
        (b"[]", "api_base", "api_base"),
        (b'{"access_token":1}', "api_base", "api_base"),
    ],
)
async def test_what_the_platform_says_is_told_in_plain_words(answer: bytes, en: str, zh: str) -> None:
    async with world() as ground:
        ground.provider.answers(STABLE_TOKEN, answer)
        result = (await ground.connector.check())[1]
        assert not result.is_ok
        assert en in result.said["en"]
        assert zh in result.said["zh-CN"]
        assert not any(OFFICIAL.app_secret in text for text in result.said.values())


async def test_a_platform_that_is_gone_is_told() -> None:
    async with world() as ground:
        await ground.provider.behave("is_gone")
        result = (await ground.connector.check())[1]
        assert not result.is_ok
        assert "reached" in result.said["en"]


@pytest.mark.parametrize(
    ("wrong", "name", "said"),
    [
        ({"token": ""}, "receiving", "token"),
        ({"aes_key": KEY + "x"}, "receiving", "43"),
        ({"app_id": ""}, "receiving", "app_id"),
        ({"app_secret": ""}, "access_token", "app_secret"),
        ({"app_id": ""}, "access_token", "app_id"),
    ],
)
async def test_wrong_settings_are_named(wrong: dict[str, object], name: str, said: str) -> None:
    async with world() as ground:
        connector = a_connector({**settings_of(OFFICIAL, ground.provider.url), **wrong})
        [result] = [each for each in await connector.check() if each.name == name]
        await connector.close()
        assert not result.is_ok
        assert all(said in text for text in result.said.values())
