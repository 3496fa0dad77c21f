"""A strict stand-in of a carrier's SMPP 3.4 server, written from the layout of the PDUs; it shares nothing with ours.

It checks logins, addresses and the size of each part, joins the parts of a text as a phone does, names messages in
hexadecimal and its receipts in decimal, and can misbehave.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.testing.channel_ground import Behaviour, Heard
from tests.support.patience import PATIENCE_S

SYSTEM_ID, PASSWORD = "huike", "secret-8"
_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\0ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|"}
_OCTETS = 140
_BINDS = {0x01: "receiver", 0x02: "transmitter", 0x09: "transceiver"}


class Fault(Exception):
    """A PDU that the carrier refuses, with the status that it answers."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class SmppServer:
    """Listens on a port of its own."""

    def __init__(self) -> None:
        self._how: Behaviour = "takes"
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, str] = {}
        self._readers: set[asyncio.Task[None]] = set()
        self._parts: dict[tuple[str, int], dict[int, bytes]] = {}
        self._answers: dict[int, asyncio.Future[int]] = {}
        self._sequence = 1000
        self.port = 0
        self.attempts = 0
        self.throttle: list[int] = []
        """Numbers of the attempts that are throttled, counted from 1."""
        self.heard: list[Heard] = []
        self.parts: list[bytes] = []
        self.binds: list[str] = []
        self.enquiries = 0
        self.is_latin = False
        """Whether data_coding 0 means Latin-1 here, and not the GSM alphabet."""
        self.ids: list[int] = []
        self.faults: list[str] = []
        self.first_id = 0xA0
        self.bound = asyncio.Event()

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        self._how = how
        if how == "is_gone":
            await self.stop()
        elif self._server is None:
            await self.start()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            self.drop()
            await asyncio.gather(*self._readers, return_exceptions=True)
            await server.wait_closed()

    def drop(self) -> None:
        """Break every connection."""
        for writer in self._open:
            writer.close()

    async def deliver(
        self, text: str, source: str = "8613800138000", *, to: str = "10690", header: bytes = b"", fields: bytes = b""
    ) -> int:
        """Deliver a short message to whoever receives, and return the status of the answer."""
        return await self.deliver_raw(_deliver_body(source, to, 0x40 if header else 0, 8, header + _wide(text), fields))

    async def receipt(self, number: int, stat: str, *, spelling: str = "d", code: str = "000") -> int:
        """Deliver the receipt of the message with this place in `ids`."""
        name = format(self.ids[number], spelling)
        text = f"id:{name} sub:001 dlvrd:001 submit date:2601051600 done date:2601051601 stat:{stat} err:{code} text:"
        return await self.deliver_raw(_deliver_body("8613800138000", "10690", 0x04, 0, text.encode(), b""))

    async def deliver_raw(self, body: bytes, *, command: int = 0x05) -> int:
        """Ask a receiver for something, and return the status of the answer."""
        writer = next(writer for writer, kind in self._open.items() if kind != "transmitter")
        self._sequence += 1
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._answers[self._sequence] = answer
        writer.write(struct.pack("!IIII", 16 + len(body), command, 0, self._sequence) + body)
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._readers.add(task)
            task.add_done_callback(self._readers.discard)
        self._open[writer] = ""
        try:
            while True:
                length, command, status, sequence = struct.unpack("!IIII", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                if command & 0x80000000:
                    self._answers.pop(sequence).set_result(status)
                else:
                    self._ask(writer, command, sequence, body)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            del self._open[writer]
            writer.close()

    def _ask(self, writer: asyncio.StreamWriter, command: int, sequence: int, body: bytes) -> None:
        try:
            if command in _BINDS:
                answer = self._bind(writer, command, body)
            elif not self._open[writer]:
                raise Fault(0x04, f"command {command:x} before the bind")
            elif command == 0x04:
                self._submit(writer, sequence, body)
                return
            elif command == 0x15:
                self.enquiries += 1
                answer = b""
            elif command == 0x06:
                answer = b""
            else:
                raise Fault(0x03, f"unknown command {command:x}")
        except Fault as fault:
            self.faults.append(str(fault))
            self._answer(writer, command, fault.status, sequence)
        else:
            self._answer(writer, command, 0, sequence, answer)

    def _answer(
        self, writer: asyncio.StreamWriter, command: int, status: int, sequence: int, body: bytes = b""
    ) -> None:
        writer.write(struct.pack("!IIII", 16 + len(body), command | 0x80000000, status, sequence) + body)

    def _bind(self, writer: asyncio.StreamWriter, command: int, body: bytes) -> bytes:
        system_id, password, system_type, rest = *body.split(b"\0", 3)[:3], body.split(b"\0", 3)[3]
        if len(system_id) > 15 or len(password) > 8 or len(system_type) > 12 or rest[0] != 0x34:
            raise Fault(0x0D, "a bind that SMPP 3.4 does not allow")
        if system_id.decode() != SYSTEM_ID:
            raise Fault(0x0F, "unknown system_id")
        if password.decode() != PASSWORD:
            raise Fault(0x0E, "wrong password")
        self._open[writer] = _BINDS[command]
        self.binds.append(_BINDS[command])
        if command != 0x02:
            self.bound.set()
        return b"carrier\0"

    def _submit(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        self.attempts += 1
        statuses: dict[Behaviour, int] = {"limits": 0x58, "breaks": 0x08, "rejects": 0x0B}
        status = 0x58 if self.attempts in self.throttle else statuses.get(self._how, 0)
        if status:
            self._answer(writer, 0x04, status, sequence)
        elif self._how != "hangs":
            try:
                self._take(body)
            except Fault as fault:
                self.faults.append(str(fault))
                self._answer(writer, 0x04, fault.status, sequence)
                return
            self.ids.append(self.first_id + len(self.ids))
            if self._how == "cuts":
                writer.write(struct.pack("!III", 20, 0x80000004, 0))
                writer.close()
                return
            self._answer(writer, 0x04, 0, sequence, f"{self.ids[-1]:X}".encode() + b"\0")

    def _take(self, body: bytes) -> None:
        _, rest = body.split(b"\0", 1)
        source, rest = rest[2:].split(b"\0", 1)
        kind, (to, rest) = rest[0], rest[2:].split(b"\0", 1)
        esm_class, rest = rest[0], rest[3:]
        _, _, rest = rest.split(b"\0", 2)
        receipt, _, coding, _, length = rest[:5]
        message, fields = rest[5 : 5 + length], rest[5 + length :]
        if len(source) > 20 or len(to) > 20 or not to:
            raise Fault(0x0B, "an address of a length that SMPP does not allow")
        if len(message) != length or fields:
            raise Fault(0x01, "a message of another length than it says")
        if receipt != 1 or coding not in (0, 8):
            raise Fault(0x45, f"registered_delivery {receipt}, data_coding {coding}")
        septets = 8 if len(message) and esm_class & 0x40 and coding == 0 else 0
        most = _OCTETS if coding == 8 else 160 - (1 if septets else 0)
        if length > most:
            raise Fault(0x01, f"a part of {length} octets, where a phone takes {most}")
        self.parts.append(message)
        address = ("+" if kind == 1 else "") + to.decode()
        if not esm_class & 0x40:
            self._hear(address, message, coding)
            return
        size, element, element_size, reference, total, number = message[:6]
        if (size, element, element_size) != (5, 0, 3) or not 1 <= number <= total:
            raise Fault(0x45, "a user data header that no phone understands")
        waiting = self._parts.setdefault((address, reference), {})
        waiting[number] = message[6:]
        if len(waiting) == total:
            del self._parts[address, reference]
            self._hear(address, b"".join(waiting[each] for each in sorted(waiting)), coding)

    def _hear(self, address: str, message: bytes, coding: int) -> None:
        if coding == 8:
            text = message.decode("utf-16-be")
        else:
            text = message.decode("latin-1") if self.is_latin else _from_gsm(message)
        self.heard.append(Heard(key=None, address=address, text=text))


def _from_gsm(message: bytes) -> str:
    text, is_escaped = "", False
    for octet in message:
        if is_escaped:
            text += "€" if octet == 0x65 else _ESCAPED[octet]
            is_escaped = False
        elif octet == 0x1B:
            is_escaped = True
        else:
            text += _GSM[octet]
    return text


def _wide(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _deliver_body(source: str, to: str, esm_class: int, coding: int, message: bytes, fields: bytes) -> bytes:
    ends = b"\0" + struct.pack("!BB", 1, 1) + source.encode() + b"\0" + struct.pack("!BB", 0, 1) + to.encode() + b"\0"
    flags = struct.pack("!BBB", esm_class, 0, 0) + b"\0\0" + struct.pack("!BBBBB", 0, 0, coding, 0, len(message))
    return ends + flags + message + fields


@asynccontextmanager
async def smpp_server() -> AsyncIterator[SmppServer]:
    """Run a carrier until the block ends."""
    server = SmppServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
