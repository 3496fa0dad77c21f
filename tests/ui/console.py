"""The console, as an agent uses it."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

from tests.flows.workspace import PASSWORD
from tests.ui.tabs import Tab


class Console:
    """The console in one tab; everything in it is found by its stable test id."""

    def __init__(self, tab: Tab) -> None:
        """Use a tab that shows the console or its sign-in page."""
        self.page: Page = tab.page

    def part(self, name: str) -> Locator:
        """Return a part of the console by its test id."""
        return self.page.get_by_test_id(name)

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in, and wait until the lists are loaded and the socket stands."""
        await self.part("login-email").fill(email)
        await self.part("login-password").fill(password)
        await self.part("login-submit").click()
        await self.ready()

    async def ready(self) -> None:
        """Wait until the lists are loaded and the socket stands."""
        await expect(self.part("connection")).to_have_attribute("data-link", "online")
        await expect(self.part("list-skeleton")).to_have_count(0)

    async def go(self, status: str) -> None:
        """Choose a presence."""
        await self.part("presence-button").click()
        await self.part(f"presence-{status}").click()
        await expect(self.part("presence-button")).to_have_attribute("data-status", status)

    def offer(self, session_id: str) -> Locator:
        """Return the card of an offer."""
        return self.page.locator(f"[data-testid=offer-card][data-session-id='{session_id}']")

    def row(self, session_id: str) -> Locator:
        """Return the row of a session in the list."""
        return self.page.locator(f"[data-testid=session-row][data-session-id='{session_id}']")

    async def open(self, session_id: str) -> None:
        """Open a session from the list."""
        await self.row(session_id).click()
        await expect(self.part("thread-header")).to_be_visible()

    async def accept(self, session_id: str) -> None:
        """Accept an offer, and wait until the reply box of this session is there."""
        await self.offer(session_id).get_by_test_id("offer-accept").click()
        await expect(self.page).to_have_url(re.compile(session_id))
        await expect(self.part("reply-tab-reply")).to_be_visible()

    async def write(self, text: str) -> None:
        """Type a reply as a person does, key by key, without sending."""
        await self.part("reply-tab-reply").click()
        await self.part("reply-text").press_sequentially(text)

    async def say(self, text: str) -> None:
        """Write a reply and send it with Enter."""
        await self.part("reply-tab-reply").click()
        await self.part("reply-text").fill(text)
        await self.part("reply-text").press("Enter")

    async def note(self, text: str) -> None:
        """Leave a private note, and wait until it stands in the thread."""
        await self.part("reply-tab-note").click()
        await self.part("reply-text").fill(text)
        await self.part("reply-send").click()
        await expect(self.page.locator("[data-testid=message][data-note]", has_text=text)).to_have_count(1)

    async def transfer(self, agent_id: str, note: str) -> None:
        """Hand the open session to a colleague."""
        await self.part("thread-transfer").click()
        await self.page.locator(f"[data-testid=transfer-agent][data-agent-id='{agent_id}']").click()
        await self.part("transfer-note").fill(note)
        await self.part("transfer-submit").click()
        await expect(self.part("transfer-dialog")).to_have_count(0)

    def bubbles(self, text: str | None = None, *, author: str | None = None) -> Locator:
        """Return the confirmed messages that contain the text, of one kind of author when it is given."""
        where = f"[data-testid=message]{f'[data-author={author}]' if author else ''}"
        return self.page.locator(where, has_text=text)

    async def hears(self, text: str, *, author: str) -> None:
        """Wait until a message stands in the thread, exactly once."""
        await expect(self.bubbles(text, author=author)).to_have_count(1)

    async def numbers(self) -> list[int]:
        """Return the numbers of the messages as they stand in the thread."""
        rows = await self.page.locator("[data-testid=message]").all()
        return [int(await row.get_attribute("data-seq") or 0) for row in rows]
