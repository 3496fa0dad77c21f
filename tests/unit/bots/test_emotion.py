"""The mood of a message: four levels, the words that decided, and a head that a workspace trains on its own labels."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.nlu import ModelFault, emotion_words_en, emotion_words_zh, load_model, save_model, train
from bots.nlu.emotion import CALM, LEVELS, SHOWN, emotion_of
from bots.nlu.emotion_head import EmotionHead, LabelledMood, train_emotion_head
from bots.nlu.emotion_words import read_emotion_words
from bots.nlu.traditional import simplify
from bots.training.dataset import Domain, Example, Project, TrainingData


def moods() -> list[tuple[str, str]]:
    """Return level and message of this project's own test set."""
    lines = Path(__file__).with_name("emotions.tsv").read_text(encoding="utf-8").splitlines()
    return [(level, text) for level, _, text in (line.partition("\t") for line in lines)]


def test_messages_of_customers_are_heard_as_they_are_meant() -> None:
    pairs = moods()
    wrong = [(text, level, heard) for level, text in pairs if (heard := emotion_of(text).level) != level]
    assert len(pairs) >= 120
    assert {level for level, _ in pairs} == set(LEVELS)
    assert 1 - len(wrong) / len(pairs) >= 0.95, wrong


def test_calm_messages_raise_no_alarm() -> None:
    assert [text for level, text in moods() if level == "calm" and emotion_of(text).is_angry] == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("味道不错", "味道不好"),
        ("不难吃", "难吃"),
        ("有点失望", "非常失望"),
        ("很慢，但是味道很好", "味道很好，但是很慢"),
        ("太慢了", "太慢了！！！"),
        ("20分钟就送到了", "两个小时才送到"),
        ("it is not bad", "it is bad"),
        ("slightly disappointing", "extremely disappointing"),
        ("slow but very good", "very good but slow"),
        ("this is bad", "this is BAD"),
        ("ok 😊", "ok 😡"),
    ],
)
def test_negation_degree_turn_and_loudness_count(better: str, worse: str) -> None:
    assert emotion_of(better).score > emotion_of(worse).score


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("你们這羣騙子，我要找１２３１５", ("１２３１５",)),
        ("太過分了", ("太過分",)),
        ("This is ＲＩＤＩＣＵＬＯＵＳ", ("ＲＩＤＩＣＵＬＯＵＳ",)),
        ("my lawyer will write to you", ("my lawyer",)),
        ("我的订单到哪了", ()),
    ],
)
def test_the_words_that_decided_are_told_as_they_were_written(text: str, words: tuple[str, ...]) -> None:
    assert emotion_of(text).words == words


def test_letters_are_curses_in_a_chinese_conversation_only() -> None:
    assert emotion_of("tmd", "zh-CN").level == "angry"
    assert emotion_of("tmd", "en") == CALM
    assert emotion_of("tmd 怎么还不发货").level == "angry"


def test_the_end_of_a_very_long_message_is_heard() -> None:
    chat = "今天我和家人一起去公园散步，看到花。" * 800
    assert emotion_of(chat).level == "calm"
    assert emotion_of(chat + "我要投诉你们").level == "threatening"


def test_praise_is_no_threat() -> None:
    assert emotion_of("excellent service, I love it and will tell everyone").level == "calm"


@given(st.text(max_size=400), st.sampled_from(["zh", "en", None]))
def test_every_text_has_a_mood(text: str, language: str | None) -> None:
    heard = emotion_of(text, language)
    assert heard.level in LEVELS
    assert -1 <= heard.score <= 1
    assert len(heard.words) <= SHOWN
    assert all(word in text for word in heard.words)
    assert (heard.level == "calm") == (heard.score >= -0.1) or heard.is_angry


@pytest.mark.parametrize(
    "text", ["差" * 10_000, "! " * 5_000, "not " * 2_500, "我要" * 5_000, "😡" * 10_000, "never us " * 900]
)
def test_walls_of_text_take_no_time(text: str) -> None:
    emotion_of(text)
    start = time.process_time()
    emotion_of(text)
    assert time.process_time() - start <= 1


@pytest.mark.parametrize("words", [emotion_words_zh.WORDS, emotion_words_en.WORDS], ids=["zh", "en"])
def test_each_word_stands_in_one_list(words: str) -> None:
    lists = read_emotion_words(words)
    assert not lists.feelings.keys() & lists.degrees.keys()
    assert not lists.negations & (lists.feelings.keys() | lists.degrees.keys() | lists.turns.keys())
    assert len(lists.feelings) >= 500
    assert all(-3 <= weight <= 3 for weight in lists.feelings.values())
    assert all(simplify(word) == word == word.lower() for word in lists.feelings)


_LABELLED = [
    *(
        LabelledMood(text=f"{place}的工单请升级处理", level="angry")
        for place in ("北京", "上海", "广州", "深圳", "杭州", "成都")
    ),
    *(
        LabelledMood(text=f"{place}的工单按期处理", level="calm")
        for place in ("北京", "上海", "广州", "深圳", "杭州", "成都")
    ),
    *(LabelledMood(text=text, level="unhappy") for text in ("系统又慢了", "页面打开慢", "加载慢", "打开很慢")),
]


def test_a_trained_head_hears_what_its_workspace_means(tmp_path: Path) -> None:
    head = train_emotion_head(_LABELLED)
    assert emotion_of("武汉的工单请升级处理").level == "calm"
    heard = head.emotion_of("武汉的工单请升级处理")
    assert heard.level == "angry"
    assert any(word in "请升级" for word in heard.words)
    assert heard.score < 0

    file = tmp_path / "moods.model"
    save_model(head.model, file)
    assert EmotionHead(load_model(file)).emotion_of("武汉的工单请升级处理") == heard


def test_a_trained_head_leaves_what_it_does_not_know_to_the_rules() -> None:
    head = train_emotion_head(_LABELLED)
    for text in ("my lawyer will call you", "你好", "", "this is great"):
        assert head.emotion_of(text) == emotion_of(text)


def test_a_model_of_something_else_is_no_head() -> None:
    examples = (Example(text="buy", intent="buy"), Example(text="cancel", intent="cancel"))
    with pytest.raises(ModelFault):
        EmotionHead(train(Project(data=TrainingData(examples=examples), domain=Domain(), rules=())))
