"""One person, one customer: by proof over every channel, never by a claim, and what was joined comes apart again."""

from __future__ import annotations

import hashlib
import hmac
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.providers.api_receiver import ApiReceiver, api_receiver
from tests.support.clients import AgentClient, Json, RestError, sign_jwt
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

SITE_SECRET = "a secret that the shop's server shares with us"
PHONE = "+8613812345678"


def _proved(sub: str, **claims: str) -> Json:
    """Return the identity that a shop's server signs for its user."""
    claims_and_end: Json = {"sub": sub, "exp": int(time.time()) + 600, **claims}
    return {"token": sign_jwt(claims_and_end, SITE_SECRET.encode())}


def _claimed(sub: str, **claims: str) -> Json:
    """Return the simple form: the id is proved, phone and mail are what somebody typed."""
    return {"id": sub, "hash": hmac.new(SITE_SECRET.encode(), sub.encode(), hashlib.sha256).hexdigest(), **claims}


async def _channels(made: Workspace, receiver: ApiReceiver | None = None) -> tuple[Json, Json]:
    """Make a web chat and an open channel."""
    outbound = {"outbound_url": receiver.url, "outbound_secret": SECRET} if receiver else {}
    web = await made.channel(identity_secret=SITE_SECRET)
    return web, await made.channel("api", inbound_secret=SECRET, **outbound)


async def _taken(agent: AgentClient, session_id: str) -> None:
    await agent.wait_type("session.offered", session_id=session_id)
    accepted = await agent.act("session.accept", session_id=session_id)
    assert accepted["ok"], accepted


