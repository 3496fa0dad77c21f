"""What `hub.api.socket_transport` promises although it goes past the library: every transport, one order, no gap."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import socketio

from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.support.clients import AgentClient, Json, Rest, VisitorClient, api_push, sign_push
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

FAST = 2_000
MANY = 3_000


async def _push_many(made: Workspace, channel: Json, count: int, *, padding: str = "") -> None:
    """Let one customer write many numbered messages as fast as the hub takes them, in order."""
    connector = aiohttp.TCPConnector(limit=1)
    address = f"{made.url}/channels/{channel['id']}/webhook"
    async with aiohttp.ClientSession(connector=connector) as http:
        for number in range(count):
            push_id, body = api_push("fast", f"{number:05}{padding}")
            async with http.post(address, data=body, headers=sign_push(SECRET, push_id, body)) as answer:
                assert answer.status == 200, await answer.text()


def _numbers(events: list[Json]) -> list[int]:
    created = [event["data"]["entry"] for event in events if event["type"] == "message.created"]
    return [int(entry["content"]["text"][:5]) for entry in created if entry["direction"] == "in"]


@asynccontextmanager
async def _watching(made: Workspace, transports: tuple[str, ...]) -> AsyncIterator[AgentClient]:
    """Connect a supervisor over given transports."""
    async with Rest(made.url) as rest:
        answer = await rest.login("eve@example.com", "correct-horse-battery")
        eve = AgentClient(rest=rest, agent_id=answer["agent"]["id"], transports=transports)
        await eve.connect()
        try:
            yield eve
        finally:
            await eve.disconnect()


@pytest.mark.parametrize(
    "transports", [("polling",), ("polling", "websocket"), ("websocket",)], ids=["polling", "upgrade", "websocket"]
)
async def test_every_transport_carries_a_talk(start_hub: StartHub, transports: tuple[str, ...]) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel()
        await made.person("eve", roles=("supervisor",))
        visitor = VisitorClient(hub.url, channel["id"], transports=transports)
        async with _watching(made, transports) as eve:
            await visitor.connect()
            for number in range(5):
                said = await visitor.say(f"hello {number}")
                assert said["ok"], said
                await eve.hears(said["id"])
                if number == 0:
                    await eve.rest.post(f"/sessions/{said['session_id']}/take")
                sent = await eve.act(
                    "message.send", session_id=said["session_id"], client_id=f"{number}", text=f"你好 {number}"
                )
                assert sent["ok"], sent
                heard = await visitor.heard(sent["seq"])
                assert heard["content"]["text"] == f"你好 {number}"
            used = "websocket" if "websocket" in transports else "polling"
            assert eve.line is not None
            assert eve.line.socket.transport() == used
            assert [seq for _, seq in visitor.seen] == sorted({seq for _, seq in visitor.seen})
            await visitor.disconnect()


@pytest.mark.parametrize("transports", [("websocket",), ("polling", "websocket")], ids=["websocket", "upgrade"])
async def test_two_thousand_fast_events_keep_their_order(start_hub: StartHub, transports: tuple[str, ...]) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel("api", inbound_secret=SECRET)
        await made.person("eve", roles=("supervisor",))
        async with _watching(made, transports) as eve:
            await _push_many(made, channel, FAST)
            await eve.until(lambda: len(eve.events) >= FAST and len(_numbers(eve.events)) == FAST, 30)
            assert _numbers(eve.events) == list(range(FAST))


class RawAgent:
    """An agent's socket that reads only when it is told to, as a laptop that fell asleep."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        self.events: list[Json] = []
        self.resyncs = 0

    async def join(self, token: str | None, cursor: str | None) -> None:
        """Connect to the namespace; nothing more is read."""
        auth = {"token": token, **({"cursor": cursor} if cursor else {})}
        await self._ws.send_str(f"40/agent,{json.dumps(auth)}")

    async def read(self, *, until: int) -> bool:
        """Read until an event with a number was heard, or the hub cut the connection: then return False."""
        while until not in _numbers(self.events[-3:]):
            message = await self._ws.receive(30)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return False
            if message.data == "2":
                await self._ws.send_str("3")
            elif message.data.startswith('42/agent,["event",'):
                self.events.append(json.loads(message.data[len("42/agent,") :])[1])
            elif message.data.startswith('42/agent,["resync"'):
                self.resyncs += 1
        return True


def _small_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, *_ = info
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    return made


@asynccontextmanager
async def _raw(made: Workspace, token: str | None, cursor: str | None) -> AsyncIterator[RawAgent]:
    # A small receive buffer: the hub must notice soon that nobody reads.
    connector = aiohttp.TCPConnector(socket_factory=_small_socket)
    async with aiohttp.ClientSession(connector=connector, read_bufsize=2**12) as http:
        address = f"{made.url}/socket.io/?EIO=4&transport=websocket"
        async with http.ws_connect(address, max_msg_size=0) as ws:
            agent = RawAgent(ws)
            await agent.join(token, cursor)
            yield agent


async def test_a_slow_reader_is_cut_without_a_gap_and_resumes_completely(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel("api", inbound_secret=SECRET)
        await made.person("eve", roles=("supervisor",))
        async with Rest(hub.url) as rest:
            token = (await rest.login("eve@example.com", "correct-horse-battery"))["token"]
            events: list[Json] = []
            async with _raw(made, token, None) as asleep:
                await _push_many(made, channel, MANY, padding="x" * 1500)
                assert not await asleep.read(until=MANY - 1), "whoever does not read is cut"
                events += asleep.events
            assert _numbers(events) == list(range(len(_numbers(events)))), "up to the cut nothing is missing"
            assert len(_numbers(events)) < MANY
            lives = 0
            while MANY - 1 not in _numbers(events[-3:]):
                lives += 1
                assert lives < 10, "each life gets on"
                cursor = events[-1]["cursor"] if events else None
                async with _raw(made, token, cursor) as awake:
                    await awake.read(until=MANY - 1)
                    events += awake.events
                    assert awake.resyncs == 0
            assert _numbers(events) == list(range(MANY))
            assert lives == 1, "a client that reads is never cut, however much it missed"
    assert "Traceback" not in hub.process.log()


async def test_a_refusal_says_why_and_how_to_go_on(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    refusals: list[Json] = []
    async with aiohttp.ClientSession() as http:
        client = socketio.AsyncClient(reconnection=False, http_session=http)
        client.on("connect_error", refusals.append, namespace="/agent")
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(hub.url, namespaces=["/agent"], auth={"token": "bad"}, transports=["websocket"])
        await client.disconnect()
    assert refusals == [{"message": refusals[0]["message"], "data": {"code": "unauthenticated"}}]
    assert "sign in" in refusals[0]["message"]


async def test_the_hub_tells_its_clients_that_it_ends(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel()
        async with made.visitor(channel) as visitor:
            await hub.end()
            assert visitor.line is not None
            async with asyncio.timeout(PATIENCE_S):
                await visitor.line.gone.wait()
