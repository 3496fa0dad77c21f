"""A MongoDB that hangs keeps no visitor waiting: each is told within seconds, and comes back when it answers again."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

import aiohttp

from tests.flows.workspace import ENV, workspace
from tests.support.clients import VisitorClient
from tests.support.hub_process import StartHub
from tests.support.mongo_server import MongoServer

VISITORS = 40
"""More than the driver has threads: a call that waited for one of them once waited without a limit."""
LIMIT_S = 10.0
"""The hub promises 5 s for each step; the rest is for a busy machine. Without the promise the last waits 20 s."""
SECRET_KEY = "a key for tests, thirty-two bytes"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a visitor was told first, and after how long."""

    packet: str
    seconds: float


async def _first_answer(url: str, channel_id: str, token: str | None) -> Answer:
    """Connect and wait for what decides: the welcome, a refusal, or to be sent away."""
    began = time.monotonic()
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket") as ws,
    ):
        await ws.send_str("40/visitor," + json.dumps({"channel_id": channel_id, "visitor_token": token}))
        while True:
            message = await ws.receive(60)
            assert message.type is aiohttp.WSMsgType.TEXT, message
            if message.data.startswith(('42/visitor,["welcome"', "41/visitor", "44/visitor")):
                return Answer(packet=message.data, seconds=time.monotonic() - began)


async def _first_answers(url: str, channel_id: str, tokens: list[str | None]) -> list[Answer]:
    return list(await asyncio.gather(*(_first_answer(url, channel_id, token) for token in tokens)))


async def test_each_visitor_is_told_in_time_that_the_store_hangs(
    start_hub: StartHub, mongo_server: MongoServer, mongo_url: str, redis_url: str
) -> None:
    env = {"HUIKE_STORE": mongo_url, "HUIKE_BUS": redis_url, "HUIKE_SECRET_KEY": SECRET_KEY}
    hub = await start_hub(env={**ENV, **env})
    async with workspace(hub.url) as made:
        channel_id = (await made.channel())["id"]
        known = VisitorClient(hub.url, channel_id)
        await known.connect()
        assert (await known.say("hello"))["ok"]
        await known.disconnect()
        # Whom the hub remembers is let in and then hangs at the welcome; who is new is not let in.
        tokens = [known.token, None] * (VISITORS // 2)
        with mongo_server.hanging():
            answers = await _first_answers(hub.url, channel_id, tokens)
        assert {answer.packet[:10] for answer in answers[::2]} == {"41/visitor"}
        assert {answer.packet[:10] for answer in answers[1::2]} == {"44/visitor"}
        assert all('"code":"unavailable"' in answer.packet for answer in answers[1::2]), answers[1]
        assert max(answer.seconds for answer in answers) < LIMIT_S
        await known.resume()
        assert (await known.say("hello again"))["ok"]
        await known.disconnect()
