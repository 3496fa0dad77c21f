"""What customers write decides who answers and how soon; outside hours they are told so once and called up again."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack

import pytest

from tests.flows.workspace import ENV, SECRET, Workspace, workspace
from tests.providers.api_receiver import ApiReceiver, api_receiver
from tests.support.clients import AgentClient, Json, RestError, VisitorClient
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

EVERY_HOUR = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(7)]


async def _usual_rules(made: Workspace) -> list[Json]:
    rules: Json = await made.admin.post("/routing-rules/defaults")
    return list(rules["items"])


async def _served(agent: AgentClient, session_id: str | None) -> None:
    await agent.wait_type("session.offered", session_id=session_id or "")
    ack = await agent.act("session.accept", session_id=session_id)
    assert ack["ok"], ack


async def _activities(made: Workspace, session_id: str) -> list[str]:
    return [entry["kind"] for entry in await made.timeline(session_id) if entry["kind"] != "message"]


async def test_words_of_an_emergency_jump_the_line(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        rules = await _usual_rules(made)
        assert await _usual_rules(made) == rules, "adding them again changes nothing"
        channel = await made.channel("api", inbound_secret=SECRET)
        await made.person("ann", capacity=1)
        ann = await stack.enter_async_context(made.signed_in("ann"))
        busy = await made.push(channel, "u0", "我的订单在哪里")
        await _served(ann, busy["session_id"])
        first = await made.push(channel, "u1", "请问几点发货")
        second = await made.push(channel, "u2", "发票怎么开")
        urgent = await made.push(channel, "u3", "我买的充电宝起火了！")
        in_line = await made.push(channel, "u2", "等等，插座也冒烟了")

        session = await made.session(urgent["session_id"])
        lane = session["lane"]
        assert (lane["lane"], lane["because"], session["priority"]) == ("emergency", "起火", 0)
        assert lane["due_at"] > session["created_at"]
        assert in_line["session_id"] == second["session_id"]
        await ann.rest.post(f"/sessions/{busy['session_id']}/close")
        await _served(ann, second["session_id"])
        await ann.rest.post(f"/sessions/{second['session_id']}/close")
        await _served(ann, urgent["session_id"])
        assert (await made.session(first["session_id"]))["state"] == "queued"
        assert await _activities(made, urgent["session_id"]) == ["lane", "queued", "offered", "assigned"]


async def test_a_sensitive_request_goes_past_the_bot_to_an_agent_with_the_skill(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        await _usual_rules(made)
        bot = await made.bot()
        channel = await made.channel(bot_id=bot["id"])
        await made.person("bo")
        await made.person("eve", roles=("supervisor",))
        bo = await stack.enter_async_context(made.signed_in("bo"))
        visitor = await stack.enter_async_context(made.visitor(channel))
        await visitor.say("你好")
        await visitor.until(lambda: any(m["author"]["kind"] == "bot" for m in visitor.messages.values()))
        said = await visitor.say("请删除我的个人信息")
        session_id = said["session_id"]
        asked_at = said["seq"]
        session = await visitor_waits(made, session_id)
        assert (session["lane"]["lane"], session["skills"]) == ("reviewed", {"privacy": 1})
        assert session["handoff"]["reason"] == "reviewed"

        await made.person("ann", skills={"privacy": 5})
        ann = await stack.enter_async_context(made.signed_in("ann"))
        await _served(ann, session_id)
        assert not [event for event in bo.events if event["type"] == "session.offered"]
        bots = [m["seq"] for m in visitor.messages.values() if m["author"]["kind"] == "bot"]
        assert all(seq < asked_at for seq in bots), "no bot answers a sensitive request"

        with pytest.raises(RestError) as early:
            await ann.rest.post(f"/sessions/{session_id}/close")
        assert (early.value.status, early.value.problem["type"]) == (409, "review-needed")
        reviewed = await ann.rest.post(f"/sessions/{session_id}/review", {"outcome": "granted", "note": "身份已核实"})
        assert (reviewed["review"]["outcome"], reviewed["review"]["by_name"]) == ("granted", "ann")
        closed = await ann.rest.post(f"/sessions/{session_id}/close")
        assert closed["state"] == "closed"
        assert (await _activities(made, session_id))[-2:] == ["reviewed", "closed"]


async def visitor_waits(made: Workspace, session_id: str) -> Json:
    session = await made.session(session_id)
    assert session["state"] == "queued", session["state"]
    return session


async def _closed_hours(made: Workspace, action: str) -> Json:
    body = {"name": "shop hours", "zone": "Asia/Shanghai", "hours": [], "closed_action": action}
    hours: Json = await made.admin.post("/business-hours", body)
    return hours


async def _open_channel(made: Workspace, receiver: ApiReceiver, hours_id: str) -> Json:
    settings = {"inbound_secret": SECRET, "outbound_url": receiver.url, "outbound_secret": SECRET}
    routing = {"business_hours_id": hours_id}
    body = {"kind": "api", "name": "app", "settings": settings, "routing": routing}
    channel: Json = await made.admin.post("/channels", body)
    return channel


async def test_outside_hours_the_customer_is_told_once_and_the_opening_calls_them_up(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, api_receiver(SECRET, time.time) as receiver, AsyncExitStack() as stack:
        hours = await _closed_hours(made, "callback")
        channel = await _open_channel(made, receiver, hours["id"])
        await made.person("ann")
        await made.person("eve", roles=("supervisor",))
        ann = await stack.enter_async_context(made.signed_in("ann"))
        eve = await stack.enter_async_context(made.signed_in("eve", online=False))
        taken = await made.push(channel, "u1", "你好，我想换货")
        session_id = taken["session_id"]
        told = await eve.wait(
            lambda e: e["type"] == "message.created" and e["data"]["entry"]["author"]["kind"] == "system"
        )
        assert "不是服务时间" in told["data"]["entry"]["content"]["text"]
        assert "电话" in told["data"]["entry"]["content"]["text"]
        await made.push(channel, "u1", "我的电话是 138 1234 5678，下午方便")
        session = await made.session(session_id)
        assert (session["state"], session["offline"]["action"]) == ("queued", "callback")
        assert session["offline"]["contact"] == "13812345678"
        assert not [event for event in ann.events if event["type"] == "session.offered"]

        await made.admin.call("PATCH", f"/business-hours/{hours['id']}", {"hours": EVERY_HOUR})
        await _served(ann, session_id)
        session = await made.session(session_id)
        assert (session["offline"], session["queued_at"]) == (None, session["created_at"])
        assert await _activities(made, session_id) == [
            "queued",
            "outside_hours",
            "callback",
            "opening",
            "offered",
            "assigned",
        ]
        texts = [event["data"]["content"]["text"] for event in receiver.events]
        assert len(texts) == 1, texts
        assert receiver.faults == []


async def test_a_visitor_outside_hours_leaves_a_number_before_a_word_is_written(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        hours = await _closed_hours(made, "callback")
        body = {"kind": "webchat", "name": "web", "settings": {}, "routing": {"business_hours_id": hours["id"]}}
        channel = await made.admin.post("/channels", body)
        visitor: VisitorClient = await stack.enter_async_context(made.visitor(channel, locale="en"))
        assert visitor.welcome is not None
        assert visitor.welcome["hours"] == {"open": False, "action": "callback", "opens_at": None}
        ack = await visitor.act("callback", contact="+44 20 7946 0958", wish="after five")
        assert ack["ok"], ack
        session = await made.session(ack["session"]["id"])
        assert (session["offline"]["contact"], session["offline"]["wish"]) == ("+44 20 7946 0958", "after five")
        await visitor.hears("We are closed now")
        await made.admin.call("PATCH", f"/business-hours/{hours['id']}", {"hours": EVERY_HOUR})
        await visitor.until(lambda: visitor.hours, limit_s=PATIENCE_S)
        assert visitor.hours[-1]["open"] is True
        await visitor.until(lambda: visitor.sessions and visitor.sessions[-1]["offline"] is None)
        late = await visitor.act("callback", contact="+44 20 7946 0958")
        assert late["error"]["type"] == "not-offline"


async def test_a_customer_who_comes_back_within_a_day_gets_the_same_agent(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel("api", inbound_secret=SECRET)
        await made.person("ann")
        ann = await stack.enter_async_context(made.signed_in("ann"))
        first = await made.push(channel, "u1", "hello")
        await _served(ann, first["session_id"])
        await ann.rest.post(f"/sessions/{first['session_id']}/close")
        await made.person("bo")
        bo = await stack.enter_async_context(made.signed_in("bo"))
        other = await made.push(channel, "u2", "hello")
        await _served(bo, other["session_id"])
        await bo.rest.post(f"/sessions/{other['session_id']}/close")
        # Bo has been idle for a shorter time and Ann never had more to do: only who served them tells the two apart.
        for external_id, agent in (("u2", bo), ("u1", ann), ("u2", bo)):
            back = await made.push(channel, external_id, "it is me again")
            await _served(agent, back["session_id"])
            await agent.rest.post(f"/sessions/{back['session_id']}/close")


async def test_a_team_that_is_not_there_is_widened_and_the_customer_hears_the_place(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, api_receiver(SECRET, time.time) as receiver, AsyncExitStack() as stack:
        team = await made.admin.post("/teams", {"name": "nobody yet"})
        steps = [{"after_s": 11, "team_id": None}]
        queue = await made.admin.post("/queues", {"name": "sales", "overflow": steps})
        then = {"queue_id": queue["id"], "team_id": team["id"]}
        await made.admin.post("/routing-rules", {"name": "all", "then": then})
        settings = {"inbound_secret": SECRET, "outbound_url": receiver.url, "outbound_secret": SECRET}
        channel = await made.admin.post("/channels", {"kind": "api", "name": "app", "settings": settings})
        await made.person("ann")
        ann = await stack.enter_async_context(made.signed_in("ann"))
        taken = await made.push(channel, "u1", "你好，有人吗")
        session = await made.session(taken["session_id"])
        assert (session["queue_id"], session["team_id"], session["state"]) == (queue["id"], team["id"], "queued")
        await ann.wait_type("session.offered", session_id=taken["session_id"], limit_s=PATIENCE_S)
        assert (await made.session(taken["session_id"]))["team_id"] is None
        kinds = await _activities(made, taken["session_id"])
        assert kinds == ["queued", "overflow", "offered"]
        told = [entry for entry in await made.timeline(taken["session_id"]) if entry["kind"] == "message"][1:]
        assert [entry["content"]["text"] for entry in told] == ["正在为您转接人工客服：您是下一位，我们会尽快接待您。"]
