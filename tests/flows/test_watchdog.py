"""A customer whom nobody can serve: on the list of those who wait, one alarm, seen to, and cleared when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.support.clients import AgentClient, Json, RestError
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S


async def _waiting(made: Workspace, found: Callable[[list[Json]], Any], **query: str) -> Any:
    """Ask for those who wait until they are as wanted; right after a start nobody leads yet, and the hub says so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                items = (await made.admin.get("/waiting", **query))["items"]
            except RestError as error:
                if error.status != 503:
                    raise
            else:
                if result := found(items):
                    return result
            await asyncio.sleep(0.1)


def _alarms(client: AgentClient) -> list[str]:
    return [event["type"] for event in client.events if event["type"].startswith("alarm.")]


async def test_a_need_that_nobody_meets_is_shown_told_once_and_cleared(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        settings = {"inbound_secret": SECRET}
        channel = await made.channel("api", **settings)
        await made.admin.call("PATCH", f"/channels/{channel['id']}", {"routing": {"skills": {"退款": 3}}})
        ann = await made.person("ann")
        await made.person("sue", roles=("supervisor",))
        async with made.signed_in("ann") as agent, made.signed_in("sue", online=False) as leader:
            taken = await made.push(channel, "li", "我要退款", name="李雷")
            session_id = taken.get("session_id") or taken["items"][0]["session_id"]
            item = await _waiting(made, lambda items: items[0] if items else None)
            assert item["session_id"] == session_id
            assert item["customer"]["name"] == "李雷"
            assert (item["place"], item["reason"]["code"]) == ("line", "no_eligible_agent")
            assert item["skills"] == {"退款": 3}
            assert item["qualify"] == {"eligible": 0, "full": 0, "away": 0, "excluded": 0}
            assert (await made.admin.get("/waiting", reason="no_room"))["items"] == []

            told = await leader.wait_type("alarm.raised")
            alarm = told["data"]["alarm"]
            assert (alarm["kind"], alarm["severity"]) == ("no_eligible_agent", "warning")
            assert alarm["subject"] == {"kind": "queue", "id": "default", "name": ""}
            assert alarm["parameters"]["session_id"] == session_id
            assert alarm["parameters"]["skills"] == "退款 3"
            seen = await leader.rest.post(f"/alarms/{alarm['id']}/acknowledge")
            assert seen["acknowledged_by"] == leader.agent_id
            await leader.wait_type("alarm.acknowledged")
            [live] = (await agent.rest.get("/queues/live"))["queues"]
            assert (live["waiting"], live["offered"], live["active"]) == (1, 0, 0)
            assert live["agents"]["online"] == 0, "nobody who is there may have it"

            await made.admin.call("PATCH", f"/agents/{ann['id']}", {"skills": {"退款": 5}})
            await agent.wait_type("session.offered", session_id=session_id)
            await leader.wait_type("alarm.cleared")
            await agent.act("session.accept", session_id=session_id)
            await _waiting(made, lambda items: not items)
            assert (await made.admin.get("/alarms"))["items"] == []
            [kept] = (await made.admin.get("/alarms", state="all"))["items"]
            assert kept["id"] == alarm["id"]
            assert kept["cleared_at"] > kept["acknowledged_at"] > kept["raised_at"]
            [live] = (await agent.rest.get("/queues/live"))["queues"]
            assert (live["waiting"], live["active"], live["answered_15min"]) == (0, 1, 1)
            assert live["in_target_share_15min"] == 1
            assert not [event for event in agent.events if event["type"].startswith("alarm.")]
            assert _alarms(leader) == ["alarm.raised", "alarm.acknowledged", "alarm.cleared"]
            await leader.disconnect()
            await leader.connect(cursor=told["cursor"])
            await leader.until(lambda: len(_alarms(leader)) == 5)
            assert _alarms(leader)[3:] == ["alarm.acknowledged", "alarm.cleared"], "what was missed comes again"


async def test_an_alarm_outlives_the_process_and_is_not_raised_again(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel("api", inbound_secret=SECRET)
        await made.person("sue", roles=("supervisor",))
        await made.push(channel, "li", "有人吗", name="李雷")
        async with made.signed_in("sue", online=False) as leader:
            told = await leader.wait_type("alarm.raised")
            assert told["data"]["alarm"]["kind"] == "nobody_online"
        await hub.kill()
        await hub.restart()
        await _waiting(made, lambda items: items)
        await asyncio.sleep(3)  # Longer than between two looks of the watchdog.
        [alarm] = (await made.admin.get("/alarms", state="all"))["items"]
        assert alarm == told["data"]["alarm"]
