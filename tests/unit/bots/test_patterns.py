"""Regexes of trainers: those that could hold a bot up are refused where they stand, and no search runs on and on."""

from __future__ import annotations

import time

import pytest

import bots
from bots.nlu.word_lists import WordList
from bots.training import TrainingFaults
from bots.training.patterns import PatternFault, SafePattern, checked_pattern


@pytest.mark.parametrize("source", [r"(a+)+$", r"(a|aa)+$", r"(\w+\s?)*$", r"(x+x+)+y", r"(.*a){12}$"])
def test_regexes_that_blow_up_are_refused(source: str) -> None:
    with pytest.raises(PatternFault, match="very long"):
        checked_pattern(source)


@pytest.mark.parametrize(
    "source",
    [
        r"\bHK\d{6,10}\b",
        r"(?<!\d)1[3-9]\d{9}(?!\d)",
        r"[A-Z]{2}-?\d+",
        r"退款|退货",
        r"\w+@\w+\.com",
        r"(?:\d{4}-){3}\d{4}",
    ],
)
def test_honest_regexes_are_taken(source: str) -> None:
    assert list(checked_pattern(source).spans("nothing")) == []


def test_a_refused_regex_is_reported_with_its_line() -> None:
    text = "nlu:\n- regex: bad\n  examples: |\n    - (x+)+y\n- regex: worse\n  examples: |\n    - (x\n"
    with pytest.raises(TrainingFaults) as caught:
        bots.read_files({"nlu.yml": text})
    assert [(fault.file, fault.line) for fault in caught.value.found] == [("nlu.yml", 4), ("nlu.yml", 7)]


def test_a_search_that_takes_too_long_ends() -> None:
    start = time.process_time()
    assert list(SafePattern(r"(a+)+$").spans("a" * 60 + "!")) == []
    assert time.process_time() - start < 1


def test_a_long_list_costs_no_more_than_a_short_one() -> None:
    words = WordList([f"城市{number}" for number in range(20_000)] + ["Rome", "New York"])
    text = "从城市7到城市19999, then Rome or NEW YORK, not romeo " * 18
    start = time.process_time()
    found = [text[first:last] for first, last in words.spans(text)]
    assert time.process_time() - start < 1
    assert found[:4] == ["城市7", "城市19999", "Rome", "NEW YORK"]
    assert "rome" not in found


def test_the_longest_word_wins_and_letters_keep_their_place() -> None:
    words = WordList(["北京", "北京西站", "i"])
    assert list(words.spans("到北京西站İ北京")) == [(1, 5), (5, 6), (6, 8)]
