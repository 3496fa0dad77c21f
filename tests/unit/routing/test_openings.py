"""Queues that open and close while very many wait (rule R13): in portions, and yet as if it were at once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

import pytest

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import engine as engine_module
from routing import events as e
from routing import openings
from routing.config import Config, Queue
from routing.engine import Engine
from routing.openings import PORTION
from tests.unit.routing.floor import Floor, alerts, offers, refusals

HOUR = 3600.0
THURSDAY = 3
HOURS = ((THURSDAY, "00:00", "01:00"), (THURSDAY, "02:00", "03:00"), (THURSDAY, "04:00", "05:00"))
"""Time 0 was a Thursday."""
MANY = 2 * PORTION + 50
Action = Literal["message", "callback", "keep"]


@pytest.mark.parametrize("action", ["message", "callback", "keep"])
def test_closing_tells_everybody_once_and_in_order(action: Action) -> None:
    floor = _crowded(action)
    order = floor.waiting()
    portions = _ticks(floor, HOUR)
    assert all(len(_outside(portion)) <= PORTION for portion in portions)
    assert len(portions) > 2
    assert [session for portion in portions for session in _outside(portion)] == order
    assert floor.waiting() == (order if action == "keep" else [])
    assert floor.engine.next_deadline() == 2 * HOUR


@pytest.mark.parametrize("action", ["message", "callback"])
def test_nobody_whose_wait_is_over_is_offered_before_hearing_of_it(action: Action) -> None:
    floor = _crowded(action)
    floor.queue("other", queue="always")
    _tick(floor, HOUR)
    assert offers(floor.online("A1", capacity=5)) == [("other", "A1")]
    assert alerts(_last(floor)) == []


def test_who_leaves_during_the_closing_is_told_first() -> None:
    floor = _crowded("message")
    last = floor.waiting()[-1]
    _tick(floor, HOUR)
    decisions = floor.leave(last)
    assert _outside(decisions).count(last) == 1
    assert refusals(decisions) == ["gone"]
    assert last not in _outside([one for portion in _ticks(floor, HOUR) for one in portion])


def test_who_is_taken_by_hand_during_the_closing_comes_from_nowhere() -> None:
    floor = _crowded("message")
    floor.status("A0", "away")
    last = floor.waiting()[-1]
    _tick(floor, HOUR)
    decisions = floor.force(last, "A0")
    assert _outside(decisions).count(last) == 1
    _ticks(floor, HOUR)
    assert floor.state(last) == "active"


def test_who_moves_during_the_closing_of_a_queue_that_keeps_is_told_once() -> None:
    floor = _crowded("keep")
    order = floor.waiting()
    told = _outside(_tick(floor, HOUR))
    assert told == order[:PORTION]
    told += _outside(floor.change(order[-1], priority=0))
    told += _outside(floor.change(order[0], priority=9))
    served = floor.online("A1", capacity=3)
    assert [session for session, _ in offers(served)] == [order[-1], *order[1:3]]
    told += _outside(served) + _outside(floor.reject(order[1]))
    told += _outside(floor.leave(order[-2]))
    told += [session for portion in _ticks(floor, HOUR) for session in _outside(portion)]
    assert sorted(told) == sorted(order)


def test_who_comes_during_the_closing_is_told_at_once_and_once() -> None:
    floor = _crowded("keep")
    _tick(floor, HOUR)
    assert _outside(floor.queue("late"))[-1] == "late"
    assert "late" not in [session for portion in _ticks(floor, HOUR) for session in _outside(portion)]


def test_opening_makes_its_offers_in_order_whoever_comes_meanwhile() -> None:
    floor = _parked(agents=30)
    order = floor.waiting()
    made = offers(_tick(floor, 2 * HOUR))
    assert 0 < len(made) < 150
    made += offers(floor.queue("normal"))
    made += offers(floor.queue("urgent", priority=0))
    assert ("urgent" in [session for session, _ in made]) or offers(_tick(floor, 2 * HOUR))[0][0] == "urgent"
    made += [pair for portion in _ticks(floor, 2 * HOUR) for pair in offers(portion)]
    given = [session for session, _ in made if session != "urgent"]
    assert given == order[: len(given)]
    assert sum(floor.used(f"A{number}") for number in range(30)) == 150
    assert floor.waiting()[-1] == "normal"


def test_who_was_kept_from_an_agent_does_not_keep_the_others_in_line_from_it() -> None:
    floor = Floor(_config("keep"))
    floor.online("A1", capacity=1)
    floor.queue("S1")
    floor.at(HOUR - 5)
    floor.reject("S1")
    floor.status("A1", "away")
    floor.at(1.5 * HOUR)
    floor.queue("S2")
    floor.at(2 * HOUR - 10)
    floor.status("A1", "online")
    floor.reject("S1")
    assert offers(floor.at(2 * HOUR)) == [("S2", "A1")]


def test_a_session_given_back_on_the_day_after_its_night_does_not_wait_for_another_morning() -> None:
    floor = Floor(_config("keep"))
    floor.online("A1", capacity=1)
    floor.at(1.5 * HOUR)
    floor.queue("S1")
    floor.force("S1", "A1")
    floor.at(2 * HOUR)
    floor.online("A2", capacity=1)
    assert offers(floor.sign_out("A1")) == [("S1", "A2")]


def test_a_session_given_back_in_its_night_waits_for_the_morning() -> None:
    floor = Floor(_config("keep"))
    floor.online("A1", capacity=1)
    floor.online("A2", capacity=1)
    floor.at(1.5 * HOUR)
    floor.queue("S1")
    floor.force("S1", "A1")
    assert offers(floor.sign_out("A1")) == []
    assert offers(floor.at(2 * HOUR)) == [("S1", "A2")]


@pytest.mark.parametrize("action", ["message", "keep"])
def test_a_new_leader_goes_on_where_the_closing_was(action: Action) -> None:
    floor = _crowded(action)
    _tick(floor, HOUR)
    floor.change(floor.waiting()[-1], priority=0)
    _as_a_new_leader_would(floor, HOUR)


def test_a_new_leader_goes_on_where_the_opening_was() -> None:
    floor = _parked(agents=30)
    _tick(floor, 2 * HOUR)
    floor.queue("normal")
    _as_a_new_leader_would(floor, 2 * HOUR)


def test_settings_that_close_a_queue_tell_those_who_wait() -> None:
    floor = Floor()
    floor.queue("S1")
    closed = Config(queues={"default": Queue(hours=(), closed_action="callback")})
    engine = Engine.restore(closed, floor.engine.snapshot(), 1)
    assert engine.next_deadline() == 0
    decisions = engine.apply(e.Tick(id="tick"), 0)
    assert _outside(decisions) == ["S1"]
    assert engine.waiting() == []


def test_settings_that_open_a_queue_let_those_go_who_waited_for_it() -> None:
    floor = Floor(Config(queues={"default": Queue(hours=(), closed_action="keep")}))
    floor.online("A1", capacity=1)
    floor.queue("S1")
    engine = Engine.restore(Config(), floor.engine.snapshot(), 1)
    assert offers(engine.apply(e.Tick(id="tick"), 0)) == [("S1", "A1")]


@pytest.mark.parametrize("action", ["message", "callback", "keep"])
@pytest.mark.parametrize("seed", range(6))
def test_the_size_of_a_portion_changes_no_decision(monkeypatch: pytest.MonkeyPatch, action: Action, seed: int) -> None:
    engines = {1: Engine(_config(action)), 10_000: Engine(_config(action))}
    decided: dict[int, list[d.Decision]] = {1: [], 10_000: []}
    ticks = 0
    for event, now in _busy_hours(seed):
        for portion, engine in engines.items():
            monkeypatch.setattr(openings, "PORTION", portion)
            monkeypatch.setattr(engine_module, "LOOKS_AT_ONCE", portion)
            while (due := engine.next_deadline()) is not None and due < now:
                ticks += 1
                decided[portion] += engine.apply(e.Tick(id=f"tick {ticks}"), due)
            decided[portion] += engine.apply(event, now)
    assert decided[1] == decided[10_000]
    assert engines[1].state_hash() == engines[10_000].state_hash()
    assert any(isinstance(one, d.OutsideHours) for one in decided[1])


def _busy_hours(seed: int) -> list[tuple[e.Event, float]]:
    """Five hours in which 25 agents come and go, and sessions come, change and end, never at a full hour."""
    chance = random.Random(seed)
    log: list[tuple[e.Event, float]] = []
    times = sorted(chance.uniform(0, 5 * HOUR) for _ in range(900))
    for number, now in enumerate(times):
        agent, session = AgentId(f"A{chance.randrange(25)}"), SessionId(f"S{chance.randrange(number + 1)}")
        skills = {chance.choice("xyz"): chance.randint(1, 3)}
        name = f"e{number}"
        acts: tuple[e.Event, ...] = (
            e.SessionQueued(id=name, session=SessionId(f"S{number}"), skills=skills, priority=chance.choice((1, 5))),
            e.SessionQueued(
                id=name, session=SessionId(f"S{number}"), skills=skills, weight=chance.randint(1, 2), sticky=agent
            ),
            e.SessionQueued(id=name, session=SessionId(f"S{number}"), queue="always", skills=skills),
            e.AgentOnline(id=name, agent=agent, skills={"x": 3, **skills}, capacity=chance.randint(1, 4)),
            e.AgentSignedOut(id=name, agent=agent),
            e.SessionForced(id=name, session=session, agent=agent),
            e.SessionClosed(id=name, session=session),
            e.SessionChanged(id=name, session=session, priority=chance.randint(0, 9), skills=skills),
        )
        log.append((acts[chance.choices(range(8), (8, 4, 2, 2, 1, 1, 1, 2))[0]], now))
    return log


def _config(action: Action) -> Config:
    return Config(queues={"default": Queue(hours=HOURS, closed_action=action)})


def _crowded(action: Action) -> Floor:
    """Very many wait in several lines at one minute to closing; A0 is away."""
    floor = Floor(_config(action))
    floor.online("A0")
    floor.status("A0", "away")
    floor.at(HOUR - 60)
    for number in range(MANY):
        floor.queue(f"S{number}", skills={"x": 1 + number % 3}, priority=(5, 1)[number % 5 == 0])
    return floor


def _parked(*, agents: int) -> Floor:
    """Very many came at night, in several lines; agents with five units each are there."""
    floor = Floor(_config("keep"))
    floor.at(1.5 * HOUR)
    for number in range(agents):
        floor.online(f"A{number}", capacity=5)
    for number in range(MANY):
        floor.queue(f"S{number}", skills={"x": 1 + number % 3}, priority=(5, 1)[number % 5 == 0])
    return floor


def _tick(floor: Floor, now: float) -> list[d.Decision]:
    floor.now = now
    return floor.tell(e.Tick(id=floor.new_id()))


def _ticks(floor: Floor, now: float) -> list[list[d.Decision]]:
    """Tick as long as the engine asks for it; return what each tick led to."""
    portions = []
    while (due := floor.engine.next_deadline()) is not None and due <= now:
        portions.append(_tick(floor, now))
    return portions


def _last(floor: Floor) -> list[d.Decision]:
    event, now = floor.log[-1]
    return floor.engine.apply(event, now)


def _as_a_new_leader_would(floor: Floor, now: float) -> None:
    copy = Engine.restore(floor.config, floor.engine.snapshot(), 0)
    assert copy.state_hash() == floor.engine.state_hash()
    assert copy.snapshot() == floor.engine.snapshot()
    while (due := floor.engine.next_deadline()) is not None and due <= now:
        tick = e.Tick(id=floor.new_id())
        assert copy.next_deadline() == due
        assert copy.apply(tick, now) == _tick(floor, now)
    assert copy.state_hash() == floor.engine.state_hash()


def _outside(decisions: Sequence[d.Decision]) -> list[str]:
    return [one.session for one in decisions if isinstance(one, d.OutsideHours)]
