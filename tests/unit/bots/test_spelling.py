"""Mistyped words: which are read as the words that were meant, and which are left alone."""

from __future__ import annotations

import numpy as np
import pytest

import bots
from bots.nlu.spelling import Speller
from bots.nlu.tokenize import cut

_WORDS = ("track", "package", "order", "orders", "refund", "return", "address", "points", "paper", "form", "cancel")


@pytest.fixture
def speller() -> Speller:
    numbers = {f"w{word}": number for number, word in enumerate(_WORDS)}
    return Speller(numbers | {"wtrack order": len(numbers)}, np.ones(len(numbers) + 1, np.float32))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("trak", "track"),
        ("packge", "package"),
        ("ordr", "order"),
        ("refudn", "refund"),
        ("retrun", "return"),
        ("adress", "address"),
        ("addresss", "address"),
        ("ponits", "points"),
        ("cancle", "cancel"),
        ("cancal", "cancel"),
    ],
)
def test_one_slip_is_read_as_the_word_that_was_meant(speller: Speller, written: str, meant: str) -> None:
    assert speller.meant(written) == meant


@pytest.mark.parametrize("written", ["paler", "from", "eturn", "rfdun", "xxxx", "a", "", "order" * 200])
def test_what_may_be_another_word_is_left_alone(speller: Speller, written: str) -> None:
    assert speller.meant(written) is None


def test_of_two_words_the_more_usual_one_is_meant() -> None:
    numbers = {"wstation": 0, "wstatiom": 1}
    for rarity, meant in (([1, 2], "station"), ([2, 1], "statiom")):
        assert Speller(numbers, np.array(rarity, np.float32)).meant("statio") == meant


def test_only_unknown_words_change_and_all_stay_where_they_stood(speller: Speller) -> None:
    pieces = cut("where is my ordr HK2026 order 订单 refnd")
    mended = speller.mended(pieces)
    assert [piece.text for piece in mended] == ["where", "is", "my", "order", "hk2026", "order", "订单", "refund"]
    assert [piece[2:] for piece in mended] == [piece[2:] for piece in pieces]
    assert speller.mended(cut("track order")) == cut("track order")


def test_a_model_understands_mistyped_words_and_keeps_entities_as_they_were_written() -> None:
    lines = {
        "refund": ("I want a refund", "refund my money please", "how do refunds work"),
        "delivery": ("when is my parcel delivered", "track my parcel", "delivery time of my parcel"),
        "repair": ("my kettle is broken", "can you repair it", "it does not switch on"),
    }
    nlu = "nlu:\n" + "".join(
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in lines.items()
    )
    lookup = "- lookup: brand\n  examples: |\n    - parcl\n"
    model = bots.train(bots.read_files({"nlu.yml": f"{nlu}{lookup}", "domain.yml": "entities: [brand]\n"}))
    assert model.understand("refnd").intent == "refund"
    found = model.understand("parcl")
    assert found.intent == "delivery"
    assert [(entity.start, entity.end) for entity in found.entities] == [(0, 5)]
