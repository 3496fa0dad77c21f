"""Services on a store and a bus in memory, with a connector that does as a test says; time stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from hub.bus.memory import MemoryBus
from hub.model import commands as c
from hub.model.commit import EventTag, Job, JobKind
from hub.model.content import Content, Text
from hub.model.customer import Identity
from hub.model.ids import ChannelId, JobId, MessageId, SessionId
from hub.model.queues import Feeling
from hub.model.session import Session
from hub.model.timeline import Actor, Delivery, Message
from hub.model.timestamps import Timestamp, shift
from hub.model.workspace import Channel
from hub.ports.channel import Capabilities, FetchedFile, FileBytes, Inbound, Outbound, Reply, Request, Sender, Sent
from hub.services.arrivals import Taken
from hub.services.attachments import Attachments
from hub.services.channel_tools import ToolMaker
from hub.services.connectors import Connectors
from hub.services.consents import Consents
from hub.services.core import Core
from hub.services.deliveries import Deliveries
from hub.services.directory import Directory
from hub.services.fetching import Fetching
from hub.services.given_files import GivenFiles
from hub.services.identities import Identities
from hub.services.inbound import Inbounds
from hub.services.jobs import Outcome
from hub.services.outbox import Outbox
from hub.services.records import Records
from hub.services.secrets import Secrets
from hub.services.sessions import Sessions
from hub.services.statuses import Statuses
from hub.services.triage import Triage
from hub.settings import SessionSettings
from hub.store.memory import MemoryStore
from hub.testing.environment import FakeClock, SeededIds
from tests.unit.api.world import HeldBlobs

PUBLIC_URL = "https://hub.example.cn"
CHANNEL = ChannelId("app")
PAUSE_AFTER_S = 300.0
"""Instead of a day: the bus steps through every second of it."""
ANN = Actor(kind="agent", id="ann", name="Ann")


@dataclass
class FilesConnector:
    """Gives out `files` by address; an exception there is raised. Keeps what was asked for and sent."""

    files: dict[str, bytes | Exception] = field(default_factory=dict)
    asked: list[FetchedFile] = field(default_factory=list)
    sent: list[Outbound] = field(default_factory=list)
    answers: list[Sent | Exception] = field(default_factory=list)
    capabilities: Capabilities = Capabilities(pushes=True, repeats_safely=True, attachments=True)  # noqa: RUF009

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    def verify(self, request: Request, now: Timestamp) -> None:
        """Take everything."""

    def parse(self, request: Request) -> Sequence[Inbound]:
        raise NotImplementedError

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        return Reply()

    async def send(self, outbound: Outbound) -> Sent:
        self.sent.append(outbound)
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def fetch(self, file: FetchedFile) -> FileBytes:
        self.asked.append(file)
        found = self.files[file.url]
        if isinstance(found, Exception):
            raise found
        return FileBytes(data=found, mime="")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The services under test and what they stand on."""

    core: Core
    clock: FakeClock
    store: MemoryStore
    connector: FilesConnector
    directory: Directory
    records: Records
    sessions: Sessions
    attachments: Attachments
    blobs: HeldBlobs
    secrets: Secrets
    connectors: Connectors
    inbounds: Inbounds
    statuses: Statuses
    consents: Consents
    deliveries: Deliveries
    outbox: Outbox
    fetching: Fetching

    async def receive(self, *files: FetchedFile, text: str = "", event_id: str = "e1") -> Taken:
        """Take in a message with files."""
        channel = self.directory.channel(CHANNEL)
        assert channel is not None
        identity = Identity(kind="external", value=f"{CHANNEL}:u1", verified=True)
        inbound = Inbound(
            event_id=event_id,
            kind="message",
            occurred_at=self.clock.now(),
            sender=Sender(address="u1", identities=(identity,), name="Li Wei"),
            content=Text(text=text),
            files=files,
        )
        return msgspec.json.decode(await self.inbounds.receive(channel, inbound), type=Taken)

    async def hear(self, **fields: Any) -> Taken:
        """Take in an inbound from a customer at a mail address; `fields` change it."""
        address = fields.pop("address", "li@example.cn")
        identity = Identity(kind="email", value=address, verified=True)
        made = Inbound(
            event_id=fields.pop("event_id", "e1"),
            kind=fields.pop("kind", "message"),
            occurred_at=self.clock.now(),
            sender=Sender(address=address, identities=(identity,), name="Li Wei"),
            content=fields.pop("content", Text(text="你好")),
            **fields,
        )
        channel = self.directory.channel(CHANNEL)
        assert channel is not None
        return msgspec.json.decode(await self.inbounds.receive(channel, made), type=Taken)

    async def session(self, taken: Taken) -> Session:
        """Return the session of a message."""
        return await self.sessions.get(SessionId(taken.session_id))

    async def events(self) -> list[EventTag]:
        """Return every event that was told of the channel's inbounds."""
        commits = await self.store.journal(0, 1000)
        return [tag for one in commits for tag in one.commit.events if tag.type == "channel.inbound"]

    async def answer(self, taken: Taken, message_id: str = "m1", text: str = "您好", **fields: Any) -> None:
        """Let an agent take the session, where nobody has, and answer."""
        session = await self.session(taken)
        if session.holder.kind != "agent":
            await self.sessions.act(session.id, c.Take(agent=ANN))
        say = c.Say(
            agent=ANN,
            message_id=MessageId(message_id),
            content=Text(text=text),
            push_job=JobId(f"push-{message_id}"),
            **fields,
        )
        await self.sessions.act(session.id, say)

    async def push_all(self) -> list[float | None]:
        """Do every push that is due as a worker does; return the wished gaps."""
        return await self.work("push", self.outbox.push)

    async def work(self, kind: JobKind, handler: Callable[[Job], Awaitable[Outcome]]) -> list[float | None]:
        """Do every job of a kind that is due."""
        gaps: list[float | None] = []
        now = self.clock.now()
        for job in await self.store.lease_jobs(kind, owner="w", now=now, until=shift(now, 60), limit=50):
            outcome = await handler(job)
            gaps.append(outcome.retry_in)
            if outcome.remove:
                await self.store.finish_job(job.id)
            elif outcome.retry_in is not None:
                await self.store.postpone_job(job.id, owner="w", due_at=shift(now, outcome.retry_in))
        return gaps

    async def delivery(self, message_id: str = "m1") -> Delivery:
        """Return how far a message got."""
        found = await self.store.message(MessageId(message_id))
        assert found is not None
        return found[1].delivery

    async def message(self, taken: Taken) -> Message:
        """Return the message as it stands."""
        found = await self.store.message(MessageId(taken.id))
        assert found is not None
        return found[1]

    async def content(self, taken: Taken) -> Content:
        """Return what the message says now."""
        return (await self.message(taken)).content

    def attachments_after(self, seconds: float) -> Attachments:
        """Return the attachments as they are seen so many seconds later; the bus would step through a week."""
        return Attachments(
            records=self.records,
            blobs=self.blobs,
            secrets=self.secrets,
            clock=FakeClock(shift(self.clock.now(), seconds)),
            ids=self.core.ids,
            public_url=PUBLIC_URL,
        )

    async def lease(self, *, limit: int = 10) -> list[Job]:
        """Take the fetches that are due."""
        now = self.clock.now()
        return await self.store.lease_jobs("fetch", owner="w", now=now, until=shift(now, 120), limit=limit)

    async def fetch_all(self) -> list[float | None]:
        """Do every fetch that is due as a worker does; return the wished gaps."""
        gaps: list[float | None] = []
        while jobs := await self.lease():
            for job in jobs:
                outcome = await self.fetching.fetch_file(job)
                gaps.append(outcome.retry_in)
                if outcome.remove:
                    await self.store.finish_job(job.id)
                elif outcome.retry_in is not None:
                    due = shift(self.clock.now(), outcome.retry_in)
                    await self.store.postpone_job(job.id, owner="w", due_at=due)
        return gaps


