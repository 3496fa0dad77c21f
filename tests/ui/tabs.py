"""Browser tabs as people have them: a language, a screen, a colour scheme, and an ear for everything that breaks.

A tab that is left without an error must not have thrown, logged an error or broken the content policy.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

Locale = Literal["zh-CN", "en"]
Scheme = Literal["light", "dark"]
Size = tuple[int, int]
DESK: Size = (1360, 800)
PHONE: Size = (390, 844)
# Longer than any step takes on two busy cores; a condition that holds is seen at once.
WAIT_MS = 30_000
# A hub that is down, or that refuses a call, is what some stories are about. The page must cope; the browser notes it.
_EXPECTED = ("Failed to load resource", "WebSocket connection to")


@dataclass
class Tab:
    """One tab in a browser profile of its own, and what went wrong in it."""

    page: Page
    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def hear(self, page: Page) -> None:
        """Note uncaught exceptions and errors on the console."""
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            self.faults.append(message.text)


@asynccontextmanager
async def open_tab(
    browser: Browser,
    url: str,
    *,
    locale: Locale = "zh-CN",
    size: Size = DESK,
    scheme: Scheme = "light",
    scripts: Sequence[str] = (),
) -> AsyncIterator[Tab]:
    """Open a tab at the address; `scripts` run in every document before its own."""
    context = await browser.new_context(
        locale=locale,
        color_scheme=scheme,
        viewport={"width": size[0], "height": size[1]},
        has_touch=size == PHONE,
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    try:
        for script in scripts:
            await context.add_init_script(script)
        page = await context.new_page()
        tab = Tab(page=page, context=context)
        tab.hear(page)
        await page.goto(url)
        yield tab
        assert not tab.faults, tab.faults
    finally:
        await context.close()
