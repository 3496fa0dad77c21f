"""A made-up day on the real engine: seeded customers and agents, discrete events, waits by class.

Answers "what happens with so many agents" and "how many agents are needed" with the very rules that will route. Chance
comes from the caller, so that the same seed gives the same day; this module knows no clock and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from heapq import heappop, heappush
from math import inf
from typing import Protocol, TypeAlias

import msgspec

from hub.model.ids import AgentId, SessionId
from hub.model.sentences import Sentence
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine
from routing.records import SessionState
from routing.waits import Tally, Waits

MOST_CUSTOMERS = 5_000_000
"""Some minutes of playing; a slip of the keyboard must not cost a day."""
MOST_AGENTS = 100_000


class Chance(Protocol):
    """Where chance comes from; `random.Random(seed)` is one."""

    def random(self) -> float:
        """Return a number from 0 up to, not including, 1."""

    def expovariate(self, lambd: float, /) -> float:
        """Return a time until the next of events that come at this rate."""


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """Customers of one kind: how many come in an hour, how long they take, what they need, how patient they are."""

    name: str
    per_hour: float
    service_s: float
    patience_s: float | None = None
    """Mean time after which one who waits gives up; None waits for ever."""
    queue: str = e.DEFAULT_QUEUE
    skills: Mapping[str, int] = {}
    language: str | None = None
    priority: int = e.DEFAULT_PRIORITY
    channel: str = "chat"
    weight: int = 1
    relax: tuple[e.RelaxStep, ...] = ()

    def __post_init__(self) -> None:
        for name in ("per_hour", "service_s"):
            if not 0 < getattr(self, name) < inf:
                raise ValueError(Sentence("{name} of {owner} must be more than 0.", name=name, owner=self.name))
        if self.patience_s is not None and not 0 < self.patience_s < inf:
            raise ValueError(
                Sentence("patience_s of {owner} must be more than 0, or None to wait for ever.", owner=self.name)
            )


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent can do."""

    skills: Mapping[str, int] = {}
    languages: tuple[str, ...] = ()
    capacity: int = 1
    channel_caps: Mapping[str, int] = {}


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How agents behave; without habits they accept at once, always, and stay."""

    reaction_s: float = 0
    """Mean time until an offer is answered."""
    rejects: float = 0
    """Share of offers that are declined."""
    ignores: float = 0
    """Share of offers that are never answered; the agent is ready again a moment after the second in a row."""
    works_s: float | None = None
    """Mean time until an agent signs out; None stays."""
    away_s: float = 300
    """Mean time until one who signed out is back."""

    def __post_init__(self) -> None:
        if not (self.rejects >= 0 and self.ignores >= 0 and self.rejects + self.ignores < 1):
            raise ValueError("The shares of offers rejected and ignored must be 0 or more, and less than 1 together.")
        if not (0 <= self.reaction_s < inf and 0 < self.away_s < inf and (self.works_s is None or self.works_s > 0)):
            raise ValueError("The times of habits must be positive.")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A day: who comes, who works, by which settings. Raises ValueError when it is impossible."""

    demand: tuple[Demand, ...]
    agents: int
    team: tuple[Profile, ...] = (Profile(),)
    """The profiles, given out in turn: with two, every second agent has the second."""
    config: Config = Config()
    habits: Habits = Habits()
    places: int | None = None
    """So many customers at once, waiting or served; who comes then is turned away. None has no limit."""
    hours: float = 8
    warm_up_hours: float = 0
    """Who comes in this time, before the hours that count, is served but not counted."""

    def __post_init__(self) -> None:
        if not self.demand or not self.team:
            raise ValueError("A plan needs customers and a team.")
        if self.agents < 1 or not self.hours > 0 or not self.warm_up_hours >= 0:
            raise ValueError("A plan needs at least one agent and some time.")
        if self.agents > MOST_AGENTS:
            raise ValueError(Sentence("A plan may have up to {most:,} agents.", most=MOST_AGENTS))
        if not sum(one.per_hour for one in self.demand) * (self.hours + self.warm_up_hours) <= MOST_CUSTOMERS:
            raise ValueError(
                Sentence("A plan may have up to {most:,} customers: plan fewer hours.", most=MOST_CUSTOMERS)
            )
        if all(one.capacity < 1 for one in self.team):
            raise ValueError("Nobody in the team has room for a talk.")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a plan."""

    agents: int
    total: Waits
    by_class: dict[str, Waits]
    utilisation: float
    """Share of the whole capacity, in units, that sessions took."""
    waiting: int
    """Those who still wait at the end; their waits are in no mean."""


Watcher: TypeAlias = Callable[[e.Event, float, Sequence[d.Decision]], None]
"""Sees every event with what was decided, for checks from outside."""

READY_AGAIN_S = 30.0
"""An agent who ignored offers comes back to the desk after so long (mean)."""


class Router(Protocol):
    """What a day needs of a router."""

    def apply(self, event: e.Event, now: float) -> Sequence[d.Decision]:
        """Take one fact in and return what follows."""

    def next_deadline(self) -> float | None:
        """Return when a `Tick` is wanted."""

    def state_of(self, session: SessionId) -> SessionState | None:
        """Return where a session stands."""


def simulate(
    plan: Plan,
    chance: Chance,
    *,
    within_s: float = 20,
    watch: Watcher | None = None,
    router: Callable[[Config], Router] = Engine,
) -> Outcome:
    """Play a plan and return the waits; `within_s` is the time of the service level.

    Another router than ours is for comparisons. Raises ValueError when the router refuses a customer or an agent.
    """
    if not within_s >= 0:
        raise ValueError("The time of the service level must not be negative.")
    return _Day(plan, chance, within_s, watch, router(plan.config)).play()


class _Day:
    """The day in motion: what will happen is in a heap; what happens is told to the engine."""

    def __init__(self, plan: Plan, chance: Chance, within_s: float, watch: Watcher | None, router: Router) -> None:
        self.plan, self.chance, self.watch = plan, chance, watch
        self.engine = router
        self.now = 0.0
        self.numbers = 0
        self.ahead: list[tuple[float, int, Callable[[], None]]] = []
        self.begins_s = plan.warm_up_hours * 3600
        self.ends_s = self.begins_s + plan.hours * 3600
        self.asked: dict[SessionId, tuple[float, Demand]] = {}
        """Who is here and has not ended: since when, and of which kind."""
        self.talks: dict[SessionId, float] = {}
        """When each talk ends."""
        self.tallies = {one.name: Tally(within_s) for one in plan.demand}
        self.busy_s = 0.0

    def play(self) -> Outcome:
        for number in range(self.plan.agents):
            self.sign_in(AgentId(f"agent-{number:05}"), self.plan.team[number % len(self.plan.team)])
        for demand in self.plan.demand:
            self.next_arrival(demand)
        while self.ahead and self.ahead[0][0] < self.ends_s:
            due = self.engine.next_deadline()
            if due is not None and due <= self.ahead[0][0]:
                self.now = max(self.now, due)
                self.tell(e.Tick(id=self.new_id()))
            else:
                self.now, _, act = heappop(self.ahead)
                act()
        waiting = [one for one in self.asked if one not in self.talks]
        for session in waiting:
            since, demand = self.asked[session]
            if since >= self.begins_s:
                self.tallies[demand.name].waits_on(self.ends_s - since)
        team = self.plan.team
        units = sum(team[number % len(team)].capacity for number in range(self.plan.agents))
        return Outcome(
            agents=self.plan.agents,
            total=Tally.joined(self.tallies.values()).waits(),
            by_class={name: tally.waits() for name, tally in self.tallies.items()},
            utilisation=self.busy_s / (max(1, units) * self.plan.hours * 3600),
            waiting=len(waiting),
        )

    # --------------------------------------------------------------------------------------------------- customers

    def next_arrival(self, demand: Demand) -> None:
        self.later(self.chance.expovariate(demand.per_hour / 3600), lambda: self.arrive(demand))

    def arrive(self, demand: Demand) -> None:
        self.next_arrival(demand)
        counts = self.now >= self.begins_s
        if self.plan.places is not None and len(self.asked) >= self.plan.places:
            self.tallies[demand.name].turned_away += counts
            return
        session = SessionId(self.new_id())
        self.asked[session] = (self.now, demand)
        if demand.patience_s is not None:
            self.later(self.chance.expovariate(1 / demand.patience_s), lambda: self.give_up(session))
        self.tell(
            e.SessionQueued(
                id=self.new_id(),
                session=session,
                queue=demand.queue,
                skills=demand.skills,
                language=demand.language,
                priority=demand.priority,
                channel=demand.channel,
                weight=demand.weight,
                relax=demand.relax,
            )
        )

    def give_up(self, session: SessionId) -> None:
        if self.engine.state_of(session) in ("waiting", "held", "offered"):
            since, demand = self.asked.pop(session)
            if since >= self.begins_s:
                self.tallies[demand.name].gave_up(self.now - since)
            self.tell(e.CustomerLeft(id=self.new_id(), session=session))

    def end(self, session: SessionId) -> None:
        # A talk whose agent left it goes on with another agent and has another end.
        if self.talks.get(session) == self.now:
            del self.talks[session], self.asked[session]
            self.tell(e.SessionClosed(id=self.new_id(), session=session))

    # ------------------------------------------------------------------------------------------------------ agents

    def sign_in(self, agent: AgentId, profile: Profile) -> None:
        event = e.AgentOnline(
            id=self.new_id(),
            agent=agent,
            skills=profile.skills,
            languages=profile.languages,
            capacity=profile.capacity,
            channel_caps=profile.channel_caps,
        )
        self.tell(event)
        habits = self.plan.habits
        if habits.works_s is not None:
            self.later(self.chance.expovariate(1 / habits.works_s), lambda: self.sign_out(agent, profile))

    def sign_out(self, agent: AgentId, profile: Profile) -> None:
        self.later(self.chance.expovariate(1 / self.plan.habits.away_s), lambda: self.sign_in(agent, profile))
        self.tell(e.AgentSignedOut(id=self.new_id(), agent=agent))

    def answer(self, made: d.Offered) -> None:
        habits = self.plan.habits
        dice = self.chance.random()
        if dice < habits.ignores:
            return
        after = self.chance.expovariate(1 / habits.reaction_s) if habits.reaction_s else 0.0
        kind = e.OfferRejected if dice < habits.ignores + habits.rejects else e.OfferAccepted
        event = kind(id=self.new_id(), session=made.session, agent=made.agent, offer=made.offer)
        self.later(after, lambda: self.tell(event))

    def begin(self, session: SessionId) -> None:
        since, demand = self.asked[session]
        tally = self.tallies[demand.name]
        takes_s = self.chance.expovariate(1 / demand.service_s)
        if since >= self.begins_s and session not in tally.begun:
            tally.answered(session, self.now - since)
        self.talks[session] = self.now + takes_s
        self.count_work(session, 1)
        self.later(takes_s, lambda: self.end(session))

    def break_off(self, session: SessionId) -> None:
        self.count_work(session, -1)
        del self.talks[session]

    def count_work(self, session: SessionId, sign: int) -> None:
        """Count the rest of a talk as work, or no longer."""
        counted = min(self.talks[session], self.ends_s) - max(self.now, self.begins_s)
        self.busy_s += sign * max(0.0, counted) * self.asked[session][1].weight

    def ready(self, agent: AgentId) -> None:
        self.tell(e.AgentStatus(id=self.new_id(), agent=agent, status="online"))

    # ------------------------------------------------------------------------------------------------------ engine

    def tell(self, event: e.Event) -> None:
        decisions = self.engine.apply(event, self.now)
        if self.watch is not None:
            self.watch(event, self.now, decisions)
        for one in decisions:
            match one:
                case d.Offered():
                    self.answer(one)
                case d.Assigned():
                    self.begin(one.session)
                case d.Unassigned():
                    self.break_off(one.session)
                case d.OutsideHours() if one.action != "keep":
                    self.asked.pop(one.session, None)
                case d.Alert(kind="unresponsive") if one.agent is not None:
                    self.later(self.chance.expovariate(1 / READY_AGAIN_S), partial(self.ready, one.agent))
                case d.Refused() if isinstance(event, e.AgentOnline | e.SessionQueued):
                    raise ValueError(one.detail)
                case _:
                    pass

    def later(self, after_s: float, act: Callable[[], None]) -> None:
        self.numbers += 1
        heappush(self.ahead, (self.now + after_s, self.numbers, act))

    def new_id(self) -> str:
        self.numbers += 1
        return f"n{self.numbers}"
