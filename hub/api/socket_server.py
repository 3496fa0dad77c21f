"""The Socket.IO server: connections, rooms, limits, and the guard against hostile packets.

What is said over it stands in `socket_agents` and `socket_visitors`; who hears which event stands in `fanout`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import socketio
import structlog

from hub.api.socket_transport import MAX_FRAME, Outgoing, deliver, use_direct_sockets
from hub.errors import HubError, InvalidInput, RateLimited, Unauthenticated, Unavailable
from hub.ports.environment import Clock
from hub.settings import LimitSettings

log = structlog.get_logger()
T = TypeVar("T")

Ack = dict[str, object]
PING_INTERVAL_S = 20
PING_TIMEOUT_S = 20
_BURST_S = 10
_ANONYMOUS_S = 10.0
"""A socket that joins no namespace in this time is cut."""
_MALFORMED_LOG_S = 10.0


class _Quiet(logging.Logger):
    """Drops the library's own lines: a hostile client would fill the log with its tracebacks."""

    def __init__(self) -> None:
        super().__init__("huike.socket.library", logging.CRITICAL + 1)


class Connection:
    """One client in one namespace. `held` collects what is live while the missed events are replayed."""

    def __init__(self, sid: str, engine_sid: str, namespace: str, clock: Clock, per_s: int) -> None:
        """Begin as a connection that has not caught up."""
        self.sid = sid
        self.engine_sid = engine_sid
        self.namespace = namespace
        self.rooms: set[str] = set()
        self.held: list[tuple[tuple[int, int], Outgoing]] | None = []
        self._clock = clock
        self._per_s = per_s
        self._tokens = float(per_s * _BURST_S)
        self._counted_at = clock.seconds()

    def spend(self) -> None:
        """Count one event of the client.

        Raises:
            RateLimited: it sends more than it may.
        """
        now = self._clock.seconds()
        full = float(self._per_s * _BURST_S)
        self._tokens = min(full, self._tokens + (now - self._counted_at) * self._per_s)
        self._counted_at = now
        if self._tokens < 1:
            raise RateLimited("Too many events at once.", retry_after=1 / self._per_s)
        self._tokens -= 1


