"""The waits that customers are told are kept: nine of ten are answered within the first promise that they got.

Whole days on the real engine, with the figures that the hub uses: place and expected wait at the moment of telling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pytest

from hub.model.ids import SessionId
from hub.model.queue_notices import Limits, Notice, Standing, after, decide, next_look
from hub.model.queues import Told
from hub.model.timestamps import from_seconds
from routing import decisions as d
from routing import events as e
from routing.engine import Engine
from routing.simulate import Demand, Habits, Plan, Profile, simulate

HUMAN = Habits(reaction_s=5, rejects=0.03, ignores=0.02)
PLANS = {
    "steady": Plan(demand=(Demand(name="all", per_hour=108, service_s=300),), agents=10, hours=12),
    "crowded": Plan(demand=(Demand(name="all", per_hour=118, service_s=300),), agents=10, hours=12, habits=HUMAN),
    "few agents": Plan(demand=(Demand(name="all", per_hour=20, service_s=300),), agents=2, hours=40, habits=HUMAN),
    "large": Plan(demand=(Demand(name="all", per_hour=588, service_s=300),), agents=50, hours=4, habits=HUMAN),
    "urgent ones go before": Plan(
        demand=(
            Demand(name="vip", per_hour=12, service_s=300, priority=1),
            Demand(name="normal", per_hour=100, service_s=300),
        ),
        agents=10,
        hours=12,
        habits=HUMAN,
    ),
    "two skills": Plan(
        demand=(
            Demand(name="bill", per_hour=50, service_s=400, skills={"bill": 1}),
            Demand(name="tech", per_hour=40, service_s=500, skills={"tech": 1}),
        ),
        team=(
            Profile(skills={"bill": 5}),
            Profile(skills={"tech": 5}),
            Profile(skills={"bill": 3, "tech": 3}),
        ),
        agents=12,
        hours=12,
        habits=HUMAN,
    ),
}


@dataclass
class Listener:
    """Tells waiting customers as the hub does, and notes whether the first promise to each was kept."""

    engine: Engine
    since: dict[SessionId, float] = field(default_factory=dict)
    looks: dict[SessionId, float] = field(default_factory=dict)
    told: dict[SessionId, tuple[Told, float]] = field(default_factory=dict)
    promised: dict[SessionId, float] = field(default_factory=dict)
    kept: int = 0
    broken: int = 0
    notices: list[Notice] = field(default_factory=list)
    now: float = 0.0

    def watch(self, _: e.Event, now: float, decisions: Sequence[d.Decision]) -> None:
        self.now = now
        for decision in decisions:
            if isinstance(decision, d.Waiting) and SessionId(decision.session) not in self.since:
                self.since[SessionId(decision.session)] = now
                self.looks[SessionId(decision.session)] = now + 8
            if isinstance(decision, d.Assigned):
                self._answered(SessionId(decision.session), now)
        for session, due in list(self.looks.items()):
            if due <= now:
                self._look(session, now)

    def _look(self, session: SessionId, now: float) -> None:
        told, told_at = self.told.get(session, (None, 0.0))
        position = self.engine.position(session)
        standing = Standing(since=self.since[session], position=position, wait_s=self.engine.estimated_wait(session))
        notice = decide(now, told, told_at, standing, Limits())
        if notice is not None:
            self.notices.append(notice)
            if told is None and notice.promise_s is not None:
                self.promised[session] = now + notice.promise_s
            told, told_at = after(told, notice, from_seconds(now)), now
            self.told[session] = told, told_at
        self.looks[session] = next_look(now, told, told_at, standing)

    def _answered(self, session: SessionId, now: float) -> None:
        self.looks.pop(session, None)
        due = self.promised.pop(session, None)
        if due is not None:
            self.kept += now <= due
            self.broken += now > due


@pytest.mark.parametrize("name", PLANS)
def test_nine_of_ten_are_answered_within_what_they_were_told(name: str) -> None:
    listener = Listener(Engine(PLANS[name].config))
    simulate(PLANS[name], Random(7), watch=listener.watch, router=lambda _: listener.engine)
    broken = listener.broken + sum(due < listener.now for due in listener.promised.values())
    told = listener.kept + broken
    assert told >= 200, "enough customers waited and were told"
    assert listener.kept / told >= 0.9
