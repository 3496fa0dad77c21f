"""Two nodes on real MongoDB and Redis: both know who waits, and a new leader neither repeats nor loses an alarm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.flows.test_nodes_leader import nodes
from tests.flows.workspace import workspace
from tests.support.clients import Json, Rest, RestError
from tests.support.hub_process import StartHub


async def _until(ask: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    """Ask until the answer is good; right after a leader's death there is none."""
    async with asyncio.timeout(30):
        while True:
            try:
                answer = await ask()
            except RestError as error:
                if error.status != 503:
                    raise
            else:
                if good(answer):
                    return answer
            await asyncio.sleep(0.2)


async def _alarms(rest: Rest) -> list[Json]:
    items: list[Json] = (await rest.get("/alarms", state="all"))["items"]
    return items


async def _knows(rest: Rest, session_id: str | None) -> Json:
    """See that a node knows who waits, and return the one alarm that it knows."""
    page = await _until(lambda: rest.get("/waiting"), lambda page: page["items"])
    assert [one["session_id"] for one in page["items"]] == [session_id]
    assert (await rest.get("/queues/live"))["queues"][0]["waiting"] == 1
    [alarm] = await _until(lambda: _alarms(rest), bool)
    found: Json = alarm
    return found


async def test_both_nodes_know_who_waits_and_the_next_leader_goes_on_with_the_alarms(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with nodes(start_hub, tmp_path, mongo_url, redis_url) as pair, AsyncExitStack() as stack:
        visitor = await pair.visitor(pair.other, stack)
        await visitor.say("is anybody there?")
        async with workspace(pair.leader.url) as at_leader, workspace(pair.other.url) as at_other:
            alarm = await _knows(at_leader.admin, visitor.session_id)
            assert (alarm["kind"], alarm["cleared_at"]) == ("nobody_online", None)
            assert await _knows(at_other.admin, visitor.session_id) == alarm

            await pair.leader.kill()
            await _knows(at_other.admin, visitor.session_id)
            await asyncio.sleep(5)  # Longer than between two looks of the new leader.
            assert await _alarms(at_other.admin) == [alarm], "not raised again"
            wish = {"per_hour": 10, "handle_s": 60, "hours": 2}
            job_id = (await at_other.admin.post("/routing/staffing", wish))["job_id"]
            job = await _until(lambda: at_other.admin.get(f"/jobs/{job_id}"), lambda job: job["state"] == "succeeded")
            assert job["result"]["agents"] >= 1
