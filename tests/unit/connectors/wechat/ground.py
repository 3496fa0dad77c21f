"""What the tests of the WeChat connector stand on: an account, a connector beside the platform's stand-in, a hub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import msgspec
from aiohttp import web

from connectors.wechat.connector import WechatConnector
from hub.errors import HubError
from hub.model.content import Attachment, Content, Text
from hub.model.ids import AttachmentId, ChannelId
from hub.model.workspace import Channel
from hub.ports.channel import Inbound, Outbound, Request
from hub.ports.channel_tools import ChannelTools
from hub.testing.channel_ground import an_outbound
from hub.testing.channel_tools import WEBHOOK_URL, FakeMemory, fake_tools
from hub.testing.environment import START, FakeClock
from simulator.wechat_pushes import Account, Fields, Push, make_push
from tests.providers.wechat import WechatProvider, wechat_provider

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OFFICIAL = Account(app_id="wx2c2769f8efd9abc2", app_secret="the-app-secret", token="thetoken", aes_key=KEY)
MINI_PROGRAM = replace(OFFICIAL, is_mini_program=True, form="json")
PLAIN = replace(OFFICIAL, aes_key="")
CHANNEL = Channel(id=ChannelId("ch-1"), kind="wechat", name="A channel", created_at=START)
TOTAL_S = 3.0


def settings_of(account: Account, api_base: str = "http://127.0.0.1:1") -> dict[str, object]:
    return {
        "account": "mini_program" if account.is_mini_program else "official",
        "app_id": account.app_id,
        "app_secret": account.app_secret,
        "token": account.token,
        "aes_key": account.aes_key,
        "api_base": api_base,
    }


def a_connector(
    settings: Mapping[str, object], tools: ChannelTools | None = None, *, total_s: float = TOTAL_S
) -> WechatConnector:
    return WechatConnector(CHANNEL, settings, tools or fake_tools(), total_s=total_s)


def a_push(account: Account, fields: Fields, clock: FakeClock | None = None) -> Request:
    at = int((clock or FakeClock()).seconds())
    head: dict[str, str | int] = {"ToUserName": "gh_1", "FromUserName": "o-1", "CreateTime": at}
    return as_request(make_push(account, {**head, **fields}, timestamp=at, nonce="77", random16=b"r" * 16))


def as_request(push: Push) -> Request:
    headers = {"content-type": push.content_type}
    return Request(method="POST", url=WEBHOOK_URL, headers=headers, query=push.query, body=push.body)


def a_file(name: str, mime: str, size: int = 10) -> Attachment:
    return Attachment(
        id=AttachmentId(f"f-{name}"), name=name, mime=mime, size=size, url=f"https://hub.example/files/{name}?sig=1"
    )


def saying(content: Content, key: str = "m-1") -> Outbound:
    return an_outbound(key, content=content)


def writing(text: str, key: str = "m-1") -> Outbound:
    return saying(Text(text=text), key)


class World:
    """A connector beside the platform; `clock` is the time of both."""

    def __init__(self, connector: WechatConnector, provider: WechatProvider, clock: FakeClock, memory: FakeMemory):
        self.connector = connector
        self.provider = provider
        self.clock = clock
        self.memory = memory

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.provider.heard]

    @property
    def sent(self) -> list[dict[str, object]]:
        return [msgspec.json.decode(body, type=dict[str, object]) for body in self.provider.bodies]


@asynccontextmanager
async def world(
    account: Account = OFFICIAL,
    *,
    files: Mapping[str, bytes] | None = None,
    more: Mapping[str, object] | None = None,
    total_s: float = TOTAL_S,
) -> AsyncIterator[World]:
    clock, memory = FakeClock(), FakeMemory()
    async with wechat_provider(account, clock.seconds) as provider:
        tools = fake_tools(clock=clock, memory=memory, files=files)
        connector = a_connector({**settings_of(account, provider.url), **(more or {})}, tools, total_s=total_s)
        try:
            yield World(connector, provider, clock, memory)
        finally:
            await connector.close()


class Hub:
    """The part of a hub that a webhook meets: verify, parse, answer; `fails` times it is in trouble first."""

    def __init__(self, connector: WechatConnector, clock: FakeClock) -> None:
        self.taken: list[Inbound] = []
        self.fails = 0
        self.url = ""
        self._connector = connector
        self._clock = clock

    async def take(self, request: web.Request) -> web.Response:
        seen = Request(
            method=request.method,
            url=str(request.url),
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await request.read(),
        )
        if self.fails:
            self.fails -= 1
            return web.Response(status=503)
        try:
            self._connector.verify(seen, self._clock.now())
            inbounds: Sequence[Inbound] = self._connector.parse(seen)
        except HubError as error:
            return web.json_response({"detail": error.detail}, status=error.status)
        self.taken.extend(inbounds)
        reply = self._connector.reply(seen, [b"{}"] * len(inbounds))
        return web.Response(status=reply.status, body=reply.body, headers={"Content-Type": reply.content_type})


@asynccontextmanager
async def hub_of(ground: World) -> AsyncIterator[Hub]:
    """Run a hub for the world's connector, and tell the platform its address."""
    hub = Hub(ground.connector, ground.clock)
    app = web.Application()
    app.router.add_route("*", "/channels/ch-1/webhook", hub.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hub.url = f"http://127.0.0.1:{site.port}/channels/ch-1/webhook"
    ground.provider.platform.set_account(replace(ground.provider.account, webhook_url=hub.url))
    try:
        yield hub
    finally:
        await runner.cleanup()
