"""Cutting texts: nothing lost, nothing added, nothing cut in two."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from connectors._wechat.text import signs, split

PIECES = st.sampled_from(
    [
        "a",
        "文",
        "é",
        "e\u0301",
        "👩🏽‍💻",
        "👨‍👩‍👧‍👦",
        "🇨🇳",
        "🇩🇪",
        "1️⃣",
        "𠮷",
        "\r\n",
        "\n",
        "。",
        "！",
        "” ",
        ". ",
        "\u200d",
        "\u200f",
    ]
)
TEXTS = st.lists(PIECES | st.characters(codec="utf-8"), max_size=120).map("".join)


@given(text=TEXTS, limit=st.integers(min_value=4, max_value=60))
@example(text="文" * 50, limit=4)
@example(text="🇨🇳" * 9, limit=9)
def test_parts_are_the_text_and_each_fits(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert "".join(parts) == text
    assert all(0 < len(part.encode()) <= limit for part in parts)


@given(text=TEXTS, limit=st.integers(min_value=25, max_value=80))
def test_no_sign_is_cut_that_fits(text: str, limit: int) -> None:
    whole = list(signs(text))
    ends, at = set(), 0
    for sign in whole:
        at += len(sign)
        ends.add(at)
    inside_long = {
        position
        for end, sign in zip(sorted(ends), whole, strict=True)
        if len(sign.encode()) > limit
        for position in range(end - len(sign) + 1, end)
    }
    at = 0
    for part in split(text, limit):
        at += len(part)
        assert at in ends | inside_long


def test_signs_are_what_a_reader_counts() -> None:
    for text in ("👩🏽‍💻", "👨‍👩‍👧‍👦", "🇨🇳", "e\u0301", "1️⃣", "\r\n", "❤️", "🏴\U000e0067\U000e0062\U000e007f", "नि"):
        assert list(signs(text)) == [text]
    assert list(signs("🇨🇳🇩🇪")) == ["🇨🇳", "🇩🇪"]
    assert list(signs("文a")) == ["文", "a"]


def test_cuts_are_at_the_ends_of_sentences() -> None:
    sentence = "您的订单已经发货，预计明天送达。"
    parts = split(sentence * 100, 2048)
    assert all(part.endswith("。") for part in parts)
    # As few messages as possible: each counts against the quota.
    assert len(parts) == 3
    english = split("He said it. “Yes.” Then he left! " * 100, 500)
    assert all(part.rstrip().endswith((".", "!", "”")) for part in english)


def test_a_line_end_comes_before_a_sentence_end_and_a_word_before_nothing() -> None:
    assert split("aaaa. bb\ncc dd", 12) == ("aaaa. bb\n", "cc dd")
    assert split("aaaa bbbb cccc", 12) == ("aaaa bbbb ", "cccc")
    assert split("a" * 30, 12) == ("a" * 12, "a" * 12, "a" * 6)


def test_an_early_sentence_end_is_no_reason_for_a_tiny_message() -> None:
    text = "好。" + "字" * 1000
    assert [len(part) for part in split(text)] == [682, 320]


def test_the_limit_itself_goes_out_whole() -> None:
    for text in ("a" * 2048, "文" * 682 + "ab"):
        assert split(text) == (text,)
        assert len(split(text + "b")) == 2
    assert split("") == ()


def test_marks_without_end_take_no_time_without_end() -> None:
    assert "".join(split("a" + "\u0301" * 30_000, 2048)) == "a" + "\u0301" * 30_000
