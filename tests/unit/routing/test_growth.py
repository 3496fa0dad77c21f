"""What an event costs does not grow with the number of agents, nor with how many wait: counted, not timed.

The count is that of lines of the router's own code that run, so no clock and no other work on the machine matters.
(What CPython does inside one line, such as "and" on sets of agents as integers, is for `tests/bench/routing.py`.)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import mean
from types import FrameType
from typing import Any

import pytest

import routing
from hub.model.ids import AgentId, SessionId
from routing import events as e
from routing.config import Config, Queue
from routing.decisions import ClosedAction
from routing.engine import Engine
from tests.bench.routing_crowd import CLASSES, CLOCK, Crowd, crowd

ROUTER = str(Path(routing.__file__).parent)
FEW_AGENTS, MANY_AGENTS, FEW_WAITING, MANY_WAITING = 100, 2_000, 1_200, 6_000
ROUNDS = 40
GROWTH = 2.0
OFTEN = {"close, next", "accept", "arrival, all busy", "customer gives up"}


class Counted(Crowd):
    """A crowd whose `costs` are lines instead of times."""

    def tell(self, kind: str, event: e.Event) -> None:
        with counted_lines() as lines:
            super().tell(kind, event)
        self.costs[kind][-1] = lines()


@contextmanager
def counted_lines() -> Iterator[Callable[[], int]]:
    count = 0

    def trace(frame: FrameType, what: str, _about: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(ROUTER):
            return None
        count += what == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lambda: count
    finally:
        sys.settrace(before)


def _lines_by_kind(agents: int, waiting: int, *, heavy: bool) -> dict[str, float]:
    made = crowd(agents, heavy=heavy, waiting=waiting)
    made.costs.clear()
    made.__class__ = Counted
    made.exercise(ROUNDS)
    for _ in range(10):
        made.churn()
    return {kind: mean(counts) for kind, counts in made.costs.items() if kind != CLOCK}


@pytest.fixture(scope="module", params=[False, True], ids=["light", "heavy"])
def small(request: pytest.FixtureRequest) -> tuple[bool, dict[str, float]]:
    return request.param, _lines_by_kind(FEW_AGENTS, FEW_WAITING, heavy=request.param)


@pytest.mark.parametrize(
    ("agents", "waiting"),
    [(MANY_AGENTS, FEW_WAITING), (FEW_AGENTS, MANY_WAITING)],
    ids=["more agents", "more waiting"],
)
def test_no_event_costs_more_on_a_larger_floor(small: tuple[bool, dict[str, float]], agents: int, waiting: int) -> None:
    heavy, lines = small
    large = _lines_by_kind(agents, waiting, heavy=heavy)
    assert lines.keys() & large.keys() >= OFTEN
    for kind in sorted(lines.keys() & large.keys()):
        # Agents come and go seldom, and then a review of heavy sessions (rule R12) may look at each line once.
        spare = 200 if kind in OFTEN or not heavy else 4 * CLASSES
        assert large[kind] <= GROWTH * lines[kind] + spare, f"{kind}: {lines[kind]:.0f} lines, now {large[kind]:.0f}"


@pytest.mark.parametrize("action", ["message", "callback", "keep"])
def test_no_step_costs_more_where_more_wait_for_a_queue_to_open_or_close(action: ClosedAction) -> None:
    few, many = (_longest_steps(action, waiting) for waiting in (FEW_WAITING, MANY_WAITING))
    for what in few:
        assert 0 < many[what] <= GROWTH * few[what], f"{what}: {few[what]} lines, now {many[what]}"


def _longest_steps(action: ClosedAction, waiting: int) -> dict[str, int]:
    """Return the lines of the dearest step of a closing; and of an opening for which so many came."""
    longest = {}
    for what, comes_at, changes_at in (("closing", 0, 3600), ("opening", 4000, 7200)):
        made = Crowd(Random(1), heavy=False)
        hours = ((3, "00:00", "01:00"), (3, "02:00", "03:00"))
        closed_action: ClosedAction = action if what == "closing" else "keep"
        made.engine = Engine(Config(queues={"default": Queue(hours=hours, closed_action=closed_action)}))
        made.now = float(comes_at)
        for number in range(FEW_AGENTS if what == "opening" else 1):
            made.sign_in(AgentId(f"a{number}"), "setup")
        for _ in range(waiting):
            made.ask("setup")
        made.costs.clear()
        made.__class__, made.now = Counted, float(changes_at)
        while (due := made.engine.next_deadline()) is not None and due <= made.now:
            made.told += 1
            made.tell(what, e.Tick(id=f"tick {made.told}"))
        assert len(made.costs[what]) > 1
        longest[what] = max(made.costs[what])
    return longest


def test_the_first_session_of_a_new_kind_is_cheap_among_many_agents() -> None:
    made = crowd(MANY_AGENTS, heavy=False, waiting=10)
    event = e.SessionQueued(id="new", session=SessionId("new"), skills={"k1": 5, "k2": 5, "k3": 5})
    with counted_lines() as lines:
        made.engine.apply(event, made.now)
    assert lines() < MANY_AGENTS / 2
