"""A floor of agents and customers over a leader in memory: facts are real commits, time is in the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec.structs import replace as with_parts

from hub.model import commands as c
from hub.model.agent import Agent
from hub.model.commit import Commit, Committed
from hub.model.ids import AgentId, SessionId
from hub.model.queues import Queue
from hub.model.session import Session
from hub.model.timeline import Activity, Actor
from hub.model.timestamps import to_seconds
from hub.model.workspace import BusinessHours, Channel, OpenHours
from hub.ports.bus import Published
from hub.services.core import Core
from hub.services.leader import Leader
from hub.services.recording import Recorder
from hub.services.router_figures import RouterFigures
from hub.services.sessions import Sessions
from hub.services.timers import Timers
from hub.services.traces import Traces
from hub.services.zones import load_zones
from tests.unit.services.ground import CHANNEL, Ground, ground

OFFICE = tuple(OpenHours(weekday=0, start=start, end=end) for start, end in (("09:00", "16:01"), ("16:03", "18:00")))
"""Hours in Shanghai, where the clock starts on a Monday at 16:00; a short break, as time goes second by second."""
TO_CLOSING_S = 60.0
TO_OPENING_S = 120.0
"""From the closing to the next opening."""


class GatedStore:
    """A node's own way to the store, which a test can hold up as a stopped process does."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.gate = asyncio.Event()
        self.gate.set()
        self.held = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, commit: Commit) -> Committed:
        if not self.gate.is_set():
            self.held += 1
            await self.gate.wait()
        committed: Committed = await self._store.append(commit)
        return committed


@dataclass
class Term:
    """A leader with its own way to the store."""

    leader: Leader
    store: GatedStore
    core: Core
    traces: Traces
    recorder: Recorder
    figures: RouterFigures
    is_heard: bool = True

    def hear(self, published: Published) -> None:
        """Let the leader see a commit as it comes through the stream."""
        if self.is_heard and published.commit.session is not None:
            self.leader.see_session(published.commit.session)

    async def end(self) -> None:
        """Let the process be gone: what it has not written is never written."""
        self.is_heard = False
        await self.leader.close()


