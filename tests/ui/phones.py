"""The page of the channel simulator, as somebody uses it who shows the product."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.ui.tabs import Tab


class Phones:
    """The page in one tab; everything in it is found by its stable test id."""

    def __init__(self, tab: Tab) -> None:
        """Use a tab that shows the page."""
        self.page: Page = tab.page

    def part(self, name: str) -> Locator:
        """Return a part of the page by its test id, without the `sim-` before it."""
        return self.page.get_by_test_id(f"sim-{name}")

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in on the page itself."""
        await self.part("email").fill(email)
        await self.part("password").fill(password)
        await self.part("sign-in-submit").click()
        await expect(self.part("wechat")).to_be_visible()

    async def follow(self) -> None:
        """Follow the account in WeChat."""
        await self.part("wechat-follow").click()
        await expect(self.part("wechat-text")).to_be_visible()

    async def say(self, device: str, text: str) -> None:
        """Write on a phone and send with Enter."""
        await self.part(f"{device}-text").fill(text)
        await self.part(f"{device}-text").press("Enter")
        await expect(self.said(device, text, who="me")).to_have_count(1)

    def said(self, device: str, text: str, *, who: str = "account") -> Locator:
        """Return what stands on a phone with this text."""
        return self.part(device).locator(f"[data-testid=sim-bubble][data-who={who}]").filter(has_text=text)

    async def hears(self, device: str, text: str) -> None:
        """Wait until the hub's message is on a phone, once."""
        await expect(self.said(device, text)).to_have_count(1)

    def option(self, text: str) -> Locator:
        """Return an entry of a menu message."""
        return self.part("option").get_by_text(text, exact=True).last
