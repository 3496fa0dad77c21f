"""Twilio as a test meets it: the strict simulator on a port of its own, which can also misbehave.

What the real one would leave unsaid but a test must see (unknown fields, a state address without our key) is a fault.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from yarl import URL

from hub.ports.environment import Clock, Ids
from hub.testing.channel_ground import Behaviour, Heard
from simulator.twilio import Account, Twilio

_PREFIX = "/simulator/twilio"
_FIELDS = {"To", "From", "MessagingServiceSid", "Body", "MediaUrl", "StatusCallback"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _unused_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class TwilioStandIn:
    """Listens on a port of its own."""

    def __init__(self, *, account_sid: str, auth_token: str, number: str, clock: Clock, ids: Ids) -> None:
        self._names = {"account_sid": account_sid, "auth_token": auth_token, "number": number}
        self._clock, self._ids = clock, ids
        self._how: Behaviour = "takes"
        self._retry_after: int | None = None
        self._runner: web.AppRunner | None = None
        self._released = asyncio.Event()
        self.port = 0
        self.attempts = 0
        self.asked = asyncio.Event()
        self.heard: list[Heard] = []
        self.faults: list[str] = []
        self.answer: tuple[int, object] | None = None
        """What POST answers instead of the truth, where it is set: a status and JSON of any shape."""
        self._phones: tuple[str, ...] = ()
        self.lists = True
        """Whether the list of messages answers."""
        self.twilio: Twilio
        self.account: Account

    def know(self, *addresses: str) -> None:
        """Let these addresses be phones, though they are not written as numbers; also after a new start."""
        self._phones = addresses
        for address in addresses:
            self.account.phone(address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{_PREFIX}"

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        self._how, self._retry_after = how, retry_after
        self._released.set()
        if how == "is_gone":
            await self.stop()
        elif self._runner is None:
            await self.start()

    async def start(self, webhook_url: str = "http://127.0.0.1:9/webhook") -> None:
        app = web.Application(middlewares=[self._misbehave])
        self.port = self.port or _unused_port()
        self.twilio = Twilio(public_base=self.url, clock=self._clock, ids=self._ids)
        app.add_subapp(_PREFIX, self.twilio.app())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.account = self.twilio.connect(
            account_sid=self._names["account_sid"],
            auth_token=self._names["auth_token"],
            number=self._names["number"],
            webhook_url=webhook_url,
        )
        self.know(*self._phones)

    async def stop(self) -> None:
        self._released.set()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @web.middleware
    async def _misbehave(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if request.method != "POST":
            return await handler(request) if self.lists else web.Response(status=500)
        self.attempts += 1
        self.asked.set()
        match self._how:
            case "limits":
                headers = {} if self._retry_after is None else {"Retry-After": str(self._retry_after)}
                body = {"code": 20429, "message": "Too Many Requests", "status": 429}
                return web.json_response(body, status=429, headers=headers)
            case "breaks":
                return web.Response(status=500)
            case "rejects":
                return web.json_response({"code": 21614, "message": "no mobile", "status": 400}, status=400)
            case "hangs":
                self._released.clear()
                await self._released.wait()
                return web.Response(status=500)
            case _:
                return await self._take(request, handler)

    async def _take(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if self.answer is not None:
            return web.json_response(self.answer[1], status=self.answer[0])
        answer = await handler(request)
        form = await request.post()
        if answer.status == 401:
            self.faults.append("the account's name or token is wrong")
        if answer.status == 201:
            callback = URL(str(form.get("StatusCallback", "")))
            self.faults += [f"unknown field {name}" for name in form if name not in _FIELDS]
            if "message" not in callback.query:
                self.faults.append("the state address does not name the message")
            key, to = callback.query.get("message"), str(form.get("To", ""))
            self.heard.append(Heard(key=key, address=to, text=str(form.get("Body", ""))))
        return await self._cut(request) if self._how == "cuts" else answer

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=201, headers={"Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"sid":')
        if request.transport is not None:
            request.transport.close()
        return response


@asynccontextmanager
async def twilio_stand_in(
    *, account_sid: str, auth_token: str, number: str, clock: Clock, ids: Ids
) -> AsyncIterator[TwilioStandIn]:
    """Run Twilio until the block ends."""
    provider = TwilioStandIn(account_sid=account_sid, auth_token=auth_token, number=number, clock=clock, ids=ids)
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()
