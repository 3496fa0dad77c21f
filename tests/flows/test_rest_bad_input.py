"""Bad input against a whole hub: a clear error each time, nothing stored, no traceback, and everybody else goes on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from tests.flows.workspace import ENV, SECRET, workspace
from tests.support.hub_process import HubProcess, StartHub
from tests.support.patience import PATIENCE_S

HUGE = 3 * 1024 * 1024


async def _raw(hub: HubProcess, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
    try:
        writer.write(data)
        await writer.drain()
        async with asyncio.timeout(PATIENCE_S):
            return await reader.read(65_536)
    finally:
        writer.close()


async def test_bad_requests_are_refused_and_leave_nothing(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel("api", inbound_secret=SECRET)
        before = await made.admin.get("/events", limit="500")
        bearer = {"Authorization": f"Bearer {made.admin.token}"}
        as_json = {**bearer, "Content-Type": "application/json"}
        cases: list[tuple[str, str, bytes, dict[str, str], set[int]]] = [
            ("POST", "/api/v1/teams", b"{", as_json, {400}),
            ("POST", "/api/v1/teams", b'{"name": 5}', as_json, {422}),
            ("POST", "/api/v1/teams", b'{"name": "a", "evil": {"$gt": ""}}', as_json, {422}),
            ("POST", "/api/v1/teams", b'{"name": {"$gt": ""}}', as_json, {422}),
            ("POST", "/api/v1/teams", b'{"name": "a\\u0000"}', as_json, {422}),
            ("POST", "/api/v1/bots", b'{"name":"x","settings":' + b'{"a":' * 90_000, as_json, {400}),
            ("POST", "/api/v1/teams", b'{"name": "' + b"x" * HUGE + b'"}', as_json, {413}),
            ("POST", "/api/v1/teams", b"name=a", {**bearer, "Content-Type": "text/plain"}, {415}),
            ("POST", "/api/v1/teams", b'{"name": "a"}', {"Content-Type": "application/json"}, {401}),
            ("POST", "/api/v1/sessions/nothing/messages", b'{"client_id": "1", "text": "x"}', as_json, {404}),
            ("POST", f"/channels/{channel['id']}/webhook", b"{}", {"webhook-signature": "v1,AAAA"}, {401}),
            ("POST", f"/channels/{channel['id']}/webhook", b"x" * HUGE, {}, {413}),
            ("POST", "/channels/nothing/webhook", b"{}", {}, {404}),
        ]
        async with aiohttp.ClientSession() as client:
            for method, path, body, headers, statuses in cases:
                status, problem = await _ask(client, method, hub.url + path, body, headers)
                assert status in statuses, (path, body[:40], status, problem)
                assert problem["status"] == status
                assert "Traceback" not in str(problem)
        assert await made.admin.get("/events", limit="500") == before
        assert (await made.admin.get("/teams"))["items"] == []
    assert "Traceback" not in hub.log_tail(500)


async def _ask(
    client: aiohttp.ClientSession, method: str, url: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    async with client.request(method, url, data=_pieces(body), headers=headers) as answer:
        assert answer.content_type == "application/problem+json"
        return answer.status, json.loads(await answer.read())


async def _pieces(body: bytes) -> Any:
    """Send in pieces of unknown length, so that no header says beforehand how much it is."""
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


async def test_broken_http_hurts_nobody(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    head = b"POST /api/v1/teams HTTP/1.1\r\nHost: x\r\n"
    for data in (
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        head + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        head + b"".join(b"X-%d: y\r\n" % number for number in range(20_000)) + b"\r\n",
        head + b"Content-Length: -5\r\n\r\n",
        head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        head + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    ):
        answer = await _raw(hub, data)
        assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), answer[:80]
    async with workspace(hub.url) as made:
        assert (await made.admin.get("/auth/me"))["roles"] == ["admin"]
    await hub.end()
