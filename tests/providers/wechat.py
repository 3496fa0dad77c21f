"""The WeChat platform on a port of its own: the product's strict stand-in, able to misbehave.

Behaviours are for messages (custom/send) alone; `answers` lets the next call of any path be answered with given bytes.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from hub.testing.channel_ground import ADDRESS, Behaviour, Heard
from simulator.wechat import WechatPlatform
from simulator.wechat_phone import Phone, Window
from simulator.wechat_pushes import Account

PREFIX = "/simulator/wechat"
SEND = "/cgi-bin/message/custom/send"
STABLE_TOKEN = "/cgi-bin/stable_token"
_FOR_GOOD = 48002
_JSON = "application/json"

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WechatProvider:
    """Listens on a port; `ADDRESS` is a user who may be written to without end."""

    def __init__(self, account: Account, now_s: Callable[[], float]) -> None:
        self.platform = WechatPlatform(now_s, random.Random(7).randbytes, base_url=lambda: self.url)
        self.account = account
        self.platform.set_account(account)
        self.allow_without_end(ADDRESS)
        self.calls: Counter[str] = Counter()
        self.bodies: list[bytes] = []
        self._how: Behaviour = "takes"
        self._retry_after: int | None = None
        self._given: dict[str, list[bytes | None]] = {}
        self._runner: web.AppRunner | None = None
        self._released = asyncio.Event()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    @property
    def phone(self) -> Phone:
        return self.platform.phone(self.account.app_id, ADDRESS)

    @property
    def heard(self) -> list[Heard]:
        shown = [each for each in self.phone.screen if each.sender == "account"]
        return [Heard(key=None, address=ADDRESS, text=each.text) for each in shown]

    @property
    def attempts(self) -> int:
        return self.calls[SEND]

    @property
    def faults(self) -> list[str]:
        return self.platform.faults

    def allow_without_end(self, openid: str) -> None:
        """Lift the window and the quota, as for an account of the platform's own."""
        self.platform.phone(self.account.app_id, openid).window = Window(float("inf"), None)

    def answers(self, path: str, *bodies: bytes, after: int = 0) -> None:
        """Answer the next calls of a path with these bytes, and do nothing; `after` so many that are served."""
        self._given.setdefault(path, []).extend([None] * after + list(bodies))

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        self._how, self._retry_after = how, retry_after
        self._released.set()
        if how == "is_gone":
            await self.stop()
        elif self._runner is None:
            await self.start()

    async def start(self) -> None:
        @web.middleware
        async def behaved(request: web.Request, handler: Next) -> web.StreamResponse:
            return await self._behaved(request, handler)

        app = web.Application(middlewares=[behaved], client_max_size=16 * 1024 * 1024)
        app.add_subapp(PREFIX, self.platform.app())
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

    async def _behaved(self, request: web.Request, handler: Next) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        self.calls[path] += 1
        if path == SEND:
            self.bodies.append(await request.read())
        if self._given.get(path):
            given = self._given[path].pop(0)
            return await handler(request) if given is None else web.Response(body=given, content_type=_JSON)
        if path != SEND:
            return await handler(request)
        match self._how:
            case "limits":
                headers = {} if self._retry_after is None else {"Retry-After": str(self._retry_after)}
                return web.Response(status=429, headers=headers)
            case "breaks":
                return web.Response(status=500)
            case "rejects":
                return web.json_response({"errcode": _FOR_GOOD, "errmsg": "api forbidden"})
            case "hangs":
                self._released.clear()
                await self._released.wait()
                return web.Response(status=500)
            case "cuts":
                await handler(request)
                return await _cut(request)
            case _:
                return await handler(request)


async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"errco')
    if request.transport is not None:
        request.transport.close()
    return response


@asynccontextmanager
async def wechat_provider(account: Account, now_s: Callable[[], float]) -> AsyncIterator[WechatProvider]:
    """Run the platform until the block ends."""
    provider = WechatProvider(account, now_s)
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()
