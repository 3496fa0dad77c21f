"""Random logs: a referee who knows only the rules agrees with the engine after every single event (I1 to I8)."""

from __future__ import annotations

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from routing import decisions as d
from routing import events as e
from routing.config import Config
from tests.unit.routing.walk import CONFIGS, Walk

NUMBER = st.integers(min_value=0, max_value=59)
LONG_WALK = 10_000


class RoutingMachine(RuleBasedStateMachine):
    """Acts on a floor; the floor's referee does the asserting."""

    @initialize(config=st.sampled_from(CONFIGS), profiles=st.lists(NUMBER, min_size=1, max_size=3))
    def begin(self, config: int, profiles: list[int]) -> None:
        self.walk = Walk(config)  # type: ignore[arg-type] # Hypothesis passes what sampled_from holds
        for agent, profile in enumerate(profiles):
            self.walk.come(agent, profile)

    @rule(need=NUMBER, shape=NUMBER, sticky=NUMBER)
    def ask(self, need: int, shape: int, sticky: int) -> None:
        self.walk.ask(need, shape, sticky)

    @rule(need=NUMBER, shape=NUMBER, sticky=NUMBER)
    def ask_again(self, need: int, shape: int, sticky: int) -> None:
        self.walk.ask(need, shape, sticky)

    @rule(which=NUMBER, how=NUMBER)
    def answer(self, which: int, how: int) -> None:
        self.walk.answer(which, how)

    @rule(which=NUMBER, how=NUMBER)
    def end(self, which: int, how: int) -> None:
        self.walk.end(which, how)

    @rule(seconds=st.integers(min_value=1, max_value=40))
    def go_on(self, seconds: int) -> None:
        self.walk.go_on(seconds)

    @rule(kind=NUMBER, numbers=st.tuples(NUMBER, NUMBER, NUMBER))
    def anything(self, kind: int, numbers: tuple[int, int, int]) -> None:
        self.walk.act(kind, numbers)

    def teardown(self) -> None:
        if hasattr(self, "walk"):
            self.walk.replay()


TestRouting = RoutingMachine.TestCase
TestRouting.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("seed", range(8))
def test_a_walk_of_500_steps_breaks_no_rule(seed: int) -> None:
    _walk(seed, 500)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [101, 102])
def test_a_walk_of_10000_steps_breaks_no_rule(seed: int) -> None:
    _walk(seed, LONG_WALK)


@pytest.mark.parametrize("seed", range(4))
def test_events_that_overtake_each_other_break_no_rule(seed: int) -> None:
    _stroll(OutOfOrder(CONFIGS[seed], random.Random(seed)), seed, 400)


class OutOfOrder(Walk):
    """A walk on which one event in eight arrives only after the next one."""

    def __init__(self, config: Config, chance: random.Random) -> None:
        super().__init__(config)
        self.chance = chance
        self.numbers = 0
        self.late: e.Event | None = None

    def new_id(self) -> str:
        self.numbers += 1
        return f"e{self.numbers}"

    def tell(self, event: e.Event) -> list[d.Decision]:
        if self.late is None and not isinstance(event, e.Tick) and self.chance.random() < 1 / 8:
            self.late = event
            return []
        decisions = super().tell(event)
        late, self.late = self.late, None
        if late is not None:
            super().tell(late)
        return decisions


def _walk(seed: int, steps: int) -> None:
    _stroll(Walk(CONFIGS[seed % len(CONFIGS)]), seed, steps)


def _stroll(walk: Walk, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    for _ in range(steps):
        walk.act(chance.randrange(60), [chance.randrange(60) for _ in range(3)])
    walk.replay()
