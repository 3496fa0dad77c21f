"""The Socket.IO server: connections, rooms, limits, and the guard against hostile packets.

What is said over it stands in `socket_agents` and `socket_visitors`; who hears which event stands in `fanout`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import socketio
import structlog
from engineio.exceptions import SocketIsClosedError

from hub.api.socket_transport import MAX_FRAME, MAX_QUEUE, Outgoing, deliver, use_direct_sockets
from hub.errors import HubError, RateLimited, Unavailable
from hub.model.sentences import Sentence
from hub.ports.environment import Clock
from hub.settings import LimitSettings
from hub.translation import Language

log = structlog.get_logger()

PING_INTERVAL_S = 20
PING_TIMEOUT_S = 20
_BURST_S = 10
_ANONYMOUS_S = 10.0
"""A socket that joins no namespace in this time is cut."""
_MALFORMED_LOG_S = 10.0
_READ_S = 10.0
"""How long a client that catches up may take to read what fills its queue."""
STEP_S = 5.0
"""How long a client waits for each step of its beginning: to be let in, to be told how things stand."""
MAX_HELD = 20_000
"""Live events held back for a client that catches up; beyond it the client begins again from its cursor."""
_RESERVED = frozenset({"connect", "disconnect", "connect_error", "__disconnect_final", "*"})


class _Quiet(logging.Logger):
    """Drops the library's own lines: a hostile client would fill the log with its tracebacks."""

    def __init__(self) -> None:
        super().__init__("huike.socket.library", logging.CRITICAL + 1)


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Bound a step of a client's beginning; raises `Unavailable`."""
    try:
        async with asyncio.timeout(STEP_S):
            yield
    except TimeoutError as error:
        raise Unavailable(
            Sentence("The hub could not do this within {seconds:.0f} s: try again.", seconds=STEP_S)
        ) from error


