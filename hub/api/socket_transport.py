"""The way out of the sockets: a frame is built once and written to each transport.

python-socketio spends a task, a queue and a wake-up on every recipient (65 µs measured); most of it buys nothing when
the transport has room. Here a packet goes straight to the transport of an idle WebSocket, and through the library's
own queue in every other case (long-polling, a full buffer, an upgrade under way, packets that the library has taken
out of its queue and not written yet), so the wire format is unchanged and the order of packets is kept.
permessage-deflate is off: it costs four times the memory of a socket and defeats this.

It reaches into private parts of engineio; the versions are pinned, and tests/flows/test_sockets.py guards the promise.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import socketio
from aiohttp import WSMsgType, web
from engineio import packet as engine_packet
from engineio.async_drivers import aiohttp as driver

MAX_FRAME = 200_000
"""Largest frame that a client may send, in bytes: a message of 10,000 characters with room to spare."""
MAX_BUFFER = 262_144
"""Bytes that may wait in a transport before packets go through the queue instead."""
MAX_QUEUE = 1000
"""Packets that may wait for a slow client before it is cut; it resumes from its cursor."""
_encoder = msgspec.json.Encoder()
_TYPES = frozenset("123456")
_DIGITS = frozenset("0123456789")
_LONGEST_OTHER = 10
"""Packets that are no messages are a probe at most."""


def is_packet(text: str) -> bool:
    """Tell whether a client's text frame is one that the library reads without falling over it."""
    if text[:1] not in _TYPES or not text:
        return False
    return len(text) <= _LONGEST_OTHER if text[0] != "4" else len(text) > 1 and text[1] in _DIGITS


class DirectSocket:
    """The library's driver of one WebSocket, with compression off and a short way out."""

    def __init__(self, handler: Any, server: Any, *, complain: Callable[[str], None]) -> None:
        """Take the engine's handler, whose object is the engine's socket; `complain` is told of malformed frames."""
        self._handler = handler
        self._server = server
        self._complain = complain
        self._engine_socket = handler.__self__
        self._ws: web.WebSocketResponse | None = None
        self._take = self._engine_socket.poll
        self._in_hand = 0

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        """Serve the WebSocket until it ends."""
        self._ws = web.WebSocketResponse(max_msg_size=MAX_FRAME, compress=False)
        await self._ws.prepare(environ["aiohttp.request"])
        self._engine_socket.direct = self
        self._engine_socket.send = self.send_packet
        self._engine_socket.poll = self._poll
        await self._handler(self)
        if not self._engine_socket.upgraded:
            # An upgrade that broke off: long-polling goes on.
            self._engine_socket.upgrading = False
            self._engine_socket.poll = self._take
        return self._ws

    async def _poll(self) -> Any:
        """Take packets out of the queue for the library's writer, and remember that they are not written yet.

        The library gives a client up whose queue stays empty for a while. Here most packets pass the queue by, so that
        says nothing: the client's own silence, which its reader notices, is what ends a connection.
        """
        queue = self._engine_socket.queue
        packets = [await queue.get()]
        queue.task_done()
        while packets[-1] is not None and not queue.empty():
            packets.append(queue.get_nowait())
            queue.task_done()
        if packets[-1] is None:
            packets.pop()
            if packets:
                # The end of the connection is told again, after what stands before it.
                queue.put_nowait(None)
        self._in_hand = len(packets)
        return packets

    def abort(self) -> None:
        """End the connection at once, whether or not the client reads."""
        transport = self._transport()
        if transport is not None:
            transport.abort()

    def _transport(self) -> asyncio.WriteTransport | None:
        writer = self._ws._writer if self._ws is not None else None
        return writer.transport if writer is not None else None

    async def close(self) -> None:
        """Close the WebSocket."""
        if self._ws is not None:
            await self._ws.close()

    async def send(self, message: str | bytes) -> None:
        """Write what the library's queue gives."""
        if self._ws is None:
            return
        if isinstance(message, bytes):
            await self._ws.send_bytes(message)
        else:
            await self._ws.send_str(message)
        self._in_hand = max(0, self._in_hand - 1)

    async def wait(self) -> str | bytes:
        """Wait for a packet of the client."""
        if self._ws is None:
            raise OSError("the socket is closed")
        message = await self._ws.receive()
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            raise OSError("the socket is closed")
        if message.type is WSMsgType.TEXT and not is_packet(message.data):
            self._complain("NoPacket")
            raise OSError("the client does not speak the protocol")
        return message.data  # type: ignore[no-any-return]  # aiohttp types every message's data as Any

    async def send_packet(self, packet: Any) -> None:
        """Send a packet of the library: the same short way as events, so that both keep one order."""
        if self._engine_socket.closed or not await self._engine_socket.check_ping_timeout():
            return
        encoded = packet.encode()
        if isinstance(encoded, bytes) or not self.write(frame_of(encoded.encode())):
            self.put(packet)

    def write(self, frame: bytes) -> bool:
        """Write a ready frame to the transport if nothing stands before it; False when it must be queued."""
        engine_socket, transport = self._engine_socket, self._transport()
        if (
            transport is None
            or transport.is_closing()
            or engine_socket.closed
            or not engine_socket.upgraded
            or engine_socket.upgrading
            or self._in_hand
            or engine_socket.queue._unfinished_tasks
            or transport.get_write_buffer_size() > MAX_BUFFER
        ):
            return False
        transport.write(frame)
        return True

    def put(self, packet: Any) -> None:
        """Let the library write a packet in its own time."""
        self._engine_socket.queue.put_nowait(packet)


def frame_of(payload: bytes) -> bytes:
    """Return a server's WebSocket text frame (RFC 6455, 5.2): whole, unmasked, uncompressed."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65_536:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload


class Outgoing:
    """An event ready to be sent to any number of clients of one namespace."""

    __slots__ = ("_frame", "text")

    def __init__(self, namespace: str, name: str, data: bytes) -> None:
        """Take the event's name and its data as JSON."""
        self.text = b'42%s,["%s",%s]' % (namespace.encode(), name.encode(), data)
        self._frame: bytes | None = None

    @classmethod
    def of(cls, namespace: str, name: str, data: object) -> Outgoing:
        """Return an event whose data is any value that can be written as JSON."""
        return cls(namespace, name, _encoder.encode(data))

    @property
    def frame(self) -> bytes:
        """Return the WebSocket frame, built on first use."""
        if self._frame is None:
            self._frame = frame_of(self.text)
        return self._frame


def deliver(engine_socket: Any, outgoing: Outgoing) -> bool:
    """Send an event to one client, at once or through its queue; False when it is too slow and must be cut."""
    direct: DirectSocket | None = getattr(engine_socket, "direct", None)
    if direct is not None and direct.write(outgoing.frame):
        return True
    if engine_socket.queue.qsize() >= MAX_QUEUE:
        return False
    packet = engine_packet.Packet(engine_packet.MESSAGE, outgoing.text[1:].decode())
    if direct is not None:
        direct.put(packet)
    else:
        engine_socket.queue.put_nowait(packet)
    return True


def use_direct_sockets(server: socketio.AsyncServer, complain: Callable[[str], None]) -> None:
    """Make the server drive its WebSockets through `DirectSocket`."""
    server.eio._async = {**driver._async, "websocket": partial(DirectSocket, complain=complain)}
