"""A stand-in for an integrator's file server: gives out files, can be in trouble, and counts what is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class FileServer:
    """Listens on a port of its own. `files` are bytes and media type by name; any other name is not found."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.asked: Counter[str] = Counter()
        self.first_asked = asyncio.Event()
        self.trouble: Counter[str] = Counter()
        """How many more times a name is answered 503."""
        self.held: dict[str, asyncio.Event] = {}
        """A name in here is not answered before its event."""
        self.origin = ""

    async def give(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked[name] += 1
        self.first_asked.set()
        if name in self.held:
            await self.held[name].wait()
        if self.trouble[name] > 0:
            self.trouble[name] -= 1
            return web.Response(status=503)
        if name not in self.files:
            return web.Response(status=404)
        data, mime = self.files[name]
        return web.Response(body=data, content_type=mime)


@asynccontextmanager
async def file_server() -> AsyncIterator[FileServer]:
    """Run a file server until the block ends."""
    server = FileServer()
    app = web.Application()
    app.router.add_get("/{name}", server.give)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.origin = f"http://127.0.0.1:{site.port}"
        yield server
    finally:
        for event in server.held.values():
            event.set()
        await runner.cleanup()
