"""A pretend world with three channels, and a hub of few lines that takes note of what is pushed to it."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from hub.environment import SystemClock
from hub.errors import HubError, Unauthenticated
from hub.testing.environment import SeededIds
from simulator.web import Simulator
from simulator.world import KnownChannel, World

TOKEN = "a token"


@dataclass
class Ground:
    """The world on the web; `pushed` are the paths that a push came to, `answer` is what the hub says to it."""

    url: str
    world: World
    channels: list[KnownChannel]
    client: aiohttp.ClientSession
    pushed: list[str] = field(default_factory=list)
    answer: int = 200

    async def ask(
        self, method: str, path: str, body: object = None, *, token: str = TOKEN
    ) -> tuple[int, dict[str, object]]:
        """Call the page's API."""
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.url}/simulator/api{path}"
        # As a file: of bytes the library warns when they are many.
        sent = None if body is None else io.BytesIO(json.dumps(body).encode())
        async with self.client.request(method, url, data=sent, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def person(self) -> dict[str, str]:
        """Make somebody."""
        _, person = await self.ask("POST", "/people", {})
        return {name: str(value) for name, value in person.items()}


@web.middleware
async def _errors(request: web.Request, handler: object) -> web.StreamResponse:
    try:
        response: web.StreamResponse = await handler(request)  # type: ignore[operator]  # aiohttp gives a handler
    except HubError as error:
        return web.json_response({"type": error.type, "detail": error.detail}, status=error.status)
    return response


@asynccontextmanager
async def ground(**changes: object) -> AsyncIterator[Ground]:
    """Run the world; `changes` are other settings of the WeChat channel."""
    clock, ids = SystemClock(), SeededIds()
    hub = web.Application(middlewares=[_errors])
    runner = web.AppRunner(hub, shutdown_timeout=1)
    world = World(base_url="http://127.0.0.1/simulator", clock=clock, ids=ids)
    made = Ground(url="", world=world, channels=[], client=aiohttp.ClientSession())

    async def pushed(request: web.Request) -> web.Response:
        made.pushed.append(request.path)
        return web.Response(status=made.answer, text="success")

    def authorise(request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Unauthenticated("Sign in first.")

    hub.router.add_post("/channels/{id}/webhook", pushed)
    hub.add_subapp("/simulator", Simulator(world, clock, authorise).app())
    await world.open()
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        world.base_url = f"{made.url}/simulator"
        made.channels = _channels(made, changes)
        world.watch(lambda: made.channels)
        yield made
    finally:
        await made.client.close()
        await runner.cleanup()
        await world.close()


def _channels(made: Ground, changes: dict[str, object]) -> list[KnownChannel]:
    base, mail = made.world.base_url, made.world.mail
    login = {"host": "127.0.0.1", "tls": "none", "user": "support@shop.test", "password": "pw"}
    settings: dict[str, dict[str, object]] = {
        "wechat": {
            "app_id": "wx1",
            "app_secret": "s",
            "token": "t",
            "aes_key": "",
            "api_base": f"{base}/wechat",
            **changes,
        },
        "sms_twilio": {"account_sid": "AC1", "auth_token": "t", "from": "+861069", "api_base": f"{base}/twilio"},
        "email": {
            "address": "support@shop.test",
            "imap": {**login, "port": mail.imap_port},
            "smtp": {**login, "port": mail.smtp_port},
        },
    }
    return [
        KnownChannel(id=kind, kind=kind, name=kind, settings=its, webhook_url=f"{made.url}/channels/{kind}/webhook")
        for kind, its in settings.items()
    ]
