"""The model server in a browser: set up and tried out, then a draft that is marked until it is sent, and a summary."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.flows.workspace import ADMIN, PASSWORD
from tests.providers.model_server import KEY, MODEL, ModelStandIn, model_stand_in
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor
from tests.ui.screens import photograph
from tests.ui.tabs import PHONE, Locale, Size, open_tab

DRAFT = {"zh-CN": "您好，订单 <ORDER_1> 明天送到。", "en": "Hello, the order <ORDER_1> arrives tomorrow."}
ASKED = {"zh-CN": "订单 HK20260001 到哪了？", "en": "where is my order HK20260001"}


async def _set_up(floor: Floor, server: ModelStandIn, locale: Locale, pictures: Path) -> None:
    tab = await floor.stack.enter_async_context(open_tab(floor.browser, floor.hub.url, locale=locale))
    console = Console(tab)
    await console.sign_in(ADMIN, PASSWORD)
    await tab.page.goto(f"{floor.hub.url}/admin/channels")
    await console.part("model-link").click()
    await console.part("model-base_url").fill("models.test/v1")
    await console.part("model-save").click()
    await expect(console.part("model-base_url")).to_be_focused()
    await expect(console.part("field-error")).to_have_count(2)
    await photograph(tab.page, pictures, "model-faults", locale)

    await console.part("model-base_url").fill(server.base_url)
    await console.part("model-model").fill(MODEL)
    await console.part("model-api_key").fill("wrong")
    await console.part("model-test").click()
    await expect(console.part("model-trial")).to_have_attribute("data-ok", "false")
    await console.part("model-api_key").fill(KEY)
    await console.part("model-test").click()
    await expect(console.part("model-trial")).to_have_attribute("data-ok", "true")
    await console.part("model-save").click()
    await expect(console.part("model-api_key")).to_have_value("")
    await expect(console.part("model-remove")).to_be_visible()
    await photograph(tab.page, pictures, "model", locale)


@pytest.mark.parametrize(("locale", "size"), [("zh-CN", (1360, 800)), ("en", PHONE)])
async def test_a_draft_is_proposed_marked_and_sent_by_a_person(
    start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale, size: Size
) -> None:
    async with open_floor(start_hub, browser) as floor, model_stand_in() as server:
        await _set_up(floor, server, locale, pictures)
        visitor = await floor.visitor(ASKED[locale])
        ann = await floor.console("ann", locale=locale, size=size)
        await ann.part("offer-card").first.get_by_test_id("offer-accept").click()
        server.says = DRAFT[locale]
        await ann.part("draft-open").click()
        await ann.part("draft-answer").click()
        drafted = DRAFT[locale].replace("<ORDER_1>", "HK20260001")
        await expect(ann.part("reply-text")).to_have_value(drafted)
        await expect(ann.part("draft-mark")).to_be_visible()
        await photograph(ann.page, pictures, "draft", locale)
        assert "HK20260001" not in server.read
        await ann.page.reload()
        await expect(ann.part("draft-mark")).to_be_visible()
        await ann.part("reply-send").click()
        await visitor.hears(drafted)
        await expect(ann.part("draft-mark")).to_have_count(0)

        server.says = "1. One.\n2. Two."
        await ann.part("draft-open").click()
        await ann.part("draft-suggest").click()
        await expect(ann.part("draft-reply")).to_have_count(2)
        await photograph(ann.page, pictures, "draft-replies", locale)
        await ann.part("draft-reply").nth(1).click()
        await expect(ann.part("reply-text")).to_have_value("Two.")

        server.how = "breaks"
        await ann.part("draft-open").click()
        await ann.part("draft-answer").click()
        await expect(ann.part("draft-fault")).to_be_visible()
        await expect(ann.part("reply-text")).to_have_value("Two.")


async def test_nothing_of_it_is_there_without_a_server(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        await floor.visitor("hello")
        ann = await floor.console("ann")
        # What stands around the reply has been fetched when its channels are asked for.
        async with ann.page.expect_response("**/reply-channels"):
            await ann.part("offer-card").first.get_by_test_id("offer-accept").click()
        await expect(ann.part("reply-text")).to_be_visible()
        for part in ("draft-open", "draft-answer", "draft-suggest"):
            await expect(ann.part(part)).to_have_count(0)


async def test_a_handed_over_conversation_is_summed_up_without_a_server(start_hub: StartHub, browser: Browser) -> None:
    async with open_floor(start_hub, browser) as floor:
        bot = await floor.made.bot()
        channel = await floor.made.channel(bot_id=bot["id"])
        visitor = await floor.stack.enter_async_context(floor.made.visitor(channel))
        await visitor.say("I want to talk to a person")
        ann = await floor.console("ann")
        await ann.part("offer-card").first.get_by_test_id("offer-accept").click()
        await ann.part("handoff-card").get_by_test_id("summarise").click()
        await expect(ann.part("summary")).to_have_attribute("data-by", "rules")
        await expect(ann.part("summary")).to_contain_text("I want to talk to a person")
