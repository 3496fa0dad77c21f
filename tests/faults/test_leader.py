"""The leader of routing dies or sleeps at the worst moment: one holder, one offer, and old decisions are refused."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.flows.providers import until
from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import Json
from tests.support.gate import Gate, gated
from tests.support.hub_process import HubProcess, StartHub
from tests.support.patience import PATIENCE_S

KEY = "a secret key for two nodes"
ACCEPT_S = 4.0
LEASE_S = 6.0
"""How long the right to route is given at a time (`hub.services.dispatch`)."""


@dataclass
class Pair:
    """The node that routes, whose way to the store can be closed, and the one that does not, where everybody is."""

    leader: HubProcess
    other: HubProcess
    gate: Gate
    made: Workspace
    channel: Json


async def _until_routing(hub: HubProcess) -> None:
    async def look() -> bool:
        return "router.leading" in hub.process.log()

    await until(look, "the node does not route")


async def _figure(hub: HubProcess, name: str, label: str) -> float:
    """Return one of the router's figures of a node."""
    async with aiohttp.ClientSession() as client, client.get(f"{hub.url}/metrics") as answer:
        found = re.search(rf'^{name}{{[^}}]*="{label}"}} (\S+)$', await answer.text(), re.MULTILINE)
    return float(found[1]) if found else 0.0


async def _counted(hub: HubProcess, name: str, label: str) -> None:
    async def look() -> bool:
        return await _figure(hub, name, label) > 0

    await until(look, f"{name} {label} is never counted")


@asynccontextmanager
async def _pair(start_hub: StartHub, folder: Path, mongo_url: str, redis_url: str) -> AsyncIterator[Pair]:
    env = {
        **ENV,
        "HUIKE_STORE": mongo_url,
        "HUIKE_BUS": redis_url,
        "HUIKE_SECRET_KEY": KEY,
        "HUIKE_SESSION__ACCEPT_TIMEOUT_S": str(ACCEPT_S),
    }
    for name in ("one", "two"):
        (folder / name).mkdir()
    async with gated(mongo_url) as (through_gate, gate):
        leader = await start_hub(env={**env, "HUIKE_STORE": through_gate}, folder=folder / "one")
        await _until_routing(leader)
        other = await start_hub(env=env, folder=folder / "two")
        async with workspace(other.url) as made:
            for name in ("ann", "bob"):
                await made.person(name, capacity=1)
            yield Pair(leader, other, gate, made, await made.channel())


async def _done(made: Workspace, session_id: str) -> list[Json]:
    """Return what was done in a session, without what was said."""
    return [entry for entry in await made.timeline(session_id) if entry["kind"] != "message"]


async def test_a_leader_killed_between_decision_and_write_leaves_one_offer(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with _pair(start_hub, tmp_path, mongo_url, redis_url) as pair, AsyncExitStack() as stack:
        ann = await stack.enter_async_context(pair.made.signed_in("ann"))
        await _until_there(pair, ann.agent_id)
        pair.gate.close()
        visitor = await stack.enter_async_context(pair.made.visitor(pair.channel))
        await visitor.say("help")
        session_id = visitor.session_id or ""
        await _counted(pair.leader, "huike_routing_decisions_total", "Offered")
        assert (await pair.made.session(session_id))["state"] == "queued", "decided, and not written"
        await pair.leader.kill()
        pair.gate.open()
        await ann.wait_type("session.offered", limit_s=LEASE_S + 4, session_id=session_id)
        accepted = await ann.act("session.accept", session_id=session_id)
        assert accepted["ok"], accepted
        done = Counter(entry["kind"] for entry in await _done(pair.made, session_id))
        assert (done["offered"], done["assigned"]) == (1, 1), done
        offers = [event for event in ann.events if event["type"] == "session.offered"]
        assert len(offers) == 1
        trace = (await pair.made.admin.get(f"/sessions/{session_id}/trace"))["items"]
        assert [step["decision"] for step in trace].count("offered") == 1


async def test_a_leader_paused_for_three_leases_wakes_up_to_refusals(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with _pair(start_hub, tmp_path, mongo_url, redis_url) as pair, AsyncExitStack() as stack:
        ann = await stack.enter_async_context(pair.made.signed_in("ann"))
        await _until_there(pair, ann.agent_id)
        visitor = await stack.enter_async_context(pair.made.visitor(pair.channel))
        await visitor.say("help")
        session_id = visitor.session_id or ""
        await ann.wait_type("session.offered", session_id=session_id)
        loop = asyncio.get_running_loop()
        os.kill(pair.leader.process.pid, signal.SIGSTOP)
        stopped_at = loop.time()
        try:
            bob = await stack.enter_async_context(pair.made.signed_in("bob"))
            await _until_routing(pair.other)
            await bob.wait_type("session.offered", limit_s=LEASE_S + ACCEPT_S + 4, session_id=session_id)
            accepted = await bob.act("session.accept", session_id=session_id)
            assert accepted["ok"], accepted
            await asyncio.sleep(max(0.0, stopped_at + 3 * LEASE_S - loop.time()))
        finally:
            os.kill(pair.leader.process.pid, signal.SIGCONT)
        await _counted(pair.leader, "huike_routing_refused_writes_total", "stale-epoch")
        session = await pair.made.session(session_id)
        assert (session["state"], session["holder"]["id"]) == ("active", bob.agent_id)
        done = await _done(pair.made, session_id)
        offered = [entry["data"]["agent_id"] for entry in done if entry["kind"] == "offered"]
        assert offered == [ann.agent_id, bob.agent_id], "each offered once, one after the other"
        assert sum(entry["kind"] == "assigned" for entry in done) == 1
        again = await stack.enter_async_context(pair.made.visitor(pair.channel))
        await again.say("me too")
        await ann.wait_type("session.offered", limit_s=PATIENCE_S, session_id=again.session_id or "")
        assert [hub.process.log().count("router.leading") for hub in (pair.leader, pair.other)] == [1, 1]


async def _until_there(pair: Pair, agent_id: str) -> None:
    """Wait until the router counts on an agent."""

    async def look() -> bool:
        agent = await pair.made.admin.get(f"/agents/{agent_id}")
        return bool(agent["presence"]["status"] == "online")

    await until(look, "the router does not see the agent")
