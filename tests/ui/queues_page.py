"""The page of the queues, its alarms and the trace of a session, as a supervisor uses them."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.ui.console import Console


class QueuesPage:
    """The queues in a console that somebody is signed in to."""

    def __init__(self, console: Console) -> None:
        """Use the console's tab."""
        self.console = console
        self.page: Page = console.page

    def part(self, name: str) -> Locator:
        """Return a part of the page by its test id."""
        return self.page.get_by_test_id(name)

    async def open(self) -> None:
        """Go there by the bar at the edge."""
        await self.part("nav-queues").click()
        await expect(self.part("waiting-grid").or_(self.part("waiting-empty"))).to_be_visible()

    def row(self, session_id: str) -> Locator:
        """Return the row of somebody who waits."""
        return self.page.locator(f"[data-testid=waiting-row][data-session-id='{session_id}']")

    def tile(self, queue_id: str = "default") -> Locator:
        """Return the tile of a queue."""
        return self.page.locator(f"[data-testid=queue-tile][data-queue-id='{queue_id}']")

    def alarm(self, kind: str) -> Locator:
        """Return the alarms of a kind that are on the screen."""
        return self.page.locator(f"[data-testid=alarm][data-kind={kind}]")

    async def act(self, session_id: str, what: str) -> None:
        """Choose an act from the menu of a row."""
        await self.row(session_id).get_by_test_id("waiting-more").click()
        await self.part(f"waiting-{what}").click()
        await expect(self.part("waiting-acts")).to_have_count(0)

    def decisions(self, name: str) -> Locator:
        """Return the decisions of a kind in the open trace."""
        return self.page.locator(f"[data-testid=trace-decision][data-decision={name}]")

    def candidate(self, agent_id: str, *, within: Locator) -> Locator:
        """Return what a decision says of an agent."""
        return within.locator(f"[data-testid=trace-candidate][data-agent-id='{agent_id}']")
