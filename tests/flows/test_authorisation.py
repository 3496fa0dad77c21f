"""Rights across people: what belongs to one agent does not exist for another, by any route, list or count."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hub.api.rest import ROUTES
from hub.api.routes import Route
from tests.flows.workspace import ENV, PASSWORD, SECRET, Workspace, workspace
from tests.support.clients import Rest, RestError
from tests.support.hub_process import StartHub

CANARY = "金丝雀-canary-4711"
BODIES: dict[str, dict[str, Any]] = {
    "send_message": {"text": "x", "client_id": "1"},
    "transfer_session": {"to": {"skills": {}}},
    "merge_customer": {"other_id": "nothing"},
    "review_session": {"outcome": "refused"},
}


def _about(noun: str) -> list[Route]:
    return [route for route in ROUTES if route.path.startswith(f"/{noun}/{{id}}")]


async def _refusal(client: Rest, route: Route, record_id: str, message_id: str) -> RestError:
    path = re.sub(r"\{\w+\}", "nothing", route.path.replace("{id}", record_id).replace("{message_id}", message_id))
    body = None if route.method == "GET" else BODIES.get(route.name, {})
    with pytest.raises(RestError) as caught:
        await client.call(route.method, path, body)
    return caught.value


async def _own_session(made: Workspace) -> dict[str, Any]:
    """A session that Zhang holds and nobody else may know of: it asks for a skill that only Zhang has."""
    channel = await made.channel("api", inbound_secret=SECRET)
    await made.admin.call("PATCH", f"/channels/{channel['id']}", {"routing": {"skills": {"secret": 5}}})
    await made.person("zhang", skills={"secret": 9})
    await made.person("li")
    pushed = await made.push(channel, CANARY, CANARY, name=CANARY)
    async with Rest(made.url) as zhang:
        await zhang.login("zhang@example.com", PASSWORD)
        taken: dict[str, Any] = await zhang.post(f"/sessions/{pushed['session_id']}/take")
        assert taken["holder"]["kind"] == "agent"
        entries = await zhang.get(f"/sessions/{taken['id']}/timeline")
        assert CANARY in str(entries)
        message = next(entry for entry in entries["items"] if entry["kind"] == "message")
    return {**taken, "message_id": message["id"]}


async def test_a_colleague_finds_nothing_of_it_by_any_route(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, Rest(hub.url) as li:
        session = await _own_session(made)
        await li.login("li@example.com", PASSWORD)
        checked = 0
        for noun, record_id in (("sessions", session["id"]), ("customers", session["customer_id"])):
            for route in _about(noun):
                refusal = await _refusal(li, route, record_id, session["message_id"])
                assert refusal.status == 404, (route.method, route.path, refusal.problem)
                assert CANARY not in str(refusal.problem)
                checked += 1
        assert checked >= 17
        for path in ("/sessions", "/sessions?state=active", f"/sessions?customer_id={session['customer_id']}"):
            assert (await li.get(path))["items"] == []
        assert (await li.get("/sessions", q=CANARY))["items"] == []
        assert (await li.get("/customers", q=CANARY))["items"] == []
        assert (await li.get("/customers", identity=f"external:{CANARY}"))["items"] == []
        # Nothing happened to it either.
        after = await made.admin.get(f"/sessions/{session['id']}")
        assert (after["state"], after["version"]) == (session["state"], session["version"])


async def test_rights_that_are_taken_away_are_gone_at_once(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, Rest(hub.url) as boss:
        person = await made.person("wang", roles=("supervisor",))
        await boss.login("wang@example.com", PASSWORD)
        assert (await boss.get("/agents"))["items"]
        await made.admin.call("PATCH", f"/agents/{person['id']}", {"roles": ["agent"]})
        with pytest.raises(RestError) as caught:
            await boss.get("/agents")
        assert caught.value.status == 403
        await made.admin.call("PATCH", f"/agents/{person['id']}", {"disabled": True})
        with pytest.raises(RestError) as caught:
            await boss.get("/auth/me")
        assert caught.value.status == 401


async def test_auditors_read_everything_and_write_nothing(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, Rest(hub.url) as auditor:
        session = await _own_session(made)
        await made.person("shen", roles=("auditor",))
        await auditor.login("shen@example.com", PASSWORD)
        assert (await auditor.get(f"/sessions/{session['id']}"))["id"] == session["id"]
        assert (await auditor.get("/events"))["items"]
        for route in ROUTES:
            if route.method != "GET" and not route.access.public:
                refusal = await _refusal(auditor, route, session["id"], session["message_id"])
                assert refusal.status == 403, route.name
