"""Channel administration in a browser: adding, testing, changing, deleting, the delivery log, and who may."""

from __future__ import annotations

import re
import time

from playwright.async_api import Browser, Page, expect

from tests.flows.workspace import ADMIN, PASSWORD, SECRET
from tests.providers.api_receiver import api_receiver
from tests.support.hub_process import StartHub
from tests.ui.channels_page import ChannelsPage
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor
from tests.ui.tabs import DESK, PHONE, Size, open_tab


async def _as_admin(floor: Floor, *, size: Size = DESK) -> ChannelsPage:
    tab = await floor.stack.enter_async_context(open_tab(floor.browser, floor.hub.url, locale="en", size=size))
    console = Console(tab)
    await console.sign_in(ADMIN, PASSWORD)
    return ChannelsPage(console)


async def _fits(page: Page) -> bool:
    fits: bool = await page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    return fits


async def test_a_channel_is_added_with_its_faults_at_their_fields(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        pages = await _as_admin(floor)
        await pages.open()
        await pages.begin("api")
        await pages.save()
        await expect(pages.part("channel-name")).to_be_focused()
        await expect(pages.fault("inbound_secret")).to_have_text("This is needed.")
        assert len((await floor.made.admin.get("/channels"))["items"]) == 1

        await pages.part("channel-name").fill("CRM")
        await pages.fill("inbound_secret", "not a secret")
        await expect(pages.setting("inbound_secret").get_by_test_id("setting-odd")).to_be_visible()
        await pages.fill("inbound_secret", SECRET)
        await expect(pages.setting("inbound_secret").get_by_test_id("setting-odd")).to_have_count(0)
        await pages.part("channel-test").click()
        await expect(pages.part("checks")).to_have_attribute("data-ok", "true")
        await pages.save()
        await expect(pages.part("channel-created")).to_be_visible()
        made = next(one for one in (await floor.made.admin.get("/channels"))["items"] if one["name"] == "CRM")
        await expect(pages.part("webhook-url")).to_have_text(made["webhook_url"])
        await expect(pages.part("guide").locator("ol li").first).to_be_visible()
        assert (made["kind"], made["secrets_set"]) == ("api", ["inbound_secret"])

        await pages.page.reload()
        await expect(pages.part("webhook-url")).to_have_text(made["webhook_url"])
        await pages.part("channels-back").click()
        await expect(pages.row("CRM").get_by_test_id("channel-health")).to_have_attribute("data-state", "idle")


async def test_what_the_hub_refuses_stands_at_its_field(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        pages = await _as_admin(floor)
        await pages.open()
        await pages.begin("api")
        await pages.part("channel-name").fill("CRM")
        await pages.fill("inbound_secret", SECRET)
        # The browser finds this address well written; the hub does not.
        await pages.fill("outbound_url", "http://exa mple/x")
        await pages.save()
        await expect(pages.part("form-faults")).to_be_visible()
        await expect(pages.fault("outbound_url")).not_to_be_empty()
        await expect(pages.setting("outbound_url").get_by_test_id("setting-input")).to_be_focused()
        await pages.fill("outbound_url", "")
        await pages.save()
        await expect(pages.part("channel-created")).to_be_visible()


async def test_a_channel_is_changed_and_secrets_are_never_shown(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        made = await floor.made.channel("api", inbound_secret=SECRET, outbound_secret=SECRET)
        pages = await _as_admin(floor)
        await pages.open()
        await pages.choose("test api")
        assert SECRET not in await pages.page.content()
        await expect(pages.setting("inbound_secret").get_by_test_id("secret-set")).to_be_visible()
        await expect(pages.setting("inbound_secret").get_by_test_id("secret-forget")).to_have_count(0)
        await expect(pages.part("channel-save")).to_be_disabled()

        await pages.part("channel-name").fill("The shop's CRM")
        await pages.setting("outbound_secret").get_by_test_id("secret-forget").click()
        await pages.part("routing-priority").select_option("1")
        await pages.part("routing-weight").fill("2")
        await pages.part("routing-weight").blur()
        await pages.save()
        await expect(pages.part("channels-title")).to_have_text("The shop's CRM")
        await expect(pages.part("channel-save")).to_be_disabled()
        now = await floor.made.admin.get(f"/channels/{made['id']}")
        assert (now["name"], now["secrets_set"]) == ("The shop's CRM", ["inbound_secret"])
        assert (now["routing"]["priority"], now["routing"]["weight"]) == (1, 2)


async def test_unsaved_changes_are_asked_about(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        pages = await _as_admin(floor)
        await pages.open()
        await pages.choose("test webchat")
        await pages.part("channel-name").fill("half a thou")
        await pages.part("channels-back").click()
        await pages.part("confirm-no").click()
        await expect(pages.part("channel-name")).to_have_value("half a thou")
        await pages.page.go_back()
        await expect(pages.part("leave-dialog")).to_be_visible()
        await pages.page.keyboard.press("Escape")
        await expect(pages.part("leave-dialog")).to_have_count(0)
        await expect(pages.part("channel-name")).to_have_value("half a thou")
        await pages.part("nav-console").click()
        await pages.part("confirm-yes").click()
        await expect(pages.part("session-list")).to_be_visible()
        assert (await floor.made.admin.get("/channels"))["items"][0]["name"] == "test webchat"


async def test_a_channel_is_paused_resumed_and_deleted(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        made = await floor.made.channel("api", inbound_secret=SECRET)
        pages = await _as_admin(floor)
        await pages.open()
        await pages.choose("test api")
        await pages.act("pause")
        health = pages.page.get_by_test_id("channel-health")
        await expect(health).to_have_attribute("data-state", "paused")
        assert (await floor.made.admin.get(f"/channels/{made['id']}"))["health"]["state"] == "paused"
        await pages.act("pause")
        await expect(health).not_to_have_attribute("data-state", "paused")
        await pages.act("remove")
        await expect(pages.part("channel-remove-dialog")).to_contain_text("test api")
        await pages.part("confirm-no").click()
        await expect(pages.part("channel-name")).to_be_visible()
        await pages.act("remove")
        await pages.part("confirm-yes").click()
        await expect(pages.part("channel-list")).to_be_visible()
        await expect(pages.row("test api")).to_have_count(0)
        assert [one["name"] for one in (await floor.made.admin.get("/channels"))["items"]] == ["test webchat"]


async def test_what_failed_is_explained_and_sent_again_from_the_log(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor, api_receiver(SECRET, time.time) as receiver:
        settings = {"inbound_secret": SECRET, "outbound_url": receiver.url, "outbound_secret": SECRET}
        channel = await floor.made.channel("api", **settings)
        await receiver.behave("rejects")
        ann = await floor.console("ann")
        pushed = await floor.made.push(channel, "crm-1", "is anybody there?", name="王芳")
        await ann.accept(pushed["session_id"])
        await ann.say("Here I am.")
        failed = ann.page.locator("[data-testid=delivery][data-state=failed]")
        await expect(failed).to_contain_text("The provider refused this message.")
        await expect(failed.get_by_test_id("delivery-reason")).to_contain_text("422")

        pages = await _as_admin(floor)
        await pages.open()
        await expect(pages.row("test api").get_by_test_id("channel-last-error")).to_be_visible()
        await pages.row("test api").get_by_test_id("channel-more").click()
        await pages.part("channel-deliveries").click()
        row = pages.page.locator("[data-testid=delivery-row]", has_text="Here I am.")
        await expect(row).to_have_attribute("data-state", "failed")
        await row.get_by_test_id("delivery-attempts").click()
        await expect(row.locator("ol li")).to_have_count(1)

        await receiver.behave("takes")
        await row.get_by_test_id("delivery-replay").click()
        await expect(row).to_have_count(0)
        await expect(ann.page.locator("[data-testid=delivery][data-state=sent]")).to_have_count(1)
        await pages.part("log-sent").click()
        await expect(row).to_have_attribute("data-state", "sent")
        assert [one["data"]["content"]["text"] for one in receiver.events] == ["Here I am."]


async def test_only_administrators_change_channels(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        ann = await floor.console("ann", status="offline")
        await expect(ann.part("nav-channels")).to_have_count(0)
        await ann.page.goto(f"{floor.hub.url}/admin/channels")
        await expect(ann.part("channels-locked")).to_be_visible()

        sue = await floor.console("sue", status="offline")
        await expect(sue.part("nav-channels")).to_have_count(0)
        await sue.page.keyboard.press("Control+KeyK")
        await sue.part("palette-input").fill("chann")
        await sue.page.get_by_role("option", name="Channels").click()
        await expect(sue.part("channel-add")).to_have_count(0)
        pages = ChannelsPage(sue)
        await pages.choose("test webchat")
        await expect(pages.part("channel-save")).to_have_count(0)
        await expect(pages.part("channel-name")).to_be_disabled()


async def test_offers_reach_whoever_is_on_the_page(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        await floor.made.person("max", roles=("admin", "agent"))
        console = await floor.console("max")
        pages = ChannelsPage(console)
        await pages.open()
        visitor = await floor.visitor("hello?")
        assert visitor.session_id is not None
        await console.accept(visitor.session_id)
        await expect(console.part("thread-pane")).to_be_visible()


async def test_the_pages_fit_a_phone(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        pages = await _as_admin(floor, size=PHONE)
        await pages.open()
        assert await _fits(pages.page)
        await pages.begin("api")
        assert await _fits(pages.page)
        await pages.part("channels-back").click()
        await pages.part("channels-back").click()
        await pages.choose("test webchat")
        assert await _fits(pages.page)
        await pages.part("channel-tab-guide").click()
        await expect(pages.page).to_have_url(re.compile("/guide$"))
        assert await _fits(pages.page)
