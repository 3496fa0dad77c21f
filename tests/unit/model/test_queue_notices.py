"""What waiting customers are told and when: seldom, in time, and nothing that was told already."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.phones import find_phone
from hub.model.queue_notices import (
    FIRST_AFTER_S,
    GAP_S,
    LEAST_S,
    MOST,
    Limits,
    Notice,
    Standing,
    after,
    decide,
    next_look,
    promise,
)
from hub.model.queues import Told
from hub.model.timestamps import from_seconds, to_seconds

START = 1_800_000_000.0


def _told(at: float = START + 8, **fields: Any) -> Told:
    return Told(at=from_seconds(at), **{"position": 4, "wait_s": 600.0, "count": 1, **fields})


def _decide(
    now: float, told: Told | None = None, position: int | None = 4, wait_s: float | None = 200.0, **limits: Any
) -> Notice | None:
    told_at = to_seconds(told.at) if told else 0.0
    standing = Standing(since=START, position=position, wait_s=wait_s)
    return decide(now, told, told_at, standing, Limits(**limits))


def test_the_first_notice_comes_to_those_who_still_wait_after_a_moment() -> None:
    assert _decide(START + FIRST_AFTER_S - 0.1) is None
    first = _decide(START + FIRST_AFTER_S)
    assert first is not None
    assert (first.why, first.position, first.promise_s) == ("first", 4, promise(200, 4))


@pytest.mark.parametrize(
    ("wait_s", "position", "promised"),
    [
        (0, 1, 180),
        (30, 1, 180),
        (100, 1, 300),
        (200, 4, 420),
        (400, 16, 600),
        (700, 10, 1200),
        (3000, 25, 4500),
        (20_000, 50, None),
        (None, 1, None),
    ],
)
def test_a_promise_is_padded_and_rounded_up(wait_s: float | None, position: int, promised: float | None) -> None:
    assert promise(wait_s, position) == promised


def test_a_live_display_needs_no_least_promise() -> None:
    assert promise(10, 1, least_s=0) == 60


def test_a_promise_that_is_about_to_break_is_said_so_with_a_new_one() -> None:
    told = _told(wait_s=600.0)
    assert _decide(START + 8 + 560, told) is None
    late = _decide(START + 8 + 570, told)
    assert late == Notice(why="late", position=4, promise_s=promise(200, 4))
    overtaken = _decide(START + 8 + 570, told, position=6)
    assert overtaken is not None
    assert overtaken.overtaken, "a worse place is never told without saying why"
    shortest = _told(wait_s=LEAST_S)
    assert _decide(START + 8 + GAP_S, shortest) is not None, "the shortest promise is mended just as it ends"


def test_a_worse_place_alone_is_not_told() -> None:
    assert _decide(START + 300, _told(), position=7) is None


def test_who_is_next_hears_so_once_and_is_never_promised_longer() -> None:
    told = _told(wait_s=900.0)
    following = _decide(START + 8 + GAP_S, told, position=1, wait_s=60)
    assert following == Notice(why="next", position=1, promise_s=promise(60, 1))
    worse = _decide(START + 8 + GAP_S, told, position=1, wait_s=3000)
    assert worse is not None
    assert worse.promise_s == pytest.approx(900 - GAP_S, abs=1)
    assert _decide(START + 400, _told(position=1), position=1) is None


@pytest.mark.parametrize("limits", [{"is_wanted": False}, {"left": 2}, {"left": 0}])
def test_channels_that_are_limited_are_left_alone(limits: dict[str, Any]) -> None:
    assert _decide(START + 100, **limits) is None


def test_mail_hears_the_first_only_and_an_unknown_place_is_not_told() -> None:
    assert _decide(START + 100, once=True) is not None
    assert _decide(START + 10_000, _told(), once=True) is None
    assert _decide(START + 100, position=None) is None


def test_after_the_opening_the_wait_is_told_anew() -> None:
    assert _decide(START + 20, _told(START - 50_000, position=None, wait_s=None, is_closed=True)) is not None


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(1, 400), st.integers(1, 60), st.none() | st.floats(0, 5000)), min_size=1, max_size=60
    )
)
def test_notices_are_few_apart_and_never_the_same_twice(
    steps: list[tuple[int, int, float | None]],
) -> None:
    now, told = START, None
    heard: list[tuple[float, Notice]] = []
    for gap, position, wait_s in steps:
        now += gap
        standing = Standing(since=START, position=position, wait_s=wait_s)
        told_at = to_seconds(told.at) if told else 0.0
        notice = decide(now, told, told_at, standing, Limits())
        if notice is not None:
            told = after(told, notice, from_seconds(now))
            heard.append((now, notice))
            told_at = now
        assert next_look(now, told, told_at, standing) > now
        assert decide(now, told, to_seconds(told.at) if told else 0.0, standing, Limits()) is None, "told once"
    assert len(heard) <= MOST
    assert all(later - earlier >= GAP_S for (earlier, _), (later, _) in itertools.pairwise(heard))
    assert [one.why for _, one in heard[:1]] in ([], ["first"])
    assert sum(one.why == "first" for _, one in heard) <= 1
    for (earlier, before), (later, following) in itertools.pairwise(heard):
        if following.position > before.position:
            assert following.overtaken
        if following.why == "next" and before.promise_s is not None:
            assert following.promise_s is not None
            assert later + following.promise_s <= earlier + before.promise_s + 0.01, "a promise is not put off silently"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("请打 13812345678", "13812345678"),
        ("138-1234-5678 谢谢", "13812345678"),
        ("电话：１３８１２３４５６７８", "13812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("call +44 20 7946 0958 please", "+442079460958"),
        ("010-62345678", "01062345678"),
        ("(555) 123-4567", "5551234567"),
        ("订单号 202611220012345", ""),
        ("order 1381234567890", ""),
        ("我想换货", ""),
        ("1234", ""),
    ],
)
def test_numbers_to_call_are_found_and_order_numbers_are_not(text: str, number: str) -> None:
    assert find_phone(text) == number
