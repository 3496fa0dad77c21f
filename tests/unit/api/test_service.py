"""Sessions, customers, events and visitors through the API: one conversation, seen from every side."""

from __future__ import annotations

from typing import Any

import pytest

from hub.services.visitors import VisitorMessage
from tests.unit.api.world import World


@pytest.fixture
async def waiting(staffed: World) -> dict[str, Any]:
    """A session that waits in the queue."""
    channel = await staffed.add_channel()
    taken: dict[str, Any] = await staffed.receive(channel, "e1", "我的订单到哪了")
    _, session = await staffed.call("GET", f"/sessions/{taken['session_id']}", as_="admin")
    assert isinstance(session, dict)
    return session


SESSION_FIELDS = {
    "id", "customer_id", "state", "holder", "channel_ids", "priority", "skills", "language", "created_at", "queued_at",
    "first_response_at", "closed_at", "last_message_at", "last_seq", "unread", "position", "estimated_wait_s", "tags",
    "summary", "version", "offer", "handoff", "rating", "agent_name", "customer", "last_message", "reply_channel_id",
    "reopened",
}  # fmt: skip


async def test_a_session_has_the_promised_fields(waiting: dict[str, Any]) -> None:
    assert waiting.keys() >= SESSION_FIELDS
    assert waiting["state"] == "queued"
    assert waiting["holder"]["kind"] == "none"
    assert "bot_memory" not in waiting


async def test_a_conversation_from_take_to_close(staffed: World, waiting: dict[str, Any]) -> None:
    path = f"/sessions/{waiting['id']}"
    status, taken = await staffed.call("POST", f"{path}/take", {}, as_="agent")
    assert (status, taken["state"], taken["holder"]["id"]) == (200, "active", "agent-1")
    body = {"text": "马上查", "client_id": "c1"}
    status, message = await staffed.call("POST", f"{path}/messages", body, as_="agent")
    assert status == 201
    assert (message["kind"], message["direction"], message["content"]["text"]) == ("message", "out", "马上查")
    assert (await staffed.call("POST", f"{path}/messages", body, as_="agent")) == (201, message)
    note = {"text": "VIP", "note": True, "client_id": "c2"}
    assert (await staffed.call("POST", f"{path}/messages", note, as_="agent"))[1]["note"] is True
    status, problem = await staffed.call(
        "POST", f"{path}/messages", {"text": "x", "client_id": "c3", "seen_seq": 0}, as_="agent"
    )
    assert (status, problem["type"]) == (409, "thread-changed")
    status, labelled = await staffed.call("PATCH", path, {"tags": ["refund"], "summary": "查单"}, as_="agent")
    assert (labelled["tags"], labelled["summary"]) == (["refund"], "查单")
    assert (await staffed.call("POST", f"{path}/read", as_="agent"))[1]["unread"] == 0
    status, closed = await staffed.call("POST", f"{path}/close", {"reason": "done"}, as_="agent")
    assert (status, closed["state"]) == (200, "closed")
    status, problem = await staffed.call("POST", f"{path}/accept", {}, as_="agent")
    assert status == 409
    assert (await staffed.call("POST", f"{path}/reopen", {}, as_="agent"))[1]["reopened"] == 1


