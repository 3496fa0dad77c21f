"""The views of planning, photographed in both languages (`--screenshots DIR` keeps them)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.flows.workspace import ADMIN, PASSWORD, SECRET
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor
from tests.ui.planning_page import PlanningPage, Tab
from tests.ui.recorded_day import record_a_day
from tests.ui.screens import photograph
from tests.ui.tabs import Locale, open_tab

SKILLS = {
    "billing": ("账单", "Billing", 3),
    "returns": ("退货退款", "Returns and refunds", 5),
    "privacy": ("隐私", "Privacy", 0),
    "repairs": ("维修", "Repairs", 8),
}
WEEK = [
    {"weekday": day, "start": start, "end": end}
    for day in range(5)
    for start, end in (("09:00", "12:00"), ("13:30", "18:00"))
]


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_views_of_hours_and_skills_look_right(
    start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale
) -> None:
    async with open_floor(start_hub, browser) as floor:
        await _set_hours_and_skills(floor, locale)
        page = await _open(floor, locale, "hours")
        await photograph(page.page, pictures, "planning-hours", locale)
        await page.import_holidays("cn-2026")
        await page.turn_to("2026-09")
        await expect(page.date("2026-10-01")).to_have_attribute("data-kind", "holiday")
        await page.part("calendar").scroll_into_view_if_needed()
        await photograph(page.page, pictures, "planning-calendar", locale)
        await page.date("2026-10-12").click()
        await photograph(page.page, pictures, "planning-date", locale)
        await page.part("date-cancel").click()
        await page.part("holidays-import").click()
        await page.part("holidays-days").wait_for()
        await photograph(page.page, pictures, "planning-import", locale)
        await page.part("holidays-cancel").click()
        await page.switch("skills")
        await page.part("skill-cell").first.click()
        await photograph(page.page, pictures, "planning-skills", locale)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_views_of_trials_look_right(
    start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale
) -> None:
    async with open_floor(start_hub, browser) as floor:
        await record_a_day(floor.made, await floor.made.channel("api", inbound_secret=SECRET))
        page = await _open(floor, locale, "what-if")
        await photograph(page.page, pictures, "planning-what-if", locale)
        await page.part("wish-queues").locator("summary").first.click()
        await page.part("wish-agents").locator("summary").click()
        await page.part("wish-add-agents").click()
        await photograph(page.page, pictures, "planning-wish", locale)
        await page.part("wish-queues").locator("summary").first.click()
        await page.part("wish-agents").locator("summary").click()
        await page.part("what-if-run").click()
        await page.part("what-if-answer").wait_for()
        await page.part("waits").scroll_into_view_if_needed()
        await photograph(page.page, pictures, "planning-waits", locale)
        await page.switch("staffing")
        await page.ask_for_staffing()
        await photograph(page.page, pictures, "planning-staffing", locale)


async def _open(floor: Floor, locale: Locale, tab: Tab) -> PlanningPage:
    """Sign the administrator in and go to a tab."""
    console = Console(await floor.stack.enter_async_context(open_tab(floor.browser, floor.hub.url, locale=locale)))
    await console.sign_in(ADMIN, PASSWORD)
    page = PlanningPage(console)
    await page.open(tab)
    return page


async def _set_hours_and_skills(floor: Floor, locale: Locale) -> None:
    """Have hours, and people with skills in the language."""
    admin = floor.made.admin
    for name, (zh, en, _) in SKILLS.items():
        await admin.post("/skills", {"name": name, "label": {"zh": zh, "en": en}})
    levels = {name: level for name, (_, _, level) in SKILLS.items() if level}
    for agent in (await admin.get("/agents"))["items"]:
        if agent["name"] in ("ann", "bo"):
            await admin.call("PATCH", f"/agents/{agent['id']}", {"skills": levels})
    await admin.post("/business-hours", {"name": "客服" if locale == "zh-CN" else "Service", "hours": WEEK})
