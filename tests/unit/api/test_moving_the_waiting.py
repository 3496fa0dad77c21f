"""Supervisors move sessions that wait: to an agent at once, or into another queue at the place that they had."""

from __future__ import annotations

from typing import Any

from tests.unit.api.world import World


async def _waiting(staffed: World) -> str:
    channel = await staffed.add_channel("api")
    taken = await staffed.receive(channel, "e1")
    return f"/sessions/{taken['session_id']}"


async def _agent_id(staffed: World, status: str) -> str:
    agent = staffed.services.directory.agent_by_email("agent@example.cn")
    assert agent is not None
    changed, _ = await staffed.call("PUT", "/agents/me/presence", {"status": status}, as_="agent")
    assert changed == 200
    return agent.id


async def _move(staffed: World, path: str, to: dict[str, Any], as_: str = "supervisor") -> tuple[int, Any]:
    return await staffed.call("POST", f"{path}/transfer", {"to": to, "note": "please"}, as_=as_)


async def test_a_supervisor_gives_a_waiting_session_to_somebody_who_is_there(staffed: World) -> None:
    path = await _waiting(staffed)
    agent = await _agent_id(staffed, "offline")
    status, problem = await _move(staffed, path, {"agent_id": agent})
    assert status == 409
    assert "offline" in problem["detail"]
    agent = await _agent_id(staffed, "away")
    status, session = await _move(staffed, path, {"agent_id": agent})
    assert (status, session["state"], session["holder"]["id"]) == (200, "active", agent)
    entries = (await staffed.call("GET", f"{path}/timeline", as_="supervisor"))[1]["items"]
    moved = next(entry for entry in entries if entry["kind"] == "transferred")
    assert (moved["actor"]["name"], moved["data"]["to"]["id"], moved["data"]["note"]) == ("Supervisor", agent, "please")


async def test_an_agent_cannot_give_away_who_waits(staffed: World) -> None:
    path = await _waiting(staffed)
    agent = await _agent_id(staffed, "online")
    status, _ = await _move(staffed, path, {"agent_id": agent}, as_="agent")
    assert status in (403, 409)
    assert (await staffed.call("GET", path, as_="supervisor"))[1]["state"] == "queued"


async def test_a_waiting_session_changes_queues_and_keeps_its_place(staffed: World) -> None:
    _, queue = await staffed.call("POST", "/queues", {"name": "Billing"}, as_="admin")
    path = await _waiting(staffed)
    _, before = await staffed.call("GET", path, as_="supervisor")
    status, after = await _move(staffed, path, {"queue_id": queue["id"]})
    assert (status, after["state"], after["queue_id"]) == (200, "queued", queue["id"])
    assert (after["queued_at"], after["priority"]) == (before["queued_at"], before["priority"])
    assert (await _move(staffed, path, {"queue_id": "nothing"}))[0] == 422
    assert (await _move(staffed, path, {"queue_id": "default", "bot_id": "b"}))[0] == 422
    assert (await _move(staffed, path, {"queue_id": "default"}))[1]["queue_id"] == "default"
