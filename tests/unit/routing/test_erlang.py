"""The closed forms give the figures of the textbooks, and one another's."""

from __future__ import annotations

import pytest

from routing import erlang


def test_ten_agents_with_a_load_of_eight_are_the_textbook_case() -> None:
    assert erlang.erlang_b(8, 10) == pytest.approx(0.12166, abs=1e-5)
    assert erlang.erlang_c(8, 10) == pytest.approx(0.40918, abs=1e-5)


def test_one_agent_waits_as_in_the_single_server_queue() -> None:
    assert erlang.mean_wait(0.5, 1, 1) == pytest.approx(1.0)
    assert erlang.answered_within(0.5, 1, 1, 0) == pytest.approx(0.5)


def test_priorities_share_the_wait_of_one_line() -> None:
    arrivals = [0.2, 0.3, 0.4]
    waits = erlang.waits_by_priority(arrivals, 8, 9)
    assert waits == sorted(waits)
    shared = sum(rate * wait for rate, wait in zip(arrivals, waits, strict=True)) / sum(arrivals)
    assert shared == pytest.approx(erlang.mean_wait(sum(arrivals), 8, 9))


def test_people_with_endless_patience_wait_as_in_erlang_c() -> None:
    gave_up, wait = erlang.impatient(0.8, 10, 10, 1e9)
    assert gave_up == pytest.approx(0, abs=1e-6)
    assert wait == pytest.approx(erlang.mean_wait(0.8, 10, 10), rel=1e-4)


def test_a_load_beyond_the_agents_has_an_answer_when_people_give_up() -> None:
    gave_up, wait = erlang.impatient(5000 / 300, 300, 4000, 120)
    assert gave_up == pytest.approx(0.2, abs=0.01)
    assert wait == pytest.approx(gave_up * 120)


@pytest.mark.parametrize(
    ("per_minute", "blocked", "wait_s"), [(1.29, 0.00017, 5.0), (1.40, 0.00364, 27.0), (1.50, 0.02349, 74.6)]
)
def test_finite_lines_are_those_of_the_table_of_wallace_and_whitt(
    per_minute: float, blocked: float, wait_s: float
) -> None:
    turned_away, wait = erlang.finite_lines(6 * per_minute / 60, 600, 90, 120)
    assert turned_away == pytest.approx(blocked, abs=6e-6)
    assert wait == pytest.approx(wait_s, abs=0.06)


def test_the_fewest_agents_are_enough_and_one_less_is_not() -> None:
    agents = erlang.agents_needed(1 / 60, 360, share=0.8, within_s=20)
    assert erlang.answered_within(1 / 60, 360, agents, 20) >= 0.8
    assert erlang.answered_within(1 / 60, 360, agents - 1, 20) < 0.8


def test_what_never_keeps_up_is_refused() -> None:
    with pytest.raises(ValueError, match="never keep up"):
        erlang.mean_wait(1, 10, 10)
    with pytest.raises(ValueError, match="between 0 and 1"):
        erlang.agents_needed(1, 10, share=1.0, within_s=20)
