"""What the stand-ins of the Chinese cloud providers share: a port of their own, and how they misbehave.

The protocol, its signature and its codes stand in the stand-in of each provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from hub.testing.channel_ground import Behaviour, Heard


class CloudSms:
    """Listens on a port of its own; a subclass checks requests and answers them."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self.now_s = now_s
        self._how: Behaviour = "takes"
        self._retry_after: int | None = None
        self._runner: web.AppRunner | None = None
        self._released = asyncio.Event()
        self.port = 0
        self.attempts = 0
        self.heard: list[Heard] = []
        self.faults: list[str] = []
        self.known: set[str] = set()
        """Addresses that are phones though they are not written as numbers."""
        self.answer: tuple[int, object] | None = None
        """What it answers instead of the truth, where it is set: a status and JSON of any shape."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        self._how, self._retry_after = how, retry_after
        self._released.set()
        if how == "is_gone":
            await self.stop()
        elif self._runner is None:
            await self.start()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site.port

    async def stop(self) -> None:
        self._released.set()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def respond(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        """Check a request and do what it asks; return the status and JSON of the answer."""
        raise NotImplementedError

    def throttled(self) -> tuple[int, Any]:
        """Return the answer of a provider that is asked too often."""
        raise NotImplementedError

    def rejected(self) -> tuple[int, Any]:
        """Return the answer for a message that will never be taken."""
        raise NotImplementedError

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.attempts += 1
        match self._how:
            case "limits" if self._retry_after is not None:
                return web.Response(status=429, headers={"Retry-After": str(self._retry_after)})
            case "limits":
                status, answer = self.throttled()
            case "breaks":
                return web.Response(status=500)
            case "rejects":
                status, answer = self.rejected()
            case "hangs":
                self._released.clear()
                await self._released.wait()
                return web.Response(status=500)
            case _:
                status, answer = self.answer or self.respond(request, body)
        return await self._cut(request) if self._how == "cuts" else web.json_response(answer, status=status)

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"Code"')
        if request.transport is not None:
            request.transport.close()
        return response
