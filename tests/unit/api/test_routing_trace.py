"""The trace as the interface shows it, and the router's figures in /metrics."""

from __future__ import annotations

import asyncio

from tests.unit.api.world import World


async def test_the_trace_and_the_figures_of_a_wait(world: World) -> None:
    await world.add_agent("admin")
    services = world.services
    services.core.bus.subscribe(services.dispatch.hear)
    running = asyncio.create_task(services.dispatch.run())
    await world.clock.advance(0)
    channel = await world.add_channel()
    taken = await world.receive(channel, "e1")
    await world.clock.advance(3)
    status, found = await world.call("GET", f"/sessions/{taken['session_id']}/trace", as_="admin")
    assert status == 200
    waiting = found["items"][0]
    assert waiting["decision"] == "waiting"
    assert waiting["reason"] == {"code": "no_eligible_agent", "parameters": {}}
    assert (waiting["agent_id"], waiting["queue_id"], waiting["position"]) == (None, "default", 1)
    assert (waiting["candidates"], waiting["candidates_total"], waiting["next"]) == ([], 0, [])
    figures = await (await world.send("GET", "/metrics")).text()
    assert 'huike_routing_decisions_total{decision="Waiting"} 1.0' in figures
    assert "huike_routing_waiting 1.0" in figures
    assert 'huike_routing_decision_seconds_bucket{le="+Inf"}' in figures
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    figures = await (await world.send("GET", "/metrics")).text()
    assert "huike_routing_waiting" not in figures, "a node that does not route has no queue"
