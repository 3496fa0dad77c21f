"""Who gets the session when people do not answer, say no, disappear, or take it by hand."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import AgentClient, Json, RestError, VisitorClient
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

QUICK = {**ENV, "HUIKE_SESSION__ACCEPT_TIMEOUT_S": "2", "HUIKE_SESSION__GRACE_S": "3"}


async def _waiting(made: Workspace, stack: AsyncExitStack, channel: Json, text: str) -> VisitorClient:
    """Let a visitor write, which queues them where no bot is."""
    visitor = await stack.enter_async_context(made.visitor(channel))
    sent = await visitor.say(text)
    assert sent["ok"], sent
    visitor.session_id = sent["session_id"]
    return visitor


async def _served(agent: AgentClient, session_id: str | None, *, after: int = 0) -> Json:
    """Accept the next offer of a session."""
    offered = await agent.wait(
        lambda e: e["type"] == "session.offered" and e["session_id"] == session_id, limit_s=PATIENCE_S, after=after
    )
    accepted = await agent.act("session.accept", session_id=session_id)
    assert accepted["ok"], accepted
    return offered


async def _done(made: Workspace, visitor: VisitorClient) -> list[str]:
    return [entry["kind"] for entry in await made.timeline(visitor.session_id) if entry["kind"] != "message"]


async def test_an_expired_offer_goes_to_the_next_agent_at_its_old_place(start_hub: StartHub) -> None:
    hub = await start_hub(env=QUICK)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel()
        await made.person("ann", capacity=1)
        await made.person("bo", capacity=1)
        bo = await stack.enter_async_context(made.signed_in("bo"))
        busy = await _waiting(made, stack, channel, "keeps Bo busy")
        await _served(bo, busy.session_id)
        ann = await stack.enter_async_context(made.signed_in("ann"))
        first = await _waiting(made, stack, channel, "first")
        offered = await ann.wait_type("session.offered", session_id=first.session_id or "")
        second = await _waiting(made, stack, channel, "second")
        third = await _waiting(made, stack, channel, "third")

        released = await ann.wait_type("session.released", session_id=first.session_id or "")
        assert released["data"]["session"]["offer"] is None
        assert released["data"]["session"]["queued_at"] == offered["data"]["session"]["queued_at"]
        with pytest.raises(RestError) as late:
            await ann.rest.post(f"/sessions/{first.session_id}/accept")
        assert (late.value.status, late.value.problem["holder"]["kind"]) == (409, "none")
        await _served(ann, second.session_id)
        await first.until(lambda: first.queue and first.queue[-1]["position"] == 1)
        await third.until(lambda: third.queue and third.queue[-1]["position"] == 2)

        await bo.rest.post(f"/sessions/{busy.session_id}/close")
        await _served(bo, first.session_id)
        assert not [e for e in bo.events if e["type"] == "session.offered" and e["session_id"] == third.session_id]
        assert await _done(made, first) == ["queued", "offered", "expired", "offered", "assigned"]


async def test_a_rejected_offer_goes_to_the_next_agent_at_once(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel()
        await made.person("ann")
        await made.person("bo")
        ann = await stack.enter_async_context(made.signed_in("ann"))
        visitor = await _waiting(made, stack, channel, "hello")
        session_id = visitor.session_id or ""
        await ann.wait_type("session.offered", session_id=session_id)
        bo = await stack.enter_async_context(made.signed_in("bo"))
        rejected = await ann.act("session.reject", session_id=session_id, reason="lunch")
        assert rejected["session"]["state"] == "queued", rejected
        await ann.wait_type("session.released", session_id=session_id)
        await _served(bo, session_id)
        assert await _done(made, visitor) == ["queued", "offered", "rejected", "offered", "assigned"]
        again = await ann.act("session.accept", session_id=session_id)
        assert again["error"]["holder"] == {"kind": "agent", "id": bo.agent_id, "name": "bo"}


async def test_a_lost_agent_keeps_the_session_for_the_grace_and_then_loses_it(start_hub: StartHub) -> None:
    hub = await start_hub(env=QUICK)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel()
        await made.person("ann", capacity=1)
        await made.person("bo", capacity=1)
        await made.person("eve", roles=("supervisor",))
        ann = await stack.enter_async_context(made.signed_in("ann"))
        eve = await stack.enter_async_context(made.signed_in("eve", online=False))
        visitor = await _waiting(made, stack, channel, "hello")
        behind = await _waiting(made, stack, channel, "behind")
        session_id = visitor.session_id or ""
        await _served(ann, session_id)
        before = await made.session(session_id)

        cursor = ann.cursor
        await ann.disconnect()
        await ann.connect(cursor=cursor)
        talks_on = await ann.act("message.send", session_id=session_id, client_id="back", text="I am back")
        assert talks_on["ok"], talks_on
        await visitor.hears("I am back")

        await ann.disconnect()
        released = await eve.wait_type("session.released", limit_s=PATIENCE_S, session_id=session_id)
        assert released["data"]["session"]["state"] == "queued"
        assert released["data"]["session"]["queued_at"] == before["queued_at"]
        await visitor.until(lambda: visitor.sessions[-1]["state"] == "queued")
        await visitor.until(lambda: visitor.queue and visitor.queue[-1]["position"] == 1)
        bo = await stack.enter_async_context(made.signed_in("bo"))
        await _served(bo, session_id)
        assert (await made.session(behind.session_id))["state"] == "queued"
        done = await _done(made, visitor)
        assert done == ["queued", "offered", "assigned", "released", "queued", "offered", "assigned"]


async def test_a_supervisor_takes_a_session_and_nobody_else_can(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel()
        await made.person("ann")
        await made.person("bo")
        await made.person("eve", roles=("supervisor",))
        ann = await stack.enter_async_context(made.signed_in("ann"))
        visitor = await _waiting(made, stack, channel, "hello")
        session_id = visitor.session_id or ""
        await _served(ann, session_id)
        bo = await stack.enter_async_context(made.signed_in("bo"))
        with pytest.raises(RestError) as refused:
            await bo.rest.post(f"/sessions/{session_id}/take")
        assert refused.value.status == 409
        assert refused.value.problem["holder"]["id"] == ann.agent_id
        eve = await stack.enter_async_context(made.signed_in("eve"))
        taken = await eve.rest.post(f"/sessions/{session_id}/take")
        assert taken["holder"]["id"] == eve.agent_id
        lost = await ann.wait_type("session.released", session_id=session_id)
        assert lost["data"]["session"]["holder"]["id"] == eve.agent_id
        await eve.act("message.send", session_id=session_id, client_id="1", text="I am in charge")
        heard = await visitor.hears("in charge")
        assert heard["author"]["id"] == eve.agent_id


async def test_a_waiting_session_can_be_taken_by_whoever_could_have_had_it(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        await made.admin.post("/skills", {"name": "vip"})
        body = {"kind": "webchat", "name": "vip", "settings": {}, "routing": {"skills": {"vip": 5}}}
        channel = await made.admin.post("/channels", body)
        await made.person("ann", skills={"vip": 9})
        await made.person("bo")
        ann = await stack.enter_async_context(made.signed_in("ann", online=False))
        bo = await stack.enter_async_context(made.signed_in("bo", online=False))
        visitor = await _waiting(made, stack, channel, "hello")
        with pytest.raises(RestError) as hidden:
            await bo.rest.post(f"/sessions/{visitor.session_id}/take")
        assert hidden.value.status == 404
        taken = await ann.rest.post(f"/sessions/{visitor.session_id}/take")
        assert taken["holder"]["id"] == ann.agent_id
