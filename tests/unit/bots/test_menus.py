"""A number or the words of a choice are taken for that choice, where the menu was the last thing shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import bots
from bots.dialogue import chosen
from bots.dialogue.memory import Choice
from connectors._sms.wording import plain_text
from connectors.email.compose import text_of
from hub.model.content import Content, Menu, joined
from tests.unit.bots.conversation import Conversation, spoken

_MENU = (
    Choice(label="查订单", payload="/order_status"),
    Choice(label="Refund & return", payload="/refund"),
    Choice(label="人工客服", payload="/ask_human"),
)


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1", "/order_status"),
        (" 2. ", "/refund"),
        ("２", "/refund"),
        ("(3)", "/ask_human"),
        ("第三个", "/ask_human"),
        ("选2", "/refund"),
        ("我选 二", "/refund"),
        ("option 2, ", None),
        ("Option 2", "/refund"),
        ("no. 3", "/ask_human"),
        ("2 please", "/refund"),
        ("the second one", "/refund"),
        ("First, please", "/order_status"),
        ("I'd like the third option", "/ask_human"),
        ("the last one", "/ask_human"),
        ("最后一个", "/ask_human"),
        ("the fourth one", None),
        ("the second one is broken", None),
        ("查订单", "/order_status"),
        ("查订单！", "/order_status"),
        ("refund & RETURN", "/refund"),
        ("2\n\nBest regards\nLin", "/refund"),
        ("0", None),
        ("4", None),
        ("12", None),
        ("2 items are broken", None),
        ("HK20260002", None),
        ("", None),
        ("   \n ", None),
        ("查", None),
        ("!!", None),
        ("2" * 5_000, None),
    ],
)
def test_words_for_a_choice(text: str, payload: str | None) -> None:
    choice = chosen(text, _MENU)
    assert (choice.payload if choice else None) == payload


def test_a_label_that_is_a_number_comes_before_its_place() -> None:
    menu = (Choice(label="3", payload="/three"), Choice(label="1", payload="/one"))
    choice = chosen("1", menu)
    assert choice is not None
    assert choice.payload == "/one"


def test_without_a_menu_a_number_is_a_number() -> None:
    assert chosen("1", ()) is None


def test_a_numbered_menu_is_answered_by_number_and_later_a_number_is_none() -> None:
    talk = Conversation(bots.load_demo())
    talk.say("hello")
    assert "order number" in spoken(talk.say("1"))
    assert "HK20260002" in spoken(talk.say("2"))
    assert "HK20260002" not in spoken(talk.say("2"))


@pytest.mark.parametrize("written", [plain_text, text_of], ids=["text message", "mail"])
def test_the_numbers_are_those_that_text_messages_and_mails_show(written: Callable[[Content], str]) -> None:
    greeting = joined(Conversation(bots.load_demo()).say("hello").contents)
    assert isinstance(greeting, Menu)
    for number, option in enumerate(greeting.options, start=1):
        assert f"{number}. {option.label}" in written(greeting).splitlines()
        choice = chosen(str(number), [Choice(label=one.label, payload=one.payload) for one in greeting.options])
        assert choice is not None
        assert choice.payload == option.payload


def test_a_person_is_reached_by_number() -> None:
    talk = Conversation(bots.load_demo(), language="zh-CN")
    talk.say("你好")
    answer = talk.say("第四个")
    assert answer.handoff is not None
    assert answer.handoff.reason == "asked"
