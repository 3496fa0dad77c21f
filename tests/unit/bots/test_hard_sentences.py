"""The demo bot and sentences as people type them: typos, traditional characters, two languages, very short or long."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bots
from bots.nlu import Model

_BARS = {
    "typos": (60, 0.92),
    "traditional": (60, 0.95),
    "mixed": (60, 0.95),
    "short": (60, 0.9),
    "long": (20, 0.85),
    "full-width": (12, 0.95),
    "emoji": (20, 0.95),
}
"""How many sentences of a kind there are at least, and which share of them is understood."""
_LONGEST_S = 0.2
"""Processor time that no message may take; the slowest wall needs a quarter of it."""


def sentences(kind: str) -> list[tuple[str, str]]:
    """Return the pairs of intent and sentence of a kind."""
    lines = Path(__file__).with_name("hard_sentences.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    return [(intent, text) for found, intent, text in rows if found == kind]


@pytest.fixture(scope="module")
def demo() -> Model:
    return bots.load_demo().model


@pytest.mark.parametrize("kind", _BARS)
def test_hard_sentences_are_understood(demo: Model, kind: str) -> None:
    pairs = sentences(kind)
    least, bar = _BARS[kind]
    wrong = [(text, intent) for intent, text in pairs if demo.understand(text).intent != intent]
    assert len(pairs) >= least
    assert 1 - len(wrong) / len(pairs) >= bar, wrong


def test_hard_sentences_are_not_learnt_by_heart() -> None:
    learnt = {example.text for example in bots.load_demo().project.data.examples}
    assert not learnt & {text for kind in _BARS for _, text in sentences(kind)}


@pytest.mark.parametrize(
    "text",
    [
        "手机没电了怎么办",
        "手機沒電了怎麼辦",
        "我的手机没电了",
        "我手机没电啦！",
        "my phone battery is dead",
        "phone out of battery",
    ],
)
def test_an_empty_battery_is_no_broken_phone(demo: Model, text: str) -> None:
    assert demo.understand(text).intent == "charging"


@pytest.mark.parametrize(
    "text", ["手机坏了", "手机屏幕碎了能修吗", "my phone is broken", "it won't turn on even after charging all night"]
)
def test_a_broken_phone_still_is_one(demo: Model, text: str) -> None:
    assert demo.understand(text).intent == "repair"


@pytest.mark.parametrize(
    "question",
    [
        ("我的快递到底送到哪里了，帮我查一下订单", "order_status"),
        ("帮我取消订单吧，取消订单", "cancel_order"),
        ("so please cancel my order, I want to cancel my order", "cancel_order"),
    ],
)
def test_a_question_of_ten_thousand_characters_is_answered(demo: Model, question: tuple[str, str]) -> None:
    text, intent = question
    whole = "。".join([text] * (10_000 // len(text) + 1))
    assert len(whole) >= 10_000
    assert demo.understand(whole).intent == intent


def test_the_end_of_a_very_long_message_counts(demo: Model) -> None:
    chat = "今天天气很好，我和家人一起去公园散步，看到很多花，拍了不少照片。" * 400
    assert len(chat) > 10_000
    found = demo.understand(chat + "我要开发票，请给我开发票，开发票，电子发票怎么开，发票抬头怎么填" * 8)
    assert found.ranking[0][0] == "invoice"
    assert found.tokens[-1][1] <= len(found.text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "退" * 10_000,
        "😀" * 10_000,
        "\ufdfa" * 10_000,
        "1,000," * 2_000,
        "退款 refund " * 1_000,
        "\x00\ud800",
        "\n" * 10_000,
        "\u202e\u05d0 " * 3_000,
        "👨\u200d👩\u200d👧" * 2_000,
        "\x00\x07\x1b" * 3_000,
        "e\u0301" * 5_000,
        "三百五十块" * 2_000,
        "a@b.c" * 2_000,
        "+86 138 0013 8000 " * 600,
        "!:-" * 3_000,
        "不是没有" * 2_500,
        " ".join(f"w{number}x" for number in range(2_000)),
        "我的订单 where is my order " * 40_000,
        "x" * 1_000_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_walls_of_text_neither_fail_nor_take_long(demo: Model, text: str) -> None:
    spent: list[float] = []
    for _ in range(3):
        start = time.process_time()
        demo.understand(text)
        spent.append(time.process_time() - start)
    assert min(spent) <= _LONGEST_S
    assert len(demo.understand(text).tokens) <= 1_001
    assert demo.parse(text)["text"] == text


@pytest.mark.parametrize("text", ["退\u200b款", "re\u200bfund please", "\u202erefund please", "ref\x00und\x07 please"])
def test_what_nobody_sees_cuts_no_word_apart(demo: Model, text: str) -> None:
    plain = text.translate(dict.fromkeys(map(ord, "\u200b\u202e\x00\x07")))
    found, wanted = demo.understand(text), demo.understand(plain)
    assert found.ranking == wanted.ranking
    assert len(found.tokens) == len(wanted.tokens)


def test_an_entity_is_found_where_it_stands_around_what_nobody_sees(demo: Model) -> None:
    text = "\ufeff查一下HK2026\u200b0001\u200b到哪了"
    (entity,) = demo.understand(text).entities
    assert (entity.name, entity.value) == ("order_number", "HK20260001")
    assert text[entity.start : entity.end] == "HK2026\u200b0001"


def test_traditional_characters_may_be_kept_apart() -> None:
    files = {
        "nlu.yml": "nlu:\n- intent: a\n  examples: |\n    - 退款\n- intent: b\n  examples: |\n    - 發貨\n",
        "config.yml": "simplify_traditional: false\n",
    }
    assert bots.train(bots.read_files(files)).understand("发货").is_fallback
    assert not bots.train(bots.read_files({"nlu.yml": files["nlu.yml"]})).understand("发货").is_fallback


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_every_text_is_answered_in_form(text: str) -> None:
    model = bots.load_demo().model
    parsed = json.loads(json.dumps(model.parse(text)))
    assert parsed["intent"]["name"] == parsed["intent_ranking"][0]["name"]
    assert 0 <= parsed["intent"]["confidence"] <= 1
    assert all(0 <= start <= end <= len(text) for start, end in parsed["text_tokens"])
    assert all(0 <= item["start"] <= item["end"] <= len(text) for item in parsed["entities"])
    assert model.explain(text).intents == tuple(name for name, _ in model.understand(f" {text}").ranking[:2])
