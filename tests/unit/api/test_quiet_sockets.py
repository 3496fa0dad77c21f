"""A socket on which nothing happens stays open for as long as the client answers the server's pings, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.api.socket_server import Sockets
from hub.environment import SystemClock
from hub.settings import LimitSettings
from tests.support.patience import PATIENCE_S

BEAT_S = 0.4


@pytest.fixture
async def address() -> AsyncIterator[str]:
    sockets = Sockets(SystemClock(), LimitSettings())
    sockets.eio.ping_interval = sockets.eio.ping_timeout = BEAT_S
    app = web.Application()
    sockets.attach(app, socketio_path="socket.io")
    async with TestServer(app, host="127.0.0.1") as server:
        yield str(server.make_url("/socket.io/?EIO=4&transport=websocket"))


async def _pings(address: str, wanted: int, *, answered: int) -> int:
    """Answer so many pings of the server, and return how many came until the connection ended, or enough came."""
    pings = 0
    async with aiohttp.ClientSession() as http, http.ws_connect(address) as socket, asyncio.timeout(PATIENCE_S):
        async for message in socket:
            if message.data == "2":
                pings += 1
                if pings == wanted:
                    return pings
                if pings <= answered:
                    await socket.send_str("3")
        return pings


async def test_a_quiet_client_who_answers_stays(address: str) -> None:
    assert await _pings(address, 8, answered=8) == 8


async def test_a_client_who_does_not_answer_is_cut(address: str) -> None:
    assert await _pings(address, 8, answered=2) == 3
