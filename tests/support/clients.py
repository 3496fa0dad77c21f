"""Clients of a running hub, as integrators and browsers would write them: REST, agents' and visitors' sockets.

They know the public interface only (REST and Socket.IO), never a module of the hub.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
import socketio

from tests.support.patience import PATIENCE_S

Json = dict[str, Any]

WELCOME_S = 10.0
"""How long a visitor waits for the welcome before it takes the line for dead, as the widget does."""


class RestError(AssertionError):
    """The hub answered with a problem."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status
        self.problem = problem


class Rest:
    """One caller of the REST interface."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token: str | None = None
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http is not None:
            await self._http.close()

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Make a call below /api/v1 and return the JSON of its answer; a problem raises `RestError`."""
        assert self._http is not None, "use the client as `async with`"
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._http.request(
            method, f"{self.url}/api/v1{path}", json=body, params=params, headers={**sent, **(headers or {})}
        ) as answer:
            data = await answer.json(content_type=None) if answer.status != 204 else None
            if answer.status >= 400:
                raise RestError(answer.status, data)
            return data

    async def get(self, path: str, **params: str) -> Any:
        """GET with query parameters."""
        return await self.call("GET", path, params=params)

    async def post(self, path: str, body: Any = None) -> Any:
        """POST a JSON body, `{}` when there is none."""
        return await self.call("POST", path, {} if body is None else body)

    async def login(self, email: str, password: str) -> Json:
        """Sign in and keep the token."""
        answer: Json = await self.post("/auth/login", {"email": email, "password": password})
        self.token = answer["token"]
        return answer

    async def push(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """POST a raw body at the root, as a provider does; return status and answer."""
        assert self._http is not None, "use the client as `async with`"
        async with self._http.post(self.url + path, data=body, headers=dict(headers)) as answer:
            return answer.status, await answer.read()


class HubGone(ConnectionError):
    """The hub ended, or cut the connection, before it answered."""


class _Socket(socketio.AsyncClient):  # type: ignore[misc]  # the library ships no types
    """The library's client, which also tells of an end that comes before it has noted that it is connected."""

    def __init__(self, lost: Callable[[], None], **options: Any) -> None:
        super().__init__(**options)
        self._tell_lost = lost

    async def _handle_eio_disconnect(self, reason: str) -> None:
        await super()._handle_eio_disconnect(reason)
        self._tell_lost()

    async def _handle_disconnect(self, namespace: str) -> None:
        await super()._handle_disconnect(namespace)
        self._tell_lost()


class Line:
    """One Socket.IO connection to one namespace, which notices at once when the hub goes away."""

    def __init__(
        self, namespace: str, heard: Callable[[], None], *, transports: tuple[str, ...] = ("websocket",)
    ) -> None:
        # A session of our own: the library forgets to close its own when a connect fails.
        self._http = aiohttp.ClientSession()
        self.socket = _Socket(self._lost, reconnection=False, handle_sigint=False, http_session=self._http)
        self.gone = asyncio.Event()
        self._namespace = namespace
        self._heard = heard
        self._transports = list(transports)

    def on(self, name: str, handler: Callable[..., None]) -> None:
        """Call a handler with the data of an event."""
        self.socket.on(name, handler, namespace=self._namespace)

    async def open(self, url: str, auth: Json) -> None:
        """Connect; a refusal raises the library's ConnectionError.

        Raises:
            HubGone: the connection ended before it was confirmed.
        """
        joining = asyncio.ensure_future(
            self.socket.connect(
                url, namespaces=[self._namespace], auth=auth, transports=self._transports, wait_timeout=PATIENCE_S
            )
        )
        gone = asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait({joining, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not joining.done():
                raise HubGone
            joining.result()
        except BaseException:
            joining.cancel()
            await self._http.close()
            raise
        finally:
            gone.cancel()

    async def call(self, name: str, data: Any) -> Json:
        """Emit and return the acknowledgement.

        Raises:
            HubGone: the connection ended first; whether the act was done is not known.
        """
        call = asyncio.ensure_future(self.socket.call(name, data, namespace=self._namespace, timeout=PATIENCE_S))
        gone = asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait({call, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not call.done():
                raise HubGone
            ack: Json = call.result()
            return ack
        except socketio.exceptions.BadNamespaceError as error:
            raise HubGone from error
        finally:
            call.cancel()
            gone.cancel()

    async def close(self) -> None:
        """Close the connection."""
        await self.socket.disconnect()
        await self._http.close()

    def _lost(self) -> None:
        self.gone.set()
        self._heard()


async def leave(line: Line | None) -> None:
    """Let go of a line that is dead."""
    if line is not None and line.gone.is_set():
        await line.close()


async def come_back(connect: Callable[[], Awaitable[object]], limit_s: float = 30.0) -> None:
    """Try to connect until the hub takes it, as a browser would."""
    async with asyncio.timeout(limit_s):
        while True:
            try:
                await connect()
            except (socketio.exceptions.ConnectionError, HubGone, aiohttp.ClientError):
                # Shorter, many clients take the time from the hub that is to start.
                await asyncio.sleep(0.2)
            else:
                return


@dataclass
class AgentClient:
    """An agent with a socket, who remembers every event."""

    rest: Rest
    agent_id: str
    events: list[Json] = field(default_factory=list)
    resyncs: int = 0
    cursor: str | None = None
    line: Line | None = None
    transports: tuple[str, ...] = ("websocket",)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self, *, cursor: object = None) -> None:
        """Open the socket, resuming from a cursor when one is given."""
        await leave(self.line)
        line = Line("/agent", self._news.set, transports=self.transports)
        line.on("event", self._hear)
        line.on("resync", self._resync)
        await line.open(self.rest.url, {"token": self.rest.token, **({"cursor": cursor} if cursor else {})})
        self.line = line

    async def resume(self) -> None:
        """Come back after a break, from the last cursor."""
        await come_back(lambda: self.connect(cursor=self.cursor))

    async def disconnect(self) -> None:
        """Close the socket."""
        if self.line is not None:
            await self.line.close()

    def _hear(self, event: Json) -> None:
        self.events.append(event)
        if event.get("cursor"):
            self.cursor = event["cursor"]
        self._news.set()

    def _resync(self, *_: object) -> None:
        self.resyncs += 1
        self._news.set()

    async def act(self, name: str, **data: Any) -> Json:
        """Emit and return the acknowledgement."""
        assert self.line is not None, "connect first"
        return await self.line.call(name, data)

    async def wait(self, wanted: Callable[[Json], bool], limit_s: float = PATIENCE_S, *, after: int = 0) -> Json:
        """Return the first event, past or future, that is wanted; `after` leaves out that many of the oldest."""

        def find() -> Json | None:
            return next((event for event in self.events[after:] if wanted(event)), None)

        found: Json = await self.until(find, limit_s)
        return found

    async def wait_type(self, type_: str, limit_s: float = PATIENCE_S, *, after: int = 0, **fields: str) -> Json:
        """Return the first event of a type whose top-level fields are as given."""
        return await self.wait(
            lambda event: event["type"] == type_ and all(event.get(key) == value for key, value in fields.items()),
            limit_s,
            after=after,
        )

    async def hears(self, message_id: str, limit_s: float = PATIENCE_S) -> Json:
        """Wait for the message with an id."""
        return await self.wait(
            lambda event: event["type"] == "message.created" and event["data"]["entry"]["id"] == message_id, limit_s
        )

    async def until(self, find: Callable[[], Any], limit_s: float = PATIENCE_S) -> Any:
        """Look at every event until `find` returns something, and return it."""
        async with asyncio.timeout(limit_s):
            while not (found := find()):
                self._news.clear()
                await self._news.wait()
            return found


@dataclass
class VisitorClient:
    """A visitor of a web chat, who remembers every message by its number."""

    url: str
    channel_id: str
    token: str | None = None
    session_id: str | None = None
    customer_id: str | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    seen: list[tuple[str, int]] = field(default_factory=list)
    sessions: list[Json] = field(default_factory=list)
    queue: list[Json] = field(default_factory=list)
    typing: list[Json] = field(default_factory=list)
    hours: list[Json] = field(default_factory=list)
    welcome: Json | None = None
    line: Line | None = None
    transports: tuple[str, ...] = ("websocket",)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self, *, since: int | None = None, **auth: Any) -> Json:
        """Open the socket and return the welcome."""
        self.welcome = None
        await leave(self.line)
        line = Line("/visitor", self._news.set, transports=self.transports)
        line.on("welcome", self._welcome)
        line.on("message", self._message)
        line.on("message.updated", self._updated)
        line.on("session", lambda data: self._keep(self.sessions, data))
        line.on("queue", lambda data: self._keep(self.queue, data))
        line.on("typing", lambda data: self._keep(self.typing, data))
        line.on("hours", lambda data: self._keep(self.hours, data))
        sent = {"channel_id": self.channel_id, **auth}
        if self.token:
            sent["visitor_token"] = self.token
        if since is not None:
            sent["since"] = since
        await line.open(self.url, sent)
        self.line = line
        try:
            await self.until(lambda: self.welcome or line.gone.is_set(), WELCOME_S)
        except TimeoutError:
            # As the widget does: a line without its welcome is none.
            await line.close()
        if line.gone.is_set():
            await line.close()
        return self._welcomed()

    def _welcomed(self) -> Json:
        if self.welcome is None:
            raise HubGone
        return self.welcome

    async def resume(self, **auth: Any) -> None:
        """Come back after a break, from the highest number that was heard."""
        await come_back(lambda: self.connect(since=max(self.messages, default=0), **auth))

    async def disconnect(self) -> None:
        """Close the socket."""
        if self.line is not None:
            await self.line.close()

    def _welcome(self, data: Json) -> None:
        self.welcome = data
        self.token, self.session_id, self.customer_id = data["visitor_token"], data["session_id"], data["customer_id"]
        self._news.set()

    def _message(self, entry: Json) -> None:
        self.seen.append((entry["session_id"], entry["seq"]))
        self.messages[entry["seq"]] = entry
        self.session_id = entry["session_id"]
        self._news.set()

    def _updated(self, entry: Json) -> None:
        self.messages[entry["seq"]] = entry
        self._news.set()

    def _keep(self, place: list[Json], data: Json) -> None:
        place.append(data)
        self._news.set()

    async def act(self, name: str, **data: Any) -> Json:
        """Emit and return the acknowledgement."""
        assert self.line is not None, "connect first"
        return await self.line.call(name, data)

    async def say(self, text: str, *, client_id: str | None = None) -> Json:
        """Send a text and return the acknowledgement."""
        return await self.act("message.send", client_id=client_id or str(uuid.uuid4()), text=text)

    async def until(self, find: Callable[[], Any], limit_s: float = PATIENCE_S) -> Any:
        """Wait until `find` returns something, and return it."""
        async with asyncio.timeout(limit_s):
            while not (found := find()):
                self._news.clear()
                await self._news.wait()
            return found

    async def heard(self, seq: int, limit_s: float = PATIENCE_S) -> Json:
        """Wait for the message with a number."""
        found: Json = await self.until(lambda: self.messages.get(seq), limit_s)
        return found

    async def hears(self, text: str, limit_s: float = PATIENCE_S) -> Json:
        """Wait for a message that contains the text."""
        found: Json = await self.until(
            lambda: next((one for one in self.messages.values() if text in one["content"]["text"]), None), limit_s
        )
        return found


@asynccontextmanager
async def visiting(url: str, channel_id: str, **auth: Any) -> AsyncIterator[VisitorClient]:
    """Connect a new visitor."""
    visitor = VisitorClient(url, channel_id)
    await visitor.connect(**auth)
    try:
        yield visitor
    finally:
        await visitor.disconnect()


@asynccontextmanager
async def signed_in(url: str, email: str, password: str, *, with_socket: bool = True) -> AsyncIterator[AgentClient]:
    """Sign an agent in, with a socket unless told otherwise."""
    async with Rest(url) as rest:
        answer = await rest.login(email, password)
        client = AgentClient(rest=rest, agent_id=answer["agent"]["id"])
        if with_socket:
            await client.connect()
        try:
            yield client
        finally:
            await client.disconnect()


def sign_push(secret: str, push_id: str, body: bytes, *, at: float | None = None) -> dict[str, str]:
    """Return the headers of a Standard Webhooks push, written from its specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(int(time.time() if at is None else at))
    signed = hmac.new(key, f"{push_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": push_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
        "content-type": "application/json",
    }


def api_push(external_id: str, text: str, *, push_id: str | None = None, **customer: str) -> tuple[str, bytes]:
    """Return id and body of a message on the open channel."""
    push_id = push_id or f"msg_{uuid.uuid4().hex}"
    body = {
        "id": push_id,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "customer": {"external_id": external_id, **customer},
        "content": {"type": "text", "text": text},
    }
    return push_id, json.dumps(body, ensure_ascii=False).encode()


def sign_jwt(claims: Json, key: bytes, algorithm: str = "HS256") -> str:
    """Write a token, from RFC 7519; algorithm `none` leaves it unsigned, as an attacker would."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()) + "." + part(json.dumps(claims).encode())
    digest = b"" if algorithm == "none" else hmac.new(key, head.encode(), hashlib.sha256).digest()
    return f"{head}.{part(digest)}"
