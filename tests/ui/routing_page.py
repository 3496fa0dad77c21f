"""The page on which an administrator sets how customers are routed: rules, queues, the router's settings."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.ui.console import Console


class RoutingPage:
    """The routing page in a console that somebody is signed in to."""

    def __init__(self, console: Console) -> None:
        """Use the console's tab."""
        self.console = console
        self.page: Page = console.page

    def part(self, name: str) -> Locator:
        """Return a part of the page by its test id."""
        return self.page.get_by_test_id(name)

    async def open(self, tab: str = "rules") -> None:
        """Go there by the bar at the edge, and to one of its tabs."""
        await self.part("nav-routing").click()
        await self.part(f"routing-tab-{tab}").click()
        shown = self.part("rule-list").or_(self.part("rules-empty")) if tab == "rules" else self.part("router-form")
        await expect(shown).to_be_visible()

    def rule(self, name: str) -> Locator:
        """Return the row of a rule."""
        return self.page.locator("[data-testid=rule-row]", has_text=name)

    async def names(self) -> list[str]:
        """Return the names of the rules in their order."""
        return await self.page.locator("[data-testid=rule-open] .font-medium").all_inner_texts()

    async def when(self, part: str) -> None:
        """Add a condition to the rule that is being written."""
        await self.part("rule-add-when").click()
        await self.part(f"rule-add-when-{part}").click()

    async def then(self, part: str) -> None:
        """Add what the rule that is being written says."""
        await self.part("rule-add-then").click()
        await self.part(f"rule-add-then-{part}").click()

    async def save_rule(self) -> None:
        """Save the rule and wait until its dialog is gone."""
        await self.part("rule-save").click()
        await expect(self.part("rule-dialog")).to_have_count(0)

    def fault(self, part: str) -> Locator:
        """Return what is said to be wrong with a part of a rule."""
        return self.page.locator(f"[data-testid=rule-part][data-part='{part}']").get_by_test_id("field-error")

    async def attempt(self, text: str) -> None:
        """Try the rules with a message."""
        await self.part("try-text").fill(text)
        await self.part("try-run").click()
        await expect(self.part("try-result")).not_to_have_attribute("data-stale", "true")

    def queue(self, name: str) -> Locator:
        """Return the row of a queue."""
        return self.page.locator("[data-testid=queue-row]", has_text=name)

    def setting(self, name: str) -> Locator:
        """Return a setting of the router with its help and its fault."""
        return self.page.locator(f"[data-testid=router-setting][data-name='{name}']")
