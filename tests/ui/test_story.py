"""The story that the product is for, in three tabs: demo shop, agent, colleague. Then again with a power cut in it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, expect

from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import Json
from tests.support.hub_process import HubProcess, StartHub
from tests.ui.console import Console
from tests.ui.tabs import Locale, Tab, open_tab
from tests.ui.widget import Widget

NUMBER, PARCEL = "HK20260001", "SF1402233445566"
# From the moment when the hub answers again until both tabs have everything. Their retries back off to some seconds.
COMPLETE_LIMIT_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said in one language, and what must be read on the screen."""

    locale: Locale
    question: str
    disclosure: str
    asks_for_number: str
    greeting: str
    choice: str
    place: str
    waiting: str
    joined: str
    hello: str
    typing: str
    complaint: str
    note: str
    handing_over: str
    goodbye: str
    thanks: str
    offline: str
    lost: str


ZH = Words(
    locale="zh-CN",
    question="我的订单到哪了",
    disclosure="机器人",
    asks_for_number="订单号",
    greeting="你好",
    choice="开发票",
    place="排在第 2 位",
    waiting="下一位就是您",
    joined="ann 已接入",
    hello="您好，我是ann，马上帮您查",
    typing="ann 正在输入",
    complaint="都三天了，太慢了",
    note="客户着急，仓库说明天到",
    handing_over="请同事继续跟进物流",
    goodbye="包裹明天上午送到，我是小博",
    thanks="谢谢您的评价",
    offline="网络断开了",
    lost="正在重连",
)
EN = Words(
    locale="en",
    question="Where is my order?",
    disclosure="a bot",
    asks_for_number="order number",
    greeting="Hello",
    choice="Invoice",
    place="Number 2 in line",
    waiting="You are next",
    joined="ann joined",
    hello="Hello, this is Annie, let me look",
    typing="ann is typing",
    complaint="It has been three days, too slow",
    note="customer is in a hurry, warehouse says tomorrow",
    handing_over="please follow the parcel",
    goodbye="Your parcel arrives tomorrow, Bo here",
    thanks="Thank you for your rating",
    offline="You are offline",
    lost="Reconnecting",
)
BOTH = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])


@dataclass(kw_only=True)
class Stage:
    """A hub with a bot, a web chat and two agents; a visitor's tab is open."""

    hub: HubProcess
    made: Workspace
    browser: Browser
    words: Words
    channel: Json
    ann: Json
    bo: Json
    visitor: Widget
    session_id: str = ""


@asynccontextmanager
async def _stage(start_hub: StartHub, browser: Browser, words: Words) -> AsyncIterator[Stage]:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        bot = await made.bot()
        channel = await made.channel(bot_id=bot["id"], locale=words.locale)
        ann = await made.person("ann")
        bo = await made.person("bo")
        address = f"{hub.url}/demo?channel={channel['id']}"
        tab = await stack.enter_async_context(open_tab(browser, address, locale=words.locale))
        yield Stage(
            hub=hub, made=made, browser=browser, words=words, channel=channel, ann=ann, bo=bo, visitor=Widget(tab)
        )


@asynccontextmanager
async def _desk(stage: Stage, name: str) -> AsyncIterator[Console]:
    """Open a console in a tab of its own, sign in and set the agent online."""
    tab: Tab
    async with open_tab(stage.browser, stage.hub.url, locale=stage.words.locale) as tab:
        console = Console(tab)
        await console.sign_in(f"{name}@example.com")
        await console.go("online")
        yield console


async def _talk_to_the_bot(stage: Stage) -> None:
    """Ask, read that a bot answers, choose from a menu, whose buttons live once."""
    visitor, words = stage.visitor, stage.words
    await visitor.open()
    await expect(visitor.part("greeting")).to_be_visible()
    await visitor.say(words.question)
    await visitor.hears(words.question, author="customer")
    await expect(visitor.bubbles(words.disclosure, author="bot").first).to_be_visible()
    await expect(visitor.part("bot-badge")).to_be_visible()
    await visitor.hears(words.asks_for_number, author="bot")
    await visitor.say(NUMBER)
    await visitor.hears(PARCEL, author="bot")
    await visitor.say(words.greeting)
    choice = await visitor.option(words.choice)
    await choice.click()
    await visitor.hears(words.choice, author="customer")
    await expect(choice).to_be_disabled()
    stage.session_id = (await stage.made.admin.get("/sessions"))["items"][0]["id"]