class Connection:
    """One client in one namespace. `held` collects what is live while the missed events are replayed."""

    def __init__(self, sid: str, engine_sid: str, namespace: str, clock: Clock, per_s: int) -> None:
        """Begin as a connection that has not caught up."""
        self.sid = sid
        self.engine_sid = engine_sid
        self.namespace = namespace
        self.language: Language = "en"
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
        use_direct_sockets(self, self._malformed_packet)
        self._clock = clock
        self._limits = limits
        self._rooms: dict[str, set[Connection]] = {}
        self.connections: dict[str, Connection] = {}
        self.after_connect: dict[str, Callable[[Connection], Coroutine[Any, Any, None]]] = {}
        self._per_address: Counter[str] = Counter()
        self._addresses: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._cut: set[str] = set()
        self._malformed = 0
        self._malformed_told_at = -_MALFORMED_LOG_S

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

    def open_connection(self, sid: str, namespace: str, language: Language = "en") -> Connection:
        """Register a client that was let in; refusals are said to it in its language."""
        engine_sid = self.manager.eio_sid_from_sid(sid, namespace)
        connection = Connection(sid, engine_sid, namespace, self._clock, self._limits.socket_events_per_s)
        connection.language = language
        self.connections[sid] = connection
        return connection

    def send(self, connection: Connection, outgoing: Outgoing) -> None:
        """Send to one client; one that is too slow is cut and will resume from its cursor.

        After the first packet that found no room nothing more is sent, so that a slow client has no gap.
        """
        engine_socket = self.eio.sockets.get(connection.engine_sid)
        if engine_socket is None or engine_socket.closed or connection.engine_sid in self._cut:
            return
        if not deliver(engine_socket, outgoing):
            self.too_slow(connection)

    def give(self, connection: Connection, place: tuple[int, int], outgoing: Outgoing) -> None:
        """Send what is live, or hold it back while the client catches up."""
        if connection.held is None:
            self.send(connection, outgoing)
        elif len(connection.held) < MAX_HELD:
            connection.held.append((place, outgoing))
        else:
            self.too_slow(connection)

    def too_slow(self, connection: Connection) -> None:
        """Cut a client that does not read as fast as it is told."""
        if connection.engine_sid not in self._cut:
            log.warning("socket.too_slow", namespace=connection.namespace)
            self.cut(connection.engine_sid)

    def cut(self, engine_sid: str) -> None:
        """End a connection at once, whether or not the client reads."""
        if engine_sid not in self._cut and engine_sid in self.eio.sockets:
            self._cut.add(engine_sid)
            self.spawn(self._end(engine_sid))

    async def _end(self, engine_sid: str) -> None:
        engine_socket = self.eio.sockets.get(engine_sid)
        try:
            if engine_socket is not None:
                await engine_socket.close(wait=False, abort=True, reason=self.reason.SERVER_DISCONNECT)
                engine_socket.queue.put_nowait(None)
                direct = getattr(engine_socket, "direct", None)
                if direct is not None:
                    direct.abort()
        finally:
            self.eio.sockets.pop(engine_sid, None)
            self._cut.discard(engine_sid)

    async def breathe(self, connection: Connection) -> None:
        """While much is sent at once: wait until the client has read some of it, or cut it when it does not."""
        engine_socket = self.eio.sockets.get(connection.engine_sid)
        if engine_socket is None or engine_socket.queue.qsize() < MAX_QUEUE // 2:
            return
        try:
            async with asyncio.timeout(_READ_S):
                await engine_socket.queue.join()
        except TimeoutError:
            self.too_slow(connection)

    async def go_live(self, connection: Connection, last: tuple[int, int]) -> None:
        """Send what was held back behind a place, then let everything through."""
        while connection.held:
            held, connection.held = connection.held, []
            for place, outgoing in held:
                if place > last:
                    self.send(connection, outgoing)
                    await self.breathe(connection)
        connection.held = None

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
            self.spawn(self._begin(connection))

    async def _begin(self, connection: Connection) -> None:
        """Tell a client how things stand. One that cannot be told would wait for ever: sent away, it comes back."""
        try:
            await self.after_connect[connection.namespace](connection)
        except HubError as error:
            log.warning("socket.begin_failed", namespace=connection.namespace, reason=error.type)
        except Exception:
            log.exception("socket.begin_failed", namespace=connection.namespace)
        else:
            return
        await self.shut(connection)

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
            self.cut(eio_sid)

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except asyncio.CancelledError:
            raise
        except HubError as error:
            log.warning("socket.not_let_in", reason=error.type)
            self.cut(eio_sid)
        except Exception as error:
            # Whatever a packet does to the library ends here, and the client is cut.
            self._malformed_packet(type(error).__name__)
            self.cut(eio_sid)

    def _malformed_packet(self, error: str) -> None:
        """Say so in one line now and then, however many there are."""
        self._malformed += 1
        if self._clock.seconds() - self._malformed_told_at >= _MALFORMED_LOG_S:
            self._malformed_told_at = self._clock.seconds()
            log.warning("socket.malformed_packets", count=self._malformed, error=error)
            self._malformed = 0

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: object) -> None:
        """Let an event through whose name is a name, and not one with which the library calls its own handlers.

        Raises:
            ValueError: it is not; the caller cuts the client.
        """
        if not isinstance(data, list) or not data or not isinstance(data[0], str) or data[0] in _RESERVED:
            raise ValueError("no event")
        await super()._handle_event(eio_sid, namespace, id, data)

    async def _send_packet(self, eio_sid: str, pkt: object) -> None:
        """Send a packet of the library; a client that has gone meanwhile gets nothing."""
        with suppress(SocketIsClosedError):
            await super()._send_packet(eio_sid, pkt)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        address = self._addresses.pop(eio_sid, None)
        if address is not None:
            self._per_address[address] -= 1
            if self._per_address[address] <= 0:
                del self._per_address[address]
        engine_socket = self.eio.sockets.get(eio_sid)
        if engine_socket is not None and not engine_socket.upgraded and reason == self.eio.reason.CLIENT_DISCONNECT:
            # The library would let the poll of a client that said goodbye hang until it times out.
            engine_socket.queue.put_nowait(None)
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def close(self) -> None:
        """Disconnect everybody, so that clients go to another node or come back later."""
        await self.shutdown()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
