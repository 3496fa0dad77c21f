"""A day that the hub itself recorded, played again: the same without a change, shorter waits with more agents."""

from __future__ import annotations

import asyncio

import pytest

from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.support.clients import AgentClient, Json, RestError
from tests.support.hub_process import StartHub

CUSTOMERS = 5
ADDED = {"add": [{"languages": ["zh", "en"], "capacity": 5, "count": 3}]}


async def _serve(made: Workspace, channel: Json, agent: AgentClient) -> None:
    """Let several customers come at once, and one agent with room for one serve them all."""
    for number in range(CUSTOMERS):
        await made.push(channel, f"c{number}", "您好")
    closed: set[str] = set()
    while len(closed) < CUSTOMERS:
        offered = await agent.wait(lambda e: e["type"] == "session.offered" and e["session_id"] not in closed)
        session_id = offered["session_id"]
        assert (await agent.act("session.accept", session_id=session_id))["ok"]
        await asyncio.sleep(0.3)  # The talk, which the others wait for.
        await agent.rest.post(f"/sessions/{session_id}/close")
        closed.add(session_id)


async def _job(made: Workspace, path: str, body: Json) -> Json:
    """Begin a long job and return it when it is over."""
    return await _over(made, (await made.admin.post(path, body))["job_id"])


async def _over(made: Workspace, job_id: str) -> Json:
    """Return a long job when it is over."""
    async with asyncio.timeout(60):
        while True:
            job: Json = await made.admin.get(f"/jobs/{job_id}")
            if job["state"] not in ("queued", "running"):
                return job
            await asyncio.sleep(0.1)


async def test_a_recorded_day_is_the_same_without_a_change_and_shorter_with_more_agents(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel("api", inbound_secret=SECRET)
        ann = await made.person("ann", capacity=1)
        async with made.signed_in("ann") as agent:
            await _serve(made, channel, agent)
        days = (await made.admin.get("/routing/days"))["items"]
        assert days[0]["sessions"] == CUSTOMERS
        day = {"day": days[0]["day"], "within_s": 0.2}

        same = await _job(made, "/routing/what-if", day)
        assert (same["state"], same["error"], same["progress"]) == ("succeeded", None, 1)
        result = same["result"]
        assert (result["sessions"], result["complete"]) == (CUSTOMERS, True)
        assert result["total"]["before"]["answered"] == CUSTOMERS
        assert result["total"]["before"]["mean_s"] > 0.3, "they waited for one another"
        assert result["total"]["after"] == result["total"]["before"]
        [row] = result["by_class"]
        assert (row["queue_id"], row["priority"]) == ("default", 5)

        more = (await _job(made, "/routing/what-if", {**day, "agents": ADDED}))["result"]["total"]
        assert more["before"] == result["total"]["before"]
        assert more["after"]["answered"] == CUSTOMERS
        assert more["after"]["mean_s"] < more["before"]["mean_s"] / 2
        fewer = (await _job(made, "/routing/what-if", {**day, "agents": {"remove": [ann["id"]]}}))["result"]["total"]
        assert fewer["after"]["answered"] == 0
        wide = await _job(made, "/routing/what-if", {**day, "agents": {"change": {ann["id"]: {"capacity": 5}}}})
        assert wide["result"]["total"]["after"]["mean_s"] < more["before"]["mean_s"] / 2

        with pytest.raises(RestError, match="404"):
            await made.admin.post("/routing/what-if", {"day": "2020-01-01"})
        with pytest.raises(RestError, match=r"queues\.nothing"):
            await made.admin.post("/routing/what-if", {**day, "queues": {"nothing": {"placement": "pack"}}})


async def test_a_long_job_is_cancelled_and_its_process_is_gone(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        heavy = {"per_hour": 3000, "handle_s": 600, "share": 0.8, "within_s": 20, "hours": 20}
        first = (await made.admin.post("/routing/staffing", heavy))["job_id"]
        second = (await made.admin.post("/routing/staffing", {**heavy, "per_hour": 10, "hours": 2}))["job_id"]
        assert (await made.admin.get(f"/jobs/{second}"))["state"] == "queued", "one at a time"
        ended = await made.admin.call("DELETE", f"/jobs/{first}")
        assert (ended["state"], ended["result"]) == ("cancelled", None)
        after = await _over(made, second)
        assert after["state"] == "succeeded", after["error"]
        assert after["result"]["agents"] >= 2
        assert (await made.admin.get(f"/jobs/{first}"))["state"] == "cancelled"


async def test_a_job_that_a_crash_ended_says_so(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        heavy = {"per_hour": 3000, "handle_s": 600, "share": 0.8, "within_s": 20, "hours": 20}
        job_id = (await made.admin.post("/routing/staffing", heavy))["job_id"]
        await hub.kill()
        await hub.restart()
        job = await _over(made, job_id)
        assert job["state"] == "failed"
        assert "restarted" in job["error"]