async def _ask_for_a_person(stage: Stage) -> None:
    """Wait behind somebody else, and move up when they are gone."""
    visitor, words = stage.visitor, stage.words
    async with stage.made.visitor(stage.channel, locale=words.locale) as first:
        assert (await first.act("human"))["ok"]
        await first.until(lambda: first.queue)
        await visitor.part("human").click()
        await expect(visitor.part("queue-place")).to_contain_text(words.place)
        await first.until(lambda: first.session_id or any(told["state"] == "queued" for told in first.sessions))
        waiting = await stage.made.admin.get("/sessions", state="queued")
        ahead = next(one["id"] for one in waiting["items"] if one["id"] != stage.session_id)
        await stage.made.admin.post(f"/sessions/{ahead}/close")
    await expect(visitor.part("queue-place")).to_contain_text(words.waiting)


async def _accept_with_everything_known(stage: Stage, ann: Console) -> None:
    """The offer counts down; after accepting, the whole conversation and what the bot knows are on the screen."""
    words = stage.words
    offer = ann.offer(stage.session_id)
    left = int(await offer.get_by_test_id("offer-countdown").inner_text())
    assert 0 < left <= 30
    await expect(offer.get_by_test_id("offer-countdown")).not_to_have_text(str(left))
    await ann.accept(stage.session_id)
    await ann.hears(words.question, author="customer")
    await ann.hears(PARCEL, author="bot")
    await expect(ann.part("handoff-card")).to_contain_text(words.choice)
    await expect(ann.part("handoff-card")).to_contain_text(NUMBER)
    await expect(ann.part("customer-panel").get_by_test_id("customer-name")).not_to_be_empty()
    await expect(stage.visitor.part("floor-agent")).to_be_visible()
    await expect(stage.visitor.frame.locator("[data-line=joined]")).to_contain_text(words.joined)


async def _hold_both_ways(stage: Stage, ann: Console) -> None:
    """Type and talk in both directions; a note stays on one side."""
    visitor, words = stage.visitor, stage.words
    await ann.write(words.hello)
    await expect(visitor.part("typing")).to_contain_text(words.typing)
    await ann.part("reply-text").press("Enter")
    await visitor.hears(words.hello, author="agent")
    await expect(visitor.part("typing")).to_have_count(0)
    await visitor.write(words.complaint)
    await expect(ann.part("typing")).to_be_visible()
    await visitor.part("send").click()
    await ann.hears(words.complaint, author="customer")
    await expect(ann.part("typing")).to_have_count(0)
    await ann.note(words.note)
    await ann.say("1, 2, 3")
    await visitor.hears("1, 2, 3", author="agent")
    await expect(visitor.bubbles(words.note)).to_have_count(0)


async def _finish(stage: Stage, bo: Console) -> None:
    visitor, words = stage.visitor, stage.words
    await expect(bo.offer(stage.session_id)).to_be_visible()
    await bo.accept(stage.session_id)
    await bo.hears(words.note, author="agent")
    await expect(bo.page.locator("[data-testid=activity]", has_text=words.handing_over)).to_have_count(1)
    await bo.say(words.goodbye)
    await visitor.hears(words.goodbye, author="agent")
    await bo.part("thread-close").click()
    await expect(visitor.part("rating")).to_be_visible()
    await visitor.rate(5, "👍")
    await expect(visitor.part("rating")).to_contain_text(words.thanks)
    rated = await stage.made.session(stage.session_id)
    assert (rated["state"], rated["rating"]["score"], rated["rating"]["comment"]) == ("closed", 5, "👍")


