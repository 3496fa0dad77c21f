"""A recorded day with everything in it, and what was decided at each step: a changed decision must be an intended one.

`python -m tests.unit.routing.golden` records it anew into `golden_day.jsonl`: a line for each event with its time and
a digest of the decisions up to there. Do that when decisions were meant to change, and say in the commit which.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random

import msgspec

from hub.model.ids import AgentId, OfferId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config, Queue
from routing.engine import Engine

FILE = Path(__file__).with_name("golden_day.jsonl")
RENEW = "python -m tests.unit.routing.golden"
EVENTS, SEED = 700, 2026
# The last day of summer time in Berlin is among those recorded.
BEGINS = datetime(2026, 10, 23, 14, tzinfo=UTC).timestamp()
WEEK = range(7)
CONFIG = Config(
    timeouts_to_unresponsive=2,
    earmark_after=45,
    queues={
        "sales": Queue(hours=[(day, "09:00", "18:00") for day in WEEK], zone="Europe/Berlin", holidays=["2026-10-24"]),
        "desk": Queue(hours=[(day, "08:30", "20:00") for day in WEEK], zone="Asia/Shanghai", closed_action="keep"),
        "calls": Queue(hours=[(day, "00:00", "12:00") for day in WEEK], closed_action="callback", placement="pack"),
        "experts": Queue(prefer="level"),
    },
)
QUEUES = ("default", "default", "sales", "desk", "calls", "experts")
SKILLS = ("bill", "tech", "sales")


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One line of the file."""

    at: float
    event: e.Event
    digest: str
    """Of all decisions so far."""


def replay(log: list[tuple[float, e.Event]]) -> Iterator[tuple[Step, list[d.Decision]]]:
    """Play a log on a new engine."""
    engine, digest = Engine(CONFIG), sha256()
    for at, event in log:
        decisions = engine.apply(event, at)
        digest.update(msgspec.json.encode(decisions))
        yield Step(at, event, digest.hexdigest()[:12]), decisions


def recorded() -> list[Step]:
    """Return the day as it was recorded."""
    return [msgspec.json.decode(line, type=Step) for line in FILE.read_bytes().splitlines()]


