"""Planning as administrators use it: opening hours, the grid of skills, a day played again, how many agents."""

from __future__ import annotations

from typing import Literal

from playwright.async_api import Locator, Page, expect

from tests.ui.console import Console

Tab = Literal["skills", "hours", "what-if", "staffing"]


class PlanningPage:
    """The routing page in a console that somebody is signed in to."""

    def __init__(self, console: Console) -> None:
        """Use the console's tab."""
        self.console = console
        self.page: Page = console.page

    def part(self, name: str) -> Locator:
        """Return a part of the page by its test id."""
        return self.page.get_by_test_id(name)

    async def open(self, tab: Tab) -> None:
        """Go to a tab by its address, as from a bookmark."""
        await self.page.goto(f"{'/'.join(self.page.url.split('/')[:3])}/admin/routing/{tab}")
        await expect(self.part(f"{tab}-tab")).to_be_visible()

    async def switch(self, tab: Tab) -> None:
        """Go to a tab by the row of tabs; what is running goes on."""
        await self.part(f"routing-tab-{tab}").click()
        await expect(self.part(f"{tab}-tab")).to_be_visible()

    def weekday(self, day: int) -> Locator:
        """Return the line of a weekday, Monday 0."""
        return self.page.locator(f"[data-testid=weekday][data-weekday='{day}']")

    def date(self, day: str) -> Locator:
        """Return a date of the calendar."""
        return self.page.locator(f"[data-testid=date][data-date='{day}']")

    async def turn_to(self, month: str) -> None:
        """Leaf through the calendar until a month is the first one shown."""
        shown = self.part("month").first
        for _ in range(60):
            now = await shown.get_attribute("data-month") or ""
            if now == month:
                return
            await self.part("calendar-earlier" if now > month else "calendar-later").click()
            await expect(shown).not_to_have_attribute("data-month", now)
        raise AssertionError(f"the calendar never came to {month}")

    async def import_holidays(self, calendar: str) -> None:
        """Import a calendar that comes with the hub."""
        await self.part("holidays-import").click()
        await self.page.locator(f"[data-testid=holidays-calendar][data-calendar-id='{calendar}']").check()
        await self.part("holidays-run").click()
        await expect(self.part("holidays-dialog")).to_have_count(0)

    def cell(self, agent_id: str, column: str) -> Locator:
        """Return a cell of the grid of skills."""
        row = self.page.locator(f"[data-testid=skill-row][data-agent-id='{agent_id}']")
        return row.locator(f"[data-testid=skill-cell][data-column='{column}']")

    def coverage(self, column: str) -> Locator:
        """Return what is covered of a skill."""
        return self.page.locator(f"[data-testid=coverage][data-column='{column}']")

    async def ask_for_staffing(self) -> None:
        """Ask how many agents four conversations at once need: long and few, so that it is soon worked out."""
        await self.part("staffing-per-hour").fill("1")
        await self.part("staffing-handle").fill("4")
        await self.part("staffing-handle-unit").select_option("hour")
        await self.part("staffing-concurrency").fill("1")
        await self.part("staffing-run").click()
        await expect(self.part("staffing-chart")).to_be_visible(timeout=60_000)

    def waits(self, who: str, measure: str) -> Locator:
        """Return one figure of the waits, before and after."""
        row = self.page.locator(f"[data-testid=waits-row][data-class='{who}']")
        return row.locator(f"[data-testid=waits-cell][data-measure='{measure}']")
