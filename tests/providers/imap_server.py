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

USER, PASSWORD = "shop@shop.example", 'pass"word\\'
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n\Z")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_DATE = "05-Jan-2026 08:00:00 +0000"


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
        self.refuses_mails: set[int] = set()
        self.drops_at_mails: set[int] = set()
        self.before_answer: Callable[[str], bytes] = lambda _: b""
        self.tls: ssl.SSLContext | None = None
        self.commands: list[str] = []
        self.arguments: list[list[bytes]] = []
        self.tokens: list[bytes] = []
        self.faults: list[str] = []
        self.connections = 0
        self._has_id = False
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()

    def add(self, raw: bytes, uid: int | None = None) -> None:
        """Put a mail into the mailbox and push it to whoever idles."""
        self.mails[uid or max(self.mails, default=0) + 1] = raw
        self._news.set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
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
        tag, _, rest = line.partition(b" ")
        words = rest.split()
        if not words:
            return False
        name = words[0].decode().upper()
        if name == "UID":
            name = f"UID {words[1].decode().upper()}"
        self.commands.append(name)
        self.arguments.append([*(one[1] for one in _QUOTED.finditer(rest)), *literals])
        writer.write(self.before_answer(name))
        if name in self.refuses:
            writer.write(tag + b" " + self.refuses[name].encode() + b"\r\n")
            return True
        match name:
            case "CAPABILITY":
                writer.write(f"* CAPABILITY {self.capabilities}\r\n".encode())
            case "STARTTLS":
                assert self.tls is not None
                writer.write(tag + b" OK go\r\n")
                await writer.drain()
                await writer.start_tls(self.tls)
                return True
            case "LOGIN":
                return self._login(tag, writer)
            case "AUTHENTICATE":
                return await self._authenticate(tag, words, reader, writer)
            case "ID":
                self._has_id = True
                writer.write(b'* ID ("name" "Coremail")\r\n')
            case "LIST":
                writer.write('* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST () "/" "&UXZO1mWHTvZZOQ-"\r\n'.encode())
            case "EXAMINE":
                if self.wants_id and not self._has_id:
                    writer.write(tag + b" NO EXAMINE Unsafe Login. Please contact the provider\r\n")
                    return True
                if b'"INBOX"' not in rest:
                    writer.write(tag + b" NO [NONEXISTENT] no such folder\r\n")
                    return True
                self._news.clear()
                last = max(self.mails, default=0)
                writer.write(f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.uidvalidity}] x\r\n".encode())
                writer.write(f"* OK [UIDNEXT {last + 1}] x\r\n".encode())
            case "UID SEARCH":
                self._search(rest, writer)
            case "UID FETCH":
                if not self._fetch(rest, writer):
                    return False
                if any(uid in self.refuses_mails for uid in _uids(words[2], self.mails)) and b"PEEK[]" in rest:
                    writer.write(tag + b" NO some of the mails cannot be had\r\n")
                    return True
            case "IDLE":
                return await self._idle(tag, reader, writer)
            case "NOOP":
                writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())
            case "LOGOUT":
                writer.write(b"* BYE bye\r\n" + tag + b" OK done\r\n")
                return False
            case _:
                self.faults.append(f"a reader does not say {name}")
        writer.write(tag + b" OK done\r\n")
        return True

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[bytes, list[bytes]]:
        line, literals = await reader.readuntil(b"\n"), []
        while mark := _LITERAL.search(line):
            if not mark[2]:
                writer.write(b"+ go on\r\n")
            literals.append(await reader.readexactly(int(mark[1])))
            line = line[: mark.start()] + await reader.readuntil(b"\n")
        return line.removesuffix(b"\r\n"), literals

    def _login(self, tag: bytes, writer: asyncio.StreamWriter) -> bool:
        given = [one.replace(b'\\"', b'"').replace(b"\\\\", b"\\") for one in self.arguments[-1]]
        is_right = given == [USER.encode(), PASSWORD.encode()]
        code = f"[CAPABILITY {self.capabilities}] " if self.tells_capabilities_unasked else ""
        writer.write(tag + (f" OK {code}in\r\n" if is_right else " NO [AUTHENTICATIONFAILED] no\r\n").encode())
        return True

    async def _authenticate(
        self, tag: bytes, words: list[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        coded = words[2] if len(words) > 2 else b""
        if not coded:
            writer.write(b"+ \r\n")
            coded = (await reader.readuntil(b"\n")).strip()
        self.tokens.append(b64decode(coded))
        if b"good-token" not in self.tokens[-1] and PASSWORD.encode() not in self.tokens[-1]:
            writer.write(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
            if (await reader.readuntil(b"\n")).strip() not in (b"", b"AQ=="):
                self.faults.append("a challenge after a refusal is answered with nothing")
            writer.write(tag + b" NO [AUTHENTICATIONFAILED] no\r\n")
            return True
        writer.write(tag + b" OK in\r\n")
        return True

    def _search(self, rest: bytes, writer: asyncio.StreamWriter) -> None:
        first = int(re.findall(rb"UID (\d+):\*", rest)[0])
        last = max(self.mails, default=0)
        # As RFC 3501 has it, n:* holds the last mail even when n is larger.
        found = sorted(uid for uid in self.mails if uid >= min(first, last))
        writer.write(b"* SEARCH" + b"".join(b" %d" % uid for uid in found) + b"\r\n")

    def _fetch(self, rest: bytes, writer: asyncio.StreamWriter) -> bool:
        wanted = _uids(rest.split()[2], self.mails)
        if b"BODY[" in rest.replace(b"BODY.PEEK[", b""):
            self.faults.append("BODY[] marks mails as seen")
        for number, uid in enumerate(wanted, 1):
            raw = self.mails[uid]
            head, _, text = raw.partition(b"\r\n\r\n")
            if b"RFC822.SIZE" in rest:
                size = self.sizes.get(uid, len(raw))
                writer.write(f'* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE "{_DATE}")\r\n'.encode())
            elif b"PEEK[]" in rest:
                if uid in self.drops_at_mails:
                    return False
                if uid not in self.refuses_mails:
                    writer.write(b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (number, uid, len(raw), raw))
            else:
                writer.write(b"* %d FETCH (BODY[HEADER] {%d}\r\n%b\r\n\r\n" % (number, len(head) + 4, head))
                if partial := re.search(rb"PEEK\[TEXT\]<0\.(\d+)>", rest):
                    part = text[: int(partial[1])]
                    writer.write(b" BODY[TEXT]<0> {%d}\r\n%b" % (len(part), part))
                writer.write(b" UID %d)\r\n" % uid)
        return True

    async def _idle(self, tag: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"+ idling\r\n* OK still here\r\n")
        ending = asyncio.ensure_future(reader.readuntil(b"\n"))
        try:
            while not ending.done():
                news = asyncio.ensure_future(self._news.wait())
                await asyncio.wait({ending, news}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                if self._news.is_set():
                    self._news.clear()
                    writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())
                    await writer.drain()
            if ending.result().strip() != b"DONE":
                self.faults.append("a command while idling")
        finally:
            ending.cancel()
        writer.write(tag + b" OK idled\r\n")
        return True


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
