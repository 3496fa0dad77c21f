"""Planning in a browser: holidays in the calendar, the grid of skills by keyboard, a day played again, a chart."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.flows.workspace import ADMIN, PASSWORD, SECRET
from tests.support.clients import Json
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor
from tests.ui.planning_page import PlanningPage
from tests.ui.recorded_day import CUSTOMERS, record_a_day
from tests.ui.tabs import open_tab


@pytest_asyncio.fixture
async def floor(start_hub: StartHub, browser: Browser) -> AsyncIterator[Floor]:
    """A hub with a web chat, two agents and a supervisor."""
    async with open_floor(start_hub, browser) as opened:
        yield opened


async def _planning(floor: Floor) -> PlanningPage:
    """Sign the administrator in."""
    tab = await floor.stack.enter_async_context(open_tab(floor.browser, floor.hub.url, locale="en"))
    console = Console(tab)
    await console.sign_in(ADMIN, PASSWORD)
    return PlanningPage(console)


async def _only_hours(floor: Floor) -> Json:
    (hours,) = (await floor.made.admin.get("/business-hours"))["items"]
    found: Json = hours
    return found


async def _agent(floor: Floor, name: str) -> Json:
    found: Json = next(one for one in (await floor.made.admin.get("/agents"))["items"] if one["name"] == name)
    return found


async def test_hours_are_made_and_chinese_holidays_stand_in_the_calendar(floor: Floor) -> None:
    page = await _planning(floor)
    await page.open("hours")
    await expect(page.part("hours-empty")).to_be_visible()
    await page.part("hours-add").click()
    await page.part("hours-name").fill("Service")
    await page.part("hours-zone").fill("Asia/Shanghai")
    monday = page.weekday(0)
    await monday.get_by_test_id("span-to").fill("12:00")
    await monday.get_by_test_id("span-add").click()
    await monday.get_by_test_id("span-from").last.fill("11:00")
    await expect(monday.get_by_test_id("field-error")).to_have_text("These hours overlap.")
    await page.part("hours-save").click()
    assert (await floor.made.admin.get("/business-hours"))["items"] == []
    await monday.get_by_test_id("span-from").last.fill("13:00")
    await monday.get_by_test_id("week-copy").click()
    await page.part("week-copy-workdays").click()
    await page.part("closed-callback").check()
    await page.part("hours-save").click()
    await expect(page.part("calendar")).to_be_visible()
    made = await _only_hours(floor)
    assert (made["name"], made["closed_action"], len(made["hours"])) == ("Service", "callback", 10)
    assert {(one["start"], one["end"]) for one in made["hours"]} == {("09:00", "12:00"), ("13:00", "17:00")}

    await page.import_holidays("cn-2026")
    await page.turn_to("2026-10")
    await expect(page.date("2026-10-01")).to_have_attribute("data-kind", "holiday")
    await expect(page.date("2026-10-01")).to_have_attribute(
        "title", "Thursday, October 1, 2026 · National Day · Closed on this date · Closed"
    )
    await expect(page.date("2026-10-10")).to_have_attribute("data-kind", "workday")
    await expect(page.date("2026-10-12")).to_have_attribute("data-kind", "open")

    await page.date("2026-10-12").click()
    await page.part("date-closed").check()
    await page.part("date-name").fill("Company outing")
    await page.part("date-save").click()
    await expect(page.date("2026-10-12")).to_have_attribute("data-kind", "holiday")
    await page.import_holidays("cn-2026")
    days = {one["date"]: one for one in (await _only_hours(floor))["special_days"]}
    assert days["2026-10-12"] == {"date": "2026-10-12", "hours": [], "name": "Company outing"}
    assert days["2026-10-10"]["hours"] == [["09:00", "12:00"], ["13:00", "17:00"]]


async def test_unsaved_hours_are_asked_about(floor: Floor) -> None:
    await floor.made.admin.post("/business-hours", {"name": "Service"})
    page = await _planning(floor)
    await page.open("hours")
    await page.weekday(6).get_by_test_id("span-add").click()
    await page.part("routing-tab-skills").click()
    await page.part("confirm-no").click()
    await expect(page.weekday(6).get_by_test_id("span")).to_have_count(1)
    await page.part("routing-tab-skills").click()
    await page.part("confirm-yes").click()
    await expect(page.part("skills-tab")).to_be_visible()
    assert (await _only_hours(floor))["hours"] == []


async def test_a_cell_of_the_grid_is_set_by_keyboard_and_undone(floor: Floor) -> None:
    await floor.made.admin.post("/skills", {"name": "billing", "label": {"zh": "账单", "en": "Billing"}})
    await floor.made.admin.post("/skills", {"name": "returns", "label": {"zh": "退货", "en": "Returns"}})
    ann, bo = await _agent(floor, "ann"), await _agent(floor, "bo")
    await floor.console("ann")
    page = await _planning(floor)
    await page.open("skills")
    await page.cell(ann["id"], "billing").click()
    await page.page.keyboard.type("10")
    await expect(page.cell(ann["id"], "billing")).to_have_text("10")
    await page.page.keyboard.press("ArrowDown")
    await expect(page.cell(bo["id"], "billing")).to_be_focused()
    await page.page.keyboard.press("3")
    await page.page.keyboard.press("ArrowRight")
    await page.page.keyboard.press("7")
    await expect(page.part("skills-state")).to_have_text("Saved")
    assert (await _agent(floor, "ann"))["skills"] == {"billing": 10}
    assert (await _agent(floor, "bo"))["skills"] == {"billing": 3, "returns": 7}
    await expect(page.coverage("billing")).to_have_text("2 people1 online")
    await expect(page.coverage("returns")).to_have_text("1 person0 online")

    await page.page.keyboard.press("Delete")
    await expect(page.coverage("returns")).to_have_text("0 people0 online")
    await page.page.keyboard.press("Control+z")
    await expect(page.cell(bo["id"], "returns")).to_have_text("7")
    await page.page.keyboard.press("End")
    await page.page.keyboard.type("12")
    await expect(page.cell(bo["id"], "capacity")).to_have_text("12")
    await expect(page.part("skills-state")).to_have_text("Saved")
    stored = await _agent(floor, "bo")
    assert (stored["skills"], stored["capacity"]) == ({"billing": 3, "returns": 7}, 12)


async def test_a_level_that_the_hub_refuses_is_taken_back(floor: Floor) -> None:
    await floor.made.admin.post("/skills", {"name": "billing", "label": {"en": "Billing"}})
    ann = await _agent(floor, "ann")
    page = PlanningPage(await floor.console("sue", status="offline"))
    await page.open("skills")
    # Somebody takes her rights away while the grid is open.
    sue = await _agent(floor, "sue")
    await floor.made.admin.call("PATCH", f"/agents/{sue['id']}", {"roles": ["auditor"]})
    await page.cell(ann["id"], "billing").click()
    await page.page.keyboard.press("5")
    await expect(page.part("toast")).to_be_visible()
    await expect(page.cell(ann["id"], "billing")).to_have_text("·")
    assert (await _agent(floor, "ann"))["skills"] == {}


async def test_supervisors_set_levels_but_no_capacity_and_no_new_skill(floor: Floor) -> None:
    await floor.made.admin.post("/skills", {"name": "billing", "label": {"en": "Billing"}})
    ann = await _agent(floor, "ann")
    page = PlanningPage(await floor.console("sue", status="offline"))
    await page.open("skills")
    await expect(page.part("skill-add")).to_have_count(0)
    await page.cell(ann["id"], "capacity").click()
    await page.page.keyboard.press("9")
    await expect(page.cell(ann["id"], "capacity")).to_have_text("5")
    await page.cell(ann["id"], "billing").click()
    await page.part("level-4").click()
    await expect(page.part("skills-state")).to_have_text("Saved")
    assert (await _agent(floor, "ann"))["skills"] == {"billing": 4}


async def test_a_recorded_day_is_played_with_more_agents_and_settings_are_applied(floor: Floor) -> None:
    channel = await floor.made.channel("api", inbound_secret=SECRET)
    await record_a_day(floor.made, channel)
    await floor.made.admin.post("/skills", {"name": "billing", "label": {"en": "Billing"}})
    page = await _planning(floor)
    await page.open("what-if")
    await expect(page.part("what-if-day")).to_contain_text(f"({CUSTOMERS} customers)")
    await page.part("what-if-run").click()
    await expect(page.part("what-if-answer")).to_have_attribute("data-verdict", "same")
    await expect(page.part("what-if-apply")).to_have_count(0)

    await page.part("wish-agents").locator("summary").click()
    await page.part("wish-add-agents").click()
    await page.part("wish-count").fill("3")
    await page.part("wish-count").blur()
    await page.part("wish-queues").locator("summary").first.click()
    await page.part("wish-placement").select_option("pack")
    await page.part("wish-relax").select_option("other")
    await page.part("relax-add").click()
    await expect(page.part("what-if-count")).to_have_text("3 changes")
    await page.part("relax-after").fill("")
    await page.part("relax-after").blur()
    await expect(page.part("what-if-run")).to_be_disabled()
    await page.part("relax-after").fill("1")
    await page.part("relax-after").blur()
    await expect(page.part("what-if-stale")).to_be_visible()
    await page.part("what-if-run").click()
    await page.switch("staffing")
    await page.switch("what-if")
    await expect(page.part("what-if-answer")).to_have_attribute("data-verdict", "better")
    await expect(page.waits("total", "mean_s")).to_have_attribute("data-turn", "better")
    await expect(page.part("what-if-said").first).to_contain_text("The average wait falls from")
    await expect(page.part("waits-row")).to_have_count(2)

    await page.part("what-if-apply").click()
    await page.part("confirm-yes").click()
    await expect(page.part("what-if-apply-dialog")).to_have_count(0)
    default = next(one for one in (await floor.made.admin.get("/queues"))["items"] if one["id"] == "default")
    assert default["placement"] == "pack"


async def test_a_chart_shows_how_many_agents_a_service_level_needs(floor: Floor) -> None:
    page = PlanningPage(await floor.console("sue", status="offline"))
    await page.open("staffing")
    await page.part("staffing-share").fill("120")
    await expect(page.part("staffing-run")).to_be_disabled()
    await page.part("staffing-share").fill("80")
    await page.ask_for_staffing()
    chart = page.part("staffing-chart")
    # Four at once: fewer than five agents never catch up, and nobody needs ten.
    needed = int(await chart.get_attribute("data-agents") or 0)
    assert 5 <= needed <= 9
    await expect(page.part("staffing-result")).to_contain_text(f"{needed} agents are needed")
    assert "L" in (await page.part("line-played").get_attribute("d") or "")
    assert "L" in (await page.part("line-textbook").get_attribute("d") or "")


async def test_a_long_job_is_cancelled(floor: Floor) -> None:
    page = await _planning(floor)
    await page.open("staffing")
    await page.part("staffing-per-hour").fill("20000")
    await page.part("staffing-run").click()
    await page.part("job-cancel").click()
    await expect(page.part("job-cancelled")).to_be_visible()
    await expect(page.part("staffing-run")).to_be_enabled()
