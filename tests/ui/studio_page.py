"""The studio's pages of what a bot is taught, as trainers use them: sentences, answers, words, files, history."""

from __future__ import annotations

from typing import Literal

from playwright.async_api import Locator, Page, expect

from tests.ui.console import Console

Tab = Literal["intents", "answers", "words", "files", "history"]


class StudioPage:
    """The studio of one bot in a console that somebody is signed in to."""

    def __init__(self, console: Console, bot_id: str) -> None:
        """Use the console's tab."""
        self.console = console
        self.page: Page = console.page
        self.bot_id = bot_id

    def part(self, name: str) -> Locator:
        """Return a part of the page by its test id."""
        return self.page.get_by_test_id(name)

    async def open(self, tab: Tab, query: str = "") -> None:
        """Go to a tab by its address, as from a bookmark."""
        await self.page.goto(f"{'/'.join(self.page.url.split('/')[:3])}/admin/bots/{self.bot_id}/{tab}{query}")
        await expect(self.part(f"{tab}-tab")).to_be_visible()

    async def switch(self, tab: Tab) -> None:
        """Go to a tab by the row of tabs."""
        await self.part(f"studio-tab-{tab}").click()
        await expect(self.part(f"{tab}-tab")).to_be_visible()

    def intent(self, name: str) -> Locator:
        """Return an intent of the list."""
        return self.page.locator(f"[data-testid=intent-row][data-intent='{name}']")

    async def open_intent(self, name: str) -> None:
        """Open an intent, and wait for its sentences."""
        await self.intent(name).click()
        await expect(self.page.locator(f"[data-testid=intent-pane][data-intent='{name}']")).to_be_visible()
        await expect(self.part("examples-skeleton")).to_have_count(0)

    def example(self, text: str) -> Locator:
        """Return a sentence of the intent that is open."""
        return self.page.locator(f"[data-testid=example-row][data-text='{text}']")

    async def add(self, text: str) -> None:
        """Type a sentence and press Enter."""
        await self.part("example-add").fill(text)
        await self.part("example-add").press("Enter")
        await expect(self.example(text)).to_be_visible()

    async def act(self, text: str, act: Literal["mark", "edit", "move", "remove"]) -> None:
        """Do something with one sentence."""
        await self.example(text).hover()
        await self.example(text).get_by_test_id(f"example-{act}").click()

    def word(self, name: str) -> Locator:
        """Return one value, word list or pattern."""
        return self.page.locator(f"[data-testid=word-group][data-name='{name}']")

    def file(self, path: str) -> Locator:
        """Return a file of the tree."""
        return self.page.locator(f"[data-testid=file-row][data-path='{path}']")

    async def told(self, text: str) -> None:
        """Wait until the newest notice says it."""
        await expect(self.part("toast").last).to_contain_text(text)

    async def gone(self, part: str) -> None:
        """Wait until a part has left the page."""
        await expect(self.part(part)).to_have_count(0)
