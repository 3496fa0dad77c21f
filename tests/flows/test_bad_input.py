"""Hostile clients of the sockets: each gets a clear error or is cut, nothing is stored, and nobody else notices."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import socketio

from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import AgentClient, Json, Rest, VisitorClient, sign_jwt
from tests.support.hub_process import HubProcess, StartHub

QUIET = {**ENV, "HUIKE_LOG_LEVEL": "warning"}
LOG_LINES = 12
"""What a log may grow by, however many hundred packets are wrong."""

# What a visitor's client might send, each with the reason why it is wrong in its name.
VISITOR_EMITS: list[tuple[str, Any]] = [
    ("message.send", None),
    ("message.send", "text"),
    ("message.send", [1, 2]),
    ("message.send", {}),
    ("message.send", {"text": "no client id"}),
    ("message.send", {"client_id": "", "text": "empty client id"}),
    ("message.send", {"client_id": "x" * 101, "text": "long client id"}),
    ("message.send", {"client_id": 5, "text": "number"}),
    ("message.send", {"client_id": "c", "text": 5}),
    ("message.send", {"client_id": "c", "text": {"$gt": ""}}),
    ("message.send", {"client_id": "c", "text": ""}),
    ("message.send", {"client_id": "c", "text": " \n\t "}),
    ("message.send", {"client_id": "c", "text": "x" * 10_001}),
    ("message.send", {"client_id": "c", "text": "unknown field", "session_id": "s"}),
    ("message.send", {"client_id": "c", "text": "nul \0"}),
    ("message.send", {"client_id": "nul \0", "text": "t"}),
    ("message.send", {"client_id": "c", "text": "half a pair \ud800"}),
    ("message.send", {"client_id": "c", "attachment_ids": ["nobody's"]}),
    ("message.send", {"client_id": "c", "attachment_ids": "nobody's"}),
    ("message.send", {"client_id": "c", "attachment_ids": ["a"] * 11}),
    ("message.send", {"client_id": "c", "payload": "x" * 2001}),
    ("typing", {"typing": "yes"}),
    ("typing", {"to": "somebody"}),
    ("read", {"seq": -1}),
    ("read", {"seq": "3"}),
    ("read", {"seq": 1.5}),
    ("human", {"now": True}),
    ("rate", {"score": 0}),
    ("rate", {"score": 6}),
    ("rate", {"score": "5"}),
    ("rate", {"score": 5, "comment": "x" * 2001}),
    ("rate", {}),
    ("session.accept", {"session_id": "s"}),
    ("no such event", {}),
    ("x" * 10_000, {}),
]
AGENT_EMITS: list[tuple[str, Any]] = [
    ("presence.set", None),
    ("presence.set", {"status": "busy"}),
    ("presence.set", {"status": "online", "agent_id": "other"}),
    ("session.accept", {}),
    ("session.accept", {"session_id": 5}),
    ("session.accept", {"session_id": "nothing"}),
    ("session.accept", {"session_id": "../../etc/passwd"}),
    ("session.accept", {"session_id": "nul \0"}),
    ("message.send", {"text": "no session", "client_id": "c"}),
    ("message.send", {"session_id": ["a"], "text": "list", "client_id": "c"}),
    ("message.send", {"session_id": "nothing", "text": "t", "client_id": "c"}),
    ("message.send", "text"),
    ("typing", {"session_id": "nothing"}),
    ("read", {"session_id": "nothing"}),
    ("rate", {"score": 5}),
]


@dataclass
class Bystanders:
    """An agent and a visitor in the middle of a talk, who must not notice anything."""

    made: Workspace
    hub: HubProcess
    channel: Json
    ann: AgentClient
    visitor: VisitorClient
    session_id: str
    count: int = 0

    async def still_talk(self) -> None:
        """Say something in each direction on the connections of the beginning."""
        self.count += 1
        said = await self.visitor.say(f"still {self.count}")
        assert said["ok"], said
        await self.ann.wait(lambda e: e["type"] == "message.created" and e["data"]["entry"]["id"] == said["id"])
        draft = {"session_id": self.session_id, "client_id": f"{self.count}", "text": f"here {self.count}"}
        sent = await self.ann.act("message.send", **draft)
        assert sent["ok"], sent
        await self.visitor.hears(f"here {self.count}")


@asynccontextmanager
async def bystanders(start_hub: StartHub) -> AsyncIterator[Bystanders]:
    """Start a hub that logs warnings only, and a talk on it; the log stays small whatever the block does."""
    hub = await start_hub(env=QUIET)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel(identity_secret="a shared secret")
        await made.person("ann")
        ann = await stack.enter_async_context(made.signed_in("ann"))
        visitor = await stack.enter_async_context(made.visitor(channel))
        sent = await visitor.say("hello")
        await ann.wait_type("session.offered", session_id=sent["session_id"])
        await ann.act("session.accept", session_id=sent["session_id"])
        talk = Bystanders(made, hub, channel, ann, visitor, sent["session_id"])
        await talk.still_talk()
        yield talk
        await talk.still_talk()
        log = hub.process.log()
        assert "Traceback" not in log
        assert len(log.splitlines()) <= LOG_LINES, log


async def _stored(made: Workspace) -> Json:
    """Return everything that bad input might have changed."""
    events = (await made.admin.get("/events", limit="500"))["items"]
    return {
        "events": [(event["cursor"], event["type"]) for event in events],
        "customers": await made.admin.get("/customers"),
        "sessions": await made.admin.get("/sessions"),
    }


def _check_refusal(ack: Json, name: str, data: Any) -> None:
    assert ack["ok"] is False, (name, data, ack)
    assert ack["error"]["type"] not in ("error", "internal-error"), (name, data, ack)
    assert ack["error"]["detail"], (name, data, ack)


async def test_wrong_emits_are_answered_and_store_nothing(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk:
        await talk.made.person("bo")
        async with talk.made.visitor(talk.channel) as stranger, talk.made.signed_in("bo", online=False) as bo:
            before = await _stored(talk.made)
            assert stranger.line is not None
            assert bo.line is not None
            for name, data in VISITOR_EMITS:
                _check_refusal(await stranger.line.call(name, data), name, data)
            for name, data in AGENT_EMITS:
                _check_refusal(await bo.line.call(name, data), name, data)
            assert await _stored(talk.made) == before
            said = await stranger.say("and now something sensible")
            assert said["ok"], "the connection is still good"


async def test_what_belongs_to_others_is_not_there(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk:
        await talk.made.person("bo", languages=["en"])
        async with talk.made.visitor(talk.channel) as stranger, talk.made.signed_in("bo", online=False) as bo:
            new = await stranger.say("I am new")
            await talk.ann.wait_type("session.offered", session_id=new["session_id"])
            before = await _stored(talk.made)
            theirs = {"session_id": talk.session_id}
            draft = {"client_id": "c", "text": "let me in"}
            for name, data in (
                ("typing", {}),
                ("read", {}),
                ("message.send", draft),
                ("message.send", {**draft, "note": True}),
            ):
                ack = await bo.act(name, **theirs, **data)
                assert (ack["ok"], ack["error"]["type"]) == (False, "not-found"), (name, ack)
            for secret in ("take", "accept", "reject"):
                status = await _status(bo.rest, "POST", f"/sessions/{talk.session_id}/{secret}")
                assert status in (404, 409), (secret, status)
            async with Rest(talk.hub.url) as own:
                own.token = stranger.token
                assert await _status(own, "GET", f"/visitor/sessions/{talk.session_id}/timeline") == 404
                assert await _status(own, "GET", f"/sessions/{talk.session_id}") == 401
                own.token = bo.rest.token
                assert await _status(own, "GET", "/visitor/sessions") in (401, 403)
            assert await _stored(talk.made) == before


async def _status(rest: Rest, method: str, path: str) -> int:
    async with aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {rest.token}"}
        body: Json | None = None if method == "GET" else {}
        async with http.request(method, f"{rest.url}/api/v1{path}", json=body, headers=headers) as answer:
            return answer.status


def _claims_of(token: str) -> Json:
    middle = token.split(".")[1]
    claims: Json = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims


async def _refused(url: str, namespace: str, auth: Any) -> Json:
    """Connect, expect to be refused, and return the refusal's data."""
    heard: list[Json] = []
    async with aiohttp.ClientSession() as http:
        socket = socketio.AsyncClient(reconnection=False, http_session=http)
        socket.on("connect_error", heard.append, namespace=namespace)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await socket.connect(url, namespaces=[namespace], auth=auth, transports=["websocket"])
        await socket.disconnect()
    assert len(heard) == 1, (auth, heard)
    assert heard[0]["message"], auth
    return heard[0]


