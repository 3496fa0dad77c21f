"""A strict stand-in of an integrator's server: it checks Standard Webhooks by its own means, and can misbehave.

It shares no code with the connector: what both get wrong in the same way would not be seen.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from hub.testing.channel_ground import Behaviour, Heard

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_DATA = {"id", "at", "session_id", "customer", "content", "author"}


class ApiReceiver:
    """Listens on a port of its own. `events` are the whole bodies that it took."""

    def __init__(self, secret: str, now_s: Callable[[], float]) -> None:
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self._now_s = now_s
        self._how: Behaviour = "takes"
        self._retry_after: int | None = None
        self._runner: web.AppRunner | None = None
        self._released = asyncio.Event()
        self.port = 0
        self.attempts = 0
        self.heard: list[Heard] = []
        self.events: list[dict[str, Any]] = []
        self.faults: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/huike?tenant=7"

    async def behave(self, how: Behaviour, *, retry_after: int | None = None) -> None:
        self._how, self._retry_after = how, retry_after
        self._released.set()
        if how == "is_gone":
            await self.stop()
        elif self._runner is None:
            await self.start()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/hooks/huike", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site.port

    async def stop(self) -> None:
        self._released.set()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.attempts += 1
        fault = self._fault(request, body)
        if fault:
            self.faults.append(fault)
            return web.Response(status=401)
        match self._how:
            case "limits":
                headers = {} if self._retry_after is None else {"Retry-After": str(self._retry_after)}
                return web.Response(status=429, headers=headers)
            case "breaks":
                return web.Response(status=500)
            case "rejects":
                return web.Response(status=422)
            case "hangs":
                self._released.clear()
                await self._released.wait()
                return web.Response(status=500)
            case "cuts":
                self._record(json.loads(body))
                return await self._cut(request)
            case _:
                self._record(json.loads(body))
                return web.json_response({"ok": True})

    def _record(self, event: dict[str, Any]) -> None:
        data = event["data"]
        if any(each.key == data["id"] for each in self.heard):
            return
        self.events.append(event)
        address = data["customer"]["external_id"]
        self.heard.append(Heard(key=data["id"], address=address, text=data["content"]["text"]))

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"ok"')
        if request.transport is not None:
            request.transport.close()
        return response

    def _fault(self, request: web.Request, body: bytes) -> str:
        if request.headers.get("Content-Type") != "application/json":
            return "Content-Type is not application/json"
        message_id = request.headers.get("webhook-id", "")
        signed_at = request.headers.get("webhook-timestamp", "")
        if not re.fullmatch(r"\d+", signed_at) or abs(int(signed_at) - self._now_s()) > 300:
            return "webhook-timestamp is wrong"
        to_sign = message_id.encode() + b"." + signed_at.encode() + b"." + body
        right = base64.b64encode(hmac.new(self._key, to_sign, hashlib.sha256).digest()).decode()
        given = dict(part.split(",", 1)[::-1] for part in request.headers.get("webhook-signature", "").split(" "))
        if given.get(right) != "v1":
            return "webhook-signature does not fit"
        return self._wrong_body(json.loads(body), message_id)

    def _wrong_body(self, event: dict[str, Any], message_id: str) -> str:
        if set(event) != {"type", "timestamp", "data"} or event["type"] != "message.created":
            return f"the event has the fields {sorted(event)}"
        data = event["data"]
        if set(data) != _DATA:
            return f"data has the fields {sorted(data)}"
        if data["id"] != message_id:
            return "webhook-id is not the message's id"
        if not all(_TIME.fullmatch(at) for at in (event["timestamp"], data["at"])):
            return "a time is not RFC 3339 with milliseconds"
        if set(data["customer"]) != {"external_id"} or set(data["author"]) != {"kind", "id", "name"}:
            return "customer or author has other fields"
        return ""


@asynccontextmanager
async def api_receiver(secret: str, now_s: Callable[[], float]) -> AsyncIterator[ApiReceiver]:
    """Run a receiver until the block ends."""
    receiver = ApiReceiver(secret, now_s)
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()
