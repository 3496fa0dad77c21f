"""What limits a reply, shown before it is sent: parts, opting out, windows; and who may be one and the same person."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, expect

from hub.environment import SystemClock, SystemIds
from tests.flows.providers import KINDS, NUMBER, SID, TWILIO_TOKEN, WECHAT, bring, wechat_text, xml
from tests.flows.workspace import SECRET
from tests.providers.twilio import TwilioStandIn, twilio_stand_in
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor

PHONE = "+8613800138000"
SITE_SECRET = "a secret that the shop's server shares with us"


@asynccontextmanager
async def _sms(floor: Floor) -> AsyncIterator[TwilioStandIn]:
    names = {"account_sid": SID, "auth_token": TWILIO_TOKEN, "number": NUMBER}
    async with twilio_stand_in(clock=SystemClock(), ids=SystemIds(), **names) as provider:
        settings = {"account_sid": SID, "auth_token": TWILIO_TOKEN, "from": NUMBER, "api_base": provider.url}
        channel = await floor.made.channel("sms_twilio", **settings)
        provider.account.webhook_url = channel["webhook_url"]
        yield provider


async def _accept_next(console: Console) -> None:
    await console.part("offer-card").first.get_by_test_id("offer-accept").click()
    await expect(console.part("reply-tab-reply")).to_be_visible()


async def test_a_text_message_is_counted_and_opting_out_holds_it_back(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor, _sms(floor) as provider:
        ann = await floor.console("ann")
        phone = provider.account.phone(PHONE)
        await phone.say("where is my parcel?")
        await _accept_next(ann)
        await expect(ann.part("channel-only")).to_contain_text("test sms_twilio")
        await ann.write("On its way")
        await expect(ann.part("reply-parts")).to_have_text("1 part, 10 of 160")
        await ann.part("reply-text").fill("好" * 71)
        await expect(ann.part("reply-parts")).to_have_attribute("data-parts", "2")
        await ann.say("On its way")
        await expect(ann.page.locator("[data-testid=delivery][data-state=delivered]")).to_have_count(1)

        await phone.say("STOP")
        await expect(ann.part("reply-obstacle")).to_have_attribute("data-obstacle", "opted_out")
        await ann.write("are you there?")
        await expect(ann.part("reply-send")).to_be_disabled()
        await ann.part("reply-text").press("Enter")
        await expect(ann.part("reply-text")).to_have_value("are you there?")
        await ann.part("reply-tab-note").click()
        await ann.part("reply-text").fill("she does not want texts")
        await expect(ann.part("reply-send")).to_be_enabled()
        await ann.part("reply-tab-reply").click()

        await phone.say("START")
        await expect(ann.part("reply-obstacle")).to_have_count(0)
        await ann.part("reply-text").press("Enter")
        await expect(ann.bubbles("are you there?", author="agent")).to_have_count(1)


async def test_a_window_counts_down_and_closes(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        channel = await KINDS["wechat"].channel(floor.made)
        ann = await floor.console("ann")
        fresh = xml(WECHAT, wechat_text(WECHAT, "first", "wang", "在吗"))
        assert (await bring(floor.hub.url, channel, fresh))[0] == 200
        await _accept_next(ann)
        window = ann.part("reply-window")
        await expect(window).to_contain_text("Replies possible for 1 day 23 hr")
        await expect(window).to_have_attribute("data-urgent", "false")
        await expect(window).to_contain_text("5 messages left")

        other = await floor.console("bo")
        old = {"CreateTime": int(time.time()) - 48 * 3600 - 60}
        stale = xml(WECHAT, {**wechat_text(WECHAT, "second", "zhao", "你好"), **old})
        assert (await bring(floor.hub.url, channel, stale))[0] == 200
        await _accept_next(other)
        await expect(other.part("reply-obstacle")).to_have_attribute("data-obstacle", "window_closed")
        await other.write("hello")
        await expect(other.part("reply-send")).to_be_disabled()


async def test_the_channel_of_a_reply_can_be_chosen(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor, _sms(floor) as provider:
        channel = await floor.made.channel("api", inbound_secret=SECRET)
        ann = await floor.console("ann")
        pushed = await floor.made.push(channel, "crm-1", "hello from the app", phone=PHONE)
        await ann.accept(pushed["session_id"])
        phone = provider.account.phone(PHONE)
        await phone.say("and by text")
        await expect(ann.bubbles("and by text")).to_contain_text("test sms_twilio")
        await expect(ann.bubbles("hello from the app")).to_contain_text("test api")
        await expect(ann.part("channel-switch")).to_contain_text("test sms_twilio")
        await ann.part("channel-switch").click()
        await expect(ann.part("channel-menu")).to_contain_text(PHONE)
        await ann.part(f"channel-{channel['id']}").click()
        await expect(ann.part("reply-parts")).to_have_count(0)
        await ann.say("answered in the app")
        await expect(ann.bubbles("answered in the app", author="agent")).to_contain_text("test api")
        assert [bubble.text for bubble in phone.shown if not bubble.is_mine] == []


async def test_a_suggested_merge_is_made_and_undone(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        web = await floor.made.channel(identity_secret=SITE_SECRET)
        api = await floor.made.channel("api", inbound_secret=SECRET)
        await floor.made.push(api, "crm-1", "hello", phone=PHONE, name="王芳")
        mark = hmac.new(SITE_SECRET.encode(), b"u1", hashlib.sha256).hexdigest()
        claimed = {"id": "u1", "hash": mark, "phone": PHONE, "name": "Fang"}
        visitor = await floor.stack.enter_async_context(floor.made.visitor(web, identity=claimed))
        said = await visitor.say("it is me")
        ann = await floor.console("ann")
        await ann.accept(said["session_id"])
        suggestion = ann.part("merge-suggestion")
        await expect(suggestion).to_contain_text("王芳")
        await expect(suggestion).to_contain_text(f"Same phone number {PHONE} (claimed here, verified there).")
        await suggestion.get_by_test_id("merge-ask").click()
        await ann.part("merge-confirm").get_by_test_id("confirm-yes").click()
        await expect(ann.part("merge-card")).to_have_count(0)
        await expect(ann.part("identity").filter(has_text="crm-1")).to_have_count(1)
        await ann.part("toast-action").click()
        await expect(ann.part("identity").filter(has_text="crm-1")).to_have_count(0)
        await expect(suggestion).to_contain_text("王芳")
        await suggestion.get_by_test_id("merge-dismiss").click()
        await expect(ann.part("merge-card")).to_have_count(0)
        await ann.page.reload()
        await expect(ann.part("identity").first).to_be_visible()
        await expect(ann.part("merge-card")).to_have_count(0)
