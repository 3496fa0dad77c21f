"""The numbers of how things stand agree with the explanation that goes through every agent by name."""

from __future__ import annotations

import random

import pytest

from hub.model.ids import AgentId, SessionId
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.engine import Engine
from routing.explain import Candidate

_AWAY = {"away", "unresponsive", "lost"}
_FULL = {"full", "channel_full"}


class _Floor:
    """An engine to which chance tells what happens."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.engine = Engine(Config(accept_timeout=20, grace=30, reject_exclusion=40))
        self.now = 1_000.0
        self.count = 0
        self.offers: dict[SessionId, d.Offered] = {}

    def tell(self, make: type, **fields: object) -> None:
        self.count += 1
        self.now += self.chance.random() * 4
        for one in self.engine.apply(make(id=f"e{self.count}", **fields), self.now):
            if isinstance(one, d.Offered):
                self.offers[one.session] = one

    def step(self) -> None:
        chance = self.chance
        agent, session = AgentId(f"a{chance.randrange(8)}"), SessionId(f"s{chance.randrange(30)}")
        skills = {skill: chance.randrange(1, 4) for skill in ("x", "y") if chance.random() < 0.5}
        match chance.randrange(8):
            case 0:
                caps = {"mail": 1} if chance.random() < 0.3 else {}
                capacity = chance.randrange(1, 5)
                self.tell(e.AgentOnline, agent=agent, skills=skills, capacity=capacity, channel_caps=caps)
            case 1:
                self.tell(e.AgentStatus, agent=agent, status=chance.choice(["online", "away"]))
            case 2:
                self.tell(chance.choice([e.AgentLost, e.AgentBack, e.AgentSignedOut]), agent=agent)
            case 3:
                self.tell(e.SessionClosed, session=session)
            case 4:
                made = self.offers.get(session)
                if made is not None:
                    self.tell(e.OfferRejected, session=session, agent=made.agent, offer=made.offer)
            case _:
                weight, channel = chance.randrange(1, 3), chance.choice(["chat", "mail"])
                self.tell(e.SessionQueued, session=session, skills=skills, weight=weight, channel=channel)


@pytest.mark.parametrize("seed", range(6))
def test_the_numbers_are_those_of_the_agents_by_name(seed: int) -> None:
    floor = _Floor(seed)
    compared = 0
    for _ in range(300):
        floor.step()
        for session in floor.engine.waiting():
            told, trace = floor.engine.standing(session), floor.engine.explain(session)
            assert told is not None
            assert trace is not None
            here = [one for one in trace.candidates if one.eligible and "signed_out" not in _codes(one)]
            assert told.eligible == len(here)
            assert told.away == sum(bool(_codes(one) & _AWAY) for one in here)
            there = [one for one in here if not _codes(one) & _AWAY]
            assert told.full == sum(bool(_codes(one) & _FULL) for one in there)
            assert told.excluded == sum("excluded" in _codes(one) for one in here)
            assert (told.reason, told.steps) == (trace.reason, trace.steps)
            assert (told.reason == "no_eligible_agent") == (told.eligible == 0 and trace.state == "waiting")
            compared += 1
    assert compared > 100


def _codes(candidate: Candidate) -> set[str]:
    return {reason.code for reason in candidate.reasons}


def test_a_session_that_does_not_wait_has_no_standing() -> None:
    engine = Engine(Config())
    engine.apply(e.AgentOnline(id="1", agent=AgentId("a"), capacity=1), 0)
    engine.apply(e.SessionQueued(id="2", session=SessionId("s")), 0)
    assert engine.standing(SessionId("s")) is None
    assert engine.standing(SessionId("nobody")) is None


def test_a_line_that_nobody_serves_is_named_with_who_waits_longest() -> None:
    engine = Engine(Config())
    engine.apply(e.AgentOnline(id="1", agent=AgentId("a"), capacity=1), 0)
    for number in range(3):
        engine.apply(e.SessionQueued(id=f"q{number}", session=SessionId(f"s{number}"), skills={"x": 2}), number)
    engine.apply(e.SessionQueued(id="plain", session=SessionId("plain")), 5)
    engine.apply(e.SessionQueued(id="behind", session=SessionId("behind")), 6)
    [found] = engine.unserved()
    assert (found.first, found.sessions, found.line.skills) == ("s0", 3, (("x", 2),))
    engine.apply(e.AgentChanged(id="2", agent=AgentId("a"), skills={"x": 3}), 7)
    assert engine.unserved() == []


def test_the_staff_of_a_queue_are_those_who_may_serve_one_of_its_lines() -> None:
    engine = Engine(Config())
    for name, skills, capacity in (("a", {"x": 3}, 2), ("b", {}, 4), ("c", {"x": 3}, 1)):
        engine.apply(e.AgentOnline(id=name, agent=AgentId(name), skills=skills, capacity=capacity), 0)
    engine.apply(e.AgentStatus(id="away", agent=AgentId("c"), status="away"), 0)
    everybody = engine.staff(["tech"])
    assert (everybody.online, everybody.away, everybody.free_units, everybody.units) == (2, 1, 6, 6)
    engine.apply(e.SessionQueued(id="q", session=SessionId("s"), queue="tech", skills={"x": 1}), 0)
    tech = engine.staff(["tech"])
    assert (tech.online, tech.away, tech.free_units, tech.units) == (1, 1, 1, 2)