async def test_forged_tokens_open_nothing(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk:
        before = await _stored(talk.made)
        good = talk.ann.rest.token or ""
        claims = _claims_of(good)
        late = {**claims, "exp": int(time.time()) + 10**6}
        head, middle, tail = good.split(".")
        for token in (
            "",
            "x",
            "a.b.c",
            good[:-2],
            f"{head}.{middle}.",
            f"{head}.{sign_jwt(late, b'').split('.')[1]}.{tail}",
            sign_jwt(late, b"guessed"),
            sign_jwt(late, b"", "none"),
            talk.visitor.token,
            f"{good}\0",
            "x" * 100_000,
        ):
            data = await _refused(talk.hub.url, "/agent", {"token": token})
            assert data["data"]["code"] == "unauthenticated", token
        wrong: list[Any] = [None, {}, [], "token", {"token": 5}, {"token": [good]}]
        for auth in wrong:
            data = await _refused(talk.hub.url, "/agent", auth)
            assert data["data"]["code"], auth
        assert await _stored(talk.made) == before


async def test_a_false_identity_is_refused_and_a_false_visitor_token_is_nobody(start_hub: StartHub) -> None:
    async with bystanders(start_hub) as talk:
        before = await _stored(talk.made)
        soon = int(time.time()) + 600
        key = b"a shared secret"
        right_hash = hmac.new(key, b"u1", hashlib.sha256).hexdigest()
        channel_id = talk.channel["id"]
        for identity in (
            {"token": sign_jwt({"sub": "u1", "exp": soon}, b"guessed")},
            {"token": sign_jwt({"sub": "u1", "exp": soon}, key, "none")},
            {"token": sign_jwt({"sub": "u1", "exp": soon - 1200}, key)},
            {"token": sign_jwt({"sub": "u1"}, key)},
            {"token": sign_jwt({"exp": soon}, key)},
            {"token": sign_jwt({"sub": "", "exp": soon}, key)},
            {"token": sign_jwt({"sub": {"a": 1}, "exp": soon}, key)},
            {"token": "x"},
            {"token": 5},
            {"id": "u1", "hash": "0" * 64},
            {"id": "u2", "hash": right_hash},
            {"id": "u1", "hash": right_hash[:-1]},
            {"id": "u1"},
            {"hash": right_hash},
            {"id": 1, "hash": right_hash},
            {},
        ):
            data = await _refused(talk.hub.url, "/visitor", {"channel_id": channel_id, "identity": identity})
            assert data["data"]["code"], identity
        wrong: list[Any] = [None, {}, "x", {"channel_id": 5}, {"channel_id": "nothing"}]
        wrong += [{"channel_id": channel_id, "since": since} for since in (-1, "1", 1.5)]
        wrong += [{"channel_id": channel_id, "role": "admin"}, {"channel_id": channel_id, "identity": "u1"}]
        for auth in wrong:
            data = await _refused(talk.hub.url, "/visitor", auth)
            assert data["data"]["code"], auth
        claims = _claims_of(talk.visitor.token or "")
        for token in (sign_jwt(claims, b"guessed"), sign_jwt(claims, b"", "none"), "x"):
            stranger = VisitorClient(talk.hub.url, channel_id, token=token)
            welcome = await stranger.connect(since=0)
            assert (welcome["session_id"], stranger.messages) == (None, {})
            assert welcome["customer_id"] != talk.visitor.customer_id
            await stranger.disconnect()
        assert await _stored(talk.made) == before
