"""The widget on the demo shop, as a visitor uses it."""

from __future__ import annotations

from playwright.async_api import FrameLocator, Locator, Page, expect

from tests.ui.tabs import Tab


class Widget:
    """The chat in one tab; everything in it is found by its stable test id."""

    def __init__(self, tab: Tab) -> None:
        """Use the tab of a demo shop."""
        self.page: Page = tab.page
        self.frame: FrameLocator = tab.page.frame_locator("[data-testid=huike-frame]")

    def part(self, name: str) -> Locator:
        """Return a part of the chat by its test id."""
        return self.frame.get_by_test_id(f"widget-{name}")

    async def open(self) -> None:
        """Open the chat with the launcher."""
        await self.page.get_by_test_id("huike-launcher").click()
        await expect(self.part("input")).to_be_visible()

    async def write(self, text: str) -> None:
        """Type as a person does, key by key, without sending."""
        await self.part("input").press_sequentially(text)

    async def say(self, text: str) -> None:
        """Write a message and send it with Enter."""
        await self.part("input").fill(text)
        await self.part("input").press("Enter")

    def bubbles(self, text: str | None = None, *, author: str | None = None) -> Locator:
        """Return the messages that contain the text, of one kind of author when it is given."""
        where = f"[data-testid=widget-message]{f'[data-author={author}]' if author else ''}"
        return self.frame.locator(where, has_text=text)

    async def hears(self, text: str, *, author: str) -> None:
        """Wait until a message stands in the log, exactly once."""
        await expect(self.bubbles(text, author=author)).to_have_count(1)

    async def option(self, label: str) -> Locator:
        """Return the button of a menu, which must be there and alive."""
        button = self.frame.locator("[data-testid^=widget-option-]", has_text=label).last
        await expect(button).to_be_enabled()
        return button

    async def texts(self) -> list[str]:
        """Return what every message says, from the oldest to the newest."""
        return await self.frame.locator("[data-testid=widget-message] .text").all_inner_texts()

    async def numbers(self) -> list[int]:
        """Return the numbers of the messages as they stand in the log."""
        return await _numbers(self.frame.locator("[data-testid=widget-message][data-seq]"))

    async def rate(self, score: int, comment: str) -> None:
        """Rate the conversation that has ended."""
        await self.part(f"rate-{score}").check(force=True)
        await self.part("rate-comment").fill(comment)
        await self.part("rate-submit").click()


async def _numbers(rows: Locator) -> list[int]:
    return [int(await row.get_attribute("data-seq") or 0) for row in await rows.all()]
