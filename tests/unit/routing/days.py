"""The days on which the simulator is held against theory: short here, long in `tests/bench/routing_theory.py`."""

from __future__ import annotations

from random import Random

import msgspec

from routing.config import Config
from routing.simulate import Demand, Habits, Plan, Profile

TALK_S = 300.0
TYPES = tuple(f"type{number}" for number in range(6))
VIP, NORMAL, LEVELS = 1, 5, (1, 2, 3)


def plain(*, load: float, agents: int, hours: float, patience_s: float | None = None) -> Plan:
    """Return M/M/n, or with patience M/M/n+M; `load` is that of all agents together, 1 for as much as they can do."""
    demand = Demand(name="all", per_hour=load * agents * 3600 / TALK_S, service_s=TALK_S, patience_s=patience_s)
    return Plan(demand=(demand,), agents=agents, hours=hours, warm_up_hours=hours / 20)


def by_priority(*, load: float, agents: int, hours: float) -> Plan:
    """Return three classes of one service time: a tenth VIP, two tenths urgent, the others normal."""
    rate = load * agents * 3600 / TALK_S
    shares = (("vip", 0.1, 0), ("urgent", 0.2, 1), ("normal", 0.7, 5))
    demand = tuple(
        Demand(name=name, per_hour=rate * share, service_s=TALK_S, priority=priority)
        for name, share, priority in shares
    )
    return Plan(demand=demand, agents=agents, hours=hours, warm_up_hours=hours / 20)


def wallace_whitt(skills: int, *, per_minute: float, hours: float) -> Plan:
    """Return six types of call, 90 agents, 30 extra lines: 15 agents for each type, who know the next types too.

    The second skills are spread evenly over the other types, as are the third and so on.
    """
    team = []
    for group in range(15):
        for own in range(6):
            known = [(own + 1 + (group + step) % 5) % 6 for step in range(skills - 1)]
            team.append(Profile(skills={TYPES[one]: 1 for one in (own, *known)}))
    demand = tuple(Demand(name=one, per_hour=per_minute * 60, service_s=600, skills={one: 1}) for one in TYPES)
    return Plan(demand=demand, agents=90, team=tuple(team), places=120, hours=hours, warm_up_hours=hours / 20)


def churn(*, load: float, hours: float, seed: int = 7) -> Plan:
    """Return a floor of 60 people with 4 skills, 3 languages and 3 talks each, who decline, overlook and take breaks.

    `load` is that of the capacity that is there, breaks taken off, by all that takes capacity: the talk, the time
    until an offer is answered, offers that are overlooked. A session asks for one skill at a level, for a minute; a
    tenth of all are VIP. How long talks are, and who can and needs what, is chosen so that simple routers come out
    about as in the table of the routing guide, which leaves it open (see docs/routing.md).
    """
    chance = Random(seed)
    skills, languages = ("billing", "technical", "sales", "returns"), ("zh", "en", "es")
    team = tuple(
        Profile(
            skills={one: chance.randint(1, 5) for one in chance.sample(skills, chance.choice((1, 2, 3)))},
            languages=tuple(chance.sample(languages, chance.choice((1, 2)))),
            capacity=3,
        )
        for _ in range(60)
    )
    talk_s, works_s, away_s = 180.0, 4 * 3600.0, 240.0
    habits = Habits(reaction_s=4, rejects=0.03, ignores=0.02, works_s=works_s, away_s=away_s)
    units = 180 * works_s / (works_s + away_s)
    taken_s = talk_s + habits.reaction_s + habits.ignores * Config().accept_timeout
    classes = [
        (skill, language, priority, level, weight * share)
        for skill in skills
        for language, weight in zip(languages, (0.37, 0.33, 0.3), strict=True)
        for priority, share in ((VIP, 0.1), (NORMAL, 0.9))
        for level in LEVELS
    ]
    demand = tuple(
        Demand(
            name=f"{skill}/{language}/{priority}/{level}",
            per_hour=load * units * 3600 / taken_s * share / len(skills) / len(LEVELS),
            service_s=talk_s,
            skills={skill: level},
            language=language,
            priority=priority,
            relax=((60.0, skill, min(LEVELS)),),
        )
        for skill, language, priority, level, share in classes
    )
    return Plan(demand=demand, agents=60, team=team, habits=habits, hours=hours, warm_up_hours=hours / 10)


def pooled(plan: Plan) -> Plan:
    """Return the plan with agents who can do everything: the bound that no router gets below."""
    skills = {skill: 5 for demand in plan.demand for skill in demand.skills}
    languages = tuple(sorted({demand.language for demand in plan.demand if demand.language is not None}))
    team = tuple(Profile(skills=skills, languages=languages, capacity=one.capacity) for one in plan.team)
    return msgspec.structs.replace(plan, team=team)
