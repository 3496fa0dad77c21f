"""A client that the hub cannot tell how things stand is sent away, so that it comes back; it never waits for ever."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from hub.api import socket_server
from hub.api.socket_server import Connection, Sockets, in_time
from hub.environment import SystemClock
from hub.errors import NotFound
from hub.settings import LimitSettings
from tests.support.patience import PATIENCE_S


async def _fails(_: Connection) -> None:
    raise KeyError("a mistake of the hub")


async def _is_refused(_: Connection) -> None:
    raise NotFound("There is no such thing.")


async def _hangs(_: Connection) -> None:
    async with in_time():
        await asyncio.Event().wait()


@pytest.mark.parametrize("begin", [_fails, _is_refused, _hangs])
async def test_who_cannot_begin_is_sent_away(begin: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_server, "STEP_S", 0.05)
    sockets = Sockets(SystemClock(), LimitSettings())

    async def connect(sid: str, *_: object) -> None:
        sockets.open_connection(sid, "/visitor")

    sockets.on("connect", connect, namespace="/visitor")
    sockets.after_connect["/visitor"] = begin  # type: ignore[assignment]  # each is such a function
    app = web.Application()
    sockets.attach(app)
    with capture_logs() as log:
        async with TestServer(app) as server, aiohttp.ClientSession() as http:
            async with http.ws_connect(server.make_url("/socket.io/?EIO=4&transport=websocket")) as ws:
                assert (await ws.receive_str(timeout=PATIENCE_S)).startswith("0{")
                await ws.send_str("40/visitor,{}")
                assert (await ws.receive_str(timeout=PATIENCE_S)).startswith("40/visitor,")
                assert (await ws.receive_str(timeout=PATIENCE_S)).startswith("41/visitor,")
            await sockets.close()
    assert [line["event"] for line in log] == ["socket.begin_failed"]
