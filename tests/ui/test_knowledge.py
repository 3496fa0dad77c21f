"""The knowledge base in the browser: written by a trainer, found by an agent, read and voted on by a customer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from hub.demo import articles_en, articles_zh
from tests.flows.workspace import ADMIN, PASSWORD
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor, session_of
from tests.ui.screens import photograph
from tests.ui.tabs import Locale, open_tab
from tests.ui.test_accessibility import Judge, axe

__all__ = ["axe"]

ASKED: dict[Locale, str] = {"zh-CN": "水壶里有水垢怎么清洗", "en": "My kettle is full of limescale"}
TITLE: dict[Locale, str] = {"zh-CN": "电热水壶怎么除水垢", "en": "How do I remove limescale from a kettle?"}


@asynccontextmanager
async def shop(start_hub: StartHub, browser: Browser) -> AsyncIterator[tuple[Floor, dict[str, str]]]:
    """A floor whose knowledge base has the demo's articles; their ids by title."""
    async with open_floor(start_hub, browser) as floor:
        ids: dict[str, str] = {}
        for language, articles in (("zh", articles_zh.ARTICLES), ("en", articles_en.ARTICLES)):
            for one in articles:
                body: dict[str, Any] = {
                    "language": language,
                    "title": one.title,
                    "questions": one.questions,
                    "body": one.body,
                    "category": one.category,
                    "public": one.public,
                    "state": "published",
                }
                ids[one.title] = (await floor.made.admin.post("/articles", body))["id"]
        yield floor, ids


def part(page: Page, name: str) -> Locator:
    return page.get_by_test_id(name)


async def chat(page: Page) -> Locator:
    """Wait until the chat is loaded in its frame, and return its input."""
    found = page.frame_locator("iframe").locator("textarea")
    await found.wait_for(state="attached")
    return found


@pytest.mark.parametrize("locale", list(ASKED))
async def test_a_customer_finds_reads_and_votes(
    start_hub: StartHub, browser: Browser, pictures: Path, axe: str, locale: Locale
) -> None:
    async with shop(start_hub, browser) as (floor, ids):
        opened = open_tab(browser, f"{floor.hub.url}/help", locale=locale, scripts=[axe])
        async with opened as tab:
            page, judge = tab.page, Judge()
            await expect(part(page, "help-card")).to_have_count(12)
            await chat(page)
            await photograph(page, pictures, "help", locale)
            await judge.look(page, "help")
            await part(page, "help-category").nth(1).click()
            await expect(part(page, "help-category").nth(1)).to_have_attribute("aria-pressed", "true")
            await page.go_back()
            await expect(part(page, "help-card")).to_have_count(12)

            await part(page, "help-search").fill(ASKED[locale])
            first = part(page, "help-card").first
            await expect(first).to_have_attribute("data-article-id", ids[TITLE[locale]])
            await first.click()
            await expect(part(page, "help-article").get_by_role("heading", level=1)).to_be_focused()
            assert page.url == f"{floor.hub.url}/help/{ids[TITLE[locale]]}"
            await photograph(page, pictures, "help-article", locale)
            await judge.look(page, "article")
            await part(page, "help-no").click()
            await part(page, "help-comment").fill("…")
            await part(page, "help-send").click()
            await expect(part(page, "help-thanks")).to_be_visible()
            await page.reload()
            await expect(part(page, "help-thanks")).to_be_visible()
            voted = await floor.made.admin.get(f"/articles/{ids[TITLE[locale]]}")
            assert (voted["helpful"], voted["unhelpful"], len(voted["comments"])) == (0, 1, 1)

            await part(page, "help-home").click()
            await part(page, "help-search").fill("zzzz qqqq")
            await expect(part(page, "help-none")).to_be_visible()
            # The chat that the page leads to is the shop's own.
            await part(page, "help-ask").click()
            await expect(await chat(page)).to_have_value("zzzz qqqq")
            await page.goto(f"{floor.hub.url}/help")
            await part(page, "help-language").click()
            await expect(part(page, "help-page")).to_have_attribute(
                "data-language", "en" if locale == "zh-CN" else "zh"
            )
            judge.verdict()


