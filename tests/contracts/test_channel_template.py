"""The connector `template` keeps every promise of its port. `huike new-connector` copies this file too."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

import connectors.template
from connectors.template import wire
from connectors.template.connector import TemplateConnector
from hub.model.content import Text, Unsupported
from hub.model.ids import ChannelId
from hub.model.workspace import Channel
from hub.ports.abilities import Checks
from hub.ports.channel import Capabilities, Request, SendRefused
from hub.ports.manifest import Setting
from hub.testing.channel_contract import CHECKS, RECEIVING_CHECKS, SENDING_CHECKS, Check
from hub.testing.channel_ground import ADDRESS, Behaviour, Heard, an_outbound
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START

SECRET, TOKEN = "the-signing-secret", "the-access-token"
FOLDER = Path(connectors.template.__file__).parent


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
        app.router.add_post("/account", self._tell)
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

    async def _tell(self, request: web.Request) -> web.Response:
        is_known = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        return web.json_response({"account": "shop"}, status=200 if is_known else 401)

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


def connector_at(port: int, **changes: str) -> TemplateConnector:
    channel = Channel(id=ChannelId("ch-1"), kind="api", name="A channel", created_at=START)
    settings = {"secret": SECRET, "token": TOKEN, "api_base": f"http://127.0.0.1:{port}", **changes}
    return TemplateConnector(channel, settings, fake_tools(), total_s=6.0)


@asynccontextmanager
async def ground() -> AsyncIterator[TemplateGround]:
    provider = TemplateProvider()
    await provider.start()
    connector = connector_at(provider.port)
    try:
        yield TemplateGround(connector, provider)
    finally:
        await connector.close()
        await provider.stop()


@pytest.mark.parametrize("check", [*CHECKS, *RECEIVING_CHECKS, *SENDING_CHECKS], ids=lambda check: check.__name__)
async def test_contract(check: Check) -> None:
    await check(ground)


def test_captured_payloads_are_read() -> None:
    text, sticker, status = (
        wire.parse((FOLDER / "fixtures" / f"{name}.json").read_bytes(), ChannelId("ch-1"))
        for name in ("message__text", "message__sticker", "status__delivered")
    )
    assert text.content == Text(text="我的订单到哪了？")
    assert isinstance(sticker.content, Unsupported)
    assert (status.kind, status.status_of, status.status) == ("status", "m-0001", "delivered")


async def test_a_missing_setting_is_named_and_nothing_is_sent() -> None:
    connector = connector_at(1, token="")
    with pytest.raises(SendRefused, match="access token") as refused:
        await connector.send(an_outbound())
    assert refused.value.trouble == "misconfigured"


async def test_the_settings_can_be_tried_out() -> None:
    async with ground() as at:
        connectors = (at.connector, connector_at(at.provider.port, token="wrong"), connector_at(1))
        assert isinstance(at.connector, Checks)
        results = [result for connector in connectors for result in await connector.check()]
        for connector in connectors:
            await connector.close()
        assert at.provider.heard == []
    assert [result.is_ok for result in results] == [True, False, False]
    assert all(set(result.said) == {"zh-CN", "en"} and all(result.said.values()) for result in results)


def test_the_manifest_says_what_the_connector_can_do_in_both_languages() -> None:
    manifest = tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))
    settings = msgspec.convert(manifest["settings"], tuple[Setting, ...])
    assert msgspec.convert(manifest["capabilities"], Capabilities) == TemplateConnector.capabilities
    assert manifest["kind"] == FOLDER.name
    for words in (manifest["name"], manifest["summary"], *(text for one in settings for text in (one.label, one.help))):
        assert set(words) == {"zh-CN", "en"}
        assert all(words.values())
    assert all((FOLDER / name).is_file() for name in ("doc.md", "doc.zh-CN.md"))
