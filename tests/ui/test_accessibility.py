"""No view breaks a rule of WCAG 2.2, levels A and AA, as far as axe-core can tell; in both colour schemes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Frame, Page

import agent_ui
from tests.flows.workspace import ADMIN, ENV, PASSWORD, workspace
from tests.support.clients import Json
from tests.support.hub_process import StartHub
from tests.ui.channels_page import ChannelsPage
from tests.ui.console import Console
from tests.ui.floor import open_floor, session_of
from tests.ui.mail_desk import a_letter, mail_desk
from tests.ui.planning_page import PlanningPage
from tests.ui.queues_page import QueuesPage
from tests.ui.routing_page import RoutingPage
from tests.ui.screens import settle
from tests.ui.tabs import Scheme, open_tab
from tests.ui.widget import Widget

_AXE = Path(agent_ui.__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The iframe is looked at on its own: axe joins frames by messages, which the chat rightly does not answer.
_RUN = """([within, levels]) => axe.run(within, { iframes: false, runOnly: levels, resultTypes: ['violations'] }).then(
  (found) => found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) })))"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core; where everything must run it must be there."""
    if _AXE.is_file():
        return _AXE.read_text()
    remedy = "axe-core is not installed: `npm ci` in agent_ui"
    if os.environ.get("CI") == "true":
        pytest.fail(remedy, pytrace=False)
    pytest.skip(remedy)


