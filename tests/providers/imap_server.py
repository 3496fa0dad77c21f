"""A small strict IMAP server whose answers a test can bend: quirks of real providers, and plain hostility.

It knows one mailbox, `INBOX`, and no flags. A client that does what a reader must not do (SELECT, BODY[] without PEEK,
STORE, another command while one is open) finds it in `faults`.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

USER, PASSWORD = "shop@shop.example", 'pass"word\\'
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n\Z")
_TLS_RECORD = b"\x16\x03"
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A command of a client, and the ways back to it."""

    tag: bytes
    rest: bytes
    words: list[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def write(self, text: str) -> None:
        self.writer.write(text.encode())

    def answer(self, text: str) -> None:
        self.writer.write(self.tag + f" {text}\r\n".encode())


class ImapServer:
    """One mailbox. Change the attributes before or while a client is there."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: dict[int, bytes] = {}
        self.sizes: dict[int, int] = {}
        self.uidvalidity = 7
        self.capabilities = "IMAP4rev1 IDLE SASL-IR LITERAL+ AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER"
        self.greeting = b"* OK ready\r\n"
        self.tells_capabilities_unasked = False
        self.wants_id = False
        self.refuses: dict[str, str] = {}
        self.gives_sizes = False
        self.arrived = "05-Jan-2026 08:00:00 +0000"
        self.refuses_mails: set[int] = set()
        self.drops_at_mails: set[int] = set()
        self.before_answer: Callable[[str], bytes] = lambda _: b""
        self.tls: ssl.SSLContext | None = None
        self.commands: list[str] = []
        self.arguments: list[list[bytes]] = []
        self.tokens: list[bytes] = []
        self.faults: list[str] = []
        self.connections = 0
        self.idles = asyncio.Event()
        self.polled = asyncio.Event()
        self._has_id = False
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._connected = asyncio.Event()

    def add(self, raw: bytes, uid: int | None = None) -> None:
        """Put a mail into the mailbox and push it to whoever idles."""
        self.mails[uid or max(self.mails, default=0) + 1] = raw
        self._news.set()

    async def connected_again(self, times: int) -> None:
        """Wait until clients have connected so often from now on."""
        for _ in range(times):
            self._connected.clear()
            await self._connected.wait()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def drop(self) -> None:
        """Cut every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        await self.drop()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self._connected.set()
        self._has_id = False
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                writer.write(self.greeting)
                while await self._command(reader, writer):
                    await writer.drain()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _command(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line, literals = await self._read(reader, writer)
        if line.startswith(_TLS_RECORD):
            return False  # Who takes the port for an encrypted one says no commands, whatever bytes follow.
        tag, _, rest = line.partition(b" ")
        words = rest.split()
        name = " ".join(word.decode() for word in words[: 2 if words[:1] == [b"UID"] else 1]).upper()
        said = _Said(tag=tag, rest=rest, words=words, reader=reader, writer=writer)
        self.commands.append(name)
        self.arguments.append([*(one[1] for one in _QUOTED.finditer(rest)), *literals])
        writer.write(self.before_answer(name))
        if name in self.refuses and not (b"RFC822.SIZE" in rest and self.gives_sizes):
            said.answer(self.refuses[name])
            return True
        if name in ("LOGIN", "AUTHENTICATE", "STARTTLS", "IDLE"):
            talk = {"LOGIN": self._login, "AUTHENTICATE": self._authenticate, "STARTTLS": self._encrypt}
            await talk.get(name, self._idle)(said)
            return True
        if name == "UID FETCH":
            return self._fetch(said)
        answers = {"LIST": self._list, "EXAMINE": self._examine, "UID SEARCH": self._search}
        said.answer(answers.get(name, self._short)(said))
        return name != "LOGOUT"

    def _short(self, said: _Said) -> str:
        match said.words[0].upper():
            case b"CAPABILITY":
                said.write(f"* CAPABILITY {self.capabilities}\r\n")
            case b"ID":
                self._has_id = True
                said.write('* ID ("name" "Coremail")\r\n')
            case b"NOOP":
                self.polled.set()
                said.write(f"* {len(self.mails)} EXISTS\r\n")
            case b"LOGOUT":
                said.write("* BYE bye\r\n")
            case other:
                self.faults.append(f"a reader does not say {other.decode()}")
        return "OK done"

    def _list(self, said: _Said) -> str:
        said.write('* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST () "/" "&UXZO1mWHTvZZOQ-"\r\n')
        return "OK done"

    def _examine(self, said: _Said) -> str:
        if self.wants_id and not self._has_id:
            return "NO EXAMINE Unsafe Login. Please contact the provider"
        if b'"INBOX"' not in said.rest:
            return "NO [NONEXISTENT] no such folder"
        self._news.clear()
        said.write(f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.uidvalidity}] x\r\n")
        return "OK [READ-ONLY] done"

    async def _encrypt(self, said: _Said) -> None:
        assert self.tls is not None
        said.answer("OK go")
        await said.writer.drain()
        await said.writer.start_tls(self.tls)

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[bytes, list[bytes]]:
        line, literals = await reader.readuntil(b"\n"), []
        while mark := _LITERAL.search(line):
            if not mark[2]:
                writer.write(b"+ go on\r\n")
            literals.append(await reader.readexactly(int(mark[1])))
            line = line[: mark.start()] + await reader.readuntil(b"\n")
        return line.removesuffix(b"\r\n"), literals

    async def _login(self, said: _Said) -> None:
        given = [one.replace(b'\\"', b'"').replace(b"\\\\", b"\\") for one in self.arguments[-1]]
        is_right = given == [USER.encode(), PASSWORD.encode()]
        code = f"[CAPABILITY {self.capabilities}] " if self.tells_capabilities_unasked else ""
        said.answer(f"OK {code}in" if is_right else "NO [AUTHENTICATIONFAILED] no")

    async def _authenticate(self, said: _Said) -> None:
        coded = said.words[2] if len(said.words) > 2 else b""
        if not coded:
            said.write("+ \r\n")
            coded = (await said.reader.readuntil(b"\n")).strip()
        self.tokens.append(b64decode(coded))
        if b"good-token" in self.tokens[-1] or PASSWORD.encode() in self.tokens[-1]:
            said.answer("OK in")
            return
        said.write("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
        if (await said.reader.readuntil(b"\n")).strip() not in (b"", b"AQ=="):
            self.faults.append("a challenge after a refusal is answered with nothing")
        said.answer("NO [AUTHENTICATIONFAILED] no")

    def _search(self, said: _Said) -> str:
        first = int(re.findall(rb"UID (\d+):\*", said.rest)[0])
        # As RFC 3501 has it, n:* holds the last mail even when n is larger.
        found = sorted(uid for uid in self.mails if uid >= min(first, max(self.mails)))
        said.write("* SEARCH" + "".join(f" {uid}" for uid in found) + "\r\n")
        return "OK done"

    def _fetch(self, said: _Said) -> bool:
        if b"BODY[" in said.rest.replace(b"BODY.PEEK[", b""):
            self.faults.append("BODY[] marks mails as seen")
        answer = "OK done"
        for number, uid in enumerate(_uids(said.words[2], self.mails), 1):
            raw = self.mails[uid]
            if b"RFC822.SIZE" in said.rest:
                size = self.sizes.get(uid, len(raw))
                at = f'"{self.arrived}"' if self.arrived else "NIL"
                said.write(f"* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE {at})\r\n")
            elif b"PEEK[]" not in said.rest:
                said.writer.write(_beginning(number, uid, raw, said.rest))
            elif uid in self.drops_at_mails:
                return False
            elif uid in self.refuses_mails:
                answer = "NO some of the mails cannot be had"
            else:
                said.writer.write(b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (number, uid, len(raw), raw))
        said.answer(answer)
        return True

    async def _idle(self, said: _Said) -> None:
        said.write("+ idling\r\n* OK still here\r\n")
        self.idles.set()
        ending = asyncio.ensure_future(said.reader.readuntil(b"\n"))
        try:
            while not ending.done():
                news = asyncio.ensure_future(self._news.wait())
                await asyncio.wait({ending, news}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                if self._news.is_set():
                    self._news.clear()
                    said.write(f"* {len(self.mails)} EXISTS\r\n")
            if ending.result().strip() != b"DONE":
                self.faults.append("a command while idling")
        finally:
            ending.cancel()
            self.idles.clear()
        said.answer("OK idled")


def _beginning(number: int, uid: int, raw: bytes, rest: bytes) -> bytes:
    head, _, text = raw.partition(b"\r\n\r\n")
    answer = b"* %d FETCH (BODY[HEADER] {%d}\r\n%b\r\n\r\n" % (number, len(head) + 4, head)
    if partial := re.search(rb"PEEK\[TEXT\]<0\.(\d+)>", rest):
        part = text[: int(partial[1])]
        answer += b" BODY[TEXT]<0> {%d}\r\n%b" % (len(part), part)
    return answer + b" UID %d)\r\n" % uid


def _uids(text: bytes, mails: dict[int, bytes]) -> list[int]:
    found = []
    for part in text.split(b","):
        first, _, last = part.partition(b":")
        found += [uid for uid in mails if int(first) <= uid <= int(last or first)]
    return sorted(found)


@asynccontextmanager
async def imap_server() -> AsyncIterator[ImapServer]:
    """Run the server as long as the block."""
    server = ImapServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
