"""The studio's teaching, photographed in both languages (`--screenshots DIR` keeps them)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.clients import Json
from tests.support.hub_process import StartHub
from tests.ui.screens import photograph
from tests.ui.tabs import Locale
from tests.ui.test_studio_loop import School, open_school

ASKED: Mapping[Locale, tuple[str, ...]] = {
    "zh-CN": ("掌柜的啥时辰收摊", "掌柜的几时收摊", "啥时辰收摊", "可否镌刻姓名", "想镌刻姓名于其上", "辣不辣",
              "甜不甜", "系上红绸带", "我的订单到哪了", "怎么开发票", "可以退货吗"),
    "en": ("engraving", "initials monogram", "siesta", "nut allergy", "gluten", "toddler friendly", "curbside",
           "haggle", "Where is my order?", "I need an invoice", "can I return this"),
}  # fmt: skip
TESTED: Mapping[Locale, Mapping[str, tuple[str, ...]]] = {
    "zh-CN": {
        "opening_hours": ("啥时辰收摊", "你们几点开始上班", "中午有人吗"),
        "invoice": ("发票怎么开", "给我开个票"),
        "return_goods": ("不想要了想退掉", "七天内能退吗", "换个大一号的"),
        "logistics": ("快递到哪儿了", "包裹怎么还没动"),
        "payment": ("能分期吗", "付款失败了"),
        "order_status": ("订单什么情况", "我买的东西呢"),
    },
    "en": {
        "opening_hours": ("siesta", "when does somebody sit at the phone", "are you there at noon"),
        "invoice": ("send me the bill with tax", "invoice please"),
        "return_goods": ("I do not want it any more", "swap it for a larger one", "can I send it back"),
        "logistics": ("where is the parcel now", "the courier does not move"),
        "payment": ("can I pay in instalments", "my card was refused"),
        "order_status": ("what about my order", "the thing I bought, where is it"),
    },
}
NOTE: Mapping[Locale, str] = {"zh-CN": "教会它几点下班的说法", "en": "Learned more about opening hours"}
QUESTION: Mapping[Locale, str] = {
    "zh-CN": "订单 HK20260001 到哪了，太慢了！",
    "en": "Where is order HK20260001? So slow!",
}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_teaching_views_look_right(start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale) -> None:
    async with open_school(start_hub, browser, locale) as school:
        await _fill(school, locale)
        page = school.page
        await page.open("misunderstood")
        await page.part("talk-message").first.wait_for()
        await page.part("inbox-turn").nth(1).click()
        await photograph(page.page, pictures, "teaching-inbox", locale)
        await page.part("inbox-search").click()
        await photograph(page.page, pictures, "teaching-picker", locale)
        await page.part("intent-cancel").click()
        await page.try_sentence(QUESTION[locale])
        await page.part("try-why").first.wait_for()
        await photograph(page.page, pictures, "teaching-try", locale)
        await page.switch("versions")
        await page.version(3).wait_for()
        await photograph(page.page, pictures, "teaching-versions", locale)
        await page.version(2).get_by_test_id("version-canary").click()
        await photograph(page.page, pictures, "teaching-canary", locale)
        await page.part("canary-cancel").click()
        await page.version(3).get_by_test_id("version-publish").click()
        await page.part("publish-submit").click()
        await page.part("publish-refused").wait_for()
        await photograph(page.page, pictures, "teaching-gate", locale)
        await page.part("publish-cancel").click()
        await page.version(2).get_by_test_id("version-compare").click()
        await page.part("compare-row").first.wait_for()
        await photograph(page.page, pictures, "teaching-compare", locale)
        await page.switch("tests")
        await page.part("evaluation").wait_for()
        await photograph(page.page, pictures, "teaching-tests", locale)
        await page.part("confidence-chart").scroll_into_view_if_needed()
        await photograph(page.page, pictures, "teaching-scores", locale)
        await page.part("tests-set").click()
        await page.part("set-row").first.wait_for()
        await photograph(page.page, pictures, "teaching-set", locale)
        await page.switch("analytics")
        await page.part("days-chart").wait_for()
        await photograph(page.page, pictures, "teaching-figures", locale)
        await page.part("missed-row").first.scroll_into_view_if_needed()
        await photograph(page.page, pictures, "teaching-missed", locale)


async def _fill(school: School, locale: Locale) -> None:
    """Have customers, a live version, a better one, and one that the gate refuses."""
    await school.edit(*(_add(intent, texts, part="test") for intent, texts in TESTED[locale].items()))
    await school.publish(await school.train())
    await school.asked(*ASKED[locale])
    await school.edit(_add("opening_hours", ASKED[locale][:3]))
    await school.train(NOTE[locale])
    invoice = await school.examples("invoice")
    swapped = {"kind": "move_examples", "intent": "invoice", "to": "payment", "texts": invoice[:-2]}
    await school.edit(swapped)
    await school.train()


def _add(intent: str, texts: tuple[str, ...], part: str = "training") -> Json:
    return {"kind": "add_examples", "intent": intent, "texts": list(texts), "set": part}
