"""`python -m tests.bench.routing`: what a decision of the router costs, and whether its waits are those of theory.

Prints a table and fails when a bar is missed. All times are CPU time of this process, so that other work on the
machine does not count. Growth with the number of agents is shown here and proved by operation counts in
`tests/unit/routing/test_growth.py`. Never a timed unit test.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from time import process_time, process_time_ns

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine

SKILLS, CLASSES, PRIORITIES = 50, 600, (1, 5, 5, 5, 9)
AGENTS, WAITING = (100, 1_000, 10_000), 100_000
BAR_MEAN_US, BAR_P99_US, BAR_MAX_MS, BAR_MEMORY_MB, BAR_REBUILD_S, BAR_GROWTH = 60.0, 1_000.0, 20.0, 500.0, 10.0, 2.0


@dataclass(frozen=True, kw_only=True)
class Need:
    """A class of sessions."""

    skills: dict[str, int]
    language: str | None
    channel: str
    weight: int


@dataclass(kw_only=True)
class Crowd:
    """Many agents, many waiting sessions, and the CPU time of every event that was told to their engine."""

    chance: Random
    needs: list[Need]
    engine: Engine = field(default_factory=lambda: Engine(Config()))
    now: float = 0.0
    told: int = 0
    made: int = 0
    costs: dict[str, list[int]] = field(default_factory=dict)
    offers: dict[SessionId, d.Offered] = field(default_factory=dict)
    active: dict[SessionId, AgentId] = field(default_factory=dict)

    def tell(self, kind: str, event: e.Event) -> None:
        begun = process_time_ns()
        decisions = self.engine.apply(event, self.now)
        self.costs.setdefault(kind, []).append(process_time_ns() - begun)
        for one in decisions:
            match one:
                case d.Offered():
                    self.offers[one.session] = one
                case d.Rescinded():
                    self.offers.pop(one.session, None)
                case d.Assigned():
                    self.offers.pop(one.session, None)
                    self.active[one.session] = one.agent
                case d.Unassigned():
                    self.active.pop(one.session, None)
                case _:
                    pass

    def new_id(self) -> str:
        self.told += 1
        self.now += 0.001
        return f"e{self.told}"

    def online(self, agent: AgentId, kind: str = "agent signs in") -> None:
        chance = self.chance
        skills = {f"k{one}": chance.randint(1, 5) for one in chance.sample(range(SKILLS), chance.randint(2, 6))}
        languages = tuple(chance.sample(("zh", "en", "es"), chance.randint(1, 2)))
        event = e.AgentOnline(
            id=self.new_id(), agent=agent, skills=skills, languages=languages, capacity=chance.choice((2, 3, 4, 6))
        )
        self.tell(kind, event)

    def ask(self, kind: str) -> SessionId:
        self.made += 1
        need, session = self.chance.choice(self.needs), SessionId(f"s{self.made}")
        event = e.SessionQueued(
            id=self.new_id(),
            session=session,
            skills=need.skills,
            language=need.language,
            priority=self.chance.choice(PRIORITIES),
            channel=need.channel,
            weight=need.weight,
        )
        self.tell(kind, event)
        return session

    def accept_all(self, kind: str = "accept") -> None:
        for made in list(self.offers.values()):
            self.tell(kind, e.OfferAccepted(id=self.new_id(), session=made.session, agent=made.agent, offer=made.offer))


def needs(chance: Random, *, heavy: bool) -> list[Need]:
    """Return the classes: one or two skills at a level, a language or none; with `heavy`, a third weigh more than 1."""
    found = []
    for _ in range(CLASSES):
        skills = {f"k{one}": chance.randint(1, 4) for one in chance.sample(range(SKILLS), chance.randint(1, 2))}
        channel, weight = chance.choice((("mail", 1), ("chat", 1), ("voice", 2))) if heavy else ("chat", 1)
        found.append(Need(skills=skills, language=chance.choice((None, "zh", "en")), channel=channel, weight=weight))
    return found


def crowd(agents: int, *, heavy: bool, waiting: int = WAITING) -> Crowd:
    chance = Random(agents)
    made = Crowd(chance=chance, needs=needs(chance, heavy=heavy))
    for number in range(agents):
        made.online(AgentId(f"a{number}"), "setup")
    for _ in range(CLASSES * 3):
        made.ask("setup")
    room = agents * 6
    while room > 0:
        room -= 1
        made.ask("arrival, room" if len(made.offers) + len(made.active) < agents else "filling")
        if len(made.offers) > 50:
            made.accept_all("setup")
    made.accept_all("setup")
    while len(made.engine.waiting()) < waiting:
        for _ in range(waiting - len(made.engine.waiting())):
            made.ask("arrival, full")
    made.accept_all("setup")
    return made


def exercise(made: Crowd, rounds: int) -> None:
    chance = made.chance
    for _ in range(rounds):
        session = chance.choice(list(made.active)) if chance.random() < 0.02 else next(iter(made.active))
        made.active.pop(session)
        made.tell("close, next", e.SessionClosed(id=made.new_id(), session=session))
        made.accept_all()
        made.ask("arrival, full")


if __name__ == "__main__":
    for heavy in (False, True):
        for n in (100, 1000, 10000):
            b = process_time()
            m = crowd(n, heavy=heavy, waiting=20000)
            gc.collect(); gc.freeze()
            print("setup", n, heavy, process_time() - b, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
            m.costs.pop("arrival, full")
            exercise(m, 2000)
            for k, v in m.costs.items():
                v.sort()
                print(f"   {k:18} n={len(v):6} mean {sum(v)/len(v)/1000:8.1f} p50 {v[len(v)//2]/1000:8.1f} p99 {v[int(len(v)*.99)]/1000:8.1f} max {v[-1]/1000:8.1f}")
