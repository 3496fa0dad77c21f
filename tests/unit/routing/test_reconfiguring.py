"""Other settings while the router runs: decided as by an engine that was built anew with them, at no such cost."""

from __future__ import annotations

from itertools import cycle

import pytest
from msgspec.structs import replace

from hub.model.ids import SessionId
from routing import events as e
from routing.config import Config, Queue
from routing.engine import Engine
from tests.unit.routing.floor import Floor, offers
from tests.unit.routing.golden import CONFIG, recorded
from tests.unit.routing.test_growth import counted_lines

EVERY = 17
"""So many events of the day come between two changes."""
OPEN_LATER = {**CONFIG.queues, "sales": replace(CONFIG.queues["sales"], hours=[(0, "06:00", "07:00")])}
OTHERS = (
    replace(CONFIG, earmark_after=5, accept_timeout=12, reject_exclusion=20),
    replace(CONFIG, aging_s=40),
    replace(CONFIG, queues=OPEN_LATER),
    replace(CONFIG, aging_s=90, queues={}),
    replace(CONFIG, queues={name: replace(one, closed_action="callback") for name, one in CONFIG.queues.items()}),
    replace(CONFIG, queues={"default": Queue(prefer="level", placement="pack", hours=[])}, grace=4, sticky_hold=3),
    CONFIG,
)
"""Settings after one another: hours come and go, the order changes, clocks are shorter and longer."""


def test_a_recorded_day_under_changing_settings_is_that_of_engines_built_anew() -> None:
    kept, others = Engine(CONFIG, 3), cycle(OTHERS)
    config, changes = CONFIG, 0
    fresh = Engine(CONFIG, 3)
    for number, step in enumerate(recorded(), start=1):
        assert kept.apply(step.event, step.at) == fresh.apply(step.event, step.at), step.event
        deadline = kept.next_deadline()
        is_done = deadline is None or deadline > step.at
        if number % EVERY == 0 and is_done:
            config, changes = next(others), changes + 1
            fresh = Engine.restore(config, kept.snapshot(), 3)
            kept.reconfigure(config)
            tick = e.Tick(id=f"tick {number}")
            assert kept.apply(tick, step.at) == fresh.apply(tick, step.at), config
            assert kept.state_hash() == fresh.state_hash(), config
            assert kept.waiting() == fresh.waiting()
    assert kept.state_hash() == fresh.state_hash()
    assert changes >= 10


def test_aging_waits_for_what_was_left_to_a_later_step() -> None:
    config = Config(queues={"default": Queue(hours=[(day, "00:00", "01:00") for day in range(7)])})
    engine = _crowded(config, 300)
    engine.apply(e.Tick(id="closing"), 3600)
    assert engine.next_deadline() == 3600
    with pytest.raises(ValueError, match="tick"):
        engine.reconfigure(replace(config, aging_s=60))
    engine.reconfigure(replace(config, accept_timeout=10))


def test_an_engine_that_was_told_nothing_takes_other_settings() -> None:
    engine = Engine(Config(), 4)
    engine.reconfigure(Config(queues={"default": Queue(hours=[])}))
    told = engine.apply(e.SessionQueued(id="1", session=SessionId("S1")), 5)
    assert [type(one).__name__ for one in told] == ["OutsideHours"]


def test_an_agent_kept_free_for_a_heavy_session_takes_who_comes_before_it_under_the_new_order() -> None:
    floor = Floor(Config(earmark_after=10))
    floor.online("A1", capacity=2)
    floor.busy("S1", "A1")
    floor.busy("S2", "A1")
    floor.queue("light", priority=5)
    floor.at(1)
    floor.queue("heavy", weight=2, priority=4)
    floor.at(20)
    assert offers(floor.close("S2")) == [], "A1 is kept free for the heavy one"
    floor.engine.reconfigure(replace(floor.config, aging_s=0.1))
    assert offers(floor.engine.apply(e.Tick(id="t"), 20)) == [("light", "A1")]


def test_what_other_settings_cost_does_not_grow_with_who_waits() -> None:
    costs = []
    for waiting in (50, 2_000):
        engine = _crowded(Config(), waiting)
        with counted_lines() as lines:
            engine.reconfigure(Config(accept_timeout=9, earmark_after=7))
            engine.apply(e.Tick(id="tick"), 0)
        costs.append(lines())
    assert costs[1] <= costs[0]


def _crowded(config: Config, waiting: int) -> Engine:
    engine = Engine(config)
    for number in range(waiting):
        engine.apply(e.SessionQueued(id=f"{number}", session=SessionId(f"S{number}")), 0)
    return engine