class Judge:
    """Collects what axe finds, so that one run names all faults."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.faults: list[str] = []

    async def look(self, page: Page | Frame, view: str, *, within: str = "html") -> None:
        """Judge a page or frame, or one part of it, in both colour schemes."""
        owner = page.page if isinstance(page, Frame) else page
        schemes: tuple[Scheme, ...] = ("light", "dark")
        for scheme in schemes:
            await owner.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await settle(owner)
            found: list[dict[str, Any]] = await page.evaluate(_RUN, [within, _LEVELS])
            self.faults += [f"{view}, {scheme}: {one['id']}: {one['help']}: {one['nodes'][:3]}" for one in found]

    def verdict(self) -> None:
        """Fail with everything that was found."""
        assert not self.faults, "\n".join(["", *self.faults])


async def test_the_console_is_open_to_everybody(start_hub: StartHub, browser: Browser, axe: str) -> None:
    judge = Judge()
    async with open_floor(start_hub, browser) as floor:
        visitor, second = await floor.visitor("how do I return a lamp?"), await floor.visitor("another question")
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, scripts=[axe]))
        console, page = Console(tab), tab.page
        await console.part("login-submit").wait_for()
        await judge.look(page, "sign-in")
        await console.sign_in("ann@example.com")
        await judge.look(page, "empty console")
        await console.go("online")
        await console.offer(session_of(visitor)).wait_for()
        await judge.look(page, "two offers")
        await console.accept(session_of(visitor))
        await console.accept(session_of(second))
        await visitor.say("hello?")
        await console.open(session_of(visitor))
        await console.say("one moment please")
        await console.hears("one moment please", author="agent")
        await console.note("a note")
        await judge.look(page, "open session")
        await _look_at_overlays(judge, console)
    judge.verdict()


async def _look_at_overlays(judge: Judge, console: Console) -> None:
    """Look at each dialog and menu, and leave it with Escape. What is behind is dimmed on purpose."""
    page = console.page
    for keys, name in (("Alt+KeyT", "transfer-dialog"), ("Control+KeyK", "palette"), ("Shift+Slash", "shortcut-sheet")):
        await console.part("timeline").focus()
        await page.keyboard.press(keys)
        await console.part(name).wait_for()
        await judge.look(page, name, within=f"[data-testid={name}]")
        await page.keyboard.press("Escape")
        await console.part(name).wait_for(state="detached")
    for name in ("presence", "theme", "language"):
        await console.part(f"{name}-button").click()
        await console.part(f"{name}-menu").wait_for()
        await judge.look(page, f"menu {name}", within=f"[data-testid={name}-menu]")
        await page.keyboard.press("Escape")
        await console.part(f"{name}-menu").wait_for(state="detached")


async def test_the_channels_are_open_to_everybody(start_hub: StartHub, browser: Browser, axe: str) -> None:
    judge = Judge()
    async with open_floor(start_hub, browser) as floor:
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, scripts=[axe]))
        console, page = Console(tab), tab.page
        pages = ChannelsPage(console)
        await console.sign_in(ADMIN, PASSWORD)
        await pages.open()
        await judge.look(page, "channels")
        await pages.part("channel-add").click()
        await pages.part("kind-card").first.wait_for()
        await judge.look(page, "kinds of channels")
        await page.locator("[data-testid=kind-card][data-kind=email]").click()
        await pages.save()
        await pages.part("form-faults").wait_for()
        await judge.look(page, "form with faults")
        await pages.part("channels-back").click()
        await pages.part("kind-card").first.wait_for()
        await pages.part("channels-back").click()
        await pages.choose("test webchat")
        await judge.look(page, "settings of a channel")
        await pages.part("channel-tab-guide").click()
        await pages.part("guide").wait_for()
        await judge.look(page, "guide")
        await pages.part("channel-tab-deliveries").click()
        await pages.part("log-empty").wait_for()
        await judge.look(page, "delivery log")
        await pages.act("remove")
        await pages.part("channel-remove-dialog").wait_for()
        await judge.look(page, "deleting a channel")
    judge.verdict()


async def test_the_queues_are_open_to_everybody(start_hub: StartHub, browser: Browser, axe: str) -> None:
    judge = Judge()
    async with open_floor(start_hub, browser) as floor:
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, scripts=[axe]))
        console, page = Console(tab), tab.page
        pages = QueuesPage(console)
        await console.sign_in("sue@example.com")
        await pages.open()
        await judge.look(page, "nobody waits")
        session_id = session_of(await floor.visitor("how do I return a lamp?"))
        await pages.act(session_id, "emergency")
        await pages.row(session_id).get_by_test_id("lane-mark").wait_for()
        await judge.look(page, "queues")
        await pages.row(session_id).get_by_test_id("waiting-trace").click()
        await pages.part("trace").wait_for()
        await judge.look(page, "trace", within="[data-testid=trace-dialog]")
        await page.keyboard.press("Escape")
        await pages.part("alarms-button").click()
        await pages.alarm("nobody_online").wait_for()
        await judge.look(page, "alarms in the bar", within="[data-testid=alarms-popover]")
        await pages.part("alarms-all").click()
        await judge.look(page, "alarms")
        await pages.part("queues-waiting").click()
        await pages.act(session_id, "reviewed")
        await console.part("nav-console").click()
        await page.goto(f"{floor.hub.url}/sessions/{session_id}")
        await console.part("panel-review").click()
        await console.part("review-dialog").wait_for()
        await judge.look(page, "review", within="[data-testid=review-dialog]")
    judge.verdict()


async def test_planning_is_open_to_everybody(start_hub: StartHub, browser: Browser, axe: str) -> None:
    judge = Judge()
    async with open_floor(start_hub, browser) as floor:
        await floor.made.admin.post("/skills", {"name": "billing", "label": {"zh": "账单", "en": "Billing"}})
        hours = [{"weekday": 0, "start": "09:00", "end": "18:00"}]
        await floor.made.admin.post("/business-hours", {"name": "Service", "hours": hours})
        await floor.visitor("how do I return a lamp?")
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, scripts=[axe]))
        console, page = Console(tab), tab.page
        plans = PlanningPage(console)
        await console.sign_in(ADMIN, PASSWORD)
        await plans.open("hours")
        await plans.import_holidays("cn-2026")
        await plans.turn_to("2026-10")
        await judge.look(page, "hours")
        await plans.date("2026-10-01").click()
        await judge.look(page, "a date", within="[data-testid=date-dialog]")
        await plans.part("date-cancel").click()
        await plans.part("holidays-import").click()
        await plans.part("holidays-days").wait_for()
        await judge.look(page, "holidays", within="[data-testid=holidays-dialog]")
        await plans.part("holidays-cancel").click()
        await plans.switch("skills")
        await plans.part("skill-cell").first.click()
        await page.keyboard.type("9")
        await judge.look(page, "skills")
        await plans.part("skill-add").click()
        await judge.look(page, "a skill", within="[data-testid=skill-dialog]")
        await page.keyboard.press("Escape")
        await plans.switch("what-if")
        for part in ("wish-queues", "wish-agents"):
            await plans.part(part).locator("summary").first.click()
        await plans.part("wish-add-agents").click()
        await judge.look(page, "what if")
        await plans.part("what-if-run").click()
        await plans.part("what-if-answer").wait_for()
        await judge.look(page, "waits")
        await plans.switch("staffing")
        await judge.look(page, "staffing")
    judge.verdict()


async def test_mails_are_open_to_everybody(start_hub: StartHub, browser: Browser, axe: str) -> None:
    judge = Judge()
    async with mail_desk(start_hub, browser) as desk:
        tab = await desk.floor.stack.enter_async_context(open_tab(browser, desk.floor.hub.url, scripts=[axe]))
        console = Console(tab)
        await console.sign_in("ann@example.com")
        await console.go("online")
        desk.deliver(a_letter("Headphones", "Silent.\n\n> Is it better?", html="<p>Silent.</p>"))
        await desk.accept(console)
        await console.part("mail").wait_for()
        await console.part("mail-details-toggle").click()
        await judge.look(tab.page, "a mail")
        await console.part("mail-view-all").click()
        await console.part("mail-quote").locator("summary").click()
        await judge.look(tab.page, "all of a mail")
        await console.part("mail-view-html").click()
        await console.part("mail-reply").click()
        await console.part("reply-answers").wait_for()
        await judge.look(tab.page, "the design of a mail, and its answer")
    judge.verdict()


async def test_the_widget_is_open_to_everybody(start_hub: StartHub, browser: Browser, axe: str) -> None:
    judge = Judge()
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        channel = await made.channel(bot_id=(await made.bot())["id"], locale="zh-CN")
        await made.person("ann")
        address = f"{hub.url}/demo?channel={channel['id']}"
        async with open_tab(browser, address, scripts=[axe]) as tab:
            widget = Widget(tab)
            await widget.page.get_by_test_id("huike-launcher").wait_for()
            await judge.look(tab.page, "shop")
            await widget.open()
            frame = next(one for one in tab.page.frames if "/widget/frame" in one.url)
            await judge.look(frame, "greeting")
            await _look_at_the_talk(judge, widget, frame)
            session: Json = (await made.admin.get("/sessions"))["items"][0]
            async with made.signed_in("ann") as ann:
                await ann.wait_type("session.offered", session_id=session["id"])
                await ann.act("session.accept", session_id=session["id"])
                await ann.act("message.send", session_id=session["id"], client_id="a", text="您好，我在")
                await widget.hears("您好，我在", author="agent")
                await judge.look(frame, "agent")
                await ann.rest.post(f"/sessions/{session['id']}/close")
                await widget.part("rate-5").check(force=True)
                await judge.look(frame, "rating")
                await widget.part("rate-submit").click()
                await widget.part("rating").get_by_role("status").wait_for()
                await judge.look(frame, "thanks")
            await hub.kill()
            await widget.part("connection").wait_for()
            await judge.look(frame, "offline")
    judge.verdict()


async def _look_at_the_talk(judge: Judge, widget: Widget, frame: Frame) -> None:
    """Look at bot, menus, emoji and queue."""
    await widget.say("你好")
    await widget.bubbles(author="bot").last.wait_for()
    await widget.option("退款")
    await judge.look(frame, "bot with a menu")
    await widget.part("menu").click()
    await judge.look(frame, "settings")
    await widget.part("large").click()
    await judge.look(frame, "large text")
    await widget.part("large").click()
    await widget.page.keyboard.press("Escape")
    await widget.part("emoji").click()
    await judge.look(frame, "emoji")
    await widget.page.keyboard.press("Escape")
    await widget.part("human").click()
    await widget.part("queue").wait_for()
    await judge.look(frame, "queue")


async def test_the_settings_of_routing_are_open_to_everybody(start_hub: StartHub, browser: Browser, axe: str) -> None:
    judge = Judge()
    async with open_floor(start_hub, browser) as floor:
        await floor.made.admin.post("/skills", {"name": "billing", "label": {"zh": "账单", "en": "Billing"}})
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, locale="en", scripts=[axe]))
        console, page = Console(tab), tab.page
        pages = RoutingPage(console)
        await console.sign_in(ADMIN, PASSWORD)
        await pages.open()
        await pages.part("rules-usual").click()
        await pages.attempt("the battery is on fire")
        await judge.look(page, "rules")
        await pages.part("rule-add").click()
        for part in ("channel_ids", "languages", "levels", "feelings", "words", "hours"):
            await pages.when(part)
        for part in ("first", "queue_id", "team_id", "language", "skills", "priority", "lane"):
            await pages.then(part)
        await pages.part("rule-first-bot").check()
        await pages.part("rule-add-skill").select_option("billing")
        await pages.part("rule-words").fill("a word")
        await pages.part("rule-save").click()
        await pages.part("field-error").first.wait_for()
        await judge.look(page, "a rule with faults", within="[data-testid=rule-dialog]")
        await page.keyboard.press("Escape")
        await pages.part("confirm-yes").click()
        await pages.part("routing-tab-queues").click()
        await pages.part("router-own-aging_s").check(force=True)
        await judge.look(page, "queues and the router's settings")
        await pages.part("queue-add").click()
        await pages.part("overflow-add").click()
        await judge.look(page, "a queue", within="[data-testid=queue-dialog]")
    judge.verdict()
