"""Which heavy lines are first for somebody (rule R12), held against a look at every agent and every line."""

from __future__ import annotations

import pytest

from hub.model.ids import AgentId
from routing import events as e
from routing.engine import Engine
from routing.roster import Seat
from tests.bench.routing_crowd import crowd


def _first_line(engine: Engine, seat: Seat) -> int | None:
    lanes = (engine._state.board.lanes[number] for number in seat.serves)
    heads = [(lane.head, lane.number) for lane in lanes if lane.head and lane.weight <= seat.agent.capacity]
    return min(heads)[1] if heads else None


def _first_for_somebody(engine: Engine) -> set[int]:
    seats = [seat for seat in engine._state.roster.by_number if seat.agent.available]
    first = {_first_line(engine, seat) for seat in seats} - {None}
    return {number for number in first if number is not None and engine._state.board.lanes[number].weight > 1}


def _known(engine: Engine) -> set[int]:
    return {lane.number for lane in engine._state.board.lanes if engine._state.fronts.has(lane.number)}


@pytest.mark.parametrize(("agents", "waiting"), [(8, 400), (60, 150), (60, 900)])
def test_a_heavy_line_is_known_to_be_first_for_somebody_exactly_when_it_is(agents: int, waiting: int) -> None:
    made = crowd(agents, heavy=True, waiting=waiting)
    engine, seen = made.engine, set()
    for number in range(60):
        made.exercise(1)
        if number % 5 == 0:
            made.churn()
        if number % 7 == 0:
            made.sign_in(AgentId(f"new{number}"), "new")
            made.answer("accept")
        expected = _first_for_somebody(engine)
        known = _known(engine)
        assert known == expected
        seen.update(known)
    assert len(seen) > 5


def test_a_heavy_line_is_first_for_nobody_any_more_once_its_agents_take_nothing_new() -> None:
    made = crowd(60, heavy=True, waiting=300)
    engine, changes = made.engine, 0
    for agent in list(made.profiles):
        before = _known(engine)
        made.tell("agent away", e.AgentStatus(id=made.new_id(), agent=agent, status="away"))
        assert _known(engine) == _first_for_somebody(engine)
        changes += _known(engine) != before
    assert changes > 5
    assert _known(engine) == set()
