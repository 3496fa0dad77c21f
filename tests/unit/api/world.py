"""A whole hub in memory behind a test client: real services, store and bus; only time, files and providers are ours."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from hub.api.factory import make_app
from hub.api.settings import ApiSettings
from hub.bus.memory import MemoryBus
from hub.errors import NotFound, Unauthenticated
from hub.model.agent import Agent, Role
from hub.model.content import Text
from hub.model.customer import Identity
from hub.model.ids import AgentId, ChannelId, CustomerId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel, ChannelKind
from hub.ports.channel import Capabilities, Connector, Inbound, Outbound, Reply, Request, Sender, Sent
from hub.services import Services
from hub.services.accounts import Accounts
from hub.services.attachments import Attachments
from hub.services.connectors import Connectors, MakeConnector
from hub.services.core import Core
from hub.services.customers import Customers
from hub.services.desk import Desk
from hub.services.directory import Directory
from hub.services.dispatch import Dispatch
from hub.services.identities import Identities
from hub.services.inbound import Inbounds
from hub.services.presences import Presences
from hub.services.records import Records
from hub.services.secrets import Secrets
from hub.services.sessions import Sessions
from hub.services.typing import TypingSignals
from hub.services.visitors import VisitorIdentity, Visitors
from hub.settings import SessionSettings
from hub.store.memory import MemoryStore
from hub.testing.environment import FakeClock, SeededIds

PASSWORD = "correct horse"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""A hash that costs nothing to check: what hashing costs is the business of its own test."""
PUBLIC_URL = "http://hub.test"


