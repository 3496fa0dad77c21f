"""Strict reading: what is wrong is named, whatever is sent."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from hub.api.decoding import JsonReader, QueryReader
from hub.errors import InvalidInput, Malformed


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    b: int


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=5)]
    count: int = 0
    inner: list[Inner] = []


class Filter(msgspec.Struct, forbid_unknown_fields=True):
    q: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    open: bool = False


def _faults(body: bytes) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        JsonReader(Shape).read(body)
    assert type(caught.value) is InvalidInput
    return {fault.field: fault.message for fault in caught.value.faults}


def test_every_wrong_field_is_named() -> None:
    faults = _faults(b'{"name": 1, "count": "x", "more": true}')
    assert set(faults) == {"name", "count", "more"}
    assert faults["more"] == "Unknown field."


def test_a_missing_field_is_named() -> None:
    assert _faults(b'{"count": 1}') == {"name": "Required."}


def test_a_field_deep_inside_is_named_by_its_path() -> None:
    assert set(_faults(b'{"name": "a", "inner": [{"b": 1}, {"b": "x"}]}')) == {"inner[1].b"}
    assert _faults(b'{"name": "a", "inner": [{"b": 1, "c": 2}]}') == {"inner[0].c": "Unknown field."}


def test_a_body_that_is_no_object_is_one_fault() -> None:
    assert list(_faults(b"[]")) == [""]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"name": "a"} x',
        b'\xff{"name": 1}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": "a\x00"}',
        b"[" * 100_000,
        b'{"name":' + b"[" * 100_000,
        b'{"name":' + b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        JsonReader(Shape).read(body)


def test_a_nul_character_is_refused_and_an_escaped_backslash_is_not() -> None:
    assert set(_faults(b'{"name": "a\\u0000"}')) == {"name"}
    assert JsonReader(Shape).read(rb'{"name": "\\u000"}').name == r"\u000"
    text = JsonReader(Shape).read(b'{"name": "a", "inner": []}')
    assert text.inner == []


def test_an_empty_body_stands_for_no_fields_where_none_is_required() -> None:
    assert JsonReader(Inner).read(b'{"b": 1}').b == 1
    assert JsonReader(Filter).read(b"") == Filter()


def test_parameters_are_read_by_their_types() -> None:
    assert QueryReader(Filter).read(MultiDict(q="null", limit="5", open="true")) == Filter(q="null", limit=5, open=True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ([("limit", "x")], "limit"),
        ([("limit", "0")], "limit"),
        ([("limit", "1.5")], "limit"),
        ([("open", "perhaps")], "open"),
        ([("other", "1")], "other"),
        ([("q", "a"), ("q", "b")], "q"),
        ([("q", "a\0b")], "q"),
        ([("q", "x"), ("limit", "-1"), ("zzz", "1")], "limit"),
    ],
)
def test_wrong_parameters_are_refused(query: list[tuple[str, str]], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        QueryReader(Filter).read(MultiDict(query))
    assert field in {fault.field for fault in caught.value.faults}


@given(st.binary(max_size=200))
def test_no_bytes_at_all_make_the_reader_fail_otherwise(body: bytes) -> None:
    try:
        JsonReader(Shape).read(body)
    except InvalidInput:
        return


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=10,
    )
)
def test_every_json_is_read_or_refused_with_faults(value: object) -> None:
    refusal: InvalidInput | None = None
    try:
        JsonReader(Shape).read(msgspec.json.encode(value))
    except InvalidInput as error:
        refusal = error
    assert refusal is None or isinstance(refusal, Malformed) or refusal.faults
