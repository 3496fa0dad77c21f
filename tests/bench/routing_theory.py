"""`python -m tests.bench.routing_theory`: the simulator's long days against queueing theory, and a floor with churn.

Prints a table and fails when a bar is missed. Seeded: the same figures on every machine. Takes about ten minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from math import inf
from random import Random
from statistics import mean

import msgspec

from routing import decisions as d
from routing import erlang
from routing import events as e
from routing.config import Config
from routing.engine import Engine
from routing.simulate import Plan, Router, simulate
from tests.bench.routing_references import REFERENCES
from tests.unit.routing.days import TALK_S, by_priority, churn, plain, pooled, wallace_whitt
from tests.unit.routing.referee import Referee

WW_HOURS = {1.29: 3000.0, 1.40: 120.0, 1.50: 120.0}
"""Calls a minute of each type, and how long it takes until the share turned away is known: one in 6,000 at 1.29."""
CHURN = (
    (0.80, 7.8, 4.6, (10.4, 7.9, 14.6, 8.4, 7.8, 6.9)),
    (0.95, 26.9, 11.4, (29.8, 28.1, 33.3, 28.7, 26.9, 26.1)),
)
"""Load; the seconds of the routing guide for our rules, for agents who can do everything, and for `REFERENCES`."""
CHURN_HOURS, CHURN_SEEDS = 3.0, (1, 2, 3)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure beside what it should be."""

    name: str
    figure: float
    exact: float
    lowest: float
    highest: float

    @property
    def is_met(self) -> bool:
        return self.lowest <= self.figure <= self.highest


def close_to(name: str, figure: float, exact: float, share: float) -> Row:
    return Row(name=name, figure=figure, exact=exact, lowest=exact * (1 - share), highest=exact * (1 + share))


def at_most(name: str, figure: float, exact: float, highest: float) -> Row:
    return Row(name=name, figure=figure, exact=exact, lowest=0, highest=highest)


def told_only(name: str, figure: float, beside: float) -> Row:
    return Row(name=name, figure=figure, exact=beside, lowest=0, highest=inf)


def waits_for_ever() -> Iterator[Row]:
    """M/M/n: within 6 %."""
    for agents, load, hours in ((10, 0.8, 3500), (4, 0.7, 3000)):
        total = simulate(plain(load=load, agents=agents, hours=hours), Random(1)).total
        name = f"M/M/{agents}, load {load}"
        exact = erlang.mean_wait(load * agents / TALK_S, TALK_S, agents)
        yield close_to(f"{name}: mean wait, s", total.mean_s, exact, 0.06)
        yield close_to(f"{name}: share that waits", total.waited, erlang.erlang_c(load * agents, agents), 0.06)


def gives_up() -> Iterator[Row]:
    """M/M/n+M: within 5 %."""
    for load in (0.9, 1.1):
        total = simulate(plain(load=load, agents=20, hours=240, patience_s=180), Random(2)).total
        share, wait = erlang.impatient(load * 20 / TALK_S, TALK_S, 20, 180)
        yield close_to(f"M/M/20+M, load {load}: share that gives up", total.gave_up / total.asked, share, 0.05)
        yield close_to(f"M/M/20+M, load {load}: mean wait, s", total.mean_s, wait, 0.05)


def priorities() -> Iterator[Row]:
    """Cobham: within 10 %."""
    plan = by_priority(load=0.9, agents=10, hours=1200)
    by_class = simulate(plan, Random(3)).by_class
    exact = erlang.waits_by_priority([one.per_hour / 3600 for one in plan.demand], TALK_S, 10)
    for demand, wait in zip(plan.demand, exact, strict=True):
        yield close_to(f"priorities: {demand.name}, mean wait, s", by_class[demand.name].mean_s, wait, 0.10)


def two_skills() -> Iterator[Row]:
    """Wallace and Whitt: with two skills the share turned away is at most half as much again as with all skills."""
    for per_minute, hours in WW_HOURS.items():
        total = simulate(wallace_whitt(2, per_minute=per_minute, hours=hours), Random(4)).total
        share, wait = erlang.finite_lines(6 * per_minute / 60, 600, 90, 120)
        turned_away = total.turned_away / (total.turned_away + total.asked)
        name = f"two skills of six, {per_minute}/min"
        yield at_most(f"{name}: turned away", turned_away, share, 1.5 * share)
        yield told_only(f"{name}: mean wait, s", total.mean_s, wait)


def with_churn() -> Iterator[Row]:
    """People who decline, overlook offers and leave: no rule is broken, and the waits stay short."""
    for load, bar_s, bound_s, _ in CHURN:
        violations, told = _referee(churn(load=load, hours=0.5))
        yield at_most(f"churn, load {load}: violations in {told} events", violations, 0, 0)
        plan = churn(load=load, hours=CHURN_HOURS)
        yield at_most(f"churn, load {load}: mean wait, s", _mean_wait(plan), bar_s, bar_s)
        yield told_only(f"churn, load {load}: everybody can do everything", _mean_wait(pooled(plan)), bound_s)


def beside_simple_routers() -> Iterator[Row]:
    """Hold the waits of simple routers on the same floor beside those of the routing guide; they prove the floor."""
    for load, _, _, of_guide in CHURN:
        plan = churn(load=load, hours=CHURN_HOURS)
        for (name, router), wait in zip(REFERENCES.items(), of_guide, strict=True):
            yield told_only(f"churn, load {load}: {name}", _mean_wait(plan, router, CHURN_SEEDS[:1]), wait)


def _mean_wait(plan: Plan, router: Callable[[Config], Router] = Engine, seeds: tuple[int, ...] = CHURN_SEEDS) -> float:
    return mean(simulate(plan, Random(seed), router=router).total.mean_s for seed in seeds)


def _referee(plan: Plan) -> tuple[int, int]:
    referee, engine, told = Referee(plan.config), Engine(plan.config), 0

    def watch(event: e.Event, now: float, decisions: Sequence[d.Decision]) -> None:
        nonlocal told
        told += 1
        referee.look(event, now, decisions, engine)

    try:
        simulate(plan, Random(5), watch=watch, router=lambda _: engine)
    except AssertionError as fault:
        print(fault)
        return 1, told
    return 0, told


PARTS = (with_churn, beside_simple_routers, two_skills, gives_up, priorities, waits_for_ever)


def main(names: list[str]) -> int:
    """Play all days, or those of the named parts, and return 1 when a bar is missed."""
    missed = 0
    print(f"{'':58} {'figure':>10} {'exact':>10} {'bar':>21}")
    for part in [one for one in PARTS if not names or one.__name__ in names]:
        for row in part():
            missed += not row.is_met
            bar = f"{row.lowest:.4g} to {row.highest:.4g}" if row.highest < inf else "told only"
            verdict = "" if row.is_met else "MISSED"
            print(f"{row.name:58} {row.figure:10.4g} {row.exact:10.4g} {bar:>21} {verdict}", flush=True)
    print("All bars are met." if not missed else f"{missed} bars are missed.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
