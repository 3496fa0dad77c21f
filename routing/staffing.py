"""How many agents a service level needs, found by playing the plan with more and with fewer of them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from hub.model.sentences import Sentence
from routing import erlang
from routing.simulate import Chance, Plan, simulate

MOST_AGENTS = 5_000


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What so many agents would reach."""

    agents: int
    in_time: float
    """Share of the customers who are answered in time."""
    mean_s: float
    utilisation: float


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the fewest agents that reach the share, and what was tried, for a chart."""

    share: float
    within_s: float
    agents: int
    points: tuple[Point, ...]


def staffing(plan: Plan, chance: Callable[[], Chance], *, share: float, within_s: float) -> Staffing:
    """Return the fewest agents with whom this share of all customers is answered in time.

    Each number of agents meets the same customers: `chance` makes the same chance anew. More agents are taken to be
    better, and a day that just misses the share by luck counts as missed: plan enough hours.

    Raises ValueError when the share is impossible, or no number of agents reaches it (nobody has a skill, say).
    """
    if not 0 < share < 1:
        raise ValueError("The share must be more than 0 and less than 100 percent.")
    tried: dict[int, Point] = {}

    def reaches(agents: int) -> bool:
        if agents not in tried:
            outcome = simulate(msgspec.structs.replace(plan, agents=agents), chance(), within_s=within_s)
            total = outcome.total
            tried[agents] = Point(
                agents=agents, in_time=total.in_time, mean_s=total.mean_s, utilisation=outcome.utilisation
            )
        return tried[agents].in_time >= share

    low, high = 0, _first_guess(plan, share, within_s)
    while not reaches(high):
        if high >= MOST_AGENTS or tried[high].utilisation * high < 0.5 or _is_in_vain(tried.get(low), tried[high]):
            raise ValueError(
                Sentence(
                    "Not even {high} agents reach {share:.0%}: look at skills, languages and hours.",
                    high=high,
                    share=share,
                )
            )
        low, high = high, min(MOST_AGENTS, high + max(1, high // 2))
    while high - low > 1:
        middle = high - max(1, min((high - low) // 2, high // 8))
        if reaches(middle):
            high = middle
        else:
            low = middle
    # One more than needed shows what an extra agent would bring.
    reaches(min(MOST_AGENTS, high + 1))
    points = tuple(tried[agents] for agents in sorted(tried))
    return Staffing(share=share, within_s=within_s, agents=high, points=points)


def _is_in_vain(fewer: Point | None, more: Point) -> bool:
    """Tell whether half as many agents again answered nobody else in time: it is not agents that lack."""
    return fewer is not None and 0 < more.in_time <= fewer.in_time


def _first_guess(plan: Plan, share: float, within_s: float) -> int:
    """Take all customers as of one kind and each agent as so many as the units of capacity."""
    per_s = sum(one.per_hour * one.weight for one in plan.demand) / 3600
    work = sum(one.per_hour * one.weight * one.service_s for one in plan.demand) / 3600
    units = sum(one.capacity for one in plan.team) / len(plan.team)
    wanted = erlang.agents_needed(per_s, work / per_s, share=share, within_s=within_s)
    return min(MOST_AGENTS, max(1, round(wanted / max(units, 0.1))))
