"""A strict stand-in of a server with OpenAI's chat completions: it checks what it is sent, and can misbehave.

It listens on a port of its own and keeps every question; there is no model in it, it says what the test wants.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

from aiohttp import web

Behaviour = Literal["answers", "hangs", "drips", "breaks", "limits", "moves", "lies", "floods", "is silent", "cuts"]
MODEL = "test-model"
KEY = "sk-test-0123456789"


class ModelStandIn:
    """One model on one server. `asked` are the whole bodies that it took, `faults` what was wrong with a request."""

    def __init__(self) -> None:
        self.how: Behaviour = "answers"
        self.says: str | Callable[[dict[str, Any]], str] = "ready"
        self.asked: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.elsewhere = 0
        self.url = ""
        self._released = asyncio.Event()

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def read(self) -> str:
        """Return everything that was ever sent to it, as one text."""
        return json.dumps(self.asked, ensure_ascii=False)

    def matter(self) -> dict[str, Any]:
        """Return the document of the last question."""
        found: dict[str, Any] = json.loads(self.asked[-1]["messages"][1]["content"])
        return found

    def release(self) -> None:
        """Let go of whoever hangs."""
        self._released.set()

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Take a question."""
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"error": {"message": "Incorrect API key provided"}}, status=401)
        body = json.loads(await request.read())
        if fault := _fault(request, body):
            self.faults.append(fault)
            return web.json_response({"error": {"message": fault}}, status=400)
        if body["model"] != MODEL:
            return web.json_response({"error": {"message": "The model does not exist"}}, status=404)
        self.asked.append(body)
        return await self._answer(request, body)

    async def _answer(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        match self.how:
            case "answers":
                said = self.says if isinstance(self.says, str) else self.says(body)
                return web.json_response(completion(said))
            case "hangs":
                await self._released.wait()
                return web.Response(status=500)
            case "drips" | "cuts":
                return await self._drip(request)
            case "breaks":
                return web.Response(status=502, text="<html>bad gateway</html>")
            case "limits":
                return web.json_response({"error": {"message": "Rate limit"}}, status=429)
            case "moves":
                raise web.HTTPTemporaryRedirect(f"{self.url}/elsewhere")
            case "lies":
                return web.json_response({"choices": [{"message": {"content": ["no", "text"]}}]})
            case "floods":
                return web.json_response(completion("x" * 2_000_000))
            case "is silent":
                return web.json_response(completion(None))

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        """Begin an answer; then send nothing more, or break the connection off."""
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"choices": [')
        if self.how == "cuts" and request.transport is not None:
            request.transport.close()
        else:
            await self._released.wait()
        return response

    async def redirected(self, _: web.Request) -> web.StreamResponse:
        """Count a redirect that was followed."""
        self.elsewhere += 1
        return web.json_response(completion("followed"))


def completion(said: str | None) -> dict[str, Any]:
    """Return an answer as such servers give it."""
    message = {"role": "assistant", "content": said}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _fault(request: web.Request, body: dict[str, Any]) -> str:
    if request.headers.get("Content-Type") != "application/json":
        return "Content-Type is not application/json"
    if set(body) != {"model", "messages", "max_tokens", "temperature", "stream"} or body["stream"] is not False:
        return f"the body has the fields {sorted(body)}"
    if [one["role"] for one in body["messages"]] != ["system", "user"]:
        return "the messages are not one of the system and one of the user"
    return "" if all(isinstance(one["content"], str) and one["content"] for one in body["messages"]) else "no content"


@asynccontextmanager
async def model_stand_in() -> AsyncIterator[ModelStandIn]:
    """Run a stand-in until the block ends."""
    stand_in = ModelStandIn()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", stand_in.take)
    app.router.add_post("/elsewhere", stand_in.redirected)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address: tuple[str, int] = runner.addresses[0]
    stand_in.url = f"http://127.0.0.1:{address[1]}"
    try:
        yield stand_in
    finally:
        stand_in.release()
        await runner.cleanup()
