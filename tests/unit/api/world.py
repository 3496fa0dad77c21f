"""A whole hub in memory behind a test client: real services, store and bus; only time and files are ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import sys
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import structlog.testing
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from hub.api.factory import make_app
from hub.api.settings import ApiSettings
from hub.app import Parts, make_services
from hub.bus.memory import MemoryBus
from hub.errors import NotFound
from hub.model.agent import Agent, Role
from hub.model.ids import AgentId, ChannelId, CustomerId
from hub.model.workspace import Channel, ChannelKind
from hub.services import Services
from hub.services.visitors import VisitorIdentity
from hub.settings import Settings
from hub.store.memory import MemoryStore
from hub.testing.environment import FakeClock, SeededIds

PASSWORD = "correct horse"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""A hash that costs nothing to check: what hashing costs is the business of its own test."""
_CHANNEL_KEY = b"the key of every open channel"
WHSEC = f"whsec_{base64.b64encode(_CHANNEL_KEY).decode()}"
PUBLIC_URL = "http://hub.test"


class HeldBlobs:
    """Files in memory, under the promises of the blobs port."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Return what is held."""
        return tuple(self._held)

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

    async def remove(self, name: str) -> None:
        self._held.pop(name, None)

    async def size(self, name: str) -> int:
        return len(self._found(name))

    def _found(self, name: str) -> bytes:
        try:
            return self._held[name]
        except KeyError:
            raise NotFound("There is no such blob.") from None


@dataclass(frozen=True, kw_only=True)
class World:
    """The hub under test and the way to talk to it."""

    services: Services
    clock: FakeClock
    store: MemoryStore
    client: TestClient[Any, Any]
    tokens: dict[str, str]
    log: list[MutableMapping[str, Any]]

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
        encoded = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        if encoded is not None:
            sent.setdefault("Content-Type", "application/json")
        data = None if encoded is None else io.BytesIO(encoded)
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
            secrets={"inbound_secret": self.services.secrets.seal(WHSEC)} if kind == "api" else {},
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
        response = await self.push(
            channel,
            event_id,
            {
                "id": event_id,
                "at": self.clock.now(),
                "customer": {"external_id": sender, "name": sender.title()},
                "content": {"type": "text", "text": text},
            },
        )
        assert response.status == 200, await response.text()
        return await response.json()

    async def push(self, channel: Channel, event_id: str, body: object) -> ClientResponse:
        """Send a signed push (Standard Webhooks) to a channel."""
        encoded = body if isinstance(body, bytes) else msgspec.json.encode(body)
        at = str(int(self.clock.seconds()))
        signed = hmac.digest(_CHANNEL_KEY, f"{event_id}.{at}.".encode() + encoded, "sha256")
        return await self.send(
            "POST",
            f"/channels/{channel.id}/webhook",
            encoded,
            webhook_id=event_id,
            webhook_timestamp=at,
            webhook_signature=f"v1,{base64.b64encode(signed).decode()}",
        )


def _name_error(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the error itself: reading source lines for a traceback would block the loop."""
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()[1]
    return event


@asynccontextmanager
async def a_world(ui_folder: Path, change: Callable[[ApiSettings], ApiSettings] = lambda same: same) -> Any:
    """Run a hub with an empty workspace; `change` adapts the API's settings."""
    clock = FakeClock()
    store = MemoryStore(SeededIds("store"))
    bus = MemoryBus(store, clock)
    await store.open()
    store.on_commit(bus.publish)
    await bus.open()
    parts = Parts(store=store, bus=bus, blobs=HeldBlobs(), clock=clock, ids=SeededIds("api"))
    services = make_services(Settings(secret_key="a key for tests only"), parts)
    for listener in (services.directory, services.sessions, services.identities, services.inbounds):
        bus.subscribe(listener.hear)
    app = make_app(services, change(ApiSettings(public_url=PUBLIC_URL, ui_folder=ui_folder)))
    with structlog.testing.capture_logs(processors=[_name_error]) as log:
        async with TestClient(TestServer(app)) as client:
            yield World(services=services, clock=clock, store=store, client=client, tokens={}, log=log)
    await bus.close()
    await store.close()
