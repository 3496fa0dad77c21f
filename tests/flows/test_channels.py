"""Whole conversations over the providers' own protocols: in by a signed push, out through their API, states back.

The providers are strict stand-ins on ports of their own; the hub is a process like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hub.environment import SystemClock, SystemIds
from simulator.wechat_pushes import Account
from tests.flows.workspace import ENV, Workspace, workspace
from tests.providers.twilio import TwilioStandIn, twilio_stand_in
from tests.providers.wechat import WechatProvider, wechat_provider
from tests.support.clients import AgentClient, Json, RestError
from tests.support.hub_process import StartHub

SID, TOKEN, NUMBER = "AC" + "7" * 32, "twilio-token-of-tests", "+12025550100"
PHONE = "+8613800138000"


async def until(claim: Callable[[], Any], what: str) -> Any:
    """Look until something is there."""
    for _ in range(400):
        found = claim()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(what)


@asynccontextmanager
async def twilio(made: Workspace) -> AsyncIterator[tuple[TwilioStandIn, Json]]:
    """Connect an SMS channel with a stand-in of Twilio."""
    names = {"account_sid": SID, "auth_token": TOKEN, "number": NUMBER}
    async with twilio_stand_in(clock=SystemClock(), ids=SystemIds(), **names) as provider:
        settings = {"account_sid": SID, "auth_token": TOKEN, "from": NUMBER, "api_base": provider.url}
        channel = await made.channel("sms_twilio", **settings)
        provider.account.webhook_url = channel["webhook_url"]
        yield provider, channel


@asynccontextmanager
async def serving(made: Workspace, session_id: str) -> AsyncIterator[AgentClient]:
    """Let an agent hold a session."""
    await made.person("ann")
    async with made.signed_in("ann") as ann:
        await ann.wait_type("session.offered", session_id=session_id)
        accepted = await ann.act("session.accept", session_id=session_id)
        assert accepted["ok"], accepted
        yield ann


async def only_session(made: Workspace) -> str:
    """Return the one session there is."""
    page = await until(lambda: _sessions(made), "no session came about")
    assert len(page) == 1, page
    return str(page[0]["id"])


async def _sessions(made: Workspace) -> list[Json]:
    return list((await made.admin.get("/sessions"))["items"])


async def delivery(made: Workspace, session_id: str, message_id: str, *states: str) -> Json:
    """Wait until a message is in one of the states; return its delivery."""

    async def look() -> Json | None:
        for entry in await made.timeline(session_id):
            if entry.get("id") == message_id and entry["delivery"]["state"] in states:
                found: Json = entry["delivery"]
                return found
        return None

    found: Json = await until(look, f"the message did not become {states}")
    return found


async def answer(ann: AgentClient, session_id: str, text: str, **fields: Any) -> Json:
    """Let the agent answer."""
    sent: Json = await ann.rest.post(
        f"/sessions/{session_id}/messages", {"text": text, "client_id": f"c-{text[:20]}", **fields}
    )
    return sent


async def test_a_text_message_comes_in_is_answered_and_delivered(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, twilio(made) as (provider, channel):
        phone = provider.account.phone(PHONE)
        assert await phone.say("我的快递到哪了？") == 200
        session_id = await only_session(made)
        async with serving(made, session_id) as ann:
            sent = await answer(ann, session_id, "您好，明天送到。")
            reached = await delivery(made, session_id, sent["id"], "delivered")
            assert reached == {"state": "delivered", "reason": None, "trouble": None}
        assert [bubble.text for bubble in phone.shown if not bubble.is_mine] == ["您好，明天送到。"]
        assert provider.faults == []
        customer = await made.admin.get("/customers", identity=f"phone:{PHONE}")
        assert len(customer["items"]) == 1
        log = await made.admin.get(f"/channels/{channel['id']}/deliveries")
        assert [(one["state"], [a["outcome"] for a in one["attempts"]]) for one in log["items"]] == [("sent", ["sent"])]
        outcomes = [
            event["data"]["outcome"]
            for event in (await made.admin.get("/events", limit="200"))["items"]
            if event["type"] == "channel.inbound"
        ]
        assert outcomes[0] == "message"
        assert set(outcomes[1:]) == {"status"}


async def test_who_says_stop_hears_nothing_more_until_start(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, twilio(made) as (provider, channel):
        phone = provider.account.phone(PHONE)
        await phone.say("hello")
        session_id = await only_session(made)
        async with serving(made, session_id) as ann:
            await phone.say("退订")
            path = f"/sessions/{session_id}/reply-channels"
            way = await until(lambda: _first(ann, path, lambda one: one["opted_out"]), "the opt-out was not noted")
            assert (way["kind"], way["address"], way["is_default"]) == ("sms_twilio", PHONE, True)
            refused = await answer(ann, session_id, "still there?")
            failed = await delivery(made, session_id, refused["id"], "failed")
            assert failed["trouble"] == "opted_out"
            await phone.say("START")
            await until(lambda: _first(ann, path, lambda one: not one["opted_out"]), "the opt-in was not noted")
            sent = await answer(ann, session_id, "welcome back")
            await delivery(made, session_id, sent["id"], "sent", "delivered")
        assert provider.attempts == 1
        assert channel["health"]["state"] == "ok"


async def _first(ann: AgentClient, path: str, wanted: Callable[[Json], bool]) -> Json | None:
    for one in (await ann.rest.get(path))["items"]:
        if wanted(one):
            found: Json = one
            return found
    return None


async def test_a_failing_provider_is_tried_again_and_the_log_tells_it(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, twilio(made) as (provider, channel):
        await provider.account.phone(PHONE).say("hello")
        session_id = await only_session(made)
        async with serving(made, session_id) as ann:
            await provider.behave("breaks")
            sent = await answer(ann, session_id, "one moment")
            await until(lambda: provider.attempts >= 2, "the message was not tried again")
            waiting = await made.admin.get(f"/channels/{channel['id']}/deliveries", state="waiting")
            assert waiting["items"][0]["message_id"] == sent["id"]
            assert waiting["items"][0]["next_try_at"]
            await provider.behave("takes")
            await delivery(made, session_id, sent["id"], "sent", "delivered")
            await provider.behave("rejects")
            lost = await answer(ann, session_id, "and this?")
            failed = await delivery(made, session_id, lost["id"], "failed")
            assert failed["trouble"] == "address_invalid"
            await provider.behave("takes")
            replayed = await made.admin.post(f"/channels/{channel['id']}/replay")
            assert replayed == {"replayed": 1}
            await delivery(made, session_id, lost["id"], "sent", "delivered")
        assert [heard.text for heard in provider.heard] == ["one moment", "and this?"]


async def test_a_lost_answer_is_uncertain_and_not_sent_twice(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, twilio(made) as (provider, _):
        await provider.account.phone(PHONE).say("hello")
        session_id = await only_session(made)
        async with serving(made, session_id) as ann:
            provider.lists = False
            await provider.behave("cuts")
            sent = await answer(ann, session_id, "did you get this?")
            unsure = await delivery(made, session_id, sent["id"], "uncertain", "delivered")
            assert unsure["state"] in ("uncertain", "delivered")
        assert len(provider.heard) == 1


async def test_a_paused_channel_waits_and_goes_on(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, twilio(made) as (provider, channel):
        await provider.account.phone(PHONE).say("hello")
        session_id = await only_session(made)
        async with serving(made, session_id) as ann:
            paused = await made.admin.post(f"/channels/{channel['id']}/pause")
            assert paused["health"]["state"] == "paused"
            sent = await answer(ann, session_id, "later")
            await asyncio.sleep(0.5)
            assert provider.attempts == 0
            assert (await made.session(session_id))["state"] == "active"
            resumed = await made.admin.post(f"/channels/{channel['id']}/resume")
            assert resumed["health"]["state"] in ("ok", "failing")
            assert (await delivery(made, session_id, sent["id"], "queued", "sent"))["trouble"] is None


async def test_settings_are_tried_out_before_they_are_kept(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, twilio(made) as (provider, channel):
        settings = {"account_sid": SID, "from": NUMBER, "api_base": provider.url}
        right = await made.admin.post(
            "/channels/check", {"kind": "sms_twilio", "settings": {**settings, "auth_token": TOKEN}}
        )
        assert right["ok"] is True
        wrong = await made.admin.post(
            "/channels/check", {"kind": "sms_twilio", "settings": {**settings, "auth_token": "guess"}}
        )
        assert wrong["ok"] is False
        said = [check["said"] for check in wrong["checks"] if not check["is_ok"]]
        assert said
        assert all(words["zh-CN"] and words["en"] and "guess" not in str(words) for words in said)
        kept = await made.admin.post("/channels/check", {"kind": "sms_twilio", "channel_id": channel["id"]})
        assert kept["ok"] is True
        with pytest.raises(RestError) as refused:
            await made.admin.post("/channels/check", {"kind": "sms_twilio", "settings": {"account_sid": 7}})
        assert refused.value.status == 422


async def test_texts_are_measured_as_the_provider_counts(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, twilio(made) as (_, channel):
        path = f"/channels/{channel['id']}/measure"
        short = await made.admin.post(path, {"text": "hello"})
        assert (short["encoding"], short["segments"], short["units"]) == ("GSM-7", 1, 5)
        long = await made.admin.post(path, {"text": "字" * 71})
        assert (long["encoding"], long["segments"]) == ("UCS-2", 2)
        assert "".join(long["parts"]) == "字" * 71


@asynccontextmanager
async def wechat(made: Workspace, **settings: str) -> AsyncIterator[tuple[WechatProvider, Json]]:
    """Connect an official account with a stand-in of the platform."""
    account = Account(
        app_id="wx1", app_secret="app-secret-1", token="token1", webhook_url="", aes_key=settings.get("aes_key", "")
    )
    async with wechat_provider(account, SystemClock().seconds) as provider:
        channel = await made.channel(
            "wechat", app_id="wx1", app_secret="app-secret-1", token="token1", api_base=provider.url, **settings
        )
        provider.platform.set_account(Account(**{**_fields(account), "webhook_url": channel["webhook_url"]}))
        yield provider, channel


def _fields(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in account.__slots__}


@pytest.mark.parametrize("aes_key", ["", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"])
async def test_a_wechat_message_is_answered_within_its_window(start_hub: StartHub, aes_key: str) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, wechat(made, aes_key=aes_key) as (provider, _):
        phone = provider.platform.phone("wx1", "o-customer-1")
        assert await phone.say("在吗？👩🏽‍💻")
        session_id = await only_session(made)
        async with serving(made, session_id) as ann:
            way = await _first(ann, f"/sessions/{session_id}/reply-channels", lambda one: one["kind"] == "wechat")
            assert way is not None
            assert way["window"]["left"] == 5
            assert (await ann.act("typing", session_id=session_id, typing=True))["ok"]
            await until(lambda: phone.is_typing, "the phone does not show that somebody types")
            for number in range(5):
                sent = await answer(ann, session_id, f"answer {number} 您好")
                await delivery(made, session_id, sent["id"], "sent")
            over = await answer(ann, session_id, "one too many")
            failed = await delivery(made, session_id, over["id"], "failed")
            assert failed["trouble"] == "quota_used"
            assert await phone.say("还在吗")
            way = await until(
                lambda: _first(ann, f"/sessions/{session_id}/reply-channels", lambda one: one["window"]["left"] == 5),
                "a new message opens a new window",
            )
            again = await ann.rest.post(f"/sessions/{session_id}/messages/{over['id']}/resend")
            await delivery(made, session_id, again["id"], "sent")
        assert [each.text for each in phone.screen if each.sender == "account"][-1] == "one too many"
        assert provider.faults == []


async def test_one_customer_goes_on_from_wechat_to_sms_in_one_session(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, wechat(made) as (provider, _), twilio(made) as (sms, _):
        assert await provider.platform.phone("wx1", "o-customer-1").say("你好")
        session_id = await only_session(made)
        customer_id = (await made.session(session_id))["customer_id"]
        customer = await made.admin.get(f"/customers/{customer_id}")
        phone = {"kind": "phone", "value": PHONE, "verified": True}
        await made.admin.call("PATCH", f"/customers/{customer_id}", {"identities": [*customer["identities"], phone]})
        await sms.account.phone(PHONE).say("还是我，改用短信")
        await until(lambda: _spoke(made, session_id, 2), "the text message did not join the session")
        session = await made.session(session_id)
        assert len(session["channel_ids"]) == 2
        async with serving(made, session_id) as ann:
            sent = await answer(ann, session_id, "收到")
            await delivery(made, session_id, sent["id"], "sent", "delivered")
        assert [heard.text for heard in sms.heard] == ["收到"]
        assert len(await _sessions(made)) == 1


async def _spoke(made: Workspace, session_id: str, times: int) -> bool:
    entries = await made.timeline(session_id)
    said = [entry for entry in entries if entry["kind"] == "message" and entry["direction"] == "in"]
    return len(said) >= times
