"""Random days: after every fact the router's engine agrees with the records, whoever leads and whatever is changed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress

import pytest
from msgspec.structs import replace

from hub.errors import Conflict
from hub.model import commands as c
from hub.model.ids import BotId, QueueId, SessionId
from hub.model.queues import DEFAULT_QUEUE, Queue
from hub.model.session import Session
from hub.model.timestamps import to_seconds
from hub.model.workspace import RelaxStep
from hub.services.dispatch_view import asked_by, relaxed
from hub.services.router_config import Lines
from tests.unit.services.floor import Floor, floor, person

AGENTS = ("ann", "bob", "cai")
SKILLS: tuple[Mapping[str, int], ...] = ({}, {"billing": 1}, {"billing": 4}, {"repair": 2})
STEPS = 120


class Walk:
    """Acts at random, as customers, agents, supervisors, administrators and failing nodes do."""

    def __init__(self, f: Floor, seed: int) -> None:
        self.f = f
        self.chance = random.Random(seed)
        self.connected = set(AGENTS)
        self.customers = 0

    async def begin(self) -> None:
        for number, name in enumerate(AGENTS):
            await self.f.agent(name, capacity=2, skills={"billing": 2 + number, "repair": 1 + number})
        await self.f.office_hours()
        await self.f.queue(Queue(id=QueueId("vip"), name="VIP"))
        await self.f.lead(*self.connected)

    async def step(self) -> str:
        acts = (
            *[self.come] * 4,
            *[self.answer] * 6,
            self.take,
            self.pass_on,
            self.give_back,
            *[self.close] * 3,
            self.label,
            self.change_demand,
            self.to_bot,
            self.lose,
            self.lose,
            *[self.wait] * 4,
            self.change_hours,
            self.change_settings,
            self.change_leader,
        )
        act = self.chance.choice(acts)
        with suppress(Conflict):  # An act that the state forbids is refused; that is its own test.
            await act()
        await self.f.settle()
        return act.__name__

    async def open_sessions(self) -> list[Session]:
        found = [one async for one in self.f.g.store.open_sessions()]
        return sorted(found, key=lambda one: one.id)

    async def some(self, *states: str) -> Session | None:
        found = [one for one in await self.open_sessions() if one.state in states]
        return self.chance.choice(found) if found else None

    async def come(self) -> None:
        self.customers += 1
        relax = (RelaxStep(after_s=20, skill="billing", level=1), RelaxStep(after_s=45, skill="repair", level=None))
        await self.f.ask(
            skills=self.chance.choice(SKILLS),
            priority=self.chance.choice((0, 1, 5)),
            weight=self.chance.choice((1, 1, 2)),
            relax=self.chance.choice(((), relax)),
            queue_id=self.chance.choice((None, "vip")),
        )
        await self.f.comes(f"customer{self.customers}")

    async def answer(self) -> None:
        session = await self.some("offered", "active")
        if session is not None and session.offer is not None:
            who = person(session.offer.agent_id)
            says = c.Reject(agent=who) if self.chance.random() < 0.25 else c.Accept(agent=who)
            await self.f.act(session, says)

    async def take(self) -> None:
        session = await self.some("queued", "offered", "active")
        if session is not None:
            await self.f.act(session, c.Take(agent=person(self.chance.choice(AGENTS)), force=True))

    async def pass_on(self) -> None:
        session = await self.some("active")
        if session is not None and session.agent_id is not None:
            to = person(self.chance.choice(AGENTS))
            await self.f.act(session, c.TransferToAgent(by=person(session.agent_id), to=to))

    async def give_back(self) -> None:
        session = await self.some("active")
        if session is not None and session.agent_id is not None:
            demand = replace(session.demand, skills=self.chance.choice(SKILLS), relax=())
            keeps = self.chance.random() < 0.5
            back = c.TransferToQueue(by=person(session.agent_id), demand=demand, label={}, keep_place=keeps)
            await self.f.act(session, back)

    async def close(self) -> None:
        session = await self.some("queued", "offered", "active")
        if session is not None:
            await self.f.act(session, c.Close(by=person("boss"), force=True))

    async def label(self) -> None:
        session = await self.some("queued", "offered", "active")
        if session is not None:
            await self.f.act(session, c.Label(by=person("boss"), priority=self.chance.choice((0, 1, 5)), force=True))

    async def change_demand(self) -> None:
        session = await self.some("queued", "offered", "active")
        if session is not None:
            queue = self.chance.choice((DEFAULT_QUEUE, QueueId("vip")))
            await self.f.demand(session, skills=self.chance.choice(SKILLS), queue=queue)

    async def to_bot(self) -> None:
        session = await self.some("queued", "active")
        if session is not None:
            back = c.TransferToBot(by=person("boss"), bot_id=BotId("bot"), bot_name="Bot", force=True)
            await self.f.act(session, back)

    async def lose(self) -> None:
        name = self.chance.choice(AGENTS)
        self.connected ^= {name}
        agent = self.f.g.directory.agent(person(name).id)  # type: ignore[arg-type]
        assert agent is not None
        self.f.leader.see_agent(agent, is_connected=name in self.connected)

    async def wait(self) -> None:
        await self.f.advance(self.chance.choice((1, 5, 20)))

    async def change_hours(self) -> None:
        await self.f.ask(business_hours_id=self.chance.choice((None, "office")))
        await self.f.configure()

    async def change_settings(self) -> None:
        def changed(queue: Queue) -> Queue:
            return replace(queue, placement=self.chance.choice(("spread", "pack")))

        await self.f.g.records.update(Queue, "vip", changed)
        await self.f.configure()

    async def change_leader(self) -> None:
        await self.f.term.end()
        await self.f.lead(*self.connected)

    async def check(self) -> None:
        engine, lines = self.f.leader.engine, Lines(self.f.g.directory)
        for session in await self.open_sessions():
            state = engine.state_of(session.id)
            if session.state == "bot" or session.offline is not None:
                assert state is None, session
                continue
            is_same = state == session.state or (state in ("waiting", "held") and session.state == "queued")
            assert is_same, (state, session)
            self._check_needs(session, lines.of(session))
            trace = engine.explain(session.id)
            assert trace is not None
            holder = session.offer.agent_id if session.offer and session.state == "offered" else session.agent_id
            assert session.state == "queued" or (trace.agent == holder or session.transfer is not None), session
        closed = [SessionId(one) for one in engine.waiting() if not (await self.f.now(SessionId(one))).is_open]
        assert closed == []

    def _check_needs(self, session: Session, line_name: str) -> None:
        line = self.f.leader.engine.line_of(session.id)
        assert line is not None
        if session.state != "queued":
            return
        asked = asked_by(session, line_name)
        waited = self.f.g.clock.seconds() - to_seconds(session.queued_at or session.created_at)
        assert (line.queue, line.weight, line.language) == (line_name, asked.weight, asked.language)
        assert dict(line.skills) == relaxed(asked, waited), (session, waited)


@pytest.mark.parametrize("seed", range(6))
async def test_the_engine_agrees_with_the_records_after_every_fact(seed: int) -> None:
    async with floor() as f:
        walk = Walk(f, seed)
        await walk.begin()
        done = []
        for _ in range(STEPS):
            done.append(await walk.step())
            try:
                await walk.check()
            except AssertionError as error:
                raise AssertionError(f"after {done[-8:]}: {error}") from None
        assert f.term.figures.refusals["stale-epoch"] == 0