@pytest.mark.parametrize("locale", list(ASKED))
async def test_a_trainer_writes_and_the_article_is_found_at_once(
    start_hub: StartHub, browser: Browser, pictures: Path, axe: str, locale: Locale
) -> None:
    async with shop(start_hub, browser) as (floor, ids):
        await floor.made.admin.post(
            f"/help/articles/{ids[TITLE[locale]]}/feedback",
            {"helpful": False, "comment": "要泡多久？ How long?", "token": "a-reader-of-this-test"},
        )
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, locale=locale, scripts=[axe]))
        console, judge = Console(tab), Judge()
        await console.sign_in(ADMIN, PASSWORD)
        await console.part("nav-knowledge").click()
        await expect(console.part("article-row")).to_have_count(26)
        await console.part("knowledge-search").fill(TITLE[locale])
        await console.part("article-row").click()
        await expect(console.part("article-comment")).to_have_count(1)
        await photograph(tab.page, pictures, "knowledge", locale)
        await judge.look(tab.page, "article")

        # What is unsaved is asked about; the safe answer stays.
        await console.part("article-title").fill("x")
        await console.part("knowledge-new").click()
        await expect(console.part("leave-dialog")).to_be_visible()
        await console.part("confirm-no").click()
        await console.part("article-discard").click()
        await expect(console.part("article-title")).to_have_value(TITLE[locale])

        await tab.page.goto(f"{floor.hub.url}/admin/knowledge?new=自行车怎么打气")
        await expect(console.part("article-title")).to_have_value("自行车怎么打气")
        await expect(console.part("article-language")).to_have_value("zh")
        await console.part("article-published").press("Space")
        await console.part("article-save").click()
        await expect(console.part("field-error")).to_be_visible()
        await console.part("article-questions").fill("车胎没气了\n\n轮胎充气")
        await console.part("article-body").fill("用**打气筒**。\n\n1. 拧开气嘴\n2. 打气")
        await console.part("article-preview").click()
        await expect(console.part("article-shown").locator("ol li")).to_have_count(2)
        await photograph(tab.page, pictures, "knowledge-new", locale)
        async with tab.page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
            await console.part("article-save").click()
        await expect(console.part("article-status")).not_to_have_text("")
        await expect(console.part("article-save")).to_be_disabled()
        found = (await floor.made.admin.get("/articles/search", q="车胎没气怎么打气"))["items"][0]
        assert (found["article"]["title"], found["text"]) == ("自行车怎么打气", "用打气筒。\n\n1. 拧开气嘴\n2. 打气")

        await console.part("article-remove").click()
        await console.part("confirm-yes").click()
        await expect(console.part("article-form")).to_have_count(0)
        await console.part("knowledge-tab-unanswered").click()
        await expect(console.part("unanswered-none")).to_be_visible()
        judge.verdict()


@pytest.mark.parametrize("locale", list(ASKED))
async def test_an_agent_takes_what_fits_into_the_reply(
    start_hub: StartHub, browser: Browser, pictures: Path, axe: str, locale: Locale
) -> None:
    async with shop(start_hub, browser) as (floor, ids):
        visitor = await floor.visitor(ASKED[locale])
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, locale=locale, scripts=[axe]))
        console, judge, text = Console(tab), Judge(), tab.page.get_by_test_id("reply-text")
        await console.sign_in("ann@example.com")
        await console.go("online")
        await console.accept(session_of(visitor))
        first = console.part("knowledge-suggestion").first
        await expect(first).to_have_attribute("data-article-id", ids[TITLE[locale]])
        await photograph(tab.page, pictures, "reply-knowledge", locale)
        await first.click()
        await expect(text).to_have_value(re.compile("20"))

        # By keys alone: open, search, choose, insert.
        await text.fill("")
        await text.press("Alt+i")
        await expect(console.part("knowledge-query")).to_be_focused()
        await console.part("knowledge-query").fill("礼品卡" if locale == "zh-CN" else "gift card")
        chosen = ids["礼品卡怎么使用" if locale == "zh-CN" else "How do I use a gift card?"]
        await expect(console.part("knowledge-option").first).to_have_attribute("data-article-id", chosen)
        await photograph(tab.page, pictures, "knowledge-picker", locale)
        await judge.look(tab.page, "picker", within="[data-testid=reply-box]")
        await console.part("knowledge-query").press("ArrowDown")
        await console.part("knowledge-query").press("ArrowUp")
        await console.part("knowledge-query").press("Enter")
        await expect(console.part("knowledge-picker")).to_have_count(0)
        await expect(text).to_have_value(re.compile("16"))
        await text.press("Enter")
        await visitor.hears("16")
        judge.verdict()
