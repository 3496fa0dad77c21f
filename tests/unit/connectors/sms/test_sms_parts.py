"""What all SMS connectors share: consent words, numbers, limits, wording, reading of settings."""

from __future__ import annotations

import asyncio

import pytest

from connectors._sms import NumberLimit, consent_word, phone_of, plain_text, sender_of
from connectors._sms.reading import number_of
from hub.model.content import Card, Content, Link, Location, Menu, MenuOption, Text
from hub.model.ids import ChannelId
from hub.ports.channel import SendRefused
from hub.testing.channel_tools import FakeMemory, fake_tools
from hub.testing.environment import FakeClock

CHANNEL = ChannelId("ch-1")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("STOP", "opt_out"),
        ("  stop.\r\n", "opt_out"),
        ("Stop!!", "opt_out"),
        ("ＳＴＯＰ", "opt_out"),
        ("“退订”", "opt_out"),
        ("退订。", "opt_out"),
        ("退订回t", "opt_out"),
        ("TD", "opt_out"),
        ("ｔｄ", "opt_out"),
        ("t", "opt_out"),
        ("R", "opt_out"),
        ("unsubscribe", "opt_out"),
        ("STOPALL", "opt_out"),
        ("OptOut", "opt_out"),
        ("revoke", "opt_out"),
        ("Start", "opt_in"),
        ("yes", "opt_in"),
        ("UNSTOP", "opt_in"),
        ("help?", "help"),
        ("INFO", "help"),
        ("please stop", None),
        ("stop it", None),
        ("我要退订", None),
        ("", None),
        ("...", None),
        ("Tim", None),
        ("STOP" + " " * 100, None),
    ],
)
def test_a_word_of_consent_is_a_whole_message(text: str, wanted: str | None) -> None:
    assert consent_word(text) == wanted


@pytest.mark.parametrize(
    ("text", "is_domestic", "wanted"),
    [
        ("+14155552671", False, "+14155552671"),
        ("14155552671", False, None),
        ("95588", False, None),
        ("95588", True, None),
        ("13800138000", True, "+8613800138000"),
        ("8613800138000", True, "+8613800138000"),
        ("+8613800138000", True, "+8613800138000"),
        ("Alipay", True, None),
        ("+1", False, None),
        ("²³⁴⁵⁶⁷⁸⁹", True, None),
    ],
)
def test_only_a_subscriber_has_a_phone_number(text: str, is_domestic: bool, wanted: str | None) -> None:
    assert phone_of(text, is_domestic=is_domestic) == wanted


def test_a_short_code_is_known_by_its_channel() -> None:
    sender = sender_of("95588", CHANNEL)
    assert sender.address == "95588"
    assert [(one.kind, one.value, one.verified) for one in sender.identities] == [("external", "ch-1:95588", True)]


async def test_a_number_gets_so_many_messages_in_24_hours() -> None:
    clock, memory = FakeClock(), FakeMemory()
    limit = NumberLimit(fake_tools(clock=clock, memory=memory), 2)
    await limit.take("+8613800138000")
    await clock.advance(3600)
    await limit.take("+8613800138000")
    # Another process counts on.
    limit = NumberLimit(fake_tools(clock=clock, memory=memory), 2)
    with pytest.raises(SendRefused) as refused:
        await limit.take("+8613800138000")
    assert refused.value.trouble == "limit_reached"
    await limit.take("+8613900139000")
    await clock.advance(82_801)
    await limit.take("+8613800138000")
    with pytest.raises(SendRefused):
        await limit.take("+8613800138000")


async def test_what_was_not_taken_does_not_count() -> None:
    limit = NumberLimit(fake_tools(), 1)
    at = await limit.take("1")
    await limit.give_back("1", at)
    await limit.take("1")
    with pytest.raises(SendRefused):
        await limit.take("1")


async def test_many_at_once_do_not_pass_the_limit() -> None:
    limit = NumberLimit(fake_tools(), 3)
    results = await asyncio.gather(*(limit.take("1") for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(each, SendRefused) for each in results) == 7


async def test_no_limit_counts_nothing() -> None:
    memory = FakeMemory()
    limit = NumberLimit(fake_tools(memory=memory), 0)
    for _ in range(100):
        await limit.give_back("1", await limit.take("1"))
    assert memory.texts == {}


async def test_numbers_do_not_stand_in_the_names_of_records() -> None:
    memory = FakeMemory()
    await NumberLimit(fake_tools(memory=memory), 5).take("+8613800138000")
    assert not any("13800138000" in name for name in memory.texts)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (Text(text="好"), "好"),
        (
            Menu(
                text="选择：",
                options=(
                    MenuOption(id="a", label="订单", payload="x"),
                    MenuOption(id="b", label="退款", payload="y"),
                ),
            ),
            "选择：\n1. 订单\n2. 退款",
        ),
        (Link(url="https://a.example/", title="A", text="b"), "A\nb\nhttps://a.example/"),
        (Card(title="A", text="b"), "A\nb"),
        (Location(text="Here", latitude=31.2, longitude=121.5), "Here\n31.2, 121.5"),
    ],
)
def test_everything_is_said_in_plain_text(content: Content, wanted: str) -> None:
    assert plain_text(content) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(7, 7), (7.0, 7), ("8", 8), (True, 50), ("many", 50), (-1, 50), (None, 50), ("٣", 50), ([], 50)],
)
def test_a_number_of_a_wrong_type_is_the_default(value: object, wanted: int) -> None:
    assert number_of({"n": value}, "n", 50) == wanted