@BOTH
async def test_from_the_shop_through_two_agents_to_a_rating(
    start_hub: StartHub, browser: Browser, words: Words
) -> None:
    async with _stage(start_hub, browser, words) as stage:
        await _talk_to_the_bot(stage)
        await _ask_for_a_person(stage)
        async with _desk(stage, "ann") as ann:
            await _accept_with_everything_known(stage, ann)
            await _hold_both_ways(stage, ann)
            async with _desk(stage, "bo") as bo:
                await ann.transfer(stage.bo["id"], words.handing_over)
                await _finish(stage, bo)
            await expect(ann.row(stage.session_id)).to_have_count(0)


@BOTH
async def test_a_power_cut_loses_nothing_and_doubles_nothing(
    start_hub: StartHub, browser: Browser, words: Words
) -> None:
    async with _stage(start_hub, browser, words) as stage:
        visitor = stage.visitor
        await visitor.open()
        await visitor.say(words.question)
        await visitor.hears(words.asks_for_number, author="bot")
        await visitor.part("human").click()
        await expect(visitor.part("queue")).to_be_visible()
        stage.session_id = (await stage.made.admin.get("/sessions"))["items"][0]["id"]
        async with _desk(stage, "ann") as ann:
            await ann.accept(stage.session_id)
            await ann.say(words.hello)
            await visitor.hears(words.hello, author="agent")
            await visitor.say(words.complaint)
            await stage.hub.kill()
            await _write_in_the_dark(stage, ann)
            await stage.hub.restart()
            began = time.monotonic()
            await _everything_once(stage, ann)
            assert time.monotonic() - began < COMPLETE_LIMIT_S
            await _the_talk_goes_on(stage, ann)


async def _write_in_the_dark(stage: Stage, ann: Console) -> None:
    """Both tabs say that the connection is gone, and keep what is written."""
    visitor, words = stage.visitor, stage.words
    await expect(visitor.part("connection")).to_have_attribute("data-state", "offline")
    await expect(visitor.part("connection")).to_contain_text(words.offline)
    await expect(ann.part("connection")).to_have_attribute("data-link", "reconnecting")
    await expect(ann.part("connection")).to_contain_text(words.lost)
    await visitor.say("visitor in the dark")
    await expect(visitor.bubbles("visitor in the dark")).to_have_attribute("data-state", "sending")
    await ann.say("agent in the dark")
    await expect(ann.part("pending-message")).to_contain_text("agent in the dark")


async def _everything_once(stage: Stage, ann: Console) -> None:
    """Wait until both tabs are online and show all that was said, each message once and in the hub's order."""
    visitor, words = stage.visitor, stage.words
    await expect(ann.part("connection")).to_have_attribute("data-link", "online")
    await expect(visitor.part("connection")).to_have_count(0)
    await ann.hears("visitor in the dark", author="customer")
    arrived = ann.bubbles("agent in the dark", author="agent")
    # The visitor's message may land first: then the agent is asked whether the reply still fits.
    await expect(arrived.or_(ann.part("conflict"))).to_have_count(1)
    if await ann.part("conflict").count():
        await ann.part("conflict-anyway").click()
    await expect(arrived).to_have_count(1)
    await expect(ann.part("pending-message")).to_have_count(0)
    await visitor.hears("agent in the dark", author="agent")
    await expect(visitor.bubbles("visitor in the dark")).not_to_have_attribute("data-state", "sending")
    for text in (words.question, words.complaint, "visitor in the dark"):
        await visitor.hears(text, author="customer")
        await ann.hears(text, author="customer")
    kept = [entry for entry in await stage.made.timeline(stage.session_id) if entry["kind"] == "message"]
    numbers = [entry["seq"] for entry in kept]
    assert await visitor.numbers() == numbers
    assert await ann.numbers() == numbers


async def _the_talk_goes_on(stage: Stage, ann: Console) -> None:
    """Live again both ways, after a reload too."""
    visitor = stage.visitor
    await visitor.say("still there?")
    await ann.hears("still there?", author="customer")
    await ann.say("yes, all of it")
    await visitor.hears("yes, all of it", author="agent")
    await visitor.page.reload()
    await visitor.open()
    await visitor.hears("agent in the dark", author="agent")
    await visitor.hears("yes, all of it", author="agent")
    await ann.page.reload()
    await ann.hears("visitor in the dark", author="customer")
    assert await visitor.numbers() == await ann.numbers()