@dataclass
class Floor:
    """The services, one leader after the other, and who comes."""

    g: Ground
    terms: list[Term] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        """Act as a node beside the leader's does: what it remembers of sessions are hints."""
        self.sessions = Sessions(replace(self.g.core, is_sole_writer=False))
        self.g.core.bus.subscribe(self.sessions.hear)

    @property
    def term(self) -> Term:
        """Return the newest term."""
        return self.terms[-1]

    @property
    def leader(self) -> Leader:
        """Return the newest leader."""
        return self.term.leader

    async def lead(self, *connected: str, node: str = "node") -> Term:
        """Begin a term; those agents are connected."""
        store = GatedStore(self.g.store)
        core = replace(self.g.core, store=store, is_sole_writer=False, node=node)
        traces, recorder, figures = Traces(core, self.g.directory), Recorder(core), RouterFigures()
        await load_zones(self.g.directory)
        leader = Leader(
            core,
            Sessions(core),
            self.g.directory,
            await self.g.store.claim_epoch(),
            traces=traces,
            recorder=recorder,
            figures=figures,
        )
        term = Term(leader, store, core, traces, recorder, figures)
        self.terms.append(term)
        self.g.core.bus.subscribe(term.hear)
        await leader.rebuild(AgentId(one) for one in connected)
        await self.settle()
        return term

    async def settle(self) -> None:
        """Let everything that can happen now happen."""
        await self.g.clock.advance(0)

    async def advance(self, seconds: float) -> None:
        """Let time pass, with the router's deadlines each at its own time, and timers at the end."""
        end = self.g.clock.seconds() + seconds
        while True:
            due = self.leader.next_deadline()
            if due is None or due > end:
                break
            await self.g.clock.advance(max(0.0, due - self.g.clock.seconds()))
            self.leader.tick()
            await self.settle()
        await self.g.clock.advance(end - self.g.clock.seconds())
        await self.fire_timers()

    async def fire_timers(self) -> list[float | None]:
        """Do what due timers ask for; return the gaps that they wish."""
        timers = Timers(self.g.core, self.sessions, self.g.directory)
        gaps = await self.g.work("timer", timers.fire)
        await self.settle()
        return gaps

    async def agent(self, name: str, *, is_online: bool = True, **fields: Any) -> Agent:
        """Add an agent, who is online and connected."""
        made = Agent(
            id=AgentId(name),
            email=f"{name}@example.cn",
            name=name.title(),
            password_hash="",
            roles=("agent",),
            status="online" if is_online else "offline",
            languages=fields.pop("languages", ("zh", "en")),
            capacity=fields.pop("capacity", 1),
            created_at=self.g.clock.now(),
            **fields,
        )
        await self.g.records.create(made)
        if self.terms and is_online:
            self.leader.see_agent(made, is_connected=True)
            await self.settle()
        return made

    async def comes(self, name: str = "li", **demand: Any) -> Session:
        """Let a customer come and ask for a person; `demand` changes what the channel asks."""
        self.count += 1
        if demand:
            await self.ask(**demand)
        taken = await self.g.hear(address=f"{name}@customers.cn", event_id=f"e{self.count}")
        await self.settle()
        return await self.now(SessionId(taken.session_id))

    async def ask(self, **routing: Any) -> None:
        """Change what sessions ask for that start on the channel."""

        def changed(channel: Channel) -> Channel:
            return with_parts(channel, routing=with_parts(channel.routing, **routing))

        await self.g.records.update(Channel, CHANNEL, changed)

    async def office_hours(self, name: str = "office", **fields: Any) -> BusinessHours:
        """Add business hours: a Monday with a break."""
        hours = fields.pop("hours", OFFICE)
        return await self.g.records.create(BusinessHours(id=name, name=name, hours=hours, **fields))

    async def queue(self, queue: Queue) -> None:
        """Add a queue."""
        await self.g.records.create(queue)

    async def configure(self) -> None:
        """Let the leader take over the records of now."""
        await self.leader.configure()
        await self.settle()

    async def now(self, session_id: SessionId) -> Session:
        """Return a session as the store has it."""
        session = await self.g.store.session(session_id)
        assert session is not None
        return session

    async def act(self, session: Session, command: c.Command) -> Session:
        """Carry out a command as a node does."""
        await self.sessions.act(session.id, command)
        await self.settle()
        return await self.now(session.id)

    async def accept(self, session: Session, name: str) -> Session:
        """Let an agent accept."""
        return await self.act(session, c.Accept(agent=person(name)))

    async def demand(self, session: Session, **changes: Any) -> Session:
        """Change what a session asks for, as rules and overflow do."""
        present = await self.now(session.id)
        changed = with_parts(present, version=present.version + 1, demand=with_parts(present.demand, **changes))
        commit = Commit(at=self.g.clock.now(), keys=(f"session/{session.id}#{changed.version}",), session=changed)
        await self.sessions.append(commit)
        await self.settle()
        return await self.now(session.id)

    async def activities(self, session: Session) -> list[str]:
        """Return the kinds of what was done in a session, in order."""
        entries = await self.g.store.timeline(session.id)
        return [entry.kind for entry in entries if isinstance(entry, Activity)]

    def waited(self, session: Session) -> float:
        """Return how long ago a session was queued."""
        return self.g.clock.seconds() - to_seconds(session.queued_at or session.created_at)


def person(name: str) -> Actor:
    """Return an agent as the author of an act."""
    return Actor(kind="agent", id=name, name=name.title())


@asynccontextmanager
async def floor() -> AsyncIterator[Floor]:
    """Open the services; nobody leads yet."""
    async with ground() as g:
        made = Floor(g)
        yield made
        for term in made.terms:
            await term.end()
