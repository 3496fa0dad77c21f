"""Simple routers to hold ours against: they look at everybody and everything, and differ in one rule each.

For `tests.bench.routing_theory` only. They know skills, languages, capacity, offers that are declined or run out,
relaxation and people who come and go; no holds, transfers, hours or earmarks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from hub.model.ids import AgentId, OfferId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.records import SessionState

Rank: TypeAlias = Callable[["Desk", "Talk"], tuple[float | str, ...]]


@dataclass
class Desk:
    agent: e.AgentOnline
    number: int
    room: int
    here: bool = True
    last: float = -1.0
    missed: int = 0
    turn: int = 0
    """Grows with each offer of the whole router: the longest ago is next in the ring."""


@dataclass
class Talk:
    asked: e.SessionQueued
    queued_at: float
    number: int
    desk: Desk | None = None
    offer: d.Offered | None = None
    excluded: dict[str, float] = field(default_factory=dict)


class Reference:
    """Offers the first session that anybody can have to the agent of the lowest rank, again and again."""

    def __init__(self, rank: Rank, *, by_priority: bool = True, relaxes: bool = True, keeps_place: bool = True) -> None:
        self.rank = rank
        self.by_priority, self.relaxes, self.keeps_place = by_priority, relaxes, keeps_place
        self.config = Config()
        self.desks: dict[AgentId, Desk] = {}
        self.talks: dict[SessionId, Talk] = {}
        self.waiting: list[Talk] = []
        self.numbers = 0
        self.said: list[d.Decision] = []

    def state_of(self, session: SessionId) -> SessionState | None:
        talk = self.talks.get(session)
        return None if talk is None else "offered" if talk.offer else "active" if talk.desk else "waiting"

    def next_deadline(self) -> float | None:
        ends = [one.offer.expires_at for one in self.talks.values() if one.offer]
        for talk in self.waiting:
            ends += talk.excluded.values()
            ends += [talk.queued_at + after for after, *_ in talk.asked.relax if self.relaxes and self._strict(talk)]
        return min(ends, default=None)

    def apply(self, event: e.Event, now: float) -> list[d.Decision]:
        self.now, self.said = now, []
        self._fall_due()
        match event:
            case e.AgentOnline():
                self.desks[event.agent] = Desk(event, len(self.desks), event.capacity)
            case e.AgentStatus():
                self.desks[event.agent].missed = 0
            case e.AgentSignedOut():
                self._sign_out(self.desks[event.agent])
            case e.SessionQueued():
                self.numbers += 1
                talk = self.talks[event.session] = Talk(event, now, self.numbers)
                self.waiting.append(talk)
            case e.OfferAccepted() | e.OfferRejected():
                self._answer(event)
            case e.SessionClosed() | e.CustomerLeft():
                self._end(self.talks.pop(event.session))
            case _:
                pass
        self._place()
        return self.said

    def _fall_due(self) -> None:
        for talk in [one for one in self.talks.values() if one.offer and one.offer.expires_at <= self.now]:
            desk = self._give_back(talk)
            desk.missed += 1
            if desk.missed == self.config.timeouts_to_unresponsive:
                self.said.append(d.Alert(epoch=0, seq=0, kind="unresponsive", agent=desk.agent.agent))
        for talk in self.waiting:
            talk.excluded = {agent: until for agent, until in talk.excluded.items() if until > self.now}

    def _sign_out(self, desk: Desk) -> None:
        desk.here = False
        for talk in [one for one in self.talks.values() if one.desk is desk]:
            if talk.offer is None:
                self.said.append(
                    d.Unassigned(epoch=0, seq=0, session=talk.asked.session, agent=desk.agent.agent, reason="")
                )
            talk.offer = talk.desk = None
            self.waiting.append(talk)

    def _answer(self, event: e.OfferAccepted | e.OfferRejected) -> None:
        talk = self.talks.get(event.session)
        if talk is None or talk.offer is None or talk.offer.offer != event.offer:
            return
        if isinstance(event, e.OfferAccepted):
            self.desks[event.agent].missed, talk.offer = 0, None
            self.said.append(d.Assigned(epoch=0, seq=0, session=event.session, agent=event.agent))
        else:
            self._give_back(talk).missed = 0

    def _give_back(self, talk: Talk) -> Desk:
        assert talk.desk is not None
        desk, talk.desk, talk.offer = talk.desk, None, None
        desk.room += 1
        talk.excluded[desk.agent.agent] = self.now + self.config.reject_exclusion
        if not self.keeps_place:
            self.numbers += 1
            talk.number = self.numbers
        self.waiting.append(talk)
        return desk

    def _end(self, talk: Talk) -> None:
        if talk.desk is not None:
            talk.desk.room += 1
        else:
            self.waiting.remove(talk)

    def _place(self) -> None:
        self.waiting.sort(key=lambda one: (one.asked.priority if self.by_priority else 0, one.number))
        for talk in list(self.waiting):
            free = [one for one in self.desks.values() if one.room > 0 and self._may_have(one, talk)]
            if free:
                self._offer(talk, min(free, key=lambda one, talk=talk: self.rank(one, talk)))  # type: ignore[misc]

    def _offer(self, talk: Talk, desk: Desk) -> None:
        self.waiting.remove(talk)
        self.numbers += 1
        desk.room, desk.last, desk.turn, talk.desk = desk.room - 1, self.now, self.numbers, desk
        ends = self.now + self.config.accept_timeout
        name, agent = OfferId(f"o{self.numbers}"), desk.agent.agent
        talk.offer = d.Offered(
            epoch=0, seq=0, offer=name, session=talk.asked.session, agent=agent, expires_at=ends, kind="new"
        )
        self.said.append(talk.offer)

    def _may_have(self, desk: Desk, talk: Talk) -> bool:
        agent = desk.agent
        return (
            desk.here
            and desk.missed < self.config.timeouts_to_unresponsive
            and agent.agent not in talk.excluded
            and talk.asked.language in agent.languages
            and all(agent.skills.get(skill, -1) >= level for skill, level in self._needs(talk).items())
        )

    def _strict(self, talk: Talk) -> bool:
        return any(talk.queued_at + after > self.now for after, *_ in talk.asked.relax)

    def _needs(self, talk: Talk) -> dict[str, int]:
        needs = dict(talk.asked.skills)
        for after, skill, level in talk.asked.relax if self.relaxes else ():
            if talk.queued_at + after <= self.now and level is not None:
                needs[skill] = min(needs[skill], level)
        return needs


def _flexibility(desk: Desk) -> int:
    return len(desk.agent.skills) * len(desk.agent.languages)


def _load(desk: Desk) -> float:
    return 1 - desk.room / desk.agent.capacity


REFERENCES: dict[str, Callable[[Config], Reference]] = {
    "round robin, first come first served": lambda _: Reference(
        lambda desk, _: (desk.turn,), by_priority=False, keeps_place=False
    ),
    "least loaded, no relaxation": lambda _: Reference(lambda desk, _: (_load(desk), desk.number), relaxes=False),
    "best level, longest idle": lambda _: Reference(
        lambda desk, talk: (-sum(desk.agent.skills[one] for one in talk.asked.skills), desk.last)
    ),
    "load, longest idle": lambda _: Reference(lambda desk, _: (_load(desk), desk.last)),
    "load, least flexible, longest idle": lambda _: Reference(
        lambda desk, _: (_load(desk), _flexibility(desk), desk.last)
    ),
    "least flexible, longest idle": lambda _: Reference(lambda desk, _: (_flexibility(desk), desk.last)),
}
