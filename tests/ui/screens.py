"""Pictures of a view for a person to look at: light and dark, on a desk and on a phone.

What a machine can see is checked in each size: nothing is wider than the screen, and no key of a text stands in place
of the text. Colours move nothing, so without a folder for pictures one scheme is enough.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from playwright.async_api import Frame, Page

from tests.ui.tabs import DESK, PHONE, Locale, Scheme

_SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# What a missing translation would show, such as `list.empty.mine.title`; addresses and file names have dots too.
_KEY = re.compile(r"\b(?:[a-z]+[a-zA-Z]*\.){1,3}[a-z]+[a-zA-Z]*\b")
_NO_KEYS = re.compile(r"@|://|\b\w+\.(?:example|com|png|jpg|pdf|txt|yml)\b")
# A change of scheme reaches the page in the next frames, and only then do colours begin to move.
_SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  await Promise.all([document.fonts.ready, frame()])
  const moving = document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity)
  await Promise.allSettled(moving.map((one) => one.finished))
  await frame()
}"""


async def photograph(page: Page, folder: Path, view: str, locale: Locale) -> None:
    """Check the view in both sizes, then give the desk back.

    Where the folder is there, pictures in both schemes are put into it as `VIEW-LOCALE-SCHEME-WIDTH.png`.
    """
    schemes = _SCHEMES if _keeps(folder) else _SCHEMES[:1]
    for scheme, size in itertools.product(schemes, (DESK, PHONE)):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await settle(page)
        where = f"{view} in {locale}, {scheme}, {size[0]} px"
        await check_look(page, where)
        await keep(page, folder, f"{view}-{locale}-{scheme}-{size[0]}")
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


async def keep(page: Page, folder: Path, name: str) -> None:
    """Put a picture of the page as it is into the folder, where that is there."""
    if _keeps(folder):
        await page.screenshot(path=folder / f"{name}.png")


async def settle(page: Page) -> None:
    """Wait until fonts are there and everything that moves or changes colour has come to rest."""
    for frame in _scripted(page):
        await frame.evaluate(_SETTLED)


async def check_look(page: Page, where: str) -> None:
    """Fail when something sticks out of the screen or a text is missing."""
    for frame in _scripted(page):
        assert await _fits(frame), f"something is wider than the screen: {where}"
        words = await frame.evaluate("() => document.body.innerText")
        keys = [line for line in words.splitlines() if _KEY.search(line) and not _NO_KEYS.search(line)]
        assert not keys, f"texts are missing: {where}: {keys}"


def _keeps(folder: Path) -> bool:
    return folder.is_dir()


def _scripted(page: Page) -> list[Frame]:
    """Return the frames in which scripts run; those of mails have none, and scroll in themselves."""
    return [frame for frame in page.frames if frame.url != "about:srcdoc"]


async def _fits(frame: Frame) -> bool:
    fits: bool = await frame.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    return fits