def read_feeling(text: str, language: str | None) -> tuple[Feeling, tuple[str, ...]]:
    """Read the one mood that tests need."""
    del language
    return ("angry", ("气死",)) if "气死" in text else ("calm", ())


@asynccontextmanager
async def ground(connector: FilesConnector | None = None) -> AsyncIterator[Ground]:
    """Open services with one channel."""
    clock, ids = FakeClock(), SeededIds("services")
    store = MemoryStore(SeededIds("store"))
    bus = MemoryBus(store, clock)
    await store.open()
    store.on_commit(bus.publish)
    await bus.open()
    session = SessionSettings()
    core = Core(store=store, bus=bus, clock=clock, ids=ids, session=session, is_sole_writer=True, node="node")
    secrets, directory = Secrets("a key for tests only"), Directory(store)
    connector = connector or FilesConnector()
    records, sessions, identities = Records(core, directory), Sessions(core), Identities(core)
    blobs = HeldBlobs()
    attachments = Attachments(
        records=records, blobs=blobs, secrets=secrets, clock=clock, ids=ids, public_url=PUBLIC_URL
    )
    tools = ToolMaker(core, records, secrets, attachments, public_url=PUBLIC_URL)
    connectors = Connectors(directory, secrets, tools, {"api": lambda channel, settings, tools: connector})
    statuses, consents = Statuses(core, sessions), Consents(core, records)
    deliveries = Deliveries(core, sessions, directory, records, pause_after_s=PAUSE_AFTER_S)
    inbounds = Inbounds(
        core,
        sessions,
        identities,
        connectors,
        statuses=statuses,
        consents=consents,
        given=GivenFiles(attachments),
        triage=Triage(directory, read_feeling),
    )
    for listener in (directory, sessions, identities, inbounds):
        bus.subscribe(listener.hear)
    await records.create(Channel(id=CHANNEL, kind="api", name="App", created_at=clock.now()))
    yield Ground(
        core=core,
        clock=clock,
        store=store,
        connector=connector,
        directory=directory,
        records=records,
        sessions=sessions,
        attachments=attachments,
        blobs=blobs,
        secrets=secrets,
        connectors=connectors,
        inbounds=inbounds,
        statuses=statuses,
        consents=consents,
        deliveries=deliveries,
        outbox=Outbox(
            core,
            sessions,
            connectors,
            records,
            attachments=attachments,
            statuses=statuses,
            consents=consents,
            deliveries=deliveries,
        ),
        fetching=Fetching(core, sessions, connectors, attachments),
    )
    await bus.close()
    await store.close()
