"""A sentence is the English text that it was, and can be said again in another language, also after it was kept."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from hub.model.kept_sentences import KeptSentence, kept
from hub.model.reasons import FORMS, complaint, reason
from hub.model.sentences import Sentence
from hub.translation import encoder, language_at_terminal, language_of, translated


def test_a_sentence_is_its_english_text() -> None:
    said = Sentence("There is no intent {name!r}.", name="hi")
    assert said == "There is no intent 'hi'."
    assert isinstance(said, str)
    assert hash(said) == hash("There is no intent 'hi'.")
    assert str(said) == translated(said, "en")
    assert type(translated(said, "en")) is str


def test_it_is_said_in_chinese_with_the_same_values() -> None:
    assert translated(Sentence("There is no intent {name!r}.", name="hi"), "zh-CN") == "没有意图“hi”。"


def test_a_plain_text_of_ours_is_translated_and_another_stays() -> None:
    assert translated("Sign in first.", "zh-CN") == "请先登录。"
    assert translated("disk I/O error", "zh-CN") == "disk I/O error"
    assert translated(Sentence("{nowhere} written", nowhere="x"), "zh-CN") == "x written"


def test_values_are_data_and_stay() -> None:
    said = Sentence("There is no intent {name!r}.", name="Sign in first.")
    assert translated(said, "zh-CN") == "没有意图“Sign in first.”。"


def test_a_sentence_in_a_sentence_is_translated_too() -> None:
    said = Sentence("Connect with a token: {detail}", detail=Sentence.of("Sign in again."))
    assert said == "Connect with a token: Sign in again."
    assert translated(said, "zh-CN") == "请使用令牌连接：请重新登录。"


def test_lists_are_joined_as_each_language_joins_them() -> None:
    said = Sentence("The roles are {roles}.", roles=("admin", "agent"))
    assert said == "The roles are admin, agent."
    assert translated(said, "zh-CN") == "可用的角色有 admin、agent。"


def test_a_value_may_hold_a_text_for_each_language() -> None:
    said = Sentence("Set {name}: {help}", name="key", help={"en": "the key", "zh-CN": "密钥"})
    assert said == "Set key: the key"
    assert translated(said, "zh-CN") == "请设置 key：密钥"


def test_a_mapping_that_is_no_text_is_shown_as_it_is() -> None:
    # What a caller sent may be anything.
    assert Sentence("The {what} is wrong.", what={"x": 1}) == "The {'x': 1} is wrong."
    assert Sentence("The {what} is wrong.", what={"en": 1}) == "The {'en': 1} is wrong."


def test_braces_in_a_text_are_no_places() -> None:
    assert Sentence.of("write {name}") == "write {name}"
    assert translated(Sentence.of("write {name}"), "zh-CN") == "write {name}"


def test_a_capital_letter_begins_english_only() -> None:
    said = Sentence("{needs} still says {name!r}: change that first.", needs=Sentence("x").capital(), name="y")
    assert said == "X still says 'y': change that first."


@pytest.mark.parametrize(
    "said",
    [
        Sentence("There is no intent {name!r}.", name="hi"),
        Sentence("The roles are {roles}.", roles=("admin", "agent")),
        Sentence("Connect with a token: {detail}", detail=Sentence.of("Sign in again.")),
        Sentence("It took longer than {minutes:.0f} minutes and was ended: ask for less.", minutes=14.6),
        Sentence("{shown} and {more} more", shown=[Sentence("the slot {name!r}", name="a"), "b"], more=2),
    ],
)
def test_what_is_kept_is_said_the_same_later(said: Sentence) -> None:
    again = msgspec.json.decode(msgspec.json.encode(kept(said)), type=KeptSentence).sentence
    assert again == said
    assert translated(again, "zh-CN") == translated(said, "zh-CN") != str(said)


def test_an_encoder_writes_every_sentence_in_its_language() -> None:
    class Shown(msgspec.Struct):
        notes: tuple[str, ...]

    shown = Shown(notes=(Sentence("The roles are {roles}.", roles=("admin",)), "as it is"))
    assert msgspec.json.decode(encoder("en").encode(shown)) == {"notes": ["The roles are admin.", "as it is"]}
    assert msgspec.json.decode(encoder("zh-CN").encode(shown)) == {"notes": ["可用的角色有 admin。", "as it is"]}


class _Shape(msgspec.Struct, forbid_unknown_fields=True):
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    name: Annotated[str, msgspec.Meta(max_length=3, pattern="^x")] = "x"
    pair: tuple[int, int] = (1, 2)

    def __post_init__(self) -> None:
        if self.count == 13:
            raise ValueError(Sentence("The date {twice} is given more than once.", twice="13"))


@pytest.mark.parametrize(
    ("given", "chinese"),
    [
        ({"count": "a"}, "应为 `int`，实际为 `str`（位置：`$.count`）"),
        ({"count": 0}, "`int` 应 >= 1（位置：`$.count`）"),
        ({"name": "xxxx"}, "`str` 的长度应 <= 3（位置：`$.name`）"),
        ({"name": "y"}, "`str` 应符合正则表达式 '^x'（位置：`$.name`）"),
        ({"pair": [1]}, "`array` 的长度应为 2，实际为 1（位置：`$.pair`）"),
        ({"more": 1}, "含有未知字段 `more`"),
        ({"count": 13}, "日期 13 重复。"),
    ],
)
def test_what_the_decoder_says_is_a_sentence_word_for_word(given: object, chinese: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(given, _Shape)
    assert reason(caught.value) == str(caught.value)
    assert translated(reason(caught.value), "zh-CN") == chinese
    assert str(caught.value).startswith(complaint(caught.value))


def test_each_form_of_the_decoder_has_its_own_translation() -> None:
    assert len({translated(Sentence.of(form) if "{" not in form else form, "zh-CN") for form in FORMS}) == len(FORMS)


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en;q=0.8, zh-Hant;q=0.9", "zh-CN"),
        ("fr-FR, zh;q=0.5", "en"),
        ("zh;q=0", "en"),
        ("zh;q=much, en", "en"),
        ("zh_CN.UTF-8", "zh-CN"),
        ("*", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_that_is_wanted_most_is_spoken(wish: str | None, language: str) -> None:
    assert language_of(wish) == language


def test_a_terminal_speaks_the_language_of_its_locale() -> None:
    assert language_at_terminal({"LANG": "zh_CN.UTF-8"}) == "zh-CN"
    assert language_at_terminal({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}) == "en"
    assert language_at_terminal({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_GB"}) == "zh-CN"
    assert language_at_terminal({}) == "en"
