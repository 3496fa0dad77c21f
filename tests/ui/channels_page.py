"""The pages of channel administration, as an administrator uses them."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.ui.console import Console

_NARROW = 768
"""Below this width the bar stands at the foot."""


class ChannelsPage:
    """The channels in a console that somebody is signed in to."""

    def __init__(self, console: Console) -> None:
        """Use the console's tab."""
        self.console = console
        self.page: Page = console.page

    def part(self, name: str) -> Locator:
        """Return a part of the page by its test id."""
        return self.page.get_by_test_id(name)

    async def open(self) -> None:
        """Go to the list by the bar at the edge; a phone's has it behind one button."""
        size = self.page.viewport_size
        if size is not None and size["width"] < _NARROW:
            await self.part("nav-more").click()
            await self.part("more-channels").click()
        else:
            await self.part("nav-channels").click()
        await expect(self.part("channel-list").or_(self.part("channels-empty"))).to_be_visible()

    def row(self, name: str) -> Locator:
        """Return the row of a channel."""
        return self.page.locator("[data-testid=channel-row]", has_text=name)

    async def choose(self, name: str) -> None:
        """Open a channel from the list."""
        await self.row(name).get_by_test_id("channel-open").click()
        await expect(self.part("channel-name")).to_have_value(name)

    async def begin(self, kind: str) -> None:
        """Begin a new channel of a kind."""
        await self.part("channel-add").click()
        await self.choose_kind(kind)

    async def choose_kind(self, kind: str) -> None:
        """Choose what kind of channel the new one is."""
        await self.page.locator(f"[data-testid=kind-card][data-kind={kind}]").click()
        await expect(self.part("channel-form")).to_be_visible()

    def setting(self, name: str) -> Locator:
        """Return a field of the form, with its help and its fault."""
        return self.page.locator(f"[data-testid=setting][data-name='{name}']")

    async def fill(self, name: str, value: str) -> None:
        """Write a setting."""
        await self.setting(name).get_by_test_id("setting-input").fill(value)

    def fault(self, name: str) -> Locator:
        """Return what is said to be wrong with a setting."""
        return self.setting(name).get_by_test_id("field-error")

    async def save(self) -> None:
        """Press the button that saves."""
        await self.part("channel-save").click()

    async def act(self, act: str) -> None:
        """Choose from the menu of the channel that is open."""
        await self.part("channel-more").click()
        await self.part(f"channel-{act}").click()
