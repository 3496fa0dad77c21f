"""One connection to an IMAP server: bytes out, responses in, one command at a time, every wait with an end.

It knows tags, literals and TLS, and no command's meaning. What comes unasked is given to whoever reads next.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.email.imap.errors import ImapBroken, ImapGone, ImapRefused
from connectors.email.imap.framing import Splitter
from connectors.email.imap.responses import Response, read_response
from connectors.email.imap.spelling import Counted

_READ = 256 * 1024
"""More than the stream ever buffers, so that one read leaves nothing behind (STARTTLS depends on it)."""
_MAX_RESPONSES = 100_000
_MAX_BYTES = 64 * 1024 * 1024
"""Most that one answer may bring, in responses and in bytes of literals."""
_QUIET_CLOSE_S = 2.0
Word = str | bytes | Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait: for a connection, for the next bytes of an answer, and for all of one answer."""

    connect_s: float = 15.0
    silence_s: float = 60.0
    command_s: float = 900.0


class Connection:
    """A stream to a server. `has_news`: mails came since the reader of them last set it back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        """Take an open stream."""
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._splitter = Splitter()
        self._ready: deque[Response] = deque()
        self._tags = 0
        self.takes_literals_at_once = False
        self.challenge: Callable[[str], bytes] | None = None
        self.has_news = False

    @classmethod
    async def open(cls, host: str, port: int, tls: ssl.SSLContext | None, limits: Limits) -> Connection:
        """Connect, with TLS from the first byte where a context is given.

        Raises:
            ImapGone: no connection; the cause is the system's error.
        """
        try:
            async with asyncio.timeout(limits.connect_s):
                reader, writer = await asyncio.open_connection(
                    host, port, ssl=tls, server_hostname=host if tls is not None else None
                )
        except (OSError, ValueError) as error:
            raise ImapGone("no connection") from error
        _keep_alive(writer)
        return cls(reader, writer, limits)

    async def start_tls(self, host: str, tls: ssl.SSLContext) -> None:
        """Go on encrypted; whatever the server said too early is a forgery and ends the connection."""
        if self._ready or not self._splitter.is_empty:
            raise ImapBroken("words before the encryption")
        try:
            async with asyncio.timeout(self._limits.connect_s):
                await self._writer.start_tls(tls, server_hostname=host)
        except (OSError, ValueError) as error:
            raise ImapGone("no encryption") from error

    async def read(self, limit_s: float | None = None) -> Response:
        """Return the next response, whatever it is.

        Raises:
            ImapGone: the connection ended, or nothing came for so long (default: the limit of silence).
            ImapBroken: it is no response.
        """
        try:
            async with asyncio.timeout(self._limits.silence_s if limit_s is None else limit_s):
                return await self._next()
        except TimeoutError as error:
            raise ImapGone("silence") from error

    async def read_quietly(self, limit_s: float) -> Response | None:
        """Return the next response, or None when nothing came for so long: no error, and nothing is lost."""
        try:
            async with asyncio.timeout(limit_s):
                return await self._next()
        except TimeoutError:
            return None

    async def command(self, name: str, *words: Word) -> Sequence[Response]:
        """Send a command and return what came untagged until its answer, which is the last of them.

        Raises:
            ImapRefused: the answer is NO or BAD, or the server says BYE.
            ImapGone: no answer came in time.
            ImapBroken: what came is no answer.
        """
        try:
            async with asyncio.timeout(self._limits.command_s):
                tag = await self.send(name, *words)
                return await self.answer(tag, name)
        except TimeoutError as error:
            raise ImapGone("the answer took too long") from error

    async def send(self, name: str, *words: Word) -> str:
        """Send a command and return its tag; literals wait until the server wants them."""
        self._tags += 1
        tag = f"A{self._tags}"
        line = bytearray(f"{tag} {name}".encode())
        for word in words:
            line += b" "
            if not isinstance(word, Counted):
                line += word.encode() if isinstance(word, str) else word
                continue
            line += b"{%d%b}\r\n" % (len(word.data), b"+" if self.takes_literals_at_once else b"")
            if not self.takes_literals_at_once:
                await self.write(bytes(line))
                line.clear()
                await self.until_wanted(tag, name)
            line += word.data
        await self.write(bytes(line) + b"\r\n")
        return tag

    async def answer(self, tag: str, name: str) -> Sequence[Response]:
        """Read until the answer of a command that was sent. A `+` is answered by `challenge`, where there is one."""
        got: list[Response] = []
        bye: Response | None = None
        size = 0
        while True:
            try:
                response = await self.read()
            except ImapGone:
                if bye is None:
                    raise
                raise _refused(name, bye) from None
            if response.tag == tag:
                if response.kind == "OK":
                    return [*got, response]
                raise _refused(name, response)
            if response.kind == "BYE" and name != "LOGOUT":
                bye = response
            elif response.kind == "+":
                await self._answer_challenge(response)
            else:
                got.append(response)
            size += response.size
            if len(got) > _MAX_RESPONSES or size > _MAX_BYTES:
                raise ImapBroken("an answer does not end")

    async def until_wanted(self, tag: str, name: str) -> None:
        """Read until the server says `+`: it waits for more of the command that was sent."""
        for _ in range(_MAX_RESPONSES):
            response = await self.read()
            if response.kind == "+":
                return
            if response.tag == tag or response.kind == "BYE":
                raise _refused(name, response)
        raise ImapBroken("the server never goes on with a command")

    async def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            ImapGone: the connection is gone, or takes nothing for too long.
        """
        try:
            async with asyncio.timeout(self._limits.silence_s):
                self._writer.write(data)
                await self._writer.drain()
        except OSError as error:
            raise ImapGone("the connection broke") from error

    async def close(self) -> None:
        """Cut the connection; never raises."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_QUIET_CLOSE_S):
                await self._writer.wait_closed()

    async def _next(self) -> Response:
        while not self._ready:
            try:
                data = await self._reader.read(_READ)
            except OSError as error:
                raise ImapGone("the connection broke") from error
            if not data:
                raise ImapGone("the server closed the connection")
            for frame in self._splitter.feed(data):
                if frame.texts != (b"",):
                    self._ready.append(read_response(frame))
        response = self._ready.popleft()
        # It may come with any answer, and is told once only.
        self.has_news = self.has_news or response.kind == "EXISTS"
        return response

    async def _answer_challenge(self, response: Response) -> None:
        if self.challenge is None:
            raise ImapBroken("the server waits for something that nobody has asked for")
        await self.write(self.challenge(response.text) + b"\r\n")


def _refused(name: str, response: Response) -> ImapRefused:
    return ImapRefused(name, status=response.kind, code=response.code, text=response.text)


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Let the system notice a dead link: an idle IMAP connection shows nothing by itself."""
    sock: socket.socket | None = writer.get_extra_info("socket")
    if sock is None:
        return
    with contextlib.suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
