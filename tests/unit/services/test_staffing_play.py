"""How many agents are needed: the simulated answer, the textbook's beside it, and what is refused."""

from __future__ import annotations

import msgspec
import pytest

from hub.services.staffing_play import StaffingResult, StaffingTask, play


def _played(**fields: float) -> tuple[StaffingResult, list[float]]:
    told: list[float] = []
    given = {"per_hour": 60, "handle_s": 240, "share": 0.8, "within_s": 30, "hours": 40, **fields}
    task = msgspec.convert(given, StaffingTask)
    return msgspec.json.decode(play(msgspec.json.encode(task), told.append), type=StaffingResult), told


def test_the_simulated_answer_is_near_the_textbook_and_each_point_has_both() -> None:
    found, told = _played()
    assert found.load == 4
    assert found.textbook_agents == 7
    assert abs(found.agents - found.textbook_agents) <= 1
    assert {point.agents for point in found.points} <= {point.agents for point in found.textbook}
    assert {found.agents - 1, found.agents, found.agents + 1} <= {point.agents for point in found.points}
    assert set(range(found.agents - 3, found.agents + 5)) <= {point.agents for point in found.textbook}
    reached = {point.agents: point.in_time for point in found.points}
    assert reached[found.agents] >= 0.8 > reached[found.agents - 1]
    same = next(point for point in found.textbook if point.agents == found.agents)
    assert same.in_time is not None
    assert abs(same.in_time - reached[found.agents]) < 0.1
    assert same.gave_up is None
    assert told == sorted(told)


def test_the_same_question_has_the_same_answer() -> None:
    assert _played(hours=5) == _played(hours=5)


def test_room_for_several_talks_needs_fewer_agents_and_impatience_is_counted() -> None:
    found, _ = _played(concurrency=3, patience_s=120)
    assert found.agents <= found.textbook_agents == 3
    assert all(point.gave_up is not None and point.patient_mean_s is not None for point in found.textbook)


def test_too_much_work_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="talks at once"):
        _played(per_hour=1_000_000, handle_s=3600)
