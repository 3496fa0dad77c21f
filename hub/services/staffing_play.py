"""How many agents a service level needs, played in the process of a long job, with the textbook's answer beside it.

The textbook (Erlang C, and Erlang A where customers give up) takes an agent with room for several talks as so many
servers, each talk as slow as if it were alone.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.model.sentences import Sentence
from hub.services.long_job_process import Progress
from routing import erlang
from routing.chance import Seeded
from routing.simulate import Demand, Plan, Profile
from routing.staffing import Point, staffing

_SEED = 20_260_101
"""Any number: it must only be the same for each number of agents and each asking."""
_ENOUGH_CUSTOMERS = 20_000
"""Waits follow one another, so luck is larger than with as many dice: two or three points of the share near its limit
(measured against Erlang C with loads of 4 to 40, 2026-11); more would take minutes."""
_MOST_CUSTOMERS = 60_000
_MOST_HOURS = 2_000.0
_WARM_UP = 0.1
"""Share of the hours that is played first and not counted, since a day that begins without customers is too good."""
_STEP = 0.85
_MOST_LOAD = 2_000.0
"""Talks at once, on the mean; more agents than are looked for would be needed."""
Positive = Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]


class StaffingTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked: customers in an hour, how long a talk takes, and which share is to be answered within how long.

    `patience_s` is how long one waits on the mean before giving up, None for ever; `concurrency` is how many talks an
    agent holds at once; `hours` is how long a day is played, by itself long enough.
    """

    per_hour: Positive
    handle_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)]
    patience_s: Annotated[float, msgspec.Meta(gt=0, le=604_800)] | None = None
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=50)] = 1
    share: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.8
    within_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 20
    hours: Annotated[float, msgspec.Meta(gt=0, le=_MOST_HOURS)] | None = None


class TextbookPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What the formulas say of so many agents; None where a queue without patience would only grow."""

    agents: int
    in_time: float | None
    mean_s: float | None
    gave_up: float | None
    """Share of the customers who give up, by Erlang A; None without patience."""
    patient_mean_s: float | None
    """Mean wait of all by Erlang A; None without patience."""


class StaffingResult(msgspec.Struct, frozen=True, kw_only=True):
    """The fewest agents that reach the share: by simulation on the real router, and by Erlang C."""

    share: float
    within_s: float
    agents: int
    points: tuple[Point, ...]
    textbook_agents: int
    textbook: tuple[TextbookPoint, ...]
    load: float
    """Talks at once, on the mean."""
    customers: int
    """About so many were played for each number of agents."""


_AROUND = 4
"""The textbook's line is drawn so many agents to both sides of the answer; its points cost nothing."""


def check(task: StaffingTask) -> None:
    """Refuse what would take for ever; raises ValueError with a plain sentence."""
    load = task.per_hour * task.handle_s / 3600
    if load > _MOST_LOAD * task.concurrency:
        raise ValueError(
            Sentence(
                "That is {load:.0f} talks at once: more than {most:.0f} agents are not planned here.",
                load=load,
                most=_MOST_LOAD,
            )
        )


def play(payload: bytes, progress: Progress) -> bytes:
    """Do the work; raises ValueError where no number of agents reaches the share."""
    task = msgspec.json.decode(payload, type=StaffingTask)
    check(task)
    hours = _hours(task)
    demand = Demand(name="customers", per_hour=task.per_hour, service_s=task.handle_s, patience_s=task.patience_s)
    plan = Plan(
        demand=(demand,),
        agents=1,
        team=(Profile(capacity=task.concurrency),),
        hours=hours,
        warm_up_hours=hours * _WARM_UP,
    )
    tried = 0

    def chance() -> Seeded:
        # Asked once for each number of agents; how many there will be is not known, so each step is a smaller one.
        nonlocal tried
        tried += 1
        progress(1 - _STEP**tried)
        return Seeded(_SEED)

    found = staffing(plan, chance, share=task.share, within_s=task.within_s)
    per_s = task.per_hour / 3600
    servers = erlang.agents_needed(per_s, task.handle_s, share=task.share, within_s=task.within_s)
    drawn = {*range(max(1, found.agents - _AROUND), found.agents + _AROUND + 1), *(one.agents for one in found.points)}
    result = StaffingResult(
        share=task.share,
        within_s=task.within_s,
        agents=found.agents,
        points=found.points,
        textbook_agents=-(-servers // task.concurrency),
        textbook=tuple(_textbook(task, agents) for agents in sorted(drawn)),
        load=round(per_s * task.handle_s, 2),
        customers=round(task.per_hour * hours),
    )
    return msgspec.json.encode(result)


def _hours(task: StaffingTask) -> float:
    wanted = max(8.0, _ENOUGH_CUSTOMERS / task.per_hour) if task.hours is None else task.hours
    return min(wanted, _MOST_HOURS, _MOST_CUSTOMERS / task.per_hour)


def _textbook(task: StaffingTask, agents: int) -> TextbookPoint:
    per_s, servers = task.per_hour / 3600, agents * task.concurrency
    is_stable = per_s * task.handle_s < servers
    gave_up, patient_mean_s = (
        erlang.impatient(per_s, task.handle_s, servers, task.patience_s) if task.patience_s else (None, None)
    )
    return TextbookPoint(
        agents=agents,
        in_time=erlang.answered_within(per_s, task.handle_s, servers, task.within_s) if is_stable else None,
        mean_s=erlang.mean_wait(per_s, task.handle_s, servers) if is_stable else None,
        gave_up=gave_up,
        patient_mean_s=patient_mean_s,
    )
