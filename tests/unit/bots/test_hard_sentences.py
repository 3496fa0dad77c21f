"""The demo bot and sentences as people type them: typos, traditional characters, two languages, very short or long."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bots
from bots.nlu import Model

_BARS = {
    "typos": 0.8,
    "traditional": 0.95,
    "mixed": 0.9,
    "short": 0.95,
    "long": 0.8,
    "full-width": 0.95,
    "emoji": 0.85,
}


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
    wrong = [(text, intent) for intent, text in pairs if demo.understand(text).intent != intent]
    assert len(pairs) >= 6
    assert 1 - len(wrong) / len(pairs) >= _BARS[kind], wrong


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
    ],
)
def test_walls_of_text_neither_fail_nor_take_long(demo: Model, text: str) -> None:
    parsed = demo.parse(text)
    assert parsed["text"] == text
    assert len(demo.understand(text).tokens) <= 1_001


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
