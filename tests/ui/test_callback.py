"""Outside hours the chat window says when we are back and takes a number; at the opening the customer waits in line."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.flows.workspace import ENV, workspace
from tests.support.clients import Json
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.screens import keep
from tests.ui.tabs import DESK, PHONE, Locale, Scheme, Size, open_tab
from tests.ui.widget import Widget

EVERY_HOUR = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(7)]


@pytest.mark.parametrize(
    ("locale", "size", "scheme", "noted"),
    [("zh-CN", PHONE, "light", "我们会给您回电"), ("en", DESK, "dark", "we will call you back")],
)
async def test_a_visitor_asks_for_a_call(
    start_hub: StartHub,
    browser: Browser,
    pictures: Path,
    locale: Locale,
    size: Size,
    scheme: Scheme,
    noted: str,
) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        hours = await made.admin.post("/business-hours", {"name": "h", "hours": [], "closed_action": "callback"})
        routing = {"business_hours_id": hours["id"]}
        body = {"kind": "webchat", "name": "web", "settings": {"locale": locale}, "routing": routing}
        channel = await made.admin.post("/channels", body)
        address = f"{hub.url}/demo?channel={channel['id']}"
        async with open_tab(browser, address, locale=locale, size=size, scheme=scheme) as tab:
            widget = Widget(tab)
            await widget.open()
            await widget.part("callback").click()
            await widget.part("callback-contact").fill("138 1234 5678")
            await keep(tab.page, pictures, f"callback-form-{locale}-{scheme}")
            await widget.part("callback-send").click()
            await expect(widget.part("callback-done")).to_contain_text(noted)
            await expect(widget.bubbles(author="system")).to_have_count(1)
            await keep(tab.page, pictures, f"callback-done-{locale}-{scheme}")
            session: Json = (await made.admin.get("/sessions"))["items"][0]
            assert session["offline"]["contact"] == "138 1234 5678"
            await made.admin.call("PATCH", f"/business-hours/{hours['id']}", {"hours": EVERY_HOUR})
            await expect(widget.part("queue")).to_be_visible()
            await expect(widget.part("closed")).to_have_count(0)


async def test_an_agent_sees_the_wish_calls_back_and_closes(start_hub: StartHub, browser: Browser) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        hours = await made.admin.post("/business-hours", {"name": "h", "hours": [], "closed_action": "callback"})
        routing = {"business_hours_id": hours["id"]}
        channel = await made.admin.post("/channels", {"kind": "webchat", "name": "web", "routing": routing})
        await made.person("ann")
        address = f"{hub.url}/demo?channel={channel['id']}"
        shop = await stack.enter_async_context(open_tab(browser, address, locale="en"))
        widget = Widget(shop)
        await widget.open()
        await expect(widget.part("closed")).to_be_visible()
        await widget.part("callback").click()
        await widget.part("callback-contact").fill("+44 20 7946 0958")
        await widget.part("callback-wish").fill("after five")
        await widget.part("callback-send").click()
        await expect(widget.part("callback-done")).to_be_visible()
        session: Json = (await made.admin.get("/sessions"))["items"][0]

        agent = Console(await stack.enter_async_context(open_tab(browser, hub.url, locale="en")))
        await agent.sign_in("ann@example.com")
        await agent.go("online")
        await agent.part("list-queue").click()
        await expect(agent.row(session["id"]).get_by_test_id("offline-mark")).to_have_text("Call back")
        await agent.open(session["id"])
        card = agent.part("offline-card")
        await expect(card).to_have_attribute("data-action", "callback")
        await expect(card.get_by_test_id("offline-contact")).to_have_text("+44 20 7946 0958")
        await expect(card).to_contain_text("after five")
        await agent.part("thread-take").click()
        await expect(agent.bubbles("+44 20 7946 0958")).to_have_count(1)
        await agent.note("Called back, all is well.")
        await agent.part("thread-close").click()
        await expect(agent.row(session["id"])).to_have_count(0)
        closed = await made.session(session["id"])
        assert (closed["state"], closed["offline"]) == ("closed", None)
        await expect(widget.part("callback-done")).to_have_count(0)
