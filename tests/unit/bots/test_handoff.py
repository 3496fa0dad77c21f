"""The summary that a person reads: topics, what is known, what was tried, the mood, the last three questions."""

from __future__ import annotations

import pytest

import bots
from bots.dialogue.handoff import wish
from bots.dialogue.memory import Memory, Mood
from tests.unit.bots.conversation import Conversation


def memory(language: str, mood: Mood = "calm") -> Memory:
    kept = Memory(
        language=language, turns=4, slots={"order_number": "HK1", "language": language, "offered_person": "y"}
    )
    kept.intents = ["greet", "refund"]
    kept.tried = ["action_order_status"]
    kept.questions = ["one", "two", "three"]
    kept.note_mood(mood)
    return kept


def test_everything_is_told_in_the_customers_language() -> None:
    titles = {"order_number": "order number", "action_order_status": "looked up the order"}
    found = wish("asked", memory("en"), {"refund": "Refund"}, titles)
    assert found.reason == "asked"
    assert found.summary == (
        "4 turns with the bot. About: Refund. Known: order number = HK1. Tried: looked up the order. "
        'Last said: "one", "two", "three"'
    )
    assert wish("asked", memory("zh"), {"refund": "退款"}, {"order_number": "订单号"}).summary == (
        "客户与机器人对话 4 轮。涉及：退款。已知：订单号 = HK1。已尝试：order status。最近的话：“one”、“two”、“three”"
    )


@pytest.mark.parametrize(
    ("mood", "zh", "en"),
    [("unhappy", "不满", "unhappy"), ("angry", "激动", "angry"), ("threatening", "投诉", "threatens")],
)
def test_the_mood_is_told(mood: Mood, zh: str, en: str) -> None:
    assert zh in wish("asked", memory("zh", mood), {}, {}).summary
    assert en in wish("asked", memory("en", mood), {}, {}).summary


def test_the_worst_mood_is_remembered() -> None:
    kept = memory("en", "angry")
    kept.note_mood("calm")
    assert kept.mood == "angry"


def test_an_empty_conversation_has_a_summary_too() -> None:
    assert wish("asked", Memory(language="en", turns=1), {}, {}).summary == "1 turn with the bot."


def test_a_long_value_is_cut() -> None:
    kept = Memory(language="en", turns=1, slots={"note": "x" * 900})
    assert len(wish("asked", kept, {}, {}).summary) < 200


def test_the_demo_bot_tells_what_it_tried_and_in_which_mood_the_customer_is() -> None:
    talk = Conversation(bots.load_demo())
    talk.say("where is my order HK20260001")
    handoff = talk.say("this is a scam, my lawyer will call you").handoff
    assert handoff is not None
    assert "Known: order number = HK20260001." in handoff.summary
    assert "Tried: looked up the order." in handoff.summary
    assert "The customer threatens to complain or to leave." in handoff.summary
    assert '"where is my order HK20260001", "this is a scam, my lawyer will call you"' in handoff.summary
