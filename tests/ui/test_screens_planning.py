"""The views of planning, photographed in both languages (`--screenshots DIR` keeps them)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.flows.workspace import ADMIN, PASSWORD, SECRET
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor
from tests.ui.planning_page import PlanningPage
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
async def test_planning_views_look_right(start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale) -> None:
    async with open_floor(start_hub, browser) as floor:
        await _fill(floor, locale)
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, locale=locale))
        console = Console(tab)
        await console.sign_in(ADMIN, PASSWORD)
        page = PlanningPage(console)
        await page.open("hours")
        await page.import_holidays("cn-2026")
        await page.turn_to("2026-09")
        await expect(page.date("2026-10-01")).to_have_attribute("data-kind", "holiday")
        await expect(page.part("toast")).to_have_count(0)
        await photograph(page.page, pictures, "planning-hours", locale)
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
        await page.switch("what-if")
        await photograph(page.page, pictures, "planning-what-if", locale)
        await page.part("wish-settings").locator("summary").click()
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
        await page.part("staffing-run").click()
        await page.part("job").wait_for()
        await page.part("staffing-chart").wait_for(timeout=90_000)
        await photograph(page.page, pictures, "planning-staffing", locale)


async def _fill(floor: Floor, locale: Locale) -> None:
    """Have people with skills, hours and a recorded day."""
    admin = floor.made.admin
    for name, (zh, en, level) in SKILLS.items():
        await admin.post("/skills", {"name": name, "label": {"zh": zh, "en": en}})
        if level:
            for agent in (await admin.get("/agents"))["items"]:
                skills = {**agent["skills"], name: max(1, level - len(agent["skills"]))}
                if agent["name"] in ("ann", "bo"):
                    await admin.call("PATCH", f"/agents/{agent['id']}", {"skills": skills})
    await admin.post("/business-hours", {"name": "客服" if locale == "zh-CN" else "Service", "hours": WEEK})
    channel = await floor.made.channel("api", inbound_secret=SECRET)
    await record_a_day(floor.made, channel)
