"""Routing rules: which of them hold, who was first to say what, and where words are found."""

from __future__ import annotations

import time
from typing import Any

import pytest

from hub.model.ids import BotId, ChannelId, QueueId, RuleId
from hub.model.queues import RoutingRule, RuleThen, RuleWhen
from hub.model.routing_rules import Choice, Facts, RuleBook
from hub.model.word_search import MAX_READ, WordSearch

SHOP = ChannelId("shop")


def _rule(name: str, when: RuleWhen | None = None, *, enabled: bool = True, **then: Any) -> RoutingRule:
    return RoutingRule(id=RuleId(name), name=name, when=when or RuleWhen(), then=RuleThen(**then), enabled=enabled)


def _choose(*rules: RoutingRule, **facts: Any) -> Choice:
    return RuleBook(rules).choose(Facts(channel_id=facts.pop("channel_id", SHOP), **facts))


@pytest.mark.parametrize(
    ("word", "text", "is_found"),
    [
        ("fire", "There is a FIRE in my kitchen", True),
        ("fire", "I was fired", False),
        ("fire", "fire!", True),
        ("fire", "手机着fire了", True),
        ("on fire", "it is  on\nfire", True),
        ("gdpr", "ＧＤＰＲ request", True),
        ("起火", "我的电池起火了", True),
        ("起火", "我起身去生火", False),
        ("身份证", "身 份证", False),
        ("120", "打120", True),
        ("120", "1200 元", False),
        ("straße", "STRASSE", True),
        ("c++", "I write C++ code", True),
        ("", "anything", False),
    ],
)
def test_words_are_found_where_people_mean_them(word: str, text: str, is_found: bool) -> None:
    assert bool(WordSearch([word]).find(text)) is is_found


def test_words_within_words_are_all_found_and_named_as_they_were_given() -> None:
    search = WordSearch(["删除", "删除我的数据", "Delete My Data", "data"])
    assert search.find("请删除我的数据, delete my DATA") == ("删除", "删除我的数据", "Delete My Data", "data")


def test_the_time_to_search_does_not_grow_with_the_number_of_words() -> None:
    text = "ab" * (MAX_READ // 2)
    took = []
    for count in (10, 5000):
        search = WordSearch(f"{'ab' * 20}{number}" for number in range(count))
        began = time.perf_counter()
        assert search.find(text) == ()
        took.append(time.perf_counter() - began)
    assert took[1] < took[0] * 5 + 0.02


def test_the_first_rule_to_say_a_part_wins_and_others_fill_in() -> None:
    chosen = _choose(
        _rule("a", RuleWhen(levels=("vip",)), priority=1, first="person"),
        _rule("b", priority=3, queue_id=QueueId("sales"), skills={"shop": 2}),
        _rule("c", first="bot", bot_id=BotId("b1"), skills={"tech": 5}),
        level="vip",
    )
    assert (chosen.priority, chosen.first, chosen.queue_id, chosen.bot_id) == (1, "person", "sales", "b1")
    assert chosen.skills == {"shop": 2}
    assert [(one.rule.id, one.said) for one in chosen.matched] == [
        ("a", ("first", "priority")),
        ("b", ("queue_id", "skills")),
        ("c", ("bot_id",)),
    ]


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        (RuleWhen(channel_ids=(ChannelId("other"),)), {}),
        (RuleWhen(languages=("en",)), {"language": "zh-CN"}),
        (RuleWhen(languages=("en",)), {}),
        (RuleWhen(levels=("vip",)), {}),
        (RuleWhen(feelings=("angry",)), {"feeling": "calm"}),
        (RuleWhen(words=("退款",)), {"text": "你好"}),
        (RuleWhen(hours="closed"), {"is_open": True}),
        (RuleWhen(hours="closed"), {}),
        (RuleWhen(hours="open"), {"is_open": False}),
        (RuleWhen(words=("退款",), levels=("vip",)), {"text": "退款"}),
    ],
)
def test_every_part_of_a_condition_must_hold(when: RuleWhen, facts: dict[str, Any]) -> None:
    assert _choose(_rule("r", when, priority=0), **facts).matched == ()


@pytest.mark.parametrize(
    ("when", "facts", "because"),
    [
        (RuleWhen(languages=("zh",)), {"language": "zh-CN"}, ""),
        (RuleWhen(words=("Refund", "退款")), {"text": "我要退款 refund"}, "退款"),
        (RuleWhen(feelings=("angry",)), {"feeling": "angry", "feeling_words": ("气死",)}, "气死"),
        (RuleWhen(feelings=("angry",)), {"feeling": "angry"}, "angry"),
        (RuleWhen(hours="open"), {}, ""),
        (RuleWhen(hours="closed"), {"is_open": False}, ""),
    ],
)
def test_a_rule_tells_what_met_it(when: RuleWhen, facts: dict[str, Any], because: str) -> None:
    assert [one.because for one in _choose(_rule("r", when, priority=0), **facts).matched] == [because]


def test_later_messages_are_heard_by_rules_about_messages_only() -> None:
    rules = (
        _rule("level", RuleWhen(levels=("vip",)), priority=1),
        _rule("words", RuleWhen(words=("起火",)), lane="emergency"),
        _rule("mood", RuleWhen(feelings=("angry",)), priority=3),
    )
    later = _choose(*rules, level="vip", text="起火", feeling="angry", is_start=False)
    assert (later.lane, later.priority) == ("emergency", 3)
    assert _choose(*rules, level="vip", text="起火", feeling="angry").priority == 1


def test_rules_that_are_switched_off_say_nothing() -> None:
    assert _choose(_rule("r", priority=0, enabled=False)).matched == ()
    assert RuleBook(()).choose(Facts(channel_id=SHOP)).matched == ()
