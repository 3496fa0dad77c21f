"""Teaching as trainers do it in the studio: the inbox, versions, tests, figures, and the panel to try a sentence."""

from __future__ import annotations

from typing import Literal

from playwright.async_api import Locator, Page, expect

from tests.ui.console import Console

Tab = Literal["misunderstood", "versions", "tests", "analytics"]


class TeachingPage:
    """The studio of one bot in a console that a trainer is signed in to."""

    def __init__(self, console: Console, bot_id: str) -> None:
        """Use the console's tab."""
        self.console = console
        self.page: Page = console.page
        self.bot_id = bot_id

    def part(self, name: str) -> Locator:
        """Return a part of the page by its test id."""
        return self.page.get_by_test_id(name)

    async def open(self, tab: Tab) -> None:
        """Go to a tab by its address, as from a bookmark."""
        await self.page.goto(f"{'/'.join(self.page.url.split('/')[:3])}/admin/bots/{self.bot_id}/{tab}")
        await expect(self.part(f"{tab}-tab")).to_be_visible()

    async def switch(self, tab: Tab) -> None:
        """Go to a tab by the row of tabs."""
        await self.part(f"studio-tab-{tab}").click()
        await expect(self.part(f"{tab}-tab")).to_be_visible()

    def message(self, text: str) -> Locator:
        """Return a message of the inbox."""
        return self.page.locator(f"[data-testid=inbox-turn][data-text={text!r}]")

    def version(self, n: int) -> Locator:
        """Return a version in the list."""
        return self.page.locator(f"[data-testid=version-row][data-n='{n}']")

    def figure(self, score: str) -> Locator:
        """Return one figure of an evaluation."""
        return self.page.locator(f"[data-testid=figure][data-score={score}]")

    def sentence(self, text: str) -> Locator:
        """Return a sentence of the test set."""
        return self.page.locator(f"[data-testid=set-row][data-text={text!r}]")

    async def choose_intent(self, words: str) -> None:
        """Choose an intent in the dialog by typing, with Enter."""
        await self.part("intent-find").fill(words)
        await self.part("intent-find").press("Enter")
        await expect(self.part("intent-picker")).to_have_count(0)

    async def train(self, n: int) -> None:
        """Train, and wait until the version is there."""
        await self.part("train-run").click()
        await self.trained(n)

    async def trained(self, n: int) -> None:
        """Wait until a training has made a version."""
        await expect(self.part("train-publish")).to_contain_text(str(n), timeout=60_000)

    async def try_sentence(self, text: str) -> Locator:
        """Try a sentence and return what the bot makes of it."""
        await self.part("try-sentence").fill(text)
        await self.part("try-sentence").press("Enter")
        verdict = self.part("try-verdict")
        # Without a version the bot trains for its first answer.
        await expect(verdict).to_be_visible(timeout=60_000)
        return verdict