async def test_the_timeline_comes_in_order_and_in_pages(staffed: World, waiting: dict[str, Any]) -> None:
    path = f"/sessions/{waiting['id']}"
    await staffed.call("POST", f"{path}/take", {}, as_="agent")
    for number in range(3):
        await staffed.call("POST", f"{path}/messages", {"text": "x", "client_id": str(number)}, as_="agent")
    _, whole = await staffed.call("GET", f"{path}/timeline", as_="agent")
    numbers = [entry["seq"] for entry in whole["items"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert whole["next_cursor"] is None
    _, page = await staffed.call("GET", f"{path}/timeline?after=2&limit=2", as_="agent")
    assert [entry["seq"] for entry in page["items"]] == [3, 4]
    assert page["next_cursor"] == "4"


async def test_strangers_get_404(staffed: World, waiting: dict[str, Any]) -> None:
    await staffed.call("POST", f"/sessions/{waiting['id']}/take", {}, as_="supervisor")
    for method, path in (
        ("GET", ""), ("GET", "/timeline"), ("GET", "/trace"), ("POST", "/close"), ("POST", "/read"),
    ):  # fmt: skip
        body: dict[str, str] | None = {} if method == "POST" else None
        assert (await staffed.call(method, f"/sessions/{waiting['id']}{path}", body, as_="agent"))[0] == 404
    assert (await staffed.call("GET", f"/customers/{waiting['customer_id']}", as_="agent"))[0] == 404
    _, page = await staffed.call("GET", "/sessions", as_="agent")
    assert page["items"] == []
    assert (await staffed.call("GET", f"/sessions/{waiting['id']}", as_="auditor"))[0] == 200


async def test_sessions_are_found_by_state_and_holder(staffed: World, waiting: dict[str, Any]) -> None:
    _, page = await staffed.call("GET", "/sessions?state=bot,queued", as_="agent")
    assert [one["id"] for one in page["items"]] == [waiting["id"]]
    assert (await staffed.call("GET", "/sessions?state=active", as_="agent"))[1]["items"] == []
    await staffed.call("POST", f"/sessions/{waiting['id']}/take", {}, as_="agent")
    assert len((await staffed.call("GET", "/sessions?agent_id=me", as_="agent"))[1]["items"]) == 1
    for wrong in ("state=lost", "limit=1000", "colour=red", "cursor=" + "x" * 600):
        assert (await staffed.call("GET", f"/sessions?{wrong}", as_="agent"))[0] == 422


async def test_a_transfer_names_one_target(staffed: World, waiting: dict[str, Any]) -> None:
    path = f"/sessions/{waiting['id']}"
    await staffed.call("POST", f"{path}/take", {}, as_="agent")
    wrongs: tuple[dict[str, Any], ...] = (
        {},
        {"to": {}},
        {"to": {"agent_id": "a", "bot_id": "b"}},
        {"to": {"person": "x"}},
    )
    for wrong in wrongs:
        assert (await staffed.call("POST", f"{path}/transfer", wrong, as_="agent"))[0] == 422
    status, session = await staffed.call(
        "POST", f"{path}/transfer", {"to": {"skills": {"refund": 3}}, "note": "please"}, as_="agent"
    )
    assert (status, session["state"], session["skills"]) == (200, "queued", {"refund": 3})


async def test_customers_are_kept_merged_and_separated(staffed: World) -> None:
    one = {"name": "李伟", "identities": [{"kind": "phone", "value": "+8613800000000", "verified": True}]}
    status, first = await staffed.call("POST", "/customers", one, as_="supervisor")
    assert status == 201
    _, second = await staffed.call("POST", "/customers", {"name": "Li", "tags": ["vip"]}, as_="supervisor")
    _, found = await staffed.call("GET", "/customers?identity=phone:%2B8613800000000", as_="supervisor")
    assert [customer["id"] for customer in found["items"]] == [first["id"]]
    _, merged = await staffed.call(
        "POST", f"/customers/{first['id']}/merge", {"other_id": second["id"]}, as_="supervisor"
    )
    assert merged["customer"]["tags"] == ["vip"]
    status, undone = await staffed.call("POST", f"/merges/{merged['merge_id']}/undo", {}, as_="supervisor")
    assert status == 200
    assert (undone["customer"], undone["other"]) == (first, second)
    status, overview = await staffed.call("GET", f"/customers/{first['id']}/overview", as_="supervisor")
    assert overview["customer"] == first
    assert (await staffed.call("PATCH", f"/customers/{first['id']}", {"level": "king"}, as_="supervisor"))[0] == 422


async def test_the_event_stream_is_read_from_any_place(staffed: World, waiting: dict[str, Any]) -> None:
    _, everything = await staffed.call("GET", "/events?limit=500", as_="auditor")
    types = [event["type"] for event in everything["items"]]
    assert "channel.inbound" in types
    assert "session.created" in types
    assert everything["next_cursor"] is None
    read: list[dict[str, Any]] = []
    cursor = ""
    while True:
        _, page = await staffed.call("GET", f"/events?limit=2{cursor}", as_="auditor")
        read += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&after={page['next_cursor']}"
    assert read == everything["items"]
    _, nothing = await staffed.call("GET", f"/events?after={read[-1]['cursor']}", as_="auditor")
    assert nothing == {"items": [], "next_cursor": None}


async def test_wrong_and_lost_cursors_are_told(staffed: World, waiting: dict[str, Any]) -> None:
    assert (await staffed.call("GET", "/events?after=nonsense", as_="admin"))[0] == 422
    _, page = await staffed.call("GET", "/events", as_="admin")
    newest = page["items"][-1]["cursor"]
    foreign = "elsewhere." + newest.split(".", 1)[1]
    status, problem = await staffed.call("GET", f"/events?after={foreign}", as_="admin")
    assert (status, problem["type"]) == (409, "cursor-lost")
    assert (await staffed.call("GET", f"/events?after={problem['cursor']}", as_="admin"))[0] == 200


async def test_visitors_read_their_own_sessions_without_notes(staffed: World) -> None:
    channel = await staffed.add_channel("webchat")
    staffed.add_visitor(channel, "d1")
    visitor = staffed.services.visitors.token(staffed.tokens["visitor"])
    taken = await staffed.services.visitors.send(visitor, VisitorMessage(client_id="1", text="在吗"))
    await staffed.call("POST", f"/sessions/{taken.session_id}/take", {}, as_="agent")
    for number in range(6):
        body = {"text": f"n{number}", "note": number % 2 == 0, "client_id": str(number)}
        await staffed.call("POST", f"/sessions/{taken.session_id}/messages", body, as_="agent")
    _, sessions = await staffed.call("GET", "/visitor/sessions", as_="visitor")
    assert [session["id"] for session in sessions["items"]] == [taken.session_id]
    path = f"/visitor/sessions/{taken.session_id}/timeline"
    _, page = await staffed.call("GET", path, as_="visitor")
    assert [entry["content"]["text"] for entry in page["items"]] == ["在吗", "n1", "n3", "n5"]
    # A page is full although notes leave gaps in the numbers.
    _, page = await staffed.call("GET", f"{path}?limit=3", as_="visitor")
    assert len(page["items"]) == 3
    staffed.add_visitor(channel, "d2")
    assert (await staffed.call("GET", path, as_="visitor"))[0] == 404
    assert (await staffed.call("GET", "/sessions", as_="visitor"))[0] == 401


async def test_the_widget_card_tells_whether_a_page_may_carry_it(world: World) -> None:
    channel = await world.add_channel("webchat", allowed_origins=["https://shop.cn"], greeting="您好", locale="zh-CN")
    _, card = await world.call("GET", f"/widget/{channel.id}?origin=https://shop.cn")
    assert card["allowed_origins_ok"] is True
    assert (card["channel_id"], card["greeting"], card["theme"]) == (channel.id, "您好", {})
    assert (await world.call("GET", f"/widget/{channel.id}?origin=https://evil.cn"))[1]["allowed_origins_ok"] is False
    other = await world.add_channel("api")
    assert (await world.call("GET", f"/widget/{other.id}"))[0] == 404
