"""Access tokens are got once for all nodes, kept until shortly before their end, and never stand in an error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from connectors._http import Poster
from connectors.email.oauth import NoToken, TokenSource
from connectors.email.settings import OAuth
from hub.testing.channel_tools import FakeMemory, fake_tools
from hub.testing.environment import FakeClock


class TokenServer:
    """A provider's token address."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 200
        self.body: object = {"access_token": "token-1", "expires_in": 3600}
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        return web.json_response(self.body, status=self.status)


@asynccontextmanager
async def token_server() -> AsyncIterator[TokenServer]:
    server, app = TokenServer(), web.Application()
    app.router.add_post("/token", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{site.port}/token"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def source(url: str, clock: FakeClock, memory: FakeMemory | None = None) -> AsyncIterator[TokenSource]:
    oauth = OAuth(token_url=url, client_id="id", client_secret="hush", refresh_token="refresh & more")
    poster = Poster(total_s=2.0)
    yield TokenSource(oauth, fake_tools(clock=clock, memory=memory), poster)
    await poster.close()


async def test_a_token_is_asked_for_once_and_again_shortly_before_its_end() -> None:
    clock, memory = FakeClock(), FakeMemory()
    async with (
        token_server() as server,
        source(server.url, clock, memory) as one,
        source(server.url, clock, memory) as two,
    ):
        tokens = await asyncio.gather(*(each.token() for each in (one, two, one, two)))
        assert set(tokens) == {"token-1"}
        assert server.asked == [
            {
                "grant_type": "refresh_token",
                "client_id": "id",
                "client_secret": "hush",
                "refresh_token": "refresh & more",
            }
        ]
        server.body = {"access_token": "token-2"}
        await clock.advance(3600 - 119)
        assert await one.token() == "token-2"
        await one.forget()
        assert await two.token() == "token-2"
        assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "body", "is_final"),
    [(400, {"error": "invalid_grant"}, True), (500, {}, False), (200, {"token": "x"}, False), (200, [1], False)],
)
async def test_no_token_says_whether_trying_again_helps(status: int, body: object, *, is_final: bool) -> None:
    async with token_server() as server, source(server.url, FakeClock()) as tokens:
        server.status, server.body = status, body
        with pytest.raises(NoToken) as caught:
            await tokens.token()
        assert caught.value.is_final is is_final
        assert "hush" not in repr(caught.value)


async def test_a_token_server_that_is_not_there_is_no_fault_of_the_settings() -> None:
    async with source("http://127.0.0.1:1/token", FakeClock()) as tokens:
        with pytest.raises(NoToken) as caught:
            await tokens.token()
        assert not caught.value.is_final
