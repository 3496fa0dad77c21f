"""What the gate refuses, and how it says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hub.api.settings import MAX_JSON_BYTES, Rate, RateLimits
from tests.unit.api.world import World, a_world


async def test_errors_are_problem_documents(staffed: World) -> None:
    response = await staffed.send("POST", "/api/v1/teams", {"nam": "x"}, as_="admin")
    assert response.status == 422
    assert response.content_type == "application/problem+json"
    problem = await response.json()
    assert problem["status"] == 422
    assert problem["type"] == "invalid-input"
    assert {"title", "detail"} <= problem.keys()
    assert {fault["field"] for fault in problem["errors"]} == {"nam", "name"}


async def test_broken_json_is_400(staffed: World) -> None:
    assert (await staffed.call("POST", "/teams", b'{"name": ', as_="admin"))[0] == 400


async def test_deep_json_is_400(staffed: World) -> None:
    assert (await staffed.call("POST", "/bots", b'{"settings":' + b'{"a":' * 50_000, as_="admin"))[0] == 400


async def test_a_body_over_the_limit_is_413(staffed: World) -> None:
    body = b'{"name": "' + b"x" * MAX_JSON_BYTES + b'"}'
    assert (await staffed.call("POST", "/teams", body, as_="admin"))[0] == 413


async def test_a_body_of_unknown_length_is_cut_at_the_limit(staffed: World) -> None:
    async def endless() -> object:
        for _ in range(40):
            yield b"x" * 65_536

    response = await staffed.client.post(
        "/api/v1/teams",
        data=endless(),
        headers={"Authorization": f"Bearer {staffed.tokens['admin']}", "Content-Type": "application/json"},
    )
    assert response.status == 413
    assert (await response.json())["type"] == "too-large"


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/json; charset=gbk"])
async def test_other_media_types_are_415(media: str, staffed: World) -> None:
    status, problem = await staffed.call("POST", "/teams", {"name": "a"}, as_="admin", Content_Type=media)
    assert (status, problem["type"]) == (415, "unsupported-media-type")


async def test_compressed_bodies_are_415(staffed: World) -> None:
    status, _ = await staffed.call("POST", "/teams", b"\x1f\x8b", as_="admin", Content_Encoding="gzip")
    assert status in (400, 415)


async def test_unknown_addresses_below_api_are_404_problems(world: World) -> None:
    for path in ("/api/v1/nothing", "/api/nothing", "/api/v1/sessions/"):
        response = await world.send("GET", path)
        assert response.status == 404
        assert response.content_type == "application/problem+json"


async def test_wrong_methods_are_405_with_allow(world: World) -> None:
    response = await world.send("DELETE", "/api/v1/sessions")
    assert response.status == 405
    assert "GET" in response.headers["Allow"]
    assert (await response.json())["type"] == "method-not-allowed"


async def test_ids_that_cannot_be_are_404(staffed: World) -> None:
    for wrong in ("x" * 200, "a%00b", "%0d%0a"):
        assert (await staffed.call("GET", f"/sessions/{wrong}", as_="admin"))[0] == 404


async def test_forged_tokens_are_401(staffed: World) -> None:
    head, claims, signature = staffed.tokens["admin"].split(".")
    none = "eyJhbGciOiJub25lIn0"
    for token in (f"{head}.{claims}.", f"{none}.{claims}.", f"{none}.{claims}.{signature}", "x", "a.b.c", "\u00e9"):
        response = await staffed.send("GET", "/api/v1/auth/me", Authorization=f"Bearer {token}")
        assert response.status == 401


async def test_tokens_end_after_a_quarter_of_an_hour(staffed: World) -> None:
    assert (await staffed.call("GET", "/auth/me", as_="agent"))[0] == 200
    await staffed.clock.advance(15 * 60 + 1)
    assert (await staffed.call("GET", "/auth/me", as_="agent"))[0] == 401


async def test_too_many_requests_are_429_and_others_go_on(tmp_path: Path) -> None:
    limits = RateLimits(agent=Rate(burst=3, over_s=10))
    async with a_world(tmp_path, lambda settings: replace(settings, limits=limits)) as world:
        await world.add_agent("agent")
        await world.add_agent("admin")
        statuses = [(await world.call("GET", "/auth/me", as_="agent"))[0] for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        refused = await world.send("GET", "/api/v1/auth/me", as_="agent")
        assert int(refused.headers["Retry-After"]) >= 1
        assert (await world.call("GET", "/auth/me", as_="admin"))[0] == 200
        await world.clock.advance(float(refused.headers["Retry-After"]))
        assert (await world.call("GET", "/auth/me", as_="agent"))[0] == 200


async def test_a_fault_of_ours_is_a_500_without_a_traceback(staffed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("secret inner matter")

    monkeypatch.setattr(type(staffed.services.desk), "sessions", broken)
    response = await staffed.send("GET", "/api/v1/sessions", as_="admin")
    assert response.status == 500
    text = await response.text()
    assert "secret" not in text
    assert "Traceback" not in text
    faults = [entry for entry in staffed.log if entry["log_level"] == "error"]
    assert [entry["event"] for entry in faults] == ["request.failed"]
    assert faults[0]["route"] == "/api/v1/sessions"


async def test_each_request_is_one_line_without_personal_data(staffed: World) -> None:
    staffed.log.clear()
    await staffed.call("GET", "/customers?identity=phone:%2B8613800000000", as_="agent")
    assert [entry["event"] for entry in staffed.log] == ["request.served"]
    line = staffed.log[0]
    assert (line["route"], line["status"], line["caller"]) == ("/api/v1/customers", 200, "agent/agent-1")
    assert "138" not in str(line)


async def test_every_answer_carries_safe_headers(world: World) -> None:
    for path in ("/api/v1/auth/me", "/healthz", "/api/docs", "/nothing.here", "/"):
        response = await world.send("GET", path)
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors" in response.headers["Content-Security-Policy"]


async def test_health_and_figures_answer(world: World) -> None:
    assert (await world.send("GET", "/healthz")).status == 200
    assert (await (await world.send("GET", "/readyz")).json())["checks"] == {"store": "ok", "bus": "ok"}
    figures = await (await world.send("GET", "/metrics")).text()
    assert 'huike_http_requests_total{method="GET",route="/readyz",status="200"} 1.0' in figures


async def test_a_closed_store_is_not_ready(world: World) -> None:
    await world.store.close()
    response = await world.send("GET", "/readyz")
    assert response.status == 503
    assert "Retry-After" in response.headers


async def test_webhooks_answer_after_the_connector(world: World) -> None:
    channel = await world.add_channel()
    first = await world.receive(channel, "e1")
    assert first["seq"] == 1
    assert await world.receive(channel, "e1") == first
    path = f"/channels/{channel.id}/webhook"
    before = await world.store.last_position()
    assert (await world.send("POST", path, {"id": "e2"})).status == 401
    assert (await world.push(channel, "e2", b"{")).status == 400
    assert (await world.push(channel, "e2", {"id": "e2"})).status == 422
    assert (await world.push(channel, "e2", b"x" * (MAX_JSON_BYTES + 1))).status == 413
    assert (await world.send("POST", "/channels/nothing/webhook", {"id": "e2"})).status == 404
    assert await world.store.last_position() == before


async def test_a_fault_in_a_webhook_is_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(type(world.services.inbounds), "take", broken)
    response = await world.push(await world.add_channel(), "e1", {})
    assert response.status == 503
    assert "Retry-After" in response.headers
    assert [entry["event"] for entry in world.log if entry["log_level"] == "error"] == ["webhook.failed"]


async def test_a_busy_hub_refuses_webhooks_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path, lambda settings: replace(settings, webhooks_at_once=0)) as world:
        response = await world.push(await world.add_channel(), "e1", {})
        assert response.status == 503
        assert "Retry-After" in response.headers