async def test_one_customer_on_two_channels_has_one_session_and_is_answered_on_either(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, api_receiver(SECRET, time.time) as receiver, AsyncExitStack() as stack:
        web, open_channel = await _channels(made, receiver)
        await made.person("ann")
        ann = await stack.enter_async_context(made.signed_in("ann"))
        visitor = await stack.enter_async_context(made.visitor(web, identity=_proved("u1", phone="138 1234 5678")))
        first = await visitor.say("I write on the web")
        session_id = first["session_id"]
        pushed = await made.push(open_channel, "crm-77", "and I text you", phone=PHONE, name="王芳")
        assert pushed["session_id"] == session_id
        await _taken(ann, session_id)
        session = await made.session(session_id)
        assert set(session["channel_ids"]) == {web["id"], open_channel["id"]}
        assert session["customer_id"] == visitor.customer_id
        await visitor.hears("and I text you")

        draft = {"client_id": "1", "text": "answer by text", "channel_id": open_channel["id"]}
        by_text = await ann.rest.post(f"/sessions/{session_id}/messages", draft)
        assert by_text["delivery"]["state"] == "queued"
        updated = await ann.wait(
            lambda e: e["type"] == "message.updated" and e["data"]["entry"]["id"] == by_text["id"], limit_s=PATIENCE_S
        )
        assert updated["data"]["entry"]["delivery"]["state"] in ("sent", "delivered")
        assert [(one["data"]["id"], one["data"]["customer"]["external_id"]) for one in receiver.events] == [
            (by_text["id"], "crm-77")
        ]
        assert receiver.faults == []

        draft = {"client_id": "2", "text": "answer on the web", "channel_id": web["id"]}
        on_web = await ann.rest.post(f"/sessions/{session_id}/messages", draft)
        heard = await visitor.heard(on_web["seq"])
        assert (heard["channel_id"], heard["delivery"]["state"]) == (web["id"], "sent")
        await made.push(open_channel, "crm-77", "texting again", phone=PHONE)
        default = await ann.rest.post(f"/sessions/{session_id}/messages", {"client_id": "3", "text": "as you like"})
        assert default["channel_id"] == open_channel["id"], "an answer goes where the customer wrote last"
        found = await made.admin.get("/customers", identity=f"phone:{PHONE}")
        assert [one["id"] for one in found["items"]] == [visitor.customer_id]
        sessions = await made.admin.get("/sessions", customer_id=visitor.customer_id or "")
        assert len(sessions["items"]) == 1


async def test_a_phone_that_was_only_claimed_is_never_matched(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        web, open_channel = await _channels(made)
        owner = await made.push(open_channel, "crm-1", "this is my phone", phone=PHONE)
        thief = await stack.enter_async_context(made.visitor(web, identity=_claimed("u9", phone=PHONE)))
        said = await thief.say("this is my phone too")
        assert said["session_id"] != owner["session_id"]
        session = await made.session(owner["session_id"])
        assert session["customer_id"] != thief.customer_id
        claimed = (await made.admin.get(f"/customers/{thief.customer_id}"))["identities"]
        assert {"kind": "phone", "value": PHONE, "verified": False} in claimed

        other = "+8613900000000"
        early = await stack.enter_async_context(made.visitor(web, identity=_claimed("u10", phone=other)))
        await early.say("I claim it first")
        later = await made.push(open_channel, "crm-2", "and I own it", phone=other)
        assert (await made.session(later["session_id"]))["customer_id"] != early.customer_id
        # The same id comes back on another device: that is proved, so it is the same customer.
        again = await stack.enter_async_context(made.visitor(web, identity=_claimed("u10")))
        assert again.customer_id == early.customer_id


async def _two_customers(made: Workspace, web: Json, open_channel: Json, stack: AsyncExitStack) -> tuple[Any, Json]:
    """Make two customers with everything on their records: one of the web chat, one of the open channel."""
    visitor = await stack.enter_async_context(made.visitor(web, identity=_proved("u1", email="Wang@Example.com")))
    await visitor.say("from the web")
    pushed = await made.push(open_channel, "crm-5", "from the app", phone=PHONE)
    other_id = (await made.session(pushed["session_id"]))["customer_id"]
    for customer_id, name in ((visitor.customer_id, "王"), (other_id, "Wang Fang")):
        body = {"name": name, "level": "vip", "tags": [name], "attributes": {"city": name}}
        await made.admin.call("PATCH", f"/customers/{customer_id}", body)
    return visitor, {"id": other_id, "session_id": pushed["session_id"]}


async def _records(made: Workspace, *ids: str) -> list[Json]:
    return [await made.admin.get(f"/customers/{one}") for one in ids]


async def test_merge_and_undo_give_back_exactly_the_former_records(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        web, open_channel = await _channels(made)
        visitor, other = await _two_customers(made, web, open_channel, stack)
        kept_id, other_id = visitor.customer_id, other["id"]
        before = await _records(made, kept_id, other_id)
        merged = await made.admin.post(f"/customers/{kept_id}/merge", {"other_id": other_id, "reason": "same person"})
        keys = {(one["kind"], one["value"]) for one in merged["customer"]["identities"]}
        assert keys >= {(one["kind"], one["value"]) for record in before for one in record["identities"]}
        assert (await made.admin.get(f"/customers/{other_id}"))["merged_into"] == kept_id
        overview = await made.admin.get(f"/customers/{kept_id}/overview")
        assert len(overview["sessions"]) == 2
        with pytest.raises(RestError) as twice:
            await made.admin.post(f"/customers/{kept_id}/merge", {"other_id": other_id})
        assert twice.value.status == 409
        undone = await made.admin.post(f"/merges/{merged['merge_id']}/undo")
        assert await _records(made, kept_id, other_id) == before
        assert [undone["customer"], undone["other"]] == before
        with pytest.raises(RestError) as again:
            await made.admin.post(f"/merges/{merged['merge_id']}/undo")
        assert (again.value.status, again.value.problem["type"]) == (409, "undone")


async def test_what_comes_after_a_merge_joins_the_one_who_is_left_until_it_is_undone(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        web, open_channel = await _channels(made)
        visitor, other = await _two_customers(made, web, open_channel, stack)
        web_session, kept_id = visitor.session_id, other["id"]
        await made.person("ann")
        ann = await stack.enter_async_context(made.signed_in("ann"))
        await _taken(ann, other["session_id"])
        await ann.wait_type("session.offered", session_id=web_session)
        await made.admin.post(f"/sessions/{web_session}/close")
        merge = await made.admin.post(f"/customers/{kept_id}/merge", {"other_id": visitor.customer_id})

        said = await visitor.say("still me, on the web")
        assert said["session_id"] == other["session_id"], "the open session of the customer who is left"
        sent = await ann.act("message.send", session_id=said["session_id"], client_id="1", text="welcome back")
        assert sent["ok"], sent
        await visitor.hears("welcome back")
        pushed = await made.push(open_channel, "crm-5", "and me", phone=PHONE)
        assert pushed["session_id"] == other["session_id"]
        await visitor.disconnect()
        welcome = await visitor.connect(since=0)
        assert (welcome["customer_id"], welcome["session_id"]) == (kept_id, other["session_id"])

        await made.admin.post(f"/merges/{merge['merge_id']}/undo")
        private = await ann.act("message.send", session_id=other["session_id"], client_id="2", text="for you alone")
        assert private["ok"], private
        await visitor.line.gone.wait()
        apart = await visitor.connect(since=0)
        assert "for you alone" not in str(visitor.messages)
        assert apart["customer_id"] != kept_id
        alone = await visitor.say("on my own again")
        assert alone["session_id"] != other["session_id"]
        assert (await made.session(alone["session_id"]))["customer_id"] == apart["customer_id"]
        still = await made.push(open_channel, "crm-5", "and I stay", phone=PHONE)
        assert still["session_id"] == other["session_id"]
