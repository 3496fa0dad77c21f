"""The studio's pages of what a bot is taught, photographed in both languages (`--screenshots DIR` keeps them)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.hub_process import StartHub
from tests.ui.screens import photograph
from tests.ui.tabs import Locale
from tests.ui.test_studio_pages import open_study


@pytest.mark.timeout(400)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_sentences_look_right(start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale) -> None:
    async with open_study(start_hub, browser, settings={"project": "demo"}, locale=locale) as study:
        page = study.page
        await page.open("intents")
        await photograph(page.page, pictures, "studio-intents", locale)
        await page.open_intent("order_status")
        await page.part("example-row").first.wait_for()
        await photograph(page.page, pictures, "studio-sentences", locale)
        await page.part("example-row").nth(1).hover()
        await page.part("example-mark").nth(1).click()
        await page.part("mark-word").first.click()
        await photograph(page.page, pictures, "studio-marking", locale)
        await page.part("mark-cancel").click()
        await page.part("example-paste").click()
        first = await page.part("example-row").first.get_attribute("data-text")
        await page.part("paste-text").fill(f"{first}\n- 我的快递呢\n\nwhere on earth is my parcel\n我的快递呢")
        await expect(page.part("paste-counts")).to_have_attribute("data-add", "2")
        await photograph(page.page, pictures, "studio-paste", locale)
        await page.part("paste-cancel").click()
        await page.part("bot-picker").click()
        await page.part("bot-edit").click()
        await page.part("bot-name").wait_for()
        await photograph(page.page, pictures, "studio-bot", locale)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_answers_words_and_files_look_right(
    start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale
) -> None:
    async with open_study(start_hub, browser, settings={"project": "demo"}, locale=locale) as study:
        page = study.page
        edit = {
            "kind": "add_examples",
            "intent": "order_status",
            "texts": ["where on earth is my parcel", "我的快递呢"],
        }
        await study.made.admin.post(f"/bots/{study.bot['id']}/edits", {"edits": [edit]})
        await page.open("answers")
        await page.part("answer-row").filter(has_text="utter_greet").first.click()
        await page.part("way-add-button").first.click()
        await page.part("button-title").last.fill("OK")
        await page.part("button-payload").last.fill("/affirm")
        await photograph(page.page, pictures, "studio-answer", locale)
        await page.part("answer-discard").click()
        await page.part("form-row").first.click()
        await page.part("form-slot").first.wait_for()
        await photograph(page.page, pictures, "studio-form", locale)
        await page.switch("words")
        await page.part("words-regexes").click()
        await photograph(page.page, pictures, "studio-words", locale)
        await page.switch("files")
        await page.file("domain.yml").click()
        await page.part("file-text").fill("intents:\n- greet\nresponses: [\n")
        await page.part("file-save").click()
        await page.part("file-fault").first.wait_for()
        await photograph(page.page, pictures, "studio-files", locale)
        await page.part("file-discard").click()
        await page.switch("history")
        await page.part("history-lines").first.click()
        await photograph(page.page, pictures, "studio-history", locale)
