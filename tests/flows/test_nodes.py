"""Two hub processes on real Redis and MongoDB: one talk over both, one leader, and no loss when a node dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import AgentClient, Json, VisitorClient
from tests.support.hub_process import HubProcess, StartHub
from tests.support.patience import PATIENCE_S

KEY = "a secret key for two nodes"


@dataclass
class Pair:
    """Two nodes of one hub."""

    first: HubProcess
    second: HubProcess
    made: Workspace


@asynccontextmanager
async def pair(start_hub: StartHub, folder: Path, mongo_url: str, redis_url: str) -> AsyncIterator[Pair]:
    """Start both nodes at the same moment on an empty store."""
    env = {**ENV, "HUIKE_STORE": mongo_url, "HUIKE_BUS": redis_url, "HUIKE_SECRET_KEY": KEY}
    folders = [folder / "one", folder / "two"]
    for each in folders:
        each.mkdir()
    first, second = await asyncio.gather(*(start_hub(env=env, folder=each) for each in folders))
    async with workspace(first.url) as made:
        yield Pair(first, second, made)


async def _knows(url: str, channel_id: str) -> None:
    """Wait until a node has heard of a channel that was made on another."""
    async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"{url}/api/v1/widget/{channel_id}") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.05)


def _says(event: Json, text: str) -> bool:
    """Tell whether an event is about a new message of this text."""
    return bool(event["type"] == "message.created" and event["data"]["entry"]["content"]["text"] == text)


async def _talk(agent: AgentClient, visitor: VisitorClient, session_id: str, start: int, count: int) -> None:
    for number in range(start, start + count):
        question = f"question {number}"
        ack = await visitor.say(question)
        assert ack["ok"], ack
        await agent.wait(partial(_says, text=question))
        sent = await agent.act("message.send", session_id=session_id, client_id=f"a{number}", text=f"answer {number}")
        assert sent["ok"], sent
        await visitor.hears(f"answer {number}")


@pytest.mark.slow
async def test_agent_on_one_node_and_visitor_on_the_other_survive_the_death_of_each(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with pair(start_hub, tmp_path, mongo_url, redis_url) as nodes:
        channel = await nodes.made.channel()
        await nodes.made.person("ann")
        await _knows(nodes.second.url, channel["id"])
        elsewhere = Workspace(nodes.second.url, nodes.made.admin)
        async with elsewhere.signed_in("ann") as agent:
            visitor = VisitorClient(nodes.first.url, channel["id"])
            await visitor.connect()
            assert (await visitor.say("question 0"))["ok"]
            offer = await agent.wait_type("session.offered", limit_s=PATIENCE_S)
            session_id = offer["session_id"]
            ack = await agent.act("session.accept", session_id=session_id)
            assert ack["ok"], ack
            await visitor.until(lambda: any(one["state"] == "active" for one in visitor.sessions))
            await _talk(agent, visitor, session_id, 1, 3)

            # The visitor's node dies; the visitor goes on through the other from what it has seen.
            await nodes.first.kill()
            seen = max(visitor.messages)
            moved = VisitorClient(nodes.second.url, channel["id"], token=visitor.token)
            moved.messages = dict(visitor.messages)
            sent = await agent.act("message.send", session_id=session_id, client_id="meanwhile", text="still here")
            assert sent["ok"], sent
            welcome = await moved.connect(since=seen)
            assert welcome["session_id"] == session_id
            await moved.hears("still here")
            await _talk(agent, moved, session_id, 4, 3)

            # A new customer is still routed, whichever node led before.
            other = VisitorClient(nodes.second.url, channel["id"])
            await other.connect()
            assert (await other.say("another question"))["ok"]
            await agent.wait(
                lambda e: e["type"] == "session.offered" and e["session_id"] != session_id, limit_s=PATIENCE_S
            )

            # The first node comes back, and the agent moves there with its cursor.
            await nodes.first.restart()
            cursor = agent.cursor
            await agent.disconnect()
            assert (await moved.say("question 7"))["ok"]
            back = AgentClient(rest=agent.rest, agent_id=agent.agent_id)
            back.rest.url = nodes.first.url
            await back.connect(cursor=cursor)
            await back.wait(partial(_says, text="question 7"))
            assert back.resyncs == 0
            entries = await _timeline(nodes, session_id)
            texts = [entry["content"]["text"] for entry in entries if entry["kind"] == "message"]
            assert sorted(texts) == sorted(set(texts)), "nothing stands twice"
            assert {f"question {n}" for n in range(8)} <= set(texts)
            assert {f"answer {n}" for n in range(1, 7)} <= set(texts)
            assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
            for client in (visitor, moved, other):
                await client.disconnect()
            await back.disconnect()


async def _timeline(nodes: Pair, session_id: str) -> list[Json]:
    """Return the whole timeline of a session, as the administrator sees it."""
    items: list[Json] = (await nodes.made.admin.get(f"/sessions/{session_id}/timeline", limit="500"))["items"]
    return items
