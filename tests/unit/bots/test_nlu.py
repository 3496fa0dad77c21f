"""Understanding: form of the answer, entities and their offsets, commands, languages, mood."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bots
from bots import IntentEngine
from bots.nlu.features import Counts, count_features
from bots.nlu.language import detect
from bots.nlu.tokenize import cut, normalise
from bots.nlu.vectors import Weigher

_FILES = {
    "nlu.yml": """
nlu:
- intent: buy
  examples: |
    - I want to buy a ticket to [Berlin](city)
    - 我要买去[上海](city)的票
    - ticket please
    - 买票
- intent: cancel
  examples: |
    - cancel my booking
    - 取消预订
    - I changed my mind
    - 不要了
- regex: code
  examples: |
    - \\b[A-Z]{2}\\d{4}\\b
- lookup: city
  examples: |
    - Rome
    - 北京
- synonym: 上海
  examples: |
    - 魔都
    - Shanghai
- lookup: hint
  examples: |
    - 优惠
""",
    "domain.yml": "intents: [buy, cancel]\nentities: [city, code]\n",
}


@pytest.fixture(scope="module")
def bot() -> IntentEngine:
    return IntentEngine(bots.read_files(_FILES))


def found(bot: IntentEngine, text: str) -> list[tuple[str, str, str]]:
    """Return entity, value and the stretch of the text for each entity of a parse."""
    entities = json.loads(json.dumps(bot.parse(text)["entities"]))
    return [(item["entity"], item["value"], text[item["start"] : item["end"]]) for item in entities]


def test_parse_has_the_form_of_rasa(bot: IntentEngine) -> None:
    parsed = json.loads(json.dumps(bot.parse("a ticket to Rome")))
    assert parsed["text"] == "a ticket to Rome"
    assert parsed["intent"] == parsed["intent_ranking"][0]
    assert parsed["intent"]["name"] == "buy"
    assert sum(item["confidence"] for item in parsed["intent_ranking"]) == pytest.approx(1)
    assert parsed["text_tokens"] == [[0, 1], [2, 8], [9, 11], [12, 16]]
    assert parsed["entities"] == [
        {
            "entity": "city",
            "start": 12,
            "end": 16,
            "confidence_entity": 1.0,
            "value": "Rome",
            "extractor": "RegexEntityExtractor",
        }
    ]


def test_what_is_not_understood_is_the_fallback_at_its_threshold(bot: IntentEngine) -> None:
    for text in ("", "😀", "xyzzy plugh", "？？"):
        assert bot.parse(text)["intent"] == {"name": "nlu_fallback", "confidence": 0.3}


def test_a_higher_threshold_makes_more_fallbacks() -> None:
    strict = _FILES | {"config.yml": "pipeline:\n- {name: FallbackClassifier, threshold: 1.0}\n"}
    assert IntentEngine(bots.read_files(strict)).parse("a ticket")["intent"] == {
        "name": "nlu_fallback",
        "confidence": 1.0,
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("单号AB1234到哪了", [("code", "AB1234", "AB1234")]),
        ("code ab1234!", [("code", "ab1234", "ab1234")]),
        ("XAB12345", []),
        ("去北京", [("city", "北京", "北京")]),
        ("romeo and rome", [("city", "rome", "rome")]),
        ("飞魔都", []),
        ("飞上海和Berlin", [("city", "上海", "上海"), ("city", "Berlin", "Berlin")]),
        ("😀ＡＢ１２３４。", [("code", "AB1234", "ＡＢ１２３４")]),
        ("有优惠吗", []),
    ],
)
def test_entities_are_found_where_they_stand(bot: IntentEngine, text: str, wanted: list[tuple[str, str, str]]) -> None:
    assert found(bot, text) == wanted


def test_synonyms_give_the_value() -> None:
    files = _FILES | {"more.yml": "nlu:\n- lookup: city\n  examples: |\n    - 魔都\n    - Shanghai\n"}
    bot = IntentEngine(bots.read_files(files))
    assert found(bot, "从魔都到SHANGHAI") == [("city", "上海", "魔都"), ("city", "上海", "SHANGHAI")]


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "entities"),
    [
        ("/buy", "buy", 1.0, {}),
        ('/buy{"city": "Rome", "n": 2}', "buy", 1.0, {"city": "Rome", "n": "2"}),
        ("/cancel@0.5", "cancel", 0.5, {}),
        ('/buy{"city": ', "buy", 1.0, {}),
    ],
)
def test_commands_skip_understanding(
    bot: IntentEngine, text: str, intent: str, confidence: float, entities: dict[str, str]
) -> None:
    parsed = json.loads(json.dumps(bot.parse(text)))
    assert parsed["intent"] == {"name": intent, "confidence": confidence}
    assert {item["entity"]: item["value"] for item in parsed["entities"]} == entities


def test_a_command_that_does_not_exist_is_read_as_words(bot: IntentEngine) -> None:
    assert bot.parse("/nothing")["intent"] == {"name": "nlu_fallback", "confidence": 0.3}


def test_mixed_languages_are_understood(bot: IntentEngine) -> None:
    assert bot.parse("我想买一张ticket")["intent"] == bot.parse("我想买一张ticket")["intent_ranking"][0]  # type: ignore[index]  # the form of /model/parse is a plain dict
    assert json.loads(json.dumps(bot.parse("我想cancel预订")))["intent"]["name"] == "cancel"


@given(st.text(max_size=200))
def test_offsets_always_point_into_the_text(text: str) -> None:
    normalised = normalise(text)
    end = 0
    for piece in cut(normalised.text):
        start, stop = normalised.span(piece.start, piece.end)
        assert end <= start <= stop <= len(text)
        end = start
        assert piece.text == normalised.text[piece.start : piece.end].lower()


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_english_is_cut_alike_beside_chinese(text: str) -> None:
    assert cut(text) == cut(f"{text}\n退")[:-1]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("你好", "zh"),
        ("hello", "en"),
        ("我的order到哪了", "zh"),
        ("can I pay with 支付宝 here", "en"),
        ("HK20260001", None),
        ("ok", None),
        ("123 😀", None),
        ("", None),
    ],
)
def test_language_is_told_by_the_letters(text: str, language: str | None) -> None:
    assert detect(cut(normalise(text).text)) == language


def test_the_mood_is_part_of_what_is_understood(bot: IntentEngine) -> None:
    assert bot.model.understand("你们是骗子").is_angry
    assert bot.model.understand("我不想投诉").emotion.level == "calm"
    assert not bot.model.understand("/buy").is_angry


def test_training_twice_gives_the_same_bot(bot: IntentEngine) -> None:
    again = IntentEngine(bots.read_files(_FILES))
    for text in ("buy", "我不要了", "ticket to Rome", "嗯"):
        assert again.parse(text) == bot.parse(text)


def test_a_rare_name_does_not_drown_what_is_asked() -> None:
    def counted(text: str) -> Counts:
        return count_features(text, cut(text))

    weigher = Weigher.learn([counted(text) for text in ("退", "退票", "票？")])
    assert weigher.rarity[weigher.numbers["h？"]] == pytest.approx(1 + np.log(4 / 2))

    names = [chr(ord("\u4e00") + number) for number in range(1_000)]
    weigher = Weigher.learn([counted(f"{name}？") for name in names])
    vector = weigher.weigh(counted(f"{names[7]}？"))
    weight = dict(zip(vector.features.tolist(), vector.weights.tolist(), strict=True))
    name, mark = (weight[weigher.numbers[f"h{letter}"]] for letter in (names[7], "？"))
    assert mark < name < 5 * mark
    assert np.linalg.norm(vector.weights) == pytest.approx(1)
