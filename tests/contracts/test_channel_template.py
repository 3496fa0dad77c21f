"""The connector `template` keeps every promise of its port. `huike new-connector` copies this file too."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

import connectors.template
from connectors.template import wire
from connectors.template.connector import TemplateConnector
from hub.model.content import Text, Unsupported
from hub.model.ids import ChannelId
from hub.model.workspace import Channel
from hub.ports.channel import Request
from hub.testing.channel_contract import CHECKS, RECEIVING_CHECKS, SENDING_CHECKS, Check
from hub.testing.channel_ground import ADDRESS, Behaviour, Heard
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START

SECRET, TOKEN = "the-signing-secret", "the-access-token"
FIXTURES = Path(connectors.template.__file__).parent / "fixtures"


class TemplateProvider:
    """A strict stand-in of the provider's server, written from its documentation and not from our code."""

    def __init__(self) -> None:
        self._how: Behaviour = "takes"
        self._retry_after: int | None = None
        self._runner: web.AppRunner | None = None
        self._released = asyncio.Event()
        self.port = 0
        self.attempts = 0
        self.heard: list[Heard] = []
        self.faults: list[str] = []

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        self._how, self._retry_after = how, retry_after
        self._released.set()
        if how == "is_gone":
            await self.stop()
        elif self._runner is None:
            await self.start()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/messages", self._take)
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

    async def _take(self, request: web.Request) -> web.StreamResponse:
        message = json.loads(await request.read())
        self.attempts += 1
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.faults.append("the token is missing")
            return web.Response(status=401)
        match self._how:
            case "limits":
                headers = {} if self._retry_after is None else {"Retry-After": str(self._retry_after)}
                return web.Response(status=429, headers=headers)
            case "breaks":
                return web.Response(status=500)
            case "rejects":
                return web.Response(status=400)
            case "hangs":
                self._released.clear()
                await self._released.wait()
                return web.Response(status=500)
            case _:
                self.heard.append(Heard(key=message["key"], address=message["to"], text=message["text"]))
                return await self._answer(request)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "15"})
        await response.prepare(request)
        if self._how == "cuts" and request.transport is not None:
            await response.write(b"{")
            request.transport.close()
            return response
        await response.write(b'{"taken": true}')
        return response


class TemplateGround:
    """One channel at the stand-in."""

    signs_time = False
    now = START
    secrets = (SECRET, TOKEN)

    def __init__(self, connector: TemplateConnector, provider: TemplateProvider) -> None:
        self.connector = connector
        self.provider = provider

    def pushed(self, text: str, event_id: str) -> Request:
        return self._push({"event": event_id, "kind": "text", "text": text})

    def pushed_unknown(self, event_id: str) -> Request:
        return self._push({"event": event_id, "kind": "hologram", "depth": 3})

    def _push(self, fields: dict[str, object]) -> Request:
        body = {"sender": ADDRESS, "sent_s": 1_767_600_000, **fields}
        return self.signed(json.dumps(body, ensure_ascii=False).encode())

    def signed(self, body: bytes, secret: str = SECRET) -> Request:
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-template-signature": signature}
        return Request(method="POST", url="http://hub.example/", headers=headers, query={}, body=body)

    def forged(self, body: bytes) -> Request:
        return self.signed(body, "another-secret")


@asynccontextmanager
async def ground() -> AsyncIterator[TemplateGround]:
    provider = TemplateProvider()
    await provider.start()
    channel = Channel(id=ChannelId("ch-1"), kind="api", name="A channel", created_at=START)
    settings = {"secret": SECRET, "token": TOKEN, "api_base": f"http://127.0.0.1:{provider.port}"}
    connector = TemplateConnector(channel, settings, fake_tools(), total_s=0.4)
    try:
        yield TemplateGround(connector, provider)
    finally:
        await connector.close()
        await provider.stop()


@pytest.mark.parametrize("check", [*CHECKS, *RECEIVING_CHECKS, *SENDING_CHECKS], ids=lambda check: check.__name__)
async def test_contract(check: Check) -> None:
    await check(ground)


def test_captured_payloads_are_read() -> None:
    text = wire.parse((FIXTURES / "message__text.json").read_bytes(), ChannelId("ch-1"))
    sticker = wire.parse((FIXTURES / "message__sticker.json").read_bytes(), ChannelId("ch-1"))
    assert text.content == Text(text="我的订单到哪了？")
    assert isinstance(sticker.content, Unsupported)