class HeldBlobs:
    """Files in memory, under the promises of the blobs port."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self._held[name] = data
        return name

    async def get(self, name: str) -> AsyncIterator[bytes]:
        data = self._found(name)
        for start in range(0, len(data), 4):
            yield data[start : start + 4]

    async def size(self, name: str) -> int:
        return len(self._found(name))

    def _found(self, name: str) -> bytes:
        try:
            return self._held[name]
        except KeyError:
            raise NotFound("There is no such blob.") from None


class PlainConnector:
    """A provider that signs with a header and sends `{id, from, text}`."""

    capabilities = Capabilities(pushes=False)
    broken = False

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    def verify(self, request: Request, now: Timestamp) -> None:
        del now
        if request.headers.get("x-signature") != "good":
            raise Unauthenticated("The signature is wrong.")

    def parse(self, request: Request) -> Sequence[Inbound]:
        if request.body == b"boom":
            raise RuntimeError("a fault of ours")
        fields = msgspec.json.decode(request.body, type=dict[str, str])
        identity = Identity(kind="external", value=fields["from"], verified=True)
        return [
            Inbound(
                event_id=fields["id"],
                kind="message",
                occurred_at=Timestamp("2026-01-05T08:00:00.000Z"),
                sender=Sender(address=fields["from"], identities=(identity,), name=fields["from"].title()),
                content=Text(text=fields["text"]),
            )
        ]

    def reply(self, request: Request, taken: Sequence[bytes]) -> Reply:
        del request
        return Reply(body=taken[0])

    async def send(self, outbound: Outbound) -> Sent:
        del outbound
        return Sent()


def _make_plain(channel: Channel, settings: Mapping[str, object]) -> Connector:
    del channel, settings
    return PlainConnector()


MAKERS: Mapping[ChannelKind, MakeConnector] = {"webchat": _make_plain, "api": _make_plain}


@dataclass(frozen=True, kw_only=True)
class World:
    """The hub under test and the way to talk to it."""

    services: Services
    clock: FakeClock
    store: MemoryStore
    client: TestClient[Any, Any]
    tokens: dict[str, str]

    async def call(
        self, method: str, path: str, body: object = None, *, as_: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Make a call below /api/v1 and return status and decoded body."""
        response = await self.send(method, f"/api/v1{path}", body, as_=as_, **headers)
        text = await response.read()
        return response.status, msgspec.json.decode(text) if text else None

    async def send(
        self, method: str, path: str, body: object = None, *, as_: str | None = None, **headers: str
    ) -> ClientResponse:
        """Send a request and return the response; `as_` is a role, header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if as_ is not None:
            sent["Authorization"] = f"Bearer {self.tokens[as_]}"
        data = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        return await self.client.request(method, path, data=data, headers=sent)

    async def add_agent(self, role: Role, **changes: Any) -> Agent:
        """Add a member of staff named after the role and sign them in."""
        agent = Agent(
            id=AgentId(f"{role}-1"),
            email=f"{role}@example.cn",
            name=role.title(),
            password_hash=_HASH,
            roles=(role,),
            created_at=self.clock.now(),
        )
        agent = await self.services.records.create(msgspec.structs.replace(agent, **changes))
        self.tokens[role] = (await self.services.accounts.sign_in(agent)).token
        return agent

    async def add_channel(self, kind: ChannelKind = "api", **settings: object) -> Channel:
        """Add a channel without a bot."""
        channel = Channel(
            id=ChannelId(self.services.core.ids.new()),
            kind=kind,
            name=kind.title(),
            settings=settings,
            created_at=self.clock.now(),
        )
        return await self.services.records.create(channel)

    def add_visitor(self, channel: Channel, device: str = "d1") -> str:
        """Return the token of a visitor."""
        visitor = VisitorIdentity(channel_id=channel.id, device=device, customer_id=CustomerId(f"c-{device}"))
        token = self.services.visitors.issue(visitor)
        self.tokens["visitor"] = token
        return token

    async def receive(self, channel: Channel, event_id: str, text: str = "你好", sender: str = "li") -> Any:
        """Let a customer write over the webhook."""
        response = await self.send(
            "POST",
            f"/channels/{channel.id}/webhook",
            {"id": event_id, "from": sender, "text": text},
            X_Signature="good",
        )
        assert response.status == 200, await response.text()
        return await response.json()


def make_services(clock: FakeClock, store: MemoryStore, bus: MemoryBus) -> Services:
    """Wire real services together."""
    core = Core(
        store=store,
        bus=bus,
        clock=clock,
        ids=SeededIds("api"),
        session=SessionSettings(),
        is_sole_writer=True,
        node="test",
    )
    secrets = Secrets("a key for tests only")
    directory = Directory(store)
    records = Records(core, directory)
    accounts = Accounts(directory=directory, records=records, secrets=secrets, clock=clock, ids=core.ids)
    attachments = Attachments(records=records, blobs=HeldBlobs(), secrets=secrets, clock=clock, ids=core.ids)
    connectors = Connectors(directory, secrets, MAKERS)
    sessions = Sessions(core)
    identities = Identities(core)
    inbounds = Inbounds(core, sessions, identities, directory, connectors)
    presences = Presences(core, directory, records)
    return Services(
        core=core,
        secrets=secrets,
        directory=directory,
        records=records,
        accounts=accounts,
        attachments=attachments,
        connectors=connectors,
        sessions=sessions,
        identities=identities,
        inbounds=inbounds,
        customers=Customers(core, sessions, identities),
        presences=presences,
        dispatch=Dispatch(core, sessions, directory, presences),
        desk=Desk(core, sessions, directory, connectors, attachments),
        visitors=Visitors(core, sessions, identities, inbounds, connectors, secrets=secrets, files=attachments),
        typing=TypingSignals(bus),
    )


@asynccontextmanager
async def a_world(ui_folder: Path, change: Callable[[ApiSettings], ApiSettings] = lambda same: same) -> Any:
    """Run a hub with an empty workspace; `change` adapts the API's settings."""
    clock = FakeClock()
    store = MemoryStore(SeededIds("store"))
    bus = MemoryBus(store, clock)
    await store.open()
    store.on_commit(bus.publish)
    await bus.open()
    services = make_services(clock, store, bus)
    bus.subscribe(services.directory.hear)
    bus.subscribe(services.identities.hear)
    bus.subscribe(services.inbounds.hear)
    app = make_app(services, change(ApiSettings(public_url=PUBLIC_URL, ui_folder=ui_folder)))
    async with TestClient(TestServer(app)) as client:
        yield World(services=services, clock=clock, store=store, client=client, tokens={})
    await bus.close()
    await store.close()