class _Day:
    """Tells an engine what happens by chance, and answers its offers."""

    def __init__(self) -> None:
        self.chance, self.engine, self.now = Random(SEED), Engine(CONFIG), BEGINS
        self.log: list[tuple[float, e.Event]] = []
        self.offers: dict[SessionId, d.Offered] = {}
        self.active: dict[SessionId, AgentId] = {}
        self.sessions: list[SessionId] = []

    def play(self) -> None:
        acts: tuple[tuple[int, Callable[[], e.Event]], ...] = (
            (9, self.queued),
            (9, self.answered),
            (4, self.ended),
            (3, self.came),
            (2, self.presence),
            (2, self.changed),
            (2, self.worked),
            (1, self.forced),
            (1, self.restored),
            (3, lambda: e.Tick(id=self.name())),
        )
        weights, makers = zip(*acts, strict=True)
        while len(self.log) < EVENTS:
            self.tell(self.chance.choices(makers, weights)[0]())
            if self.chance.random() < 0.05:
                self.tell(self.chance.choice(self.log)[1])
            self.now += self.chance.expovariate(1 / 9) if self.chance.random() < 0.98 else 4 * 3600
            self.now = round(self.now, 3)

    def tell(self, event: e.Event) -> None:
        self.log.append((self.now, event))
        for one in self.engine.apply(event, self.now):
            match one:
                case d.Offered():
                    self.offers[one.session] = one
                case d.Assigned():
                    self.active[one.session] = one.agent
                case _:
                    pass

    def name(self) -> str:
        return f"g{len(self.log)}"

    def agent(self) -> AgentId:
        return AgentId(f"agent-{self.chance.randrange(8)}")

    def session(self) -> SessionId:
        return self.chance.choice(self.sessions[-12:] or [SessionId("nobody")])

    def needs(self) -> dict[str, int]:
        return {one: self.chance.randint(1, 4) for one in self.chance.sample(SKILLS, self.chance.randint(0, 2))}

    def queued(self) -> e.Event:
        session, chance = SessionId(f"s{len(self.log)}"), self.chance
        self.sessions.append(session)
        channel, weight = chance.choice((("chat", 1), ("chat", 1), ("mail", 1), ("voice", 3)))
        needs = self.needs()
        return e.SessionQueued(
            id=self.name(),
            session=session,
            queue=chance.choice(QUEUES),
            skills=needs,
            language=chance.choice((None, "zh", "en")),
            priority=chance.choice((0, 1, 5, 5, 5, 9)),
            sticky=self.agent() if chance.random() < 0.3 else None,
            sticky_at=self.now - 3600,
            channel=channel,
            weight=weight,
            relax=tuple((float(after), one, None) for after, one in zip((20, 40), needs, strict=False)),
        )

    def answered(self) -> e.Event:
        made = self.offers.pop(next(reversed(self.offers))) if self.offers else None
        session, agent, offer = (
            (made.session, made.agent, made.offer) if made else (self.session(), self.agent(), "0-0")
        )
        kind = e.OfferAccepted if self.chance.random() < 0.8 else e.OfferRejected
        return kind(id=self.name(), session=session, agent=agent, offer=OfferId(offer))

    def ended(self) -> e.Event:
        session = self.chance.choice([*list(self.active)[-6:], self.session()])
        self.active.pop(session, None)
        return self.chance.choice((e.SessionClosed, e.SessionClosed, e.CustomerLeft))(id=self.name(), session=session)

    def came(self) -> e.Event:
        chance = self.chance
        return e.AgentOnline(
            id=self.name(),
            agent=self.agent(),
            skills={one: chance.randint(1, 5) for one in chance.sample(SKILLS, chance.randint(1, 3))},
            languages=tuple(chance.sample(("zh", "en"), chance.randint(1, 2))),
            capacity=chance.choice((1, 3, 4)),
            channel_caps=chance.choice(({}, {"chat": 2}, {"voice": 0})),
        )

    def presence(self) -> e.Event:
        agent, name = self.agent(), self.name()
        acts: tuple[e.Event, ...] = (
            e.AgentLost(id=name, agent=agent),
            e.AgentBack(id=name, agent=agent),
            e.AgentBack(id=name, agent=agent),
            e.AgentSignedOut(id=name, agent=agent),
            e.AgentStatus(id=name, agent=agent, status="away"),
            e.AgentStatus(id=name, agent=agent, status="online"),
            e.AgentStatus(id=name, agent=agent, status="online"),
        )
        return self.chance.choice(acts)

    def changed(self) -> e.Event:
        if self.chance.random() < 0.5:
            return e.AgentChanged(id=self.name(), agent=self.agent(), capacity=self.chance.randint(-1, 5))
        skills = self.needs() if self.chance.random() < 0.5 else None
        return e.SessionChanged(
            id=self.name(), session=self.session(), priority=self.chance.randint(0, 9), skills=skills
        )

    def worked(self) -> e.Event:
        session = self.chance.choice([*self.active, self.session()])
        agent, name, target = self.active.get(session, AgentId("agent-0")), self.name(), self.agent()
        acts: tuple[e.Event, ...] = (
            e.SessionPaused(id=name, session=session, agent=agent),
            e.SessionResumed(id=name, session=session, agent=agent),
            e.SessionTransferred(id=name, session=session, from_agent=agent, to_agent=target),
            e.SessionTransferred(id=name, session=session, from_agent=agent, queue="desk", skills=self.needs()),
            e.SessionTransferred(id=name, session=session, from_agent=agent, queue="experts", keep_place=False),
        )
        return self.chance.choice(acts)

    def forced(self) -> e.Event:
        return e.SessionForced(id=self.name(), session=self.session(), agent=self.agent())

    def restored(self) -> e.Event:
        session, agent = SessionId(f"r{len(self.log)}"), AgentId(f"agent-{self.chance.randrange(10)}")
        self.sessions.append(session)
        if self.chance.random() < 0.5:
            self.active[session] = agent
            return e.SessionRestored(id=self.name(), session=session, agent=agent, state="active", queued_at=self.now)
        return e.SessionRestored(
            id=self.name(),
            session=session,
            agent=agent,
            state="offered",
            offer=OfferId(f"0-{session}"),
            expires_at=self.now + 20,
        )


def main() -> None:
    """Record a day and write it down."""
    day = _Day()
    day.play()
    lines = [msgspec.json.encode(step) for step, _ in replay(day.log)]
    FILE.write_bytes(b"\n".join(lines) + b"\n")
    sys.stdout.write(f"{FILE.name}: {len(lines)} events. Say in the commit which decisions were meant to change.\n")


if __name__ == "__main__":
    main()
