"""A real browser: Debian's Chromium, driven by Playwright. No other build is fetched."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

# The sandbox does not start as root in a container; the rest keeps Chromium from calling home at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the path of Chromium, or None where it is not installed."""
    return shutil.which("chromium")


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Run a headless Chromium with an empty profile; it is gone when the block is left."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=find_chromium(), args=FLAGS, timeout=60_000)
        try:
            yield browser
        finally:
            await browser.close()
