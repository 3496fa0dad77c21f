"""`huike simulate`: a made-up day on the real router, and how many agents a service level needs.

Needs no server and no workspace. The same seed gives the same day.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from random import Random

import msgspec

from hub.errors import InvalidInput
from hub.model.reasons import reason
from routing.simulate import Demand, Habits, Outcome, Plan, Profile, simulate
from routing.staffing import Staffing, staffing


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed: the day as planned, and the staffing when it was asked for."""

    outcome: Outcome
    staffing: Staffing | None


def run(arguments: argparse.Namespace) -> str:
    """Play the day and return what is printed.

    Raises:
        InvalidInput: the plan is impossible, or no number of agents reaches the target.
        OSError: the plan cannot be read.
    """

    def chance() -> Random:
        return Random(arguments.seed)  # noqa: S311 - the same seed must give the same day

    try:
        plan = _plan(arguments)
        outcome = simulate(plan, chance(), within_s=arguments.within)
        needed = None
        if arguments.target is not None:
            needed = staffing(plan, chance, share=arguments.target / 100, within_s=arguments.within)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidInput(reason(error)) from error
    answer = Answer(outcome=outcome, staffing=needed)
    if arguments.json:
        return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
    return "\n".join(_lines(answer, arguments.within))


def _plan(arguments: argparse.Namespace) -> Plan:
    if arguments.plan is not None:
        return msgspec.json.decode(arguments.plan.read_bytes(), type=Plan)
    customers = Demand(
        name="customers",
        per_hour=arguments.per_hour,
        service_s=arguments.minutes * 60,
        patience_s=None if arguments.patience is None else arguments.patience * 60,
    )
    return Plan(
        demand=(customers,),
        agents=arguments.agents,
        team=(Profile(capacity=arguments.capacity),),
        habits=Habits(reaction_s=arguments.reaction),
        hours=arguments.hours,
        warm_up_hours=arguments.hours / 10,
    )


def _lines(answer: Answer, within_s: float) -> Iterator[str]:
    outcome = answer.outcome
    yield f"{outcome.agents} agents, {outcome.utilisation:.0%} of their capacity in use"
    for name, waits in {**outcome.by_class, "all": outcome.total}.items():
        yield (
            f"  {name:<14} {waits.asked:>7} asked, {waits.gave_up} gave up, {waits.turned_away} turned away,"
            f" mean wait {waits.mean_s:.1f} s, {waits.in_time:.1%} answered within {within_s:g} s"
        )
    if outcome.waiting:
        yield f"  {outcome.waiting} still wait at the end"
    if answer.staffing is not None:
        for point in answer.staffing.points:
            yield f"  with {point.agents:>4} agents: {point.in_time:6.1%} in time, mean wait {point.mean_s:.1f} s"
        yield f"{answer.staffing.agents} agents answer {answer.staffing.share:.0%} within {within_s:g} s."
