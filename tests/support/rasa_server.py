"""A stand-in for a Rasa server: the REST channel and the tracker API of Rasa 3.6, with a small bot behind them.

Strict about what it is sent, as Rasa is; it keeps conversations by sender and forgets nothing by itself.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "let me in"

_WORDS = (
    ("greet", ("你好", "hello", "hi")),
    ("order_status", ("订单", "order")),
    ("inform", ("hk2026",)),
    ("thanks", ("谢谢", "thank")),
    ("human", ("人工", "human")),
)
_COMMAND = re.compile(r"^/(?P<name>[^{@]+)(?P<confidence>@[0-9.]+)?(?P<entities>{.+})?(?P<rest>.*)", re.DOTALL)


class _Message(msgspec.Struct, forbid_unknown_fields=True):
    sender: str
    message: str
    metadata: dict[str, Any] = {}
    input_channel: str = "rest"


@dataclass
class RasaStandIn:
    """What the server keeps, and what a test may turn."""

    url: str = ""
    mood: str = "good"
    trackers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def events(self, sender: str) -> list[dict[str, Any]]:
        """Return the events of a conversation, which begins when it is first looked at."""
        return self.trackers.setdefault(
            sender, [_action("action_session_start"), {"event": "session_started"}, _action("action_listen")]
        )

    async def say(self, request: web.Request) -> web.Response:
        """`POST /webhooks/rest/webhook`."""
        await self._look(request)
        message = msgspec.json.decode(await request.read(), type=_Message)
        events = self.events(message.sender)
        intent, confidence = _understand(message.message)
        ranking = [{"name": intent, "confidence": confidence}, {"name": "other", "confidence": 0.01}]
        parsed = {"intent": ranking[0], "entities": [], "text": message.message, "intent_ranking": ranking}
        events.append({"event": "user", "text": message.message, "parse_data": parsed})
        said, done = self._answer(message.sender, intent)
        events.extend([*done, *({"event": "bot", "text": item.get("text")} for item in said), _action("action_listen")])
        return _json([{"recipient_id": message.sender, **item} for item in said])

    def _answer(self, sender: str, intent: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        match intent:
            case "greet":
                buttons = [{"title": "Order", "payload": "/order_status"}, {"title": "Person", "payload": "/human"}]
                return [{"text": "Hello 您好", "buttons": buttons}], [_action("utter_greet")]
            case "order_status":
                return [{"text": "Which order? 订单号？"}], [_action("utter_ask_order")]
            case "inform":
                slot = {"event": "slot", "name": "order_number", "value": "HK20260001"}
                image = {"image": "https://example.com/parcel.png"}
                return [{"text": "On its way. 已发出"}, image], [_action("action_order"), slot]
            case "human":
                return [{"text": "One moment. 请稍候"}], [_action("action_handoff")]
            case "pause":
                return [{"text": "I am quiet now."}], [_action("action_pause"), {"event": "pause"}]
            case "custom":
                return [{"custom": {"handoff": "vip", "text": "For you, a person."}}], [_action("action_custom")]
            case "thanks":
                return [{"text": f"Welcome 不客气 ({len(self.events(sender))})"}], [_action("utter_welcome")]
            case _:
                return [], [_action("action_default_fallback")]

    async def tracker(self, request: web.Request) -> web.Response:
        """`GET /conversations/SENDER/tracker`."""
        await self._look(request)
        events = self.events(request.match_info["sender"])
        said = [event for event in events if event["event"] == "user"]
        slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        return _json(
            {
                "sender_id": request.match_info["sender"],
                "slots": {"requested_slot": None, "empty": None, **slots},
                "latest_message": said[-1]["parse_data"] if said else {"intent": {}, "entities": [], "text": None},
                "events": events,
                "paused": any(event["event"] == "pause" for event in events),
                "latest_action_name": "action_listen",
                "active_loop": {},
            }
        )

    async def put_events(self, request: web.Request) -> web.Response:
        """`PUT /conversations/SENDER/tracker/events`."""
        await self._look(request)
        events = msgspec.json.decode(await request.read(), type=list[dict[str, Any]])
        if not events or not all(isinstance(event.get("event"), str) for event in events):
            raise web.HTTPBadRequest(text="Couldn't extract a proper event")
        self.trackers[request.match_info["sender"]] = events
        return _json({"events": events})

    async def _look(self, request: web.Request) -> None:
        self.asked.append(f"{request.method} {request.path}")
        if request.query.get("token") != TOKEN:
            raise web.HTTPUnauthorized(text="NotAuthenticated")
        if request.can_read_body and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        if self.mood == "hangs":
            await self.let_go.wait()
        if self.mood == "broken":
            raise web.HTTPInternalServerError
        if self.mood == "nonsense":
            raise web.HTTPOk(text='{"recipient_id": 1}', content_type="application/json")


@asynccontextmanager
async def rasa_server() -> AsyncIterator[RasaStandIn]:
    """Run a stand-in for the length of a test."""
    stand_in = RasaStandIn()
    app = web.Application(client_max_size=5_000_000)
    app.router.add_post("/webhooks/rest/webhook", stand_in.say)
    app.router.add_get("/conversations/{sender}/tracker", stand_in.tracker)
    app.router.add_put("/conversations/{sender}/tracker/events", stand_in.put_events)
    server = TestServer(app)
    await server.start_server()
    stand_in.url = str(server.make_url("/")).rstrip("/")
    try:
        yield stand_in
    finally:
        await server.close()


def _understand(text: str) -> tuple[str, float]:
    command = _COMMAND.match(text)
    if command is not None:
        return command["name"].strip(), 1.0
    found = next((intent for intent, words in _WORDS if any(word in text.lower()[:200] for word in words)), None)
    return (found, 0.9) if found else ("nlu_fallback", 0.3)


def _action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


def _json(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
