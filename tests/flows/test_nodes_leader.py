"""Two hub processes on real MongoDB and Redis: one of them routes, and when it dies the other goes on from there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import AgentClient, Json, VisitorClient
from tests.support.hub_process import HubProcess, StartHub
from tests.support.patience import PATIENCE_S

KEY = "a secret key for two nodes"


@dataclass
class Nodes:
    """Two nodes, the one that routes first, and a channel that both know."""

    leader: HubProcess
    other: HubProcess
    made: Workspace
    channel: Json

    async def visitor(self, node: HubProcess, stack: AsyncExitStack) -> VisitorClient:
        """Connect a new visitor to one of the nodes."""
        visitor = VisitorClient(node.url, self.channel["id"])
        await visitor.connect()
        stack.push_async_callback(visitor.disconnect)
        return visitor

    async def move(self, client: AgentClient | VisitorClient, node: HubProcess) -> None:
        """Let a client come back on another node, from the last thing that it heard."""
        if isinstance(client, AgentClient):
            client.rest.url = node.url
        else:
            client.url = node.url
        await client.resume()


def _terms(hub: HubProcess) -> int:
    """Count how often a node has begun to route, by its log."""
    return hub.process.log().count("router.leading")


async def _begun(*hubs: HubProcess, terms: int) -> None:
    """Wait until the nodes have begun to route so many times in all."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if sum(_terms(hub) for hub in hubs) >= terms:
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def nodes(start_hub: StartHub, folder: Path, mongo_url: str, redis_url: str) -> AsyncIterator[Nodes]:
    """Start two nodes on one store and one bus, and make a channel and an agent with room for one session."""
    env = {**ENV, "HUIKE_STORE": mongo_url, "HUIKE_BUS": redis_url, "HUIKE_SECRET_KEY": KEY}
    for name in ("one", "two"):
        (folder / name).mkdir()
    hubs = await asyncio.gather(*(start_hub(env=env, folder=folder / name) for name in ("one", "two")))
    await _begun(*hubs, terms=1)
    leader, other = sorted(hubs, key=_terms, reverse=True)
    async with workspace(other.url) as made:
        channel = await made.channel()
        await made.person("ann", capacity=1)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                async with workspace(leader.url) as there:
                    channels = (await there.admin.get("/channels"))["items"]
                if any(one["id"] == channel["id"] for one in channels):
                    break
        yield Nodes(leader, other, made, channel)


async def test_when_the_leader_dies_the_other_serves_the_offer_and_the_queue(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with nodes(start_hub, tmp_path, mongo_url, redis_url) as pair, AsyncExitStack() as stack:
        at_leader = Workspace(pair.leader.url, pair.made.admin)
        ann = await stack.enter_async_context(at_leader.signed_in("ann"))
        first = await pair.visitor(pair.leader, stack)
        waiting = await pair.visitor(pair.other, stack)
        await first.say("first")
        await ann.wait_type("session.offered", session_id=first.session_id or "")
        await waiting.say("waiting")
        await waiting.until(lambda: waiting.queue and waiting.queue[-1]["position"] == 1)
        assert (_terms(pair.leader), _terms(pair.other)) == (1, 0), "exactly one node routes"

        await pair.leader.kill()
        kept = await waiting.say("I am still here")
        assert kept["ok"], "whoever is on the other node notices nothing"
        await asyncio.gather(pair.move(ann, pair.other), pair.move(first, pair.other))
        accepted = await ann.act("session.accept", session_id=first.session_id)
        assert accepted["ok"], "the open offer is still good"
        sent = await ann.act("message.send", session_id=first.session_id, client_id="1", text="here I am")
        assert sent["ok"], sent
        await first.hears("here I am")
        await _begun(pair.other, terms=1)
        await ann.rest.post(f"/sessions/{first.session_id}/close")
        await ann.wait_type("session.offered", limit_s=PATIENCE_S, session_id=waiting.session_id or "")
        accepted = await ann.act("session.accept", session_id=waiting.session_id)
        assert accepted["ok"], accepted

        await pair.leader.restart()
        back = await pair.visitor(pair.leader, stack)
        await back.say("after the restart")
        await ann.rest.post(f"/sessions/{waiting.session_id}/close")
        await ann.wait_type("session.offered", limit_s=PATIENCE_S, session_id=back.session_id or "")
        assert (_terms(pair.leader), _terms(pair.other)) == (1, 1), "who comes back does not push the other out"
        heard = [event["cursor"] for event in ann.events if event["type"].startswith(("session.", "message."))]
        assert len(heard) == len(set(heard)), "nothing twice over both nodes"
        assert ann.resyncs == 0


async def test_clients_that_jump_between_nodes_miss_nothing_and_hear_nothing_twice(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with nodes(start_hub, tmp_path, mongo_url, redis_url) as pair, AsyncExitStack() as stack:
        ann = await stack.enter_async_context(Workspace(pair.leader.url, pair.made.admin).signed_in("ann"))
        visitor = await pair.visitor(pair.other, stack)
        await visitor.say("hello")
        session_id = visitor.session_id or ""
        await ann.wait_type("session.offered", session_id=session_id)
        assert (await ann.act("session.accept", session_id=session_id))["ok"]
        places = [pair.leader, pair.other]
        for number in range(20):
            said = await visitor.say(f"question {number}")
            await ann.hears(said["id"])
            # At once to the other node, which may not have heard yet what this cursor stands for.
            await ann.disconnect()
            await pair.move(ann, places[(number + 1) % 2])
            sent = await ann.act("message.send", session_id=session_id, client_id=f"{number}", text=f"answer {number}")
            assert sent["ok"], sent
            await visitor.heard(sent["seq"])
            if number % 5 == 4:
                await visitor.disconnect()
                await pair.move(visitor, places[number % 2])
        assert ann.resyncs == 0, "a cursor is good on every node"
        timeline = await pair.made.timeline(session_id)
        ids = Counter(entry["id"] for entry in timeline if entry["kind"] == "message")
        heard = [event["data"]["entry"] for event in ann.events if event["type"] == "message.created"]
        accepted_at = heard[0]["seq"]
        assert Counter(entry["id"] for entry in heard) == Counter(
            entry["id"] for entry in timeline if entry["kind"] == "message" and entry["seq"] >= accepted_at
        )
        assert set(ids) == {entry["id"] for entry in visitor.messages.values()}
        assert len(ids) == 41
        assert set(ids.values()) == {1}
