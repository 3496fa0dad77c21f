"""Fifty visitors at once for five agents: capacity is never exceeded, and nobody is forgotten."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from tests.flows.workspace import ENV, workspace
from tests.support.clients import AgentClient, VisitorClient
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

AGENTS, CAPACITY, VISITORS = 5, 3, 50


async def _serve(agent: AgentClient, load: dict[str, int], worst: dict[str, int], served: set[str]) -> None:
    """Accept every offer, answer, close, and note how many sessions are held at once."""
    done = 0
    while True:
        offer = await agent.wait(lambda e: e["type"] == "session.offered" and not e.get("handled"), limit_s=PATIENCE_S)
        offer["handled"] = True
        session_id = offer["session_id"]
        ack = await agent.act("session.accept", session_id=session_id)
        assert ack["ok"], ack
        load[agent.agent_id] += 1
        worst[agent.agent_id] = max(worst[agent.agent_id], load[agent.agent_id])
        sent = await agent.act("message.send", session_id=session_id, client_id=f"hello {done}", text="您好")
        assert sent["ok"], sent
        if load[agent.agent_id] == CAPACITY or len(served) > VISITORS - AGENTS * CAPACITY:
            await agent.rest.post(f"/sessions/{session_id}/close")
            load[agent.agent_id] -= 1
        served.add(session_id)
        done += 1


async def test_capacity_holds_and_nobody_is_forgotten(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel()
        agents = []
        for number in range(AGENTS):
            await made.person(f"agent{number}", capacity=CAPACITY)
            agents.append(await stack.enter_async_context(made.signed_in(f"agent{number}")))
        visitors = [VisitorClient(hub.url, channel["id"]) for _ in range(VISITORS)]
        await asyncio.gather(*(visitor.connect() for visitor in visitors))
        for visitor in visitors:
            stack.push_async_callback(visitor.disconnect)
        served: set[str] = set()
        counts = {agent.agent_id: 0 for agent in agents}
        peaks = dict(counts)
        work = [asyncio.create_task(_serve(agent, counts, peaks, served)) for agent in agents]
        await asyncio.gather(*(visitor.say(f"visitor {n}") for n, visitor in enumerate(visitors)))
        async with asyncio.timeout(60):
            while len(served) < VISITORS:
                await asyncio.sleep(0.05)
                assert not any(task.done() for task in work), [task for task in work if task.done()]
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        assert len(served) == VISITORS
        assert max(peaks.values()) <= CAPACITY
        for agent in agents:
            presence = await agent.rest.get("/agents/me/presence")
            held = await made.admin.get("/sessions", agent_id=agent.agent_id, state="active", limit="100")
            assert presence["used"] == len(held["items"]) <= CAPACITY
        waiting = await made.admin.get("/sessions", state="queued,offered", limit="100")
        assert waiting["items"] == []
        assert all(visitor.session_id in served for visitor in visitors)
