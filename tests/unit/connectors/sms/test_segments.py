"""A text is counted and cut as the networks do it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._sms import measure, measure_domestic
from connectors._sms.segments import BASIC, EXTENDED, units_of
from tests.mail.fixtures import folder

_GSM_TEXT = st.text(alphabet=[*(c for c in BASIC if c != "\x1b"), *EXTENDED])
_ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.text(alphabet="a中👩🏽‍💻🇨🇳é\u0301\r\n^€")


def _vectors() -> list[dict[str, Any]]:
    path = folder("sms") / "segment_vectors.json"
    vectors: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return vectors


def test_all_vectors() -> None:
    vectors = _vectors()
    assert len(vectors) >= 22
    for vector in vectors:
        measured = measure(vector["body"])
        assert (measured.encoding, measured.segments) == (vector["encoding"], vector["segments"]), vector["id"]
        assert "".join(measured.parts) == vector["body"]


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "units", "limit"),
    [
        ("", "GSM-7", 1, 0, 160),
        ("a" * 160, "GSM-7", 1, 160, 160),
        ("a" * 161, "GSM-7", 2, 161, 306),
        ("a" * 307, "GSM-7", 3, 307, 459),
        ("€" * 80, "GSM-7", 1, 160, 160),
        ("\r\n" * 80, "GSM-7", 1, 160, 160),
        ("\f" * 81, "GSM-7", 2, 162, 306),
        ("文" * 70, "UCS-2", 1, 70, 70),
        ("文" * 71, "UCS-2", 2, 71, 134),
        ("😜" * 35, "UCS-2", 1, 70, 70),
        ("😜" * 36, "UCS-2", 2, 72, 134),
        ("it’s", "UCS-2", 1, 4, 70),
        ("\x1b", "UCS-2", 1, 1, 70),
    ],
)
def test_sizes(text: str, encoding: str, segments: int, units: int, limit: int) -> None:
    measured = measure(text)
    found = (measured.encoding, measured.segments, measured.units, measured.limit)
    assert found == (encoding, segments, units, limit)


def test_an_extension_character_is_not_cut_in_two() -> None:
    assert measure("a" * 152 + "€" + "b" * 10).parts == ("a" * 152, "€" + "b" * 10)


@pytest.mark.parametrize("whole", ["😜", "👩🏽‍💻", "🇨🇳", "🏳️‍🌈", "e\u0301", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_what_is_seen_as_one_is_not_cut_in_two(whole: str) -> None:
    parts = measure("文" * 66 + whole + "文" * 20).parts
    assert parts[0] == "文" * 66
    assert parts[1].startswith(whole)


def test_three_flags_are_three() -> None:
    parts = measure("文" * 61 + "🇨🇳🇮🇹🇩🇪" + "文").parts
    assert parts == ("文" * 61 + "🇨🇳", "🇮🇹🇩🇪文")


def test_a_joined_thing_that_fits_into_no_part_is_cut_between_characters() -> None:
    tower = "e" + "\u0301" * 200
    measured = measure(tower)
    assert "".join(measured.parts) == tower
    assert all(units_of(part) <= 67 for part in measured.parts)


@given(_ANY_TEXT | _GSM_TEXT)
def test_parts_are_the_text_and_none_is_too_long(text: str) -> None:
    measured = measure(text)
    assert "".join(measured.parts) == text
    assert measured.segments == len(measured.parts)
    if measured.encoding == "GSM-7":
        sizes = [sum(2 if character in EXTENDED else 1 for character in part) for part in measured.parts]
        one, each = 160, 153
    else:
        sizes = [units_of(part) for part in measured.parts]
        one, each = 70, 67
    assert sum(sizes) == measured.units <= measured.limit
    assert all(size <= (one if len(sizes) == 1 else each) for size in sizes)


@given(_ANY_TEXT, st.text(max_size=12, alphabet="汇客abc"))
def test_domestic_parts_are_the_text_behind_the_signature(text: str, signature: str) -> None:
    measured = measure_domestic(text, signature)
    used = units_of(f"【{signature}】") if signature else 0
    assert "".join(measured.parts) == text
    sizes = [units_of(part) for part in measured.parts]
    sizes[0] += used
    assert sum(sizes) == measured.units
    assert all(size <= (70 if len(sizes) == 1 else 67) for size in sizes)


@pytest.mark.parametrize(
    ("text", "segments"), [("a" * 66, 1), ("a" * 67, 2), ("文" * 66, 1), ("文" * 130, 2), ("文" * 131, 3)]
)
def test_domestic_counting_knows_no_alphabet(text: str, segments: int) -> None:
    assert measure_domestic(text, "汇客").segments == segments


def test_a_signature_that_fills_a_part_leaves_no_room() -> None:
    measured = measure_domestic("你好", "客" * 80)
    assert "".join(measured.parts) == "你好"
