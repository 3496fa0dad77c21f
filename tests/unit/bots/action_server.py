"""A stand-in for a rasa-sdk action server: strict about what it is sent, and able to misbehave in every way we know.

It checks requests as rasa-sdk 3.21 does (`domain` is required) and beyond: a request that is not right is answered 422
and noted, so that a test can see that none was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

Mood = Literal["good", "hangs", "dies", "nonsense", "not a mapping", "html", "broken", "huge", "floods", "redirects"]
Act = Callable[[dict[str, Any]], dict[str, Any]]
_EVENTS = frozenset({"action", "user", "slot", "bot", "active_loop", "session_started"})


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    next_action: str
    sender_id: str
    tracker: dict[str, Any]
    domain: dict[str, Any]
    version: str


class _Tracker(msgspec.Struct, forbid_unknown_fields=True):
    sender_id: str
    slots: dict[str, Any]
    latest_message: dict[str, Any]
    latest_event_time: float
    followup_action: str | None
    paused: bool
    events: list[dict[str, Any]]
    latest_input_channel: str
    active_loop: dict[str, Any]
    latest_action: dict[str, Any]
    latest_action_name: str


@dataclass
class StandIn:
    """The server's actions, how it behaves, and what it was asked."""

    acts: Mapping[str, Act]
    mood: Mood = "good"
    url: str = ""
    asked: list[_Request] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def webhook(self, request: web.Request) -> web.StreamResponse:
        """Do an action, or misbehave."""
        try:
            wanted = _checked(request, await request.read())
        except (msgspec.MsgspecError, ValueError) as error:
            self.refused.append(str(error))
            raise web.HTTPUnprocessableEntity(text=str(error)) from error
        self.asked.append(wanted)
        if self.mood != "good":
            return await self._misbehave(request)
        act = self.acts.get(wanted.next_action)
        if act is None:
            return _json({"error": "No registered action found", "action_name": wanted.next_action}, status=404)
        found = act(msgspec.to_builtins(wanted))
        if "rejects" in found:
            return _json({"error": "rejected", "action_name": wanted.next_action}, status=400)
        return _json({"events": found.get("events", []), "responses": found.get("responses", [])})

    async def _misbehave(self, request: web.Request) -> web.StreamResponse:
        match self.mood:
            case "hangs":
                await self.let_go.wait()
                return _json({})
            case "dies":
                assert request.transport is not None
                request.transport.abort()
                return _json({})
            case "nonsense":
                return web.Response(text="[[[", content_type="application/json")
            case "not a mapping":
                return _json({"events": {"a": 1}, "responses": "x"})
            case "html":
                return web.Response(text="<html>It works!</html>", content_type="text/html")
            case "broken":
                return _json({"error": "boom"}, status=500)
            case "huge":
                return _json({"events": [], "responses": [{"text": "x" * 2_000_000}]})
            case "floods":
                events = [{"event": "slot", "name": f"s{number}", "value": "v" * 900} for number in range(1_000)]
                return _json({"events": events, "responses": [{"text": f"no. {number}"} for number in range(50)]})
            case _:
                raise web.HTTPFound(f"{self.url}?again")


@asynccontextmanager
async def standing_in(acts: Mapping[str, Act], mood: Mood = "good") -> AsyncIterator[StandIn]:
    """Run a stand-in for the length of a test."""
    stand_in = StandIn(acts, mood)
    app = web.Application(client_max_size=5_000_000)
    app.router.add_post("/webhook", stand_in.webhook)
    server = TestServer(app)
    await server.start_server()
    stand_in.url = str(server.make_url("/webhook"))
    try:
        yield stand_in
    finally:
        stand_in.let_go.set()
        await server.close()


def _checked(request: web.Request, body: bytes) -> _Request:
    if request.content_type != "application/json":
        raise ValueError(f"the body is {request.content_type}")
    wanted = msgspec.json.decode(body, type=_Request)
    tracker = msgspec.convert(wanted.tracker, _Tracker)
    parts = {"text", "intent", "entities", "intent_ranking", "message_id", "metadata"}
    if tracker.latest_message.keys() != parts:
        raise ValueError(f"the latest message has {sorted(tracker.latest_message)}")
    for event in tracker.events:
        if event.get("event") not in _EVENTS or not isinstance(event.get("timestamp"), float):
            raise ValueError(f"no right event: {event}")
    if tracker.sender_id != wanted.sender_id or not wanted.domain.get("version"):
        raise ValueError("the parts of the request do not agree")
    if tracker.active_loop and not isinstance(tracker.active_loop.get("name"), str):
        raise ValueError("the active loop has no name")
    if not {"intents", "slots", "responses", "forms", "actions"} <= wanted.domain.keys():
        raise ValueError("the domain is not whole")
    return wanted


def _json(value: object, *, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")
