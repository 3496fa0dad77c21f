"""A gate on the way to a server: a test closes it, and what a process sends then stays on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Gate:
    """Passes bytes between its own port and a server; closed, it holds back what clients send, and loses nothing."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._lines: set[asyncio.Task[None]] = set()
        self.port = 0

    def close(self) -> None:
        """Hold back what is sent to the server from now on."""
        self._is_open.clear()

    def open(self) -> None:
        """Let it all pass, in order."""
        self._is_open.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on until either side ends it."""
        there, back = await asyncio.open_connection(*self._to)
        lines = {
            asyncio.create_task(self._pass(reader, back, is_gated=True)),
            asyncio.create_task(self._pass(there, writer, is_gated=False)),
        }
        self._lines |= lines
        await asyncio.wait(lines, return_when=asyncio.FIRST_COMPLETED)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        self._lines -= lines
        back.close()
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_gated: bool) -> None:
        while data := await reader.read(65_536):
            if is_gated:
                await self._is_open.wait()
            writer.write(data)
            await writer.drain()

    def end(self) -> None:
        """Cut every connection."""
        for line in self._lines:
            line.cancel()


@asynccontextmanager
async def gated(url: str) -> AsyncIterator[tuple[str, Gate]]:
    """Put a gate before a server; yields the address that leads through it."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.port is None:
        raise ValueError(f"{url} names no host and port")
    gate = Gate(parts.hostname, parts.port)
    server = await asyncio.start_server(gate.serve, "127.0.0.1", 0)
    gate.port = server.sockets[0].getsockname()[1]
    try:
        yield url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{gate.port}", 1), gate
    finally:
        gate.open()
        gate.end()
        server.close()
