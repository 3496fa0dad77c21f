"""A floor of any size under full load: many agents, many waiting, and the CPU time of every event told."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from time import process_time_ns

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine

SKILLS, CLASSES, PRIORITIES = 50, 600, (1, 5, 5, 5, 9)

CLOCK = "reading the clock"
"""The cost of measuring, among the costs by kind: on some machines it is a system call as dear as a decision."""


class Crowd:
    """Tells its engine what happens and does what agents would; `costs` has the nanoseconds by kind of event."""

    def __init__(self, chance: Random, *, heavy: bool) -> None:
        self.chance = chance
        self.needs = [_need(chance, heavy=heavy) for _ in range(CLASSES)]
        self.engine = Engine(Config())
        self.now = 0.0
        self.told = 0
        self.costs: dict[str, list[int]] = {}
        self.profiles: dict[AgentId, e.AgentOnline] = {}
        self.asked: dict[SessionId, e.SessionQueued] = {}
        self.asked_at: dict[SessionId, float] = {}
        self.offers: dict[SessionId, d.Offered] = {}
        self.active: dict[SessionId, AgentId] = {}
        self.line: list[SessionId] = []
        """Who came into a line; some have left it since."""

    @property
    def waiting(self) -> int:
        """Return how many wait."""
        return len(self.asked) - len(self.offers) - len(self.active)

    def tell(self, kind: str, event: e.Event) -> None:
        if self.told % 8 == 0:
            begun = process_time_ns()
            self.costs.setdefault(CLOCK, []).append(process_time_ns() - begun)
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
                    del self.offers[one.session]
                    self.active[one.session] = one.agent
                case d.Unassigned():
                    del self.active[one.session]
                case d.Waiting():
                    self.line.append(one.session)
                case _:
                    pass

    def new_id(self) -> str:
        self.told += 1
        self.now += 0.001
        return f"e{self.told}"

    def sign_in(self, agent: AgentId, kind: str) -> None:
        chance = self.chance
        event = e.AgentOnline(
            id=self.new_id(),
            agent=agent,
            skills={f"k{one}": chance.randint(1, 5) for one in chance.sample(range(SKILLS), chance.randint(2, 6))},
            languages=tuple(chance.sample(("zh", "en", "es"), chance.randint(1, 2))),
            capacity=chance.choice((2, 3, 4, 6)),
        )
        self.profiles[agent] = event
        self.tell(kind, event)

    def ask(self, kind: str) -> None:
        skills, language, channel, weight = self.chance.choice(self.needs)
        event = e.SessionQueued(
            id=self.new_id(),
            session=SessionId(f"s{self.told}"),
            skills=skills,
            language=language,
            priority=self.chance.choice(PRIORITIES),
            channel=channel,
            weight=weight,
        )
        self.asked[event.session], self.asked_at[event.session] = event, self.now
        self.tell(kind, event)

    def answer(self, kind: str, *, refuse: float = 0.0) -> None:
        """Let agents answer all offers; a share of them is refused, which makes another offer."""
        while self.offers:
            one = self.offers[next(iter(self.offers))]
            if self.chance.random() < refuse:
                del self.offers[one.session]
                event: e.Event = e.OfferRejected(
                    id=self.new_id(), session=one.session, agent=one.agent, offer=one.offer
                )
                self.tell("reject, next", event)
            else:
                event = e.OfferAccepted(id=self.new_id(), session=one.session, agent=one.agent, offer=one.offer)
                self.tell(kind, event)

    def end(self) -> None:
        """Close a session at work: the agent has the next one in the same step."""
        session = next(iter(self.active))
        del self.active[session], self.asked[session]
        self.tell("close, next", e.SessionClosed(id=self.new_id(), session=session))

    def leave(self) -> None:
        """Let somebody who waits give up."""
        session = self.line[self.chance.randrange(len(self.line))]
        if self.engine.state_of(session) == "waiting":
            del self.asked[session]
            self.tell("customer gives up", e.CustomerLeft(id=self.new_id(), session=session))

    def churn(self) -> None:
        """Let an agent come or go in one of the ways there are."""
        agent = self.chance.choice(list(self.profiles))
        ways: tuple[tuple[str, Callable[[], e.Event], str, Callable[[], e.Event]], ...] = (
            (
                "agent away",
                lambda: e.AgentStatus(id=self.new_id(), agent=agent, status="away"),
                "agent ready",
                lambda: e.AgentStatus(id=self.new_id(), agent=agent, status="online"),
            ),
            (
                "agent lost",
                lambda: e.AgentLost(id=self.new_id(), agent=agent),
                "agent back",
                lambda: e.AgentBack(id=self.new_id(), agent=agent),
            ),
            (
                "agent signs out",
                lambda: e.AgentSignedOut(id=self.new_id(), agent=agent),
                "agent signs in again",
                lambda: e.AgentBack(id=self.new_id(), agent=agent),
            ),
        )
        leaves, leaving, returns, returning = ways[self.chance.randrange(len(ways))]
        self.tell(leaves, leaving())
        self.answer("accept")
        self.tell(returns, returning())
        self.answer("accept")
        self.sign_in(agent, "agent, new profile")
        self.answer("accept")

    def exercise(self, rounds: int) -> None:
        """Let everything happen that happens on a busy floor, most of it often."""
        for number in range(rounds):
            self.end()
            self.answer("accept", refuse=0.03)
            self.ask("arrival, all busy")
            if number % 4 == 0:
                self.leave()
            if number % 30 == 0:
                self.churn()
            if number % 50 == 0:
                self.now += 1.0
                self.tell("tick", e.Tick(id=self.new_id()))


def crowd(agents: int, *, heavy: bool, waiting: int) -> Crowd:
    """Return a floor on which everybody is busy and so many wait; all classes of sessions have been seen."""
    made = Crowd(Random(agents), heavy=heavy)
    for number in range(agents):
        made.sign_in(AgentId(f"a{number}"), "setup")
    for _ in range(agents + CLASSES):
        made.ask("setup")
        made.answer("setup")
    for _ in range(500):
        made.ask("arrival, room free")
        made.answer("setup")
    while made.waiting < waiting:
        made.ask("setup")
        made.answer("setup")
    return made


def _need(chance: Random, *, heavy: bool) -> tuple[dict[str, int], str | None, str, int]:
    """Return a class: one or two skills at a level, a language or none; with `heavy`, a third weigh two units."""
    skills = {f"k{one}": chance.randint(1, 4) for one in chance.sample(range(SKILLS), chance.randint(1, 2))}
    channel, weight = chance.choice((("mail", 1), ("chat", 1), ("voice", 2))) if heavy else ("chat", 1)
    return skills, chance.choice((None, "zh", "en")), channel, weight