class Sockets(socketio.AsyncServer):  # type: ignore[misc]  # the library ships no types
    """The server with direct transports, own rooms, and a border that no packet gets through unjudged."""

    def __init__(self, clock: Clock, limits: LimitSettings) -> None:
        """Make the server; `hub.api.socket` attaches it to the web application."""
        super().__init__(
            async_mode="aiohttp",
            cors_allowed_origins="*",
            logger=_Quiet(),
            engineio_logger=_Quiet(),
            max_http_buffer_size=MAX_FRAME,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            http_compression=False,
            namespaces=["/agent", "/visitor"],
        )
        use_direct_sockets(self)
        self._clock = clock
        self._limits = limits
        self._rooms: dict[str, set[Connection]] = {}
        self.connections: dict[str, Connection] = {}
        self.after_connect: dict[str, Callable[[Connection], Coroutine[Any, Any, None]]] = {}
        self._per_address: Counter[str] = Counter()
        self._addresses: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._malformed = 0
        self._malformed_told_at = 0.0

    def room(self, name: str) -> Iterable[Connection]:
        """Return who is in a room."""
        return self._rooms.get(name, ())

    def join(self, connection: Connection, name: str) -> None:
        """Put a connection into a room."""
        self._rooms.setdefault(name, set()).add(connection)
        connection.rooms.add(name)

    def leave(self, connection: Connection, name: str) -> None:
        """Take a connection out of a room; not being there is no error."""
        connection.rooms.discard(name)
        members = self._rooms.get(name)
        if members is not None:
            members.discard(connection)
            if not members:
                del self._rooms[name]

    def leave_all(self, connection: Connection) -> None:
        """Take a connection out of every room."""
        for name in tuple(connection.rooms):
            self.leave(connection, name)

    def open_connection(self, sid: str, namespace: str) -> Connection:
        """Register a client that was let in."""
        engine_sid = self.manager.eio_sid_from_sid(sid, namespace)
        connection = Connection(sid, engine_sid, namespace, self._clock, self._limits.socket_events_per_s)
        self.connections[sid] = connection
        return connection

    def send(self, connection: Connection, outgoing: Outgoing) -> None:
        """Send to one client; one that is too slow is cut and will resume from its cursor."""
        engine_socket = self.eio.sockets.get(connection.engine_sid)
        if engine_socket is None or engine_socket.closed:
            return
        if not deliver(engine_socket, outgoing):
            log.warning("socket.too_slow", namespace=connection.namespace)
            self.spawn(self.eio.disconnect(connection.engine_sid))

    def emit_to(self, connection: Connection, name: str, data: object) -> None:
        """Send an event with data of our own to one client."""
        self.send(connection, Outgoing.of(connection.namespace, name, data))

    async def shut(self, connection: Connection) -> None:
        """Disconnect a client from its namespace."""
        await self.disconnect(connection.sid, namespace=connection.namespace)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do work beside the caller; it ends with the server at the latest."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: object) -> None:
        known = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        if known is not None:
            return
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or "/")
        connection = self.connections.get(sid) if sid else None
        if connection is not None and namespace in self.after_connect:
            self.spawn(self.after_connect[namespace](connection))

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> object:
        address = str(environ.get("REMOTE_ADDR") or environ["aiohttp.request"].remote or "")
        if self._per_address[address] >= self._limits.sockets_per_address:
            return False
        self._per_address[address] += 1
        self._addresses[eio_sid] = address
        self.spawn(self._cut_if_anonymous(eio_sid))
        return await super()._handle_eio_connect(eio_sid, environ)

    async def _cut_if_anonymous(self, eio_sid: str) -> None:
        await asyncio.sleep(_ANONYMOUS_S)
        joined = any(self.manager.sid_from_eio_sid(eio_sid, ns) for ns in ("/agent", "/visitor"))
        if eio_sid in self._addresses and not joined:
            await self.eio.disconnect(eio_sid)

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # Whatever a packet does to the library ends here: one line now and then, and the client is cut.
            self._malformed += 1
            if self._clock.seconds() - self._malformed_told_at > _MALFORMED_LOG_S:
                self._malformed_told_at = self._clock.seconds()
                log.warning("socket.malformed_packets", count=self._malformed, error=type(error).__name__)
                self._malformed = 0
            self.spawn(self.eio.disconnect(eio_sid))

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        address = self._addresses.pop(eio_sid, None)
        if address is not None:
            self._per_address[address] -= 1
            if self._per_address[address] <= 0:
                del self._per_address[address]
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def close(self) -> None:
        """Disconnect everybody, so that clients go to another node or come back later."""
        await self.shutdown()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def parsed(data: object, shape: type[T]) -> T:
    """Return a client's object as the shape it should have.

    Raises:
        InvalidInput: it has wrong types, unknown fields, or is no object.
    """
    try:
        return msgspec.convert(data, shape, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error)) from error


def same_origin(environ: Mapping[str, Any]) -> bool:
    """Tell whether a browser page of our own (or no browser at all) opened the socket."""
    origin = environ.get("HTTP_ORIGIN")
    if not origin:
        return True
    host = environ.get("HTTP_X_FORWARDED_HOST") or environ.get("HTTP_HOST") or ""
    return urlsplit(str(origin)).netloc.lower() == str(host).lower()


def refused(error: HubError) -> socketio.exceptions.ConnectionRefusedError:
    """Return the refusal of a connection, with a code that tells the client not to try again."""
    return socketio.exceptions.ConnectionRefusedError(error.detail, {"code": error.type})


async def answered(connection: Connection | None, work: Callable[[], Awaitable[Ack]]) -> Ack:
    """Do what an emit asks for and return its acknowledgement; errors become `{ok: false, error}`."""
    try:
        if connection is None:
            raise Unauthenticated("Connect first.")
        connection.spend()
        # The library writes acknowledgements itself and knows plain values only.
        plain: Ack = msgspec.to_builtins({"ok": True, **(await work())})
        return plain
    except HubError as error:
        return {"ok": False, "error": _problem(error)}
    except Exception:
        log.exception("socket.act_failed")
        return {"ok": False, "error": {"type": "error", "detail": "Something went wrong: try again."}}


def _problem(error: HubError) -> dict[str, object]:
    problem: dict[str, object] = {"type": error.type, "detail": error.detail, **error.extra}
    if isinstance(error, RateLimited | Unavailable):
        problem["retry_after"] = error.retry_after
    return problem
