"""The rules of the routing guide by brute force: what is so, who may have what, and what must come next.

Written from the rules alone and shares nothing with the engine but the types of events and settings: no index, no
agenda, every question asks everybody. Slow on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from routing import events as e
from routing.config import Config

Key: TypeAlias = tuple[float, float, int]
Line: TypeAlias = tuple[str, tuple[tuple[str, int], ...], str | None, str, int]


@dataclass
class Worker:
    id: str
    skills: dict[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    capacity: int = 0
    caps: dict[str, int] = field(default_factory=dict)
    known: bool = False
    presence: str = "gone"
    away: bool = False
    unresponsive: bool = False
    timeouts: int = 0
    last: float = float("-inf")
    grace_until: float | None = None

    @property
    def available(self) -> bool:
        return self.presence == "online" and not self.away and not self.unresponsive


@dataclass
class Talk:
    id: str
    queued_at: float
    seq: int
    queue: str = "default"
    skills: dict[str, int] = field(default_factory=dict)
    language: str | None = None
    channel: str = "chat"
    weight: int = 1
    priority: int = 5
    relax: list[e.RelaxStep] = field(default_factory=list)
    sticky: str | None = None
    state: str = "waiting"
    agent: str | None = None
    paused: bool = False
    offer: tuple[str, str, float, str] | None = None
    """Offer id, agent, end, kind."""
    excluded: dict[str, float] = field(default_factory=dict)
    held_until: float | None = None
    first_since: float | None = None
    alerted: bool = False

    @property
    def waits(self) -> bool:
        return self.state in ("waiting", "held")

    @property
    def line(self) -> Line:
        return (self.queue, tuple(sorted(self.skills.items())), self.language, self.channel, self.weight)


class Floorplan:
    """Who is there, and the questions of rules R2 to R6, R10 and R12."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.now = float("-inf")
        self.workers: dict[str, Worker] = {}
        self.talks: dict[str, Talk] = {}
        self.lines: set[Line] = set()
        self.earmarks: dict[str, str] = {}

    def key(self, talk: Talk) -> Key:
        if self.config.aging_s is None:
            return (talk.priority, talk.queued_at, talk.seq)
        return (talk.queued_at + talk.priority * self.config.aging_s, 0, talk.seq)

    def in_order(self, *, only_open: bool = False) -> list[Talk]:
        waiting = [one for one in self.talks.values() if one.state == "waiting" or (one.waits and not only_open)]
        return sorted(waiting, key=self.key)

    def position(self, talk: Talk) -> int:
        return 1 + sum(one.line == talk.line and self.key(one) < self.key(talk) for one in self.in_order())

    def used(self, worker: Worker) -> int:
        return sum(weight for _, weight in self._load(worker))

    def fits(self, worker: Worker, talk: Talk) -> bool:
        cap = worker.caps.get(talk.channel)
        count = sum(channel == talk.channel for channel, _ in self._load(worker))
        return self.used(worker) + talk.weight <= worker.capacity and (cap is None or count < cap)

    def may_have(self, worker: Worker, talk: Talk) -> bool:
        """Tell whether this session could be offered to this agent now, by all rules but the order."""
        return (
            worker.available
            and self.qualifies(worker, talk.line)
            and self.fits(worker, talk)
            and worker.id not in talk.excluded
            and not self.spared(worker, talk)
            and (talk.state == "waiting" or (talk.state == "held" and talk.sticky == worker.id))
        )

    def spared(self, worker: Worker, talk: Talk) -> bool:
        heavy = self.earmarks.get(worker.id)
        return heavy is not None and self.key(self.talks[heavy]) < self.key(talk)

    def could_serve(self, worker: Worker, talk: Talk) -> bool:
        return self.qualifies(worker, talk.line) and talk.weight <= worker.capacity

    @staticmethod
    def qualifies(worker: Worker, line: Line) -> bool:
        _, skills, language, channel, _ = line
        speaks = language is None or language in worker.languages
        able = all(skill in worker.skills and worker.skills[skill] >= level for skill, level in skills)
        return speaks and able and worker.caps.get(channel) != 0

    def next_pair(self) -> tuple[str, str] | None:
        """Return the offer that must be made next: first session by R2 that anybody may have, best agent by R5."""
        for talk in self.in_order():
            able = [one for one in self.workers.values() if self.may_have(one, talk)]
            if able:
                return talk.id, min(able, key=lambda one, talk=talk: self._rank(one, talk)).id  # type: ignore[misc]
        return None

    def review_earmarks(self) -> None:
        for agent, heavy in list(self.earmarks.items()):
            worker = self.workers[agent]
            if not worker.available or not self.could_serve(worker, self.talks[heavy]):
                del self.earmarks[agent]
        firsts = [one for one in self.in_order(only_open=True) if one.weight > 1 and self._is_first(one)]
        for talk in self.talks.values():
            if talk not in firsts and talk.id not in self.earmarks.values():
                talk.first_since = None
        for talk in firsts:
            talk.first_since = self.now if talk.first_since is None else talk.first_since
        for talk in self.in_order(only_open=True):
            due = talk.first_since is not None and talk.first_since + self.config.earmark_after <= self.now
            if due and talk.id not in self.earmarks.values():
                self._earmark(talk)

    def _earmark(self, talk: Talk) -> None:
        closest = [
            (self.used(one), one.id)
            for one in self.workers.values()
            if one.available
            and self.could_serve(one, talk)
            and one.id not in talk.excluded
            and one.id not in self.earmarks
            and self.used(one) + talk.weight > one.capacity
        ]
        if closest:
            self.earmarks[min(closest)[1]] = talk.id

    def _is_first(self, talk: Talk) -> bool:
        before = [one for one in self.in_order(only_open=True) if self.key(one) < self.key(talk)]
        return any(
            one.available and self.could_serve(one, talk) and not any(self.could_serve(one, other) for other in before)
            for one in self.workers.values()
        )

    def _rank(self, worker: Worker, talk: Talk) -> tuple[float | str, ...]:
        queue = self.config.queue(talk.queue)
        used = self.used(worker)
        return (
            worker.id != talk.sticky,
            -sum(worker.skills[skill] for skill in talk.skills) if queue.prefer == "level" else 0,
            -used if queue.placement == "pack" else used / worker.capacity,
            self._flexibility(worker),
            len(worker.skills) + len(set(worker.languages)),
            worker.last,
            worker.id,
        )

    def _flexibility(self, worker: Worker) -> int:
        """Count the classes of requirements seen so far, in whatever queue, that a worker could serve."""
        able = [line for line in self.lines if self.qualifies(worker, line) and line[-1] <= worker.capacity]
        return len({line[1:] for line in able})

    def _load(self, worker: Worker) -> list[tuple[str, int]]:
        talks = self.talks.values()
        active = [(one.channel, one.weight) for one in talks if one.agent == worker.id and not one.paused]
        return active + [(one.channel, one.weight) for one in talks if one.offer and one.offer[1] == worker.id]
