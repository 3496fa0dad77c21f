"""HTML of mails, cleaned, in a real browser: nothing in it runs, asks the network, or survives as a trap.

Each payload is shown twice: in the sandboxed frame in which a console shows mails, and bare in a page with scripts on,
because one forgotten attribute must not be all that stands between a mail and an agent's session.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape

import pytest
from playwright.async_api import Browser, Page, Request, Route

from connectors.email.text import clean_html
from tests.mail import fixtures

ORIGIN = "http://mail.invalid"
# What a payload calls when it runs; the page counts the calls instead of stopping at a dialog.
TRIPWIRES = """
window.__fired = [];
for (const name of ['alert', 'confirm', 'prompt', 'open', 'print']) {
    window[name] = (...told) => { window.__fired.push(name + ': ' + String(told[0]).slice(0, 60)); return null; };
}
"""
# Touches every element as a person or a page could, and lists what could act, by name of its attribute.
TOUCH = """() => {
    const kinds = ['mouseover', 'mouseenter', 'pointerover', 'focus', 'focusin', 'load', 'error', 'toggle', 'input',
        'animationstart', 'animationend', 'transitionend', 'beforematch', 'wheel', 'scroll', 'copy', 'submit', 'click'];
    document.addEventListener('click', event => event.preventDefault(), true);
    const traps = [];
    for (const element of document.querySelectorAll('#mail *')) {
        for (const {name, value} of element.attributes) {
            if (/^on|^(srcdoc|action|formaction|srcset|ping|xlink:href|background|id|name|class)$/i.test(name)) {
                traps.push(element.tagName + ' ' + name);
            }
            if (name === 'href' && !/^(https?|mailto|tel):/i.test(value.trim())) traps.push('href ' + value);
            if (name === 'style' && /url|expression|position|import|@/i.test(value)) traps.push('style ' + value);
        }
        const tag = element.tagName;
        if (/^(script|style|iframe|object|embed|form|input|button|svg|math|base|meta|link|template)$/i.test(tag)) {
            traps.push(tag);
        }
        for (const kind of kinds) element.dispatchEvent(new Event(kind, {bubbles: true, cancelable: true}));
    }
    return [...traps, ...window.__fired];
}
"""
FETCHED = "performance.getEntriesByType('resource').map(entry => 'asked for ' + entry.name)"


class Watched:
    """A page of which every request is answered here or noted as one that a mail made."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self._body = ""

    async def show(self, body: str) -> list[str]:
        """Show a body, touch everything in it, and return what ran, what was asked for and what could act."""
        self._body = f"<!doctype html><html><head><meta charset=utf-8></head><body>{body}</body></html>"
        self.asked.clear()
        await self.page.goto(f"{ORIGIN}/", timeout=15_000)
        found: list[str] = await self.page.evaluate(TOUCH)
        for frame in self.page.frames[1:]:
            await frame.wait_for_load_state(timeout=15_000)
            # A sandboxed frame may live in a process of its own, whose first requests are not routed.
            self.asked.extend(await frame.evaluate(FETCHED))
        return [*found, *self.asked]

    async def answer(self, route: Route, request: Request) -> None:
        """Answer the page itself; note and refuse all else."""
        if request.url == f"{ORIGIN}/" and request.is_navigation_request() and not self.asked:
            await route.fulfill(body=self._body, content_type="text/html; charset=utf-8")
            return
        self.asked.append(f"asked for {request.url}")
        await route.abort()


@asynccontextmanager
async def open_watched(browser: Browser) -> AsyncIterator[Watched]:
    context = await browser.new_context()
    try:
        await context.add_init_script(TRIPWIRES)
        watched = Watched(await context.new_page())
        await context.route("**/*", watched.answer)
        yield watched
    finally:
        await context.close()


def _payloads() -> list[str]:
    listed = json.loads((fixtures.folder("html") / "dompurify_payloads.json").read_text(encoding="utf-8"))
    return [entry["payload"] for entry in listed]


def _framed(cleaned: str) -> str:
    return f'<iframe sandbox srcdoc="{escape(cleaned)}"></iframe>'


async def test_the_page_notices_what_runs_and_what_is_asked_for(browser: Browser) -> None:
    async with open_watched(browser) as watched:
        assert "alert: 1" in await watched.show('<div id="mail"><img src="data:," onerror="alert(1)"></div>')
        assert "alert: 2" in await watched.show('<div id="mail"><b onmouseover="alert(2)">x</b></div>')
        assert "asked for http://spy.invalid/x.png" in await watched.show('<img src="http://spy.invalid/x.png">')
        assert "href javascript:alert(3)" in await watched.show(
            '<div id="mail"><a href="javascript:alert(3)">x</a></div>'
        )
        assert "asked for http://spy.invalid/y.png" in await watched.show(
            _framed('<img src="http://spy.invalid/y.png">')
        )


@pytest.mark.timeout(300)
async def test_nothing_of_a_hostile_mail_runs_fetches_or_leaves_its_place(browser: Browser) -> None:
    failed: dict[str, list[str]] = {}
    async with open_watched(browser) as watched:
        for payload in _payloads():
            cleaned = clean_html(payload)
            noticed = await watched.show(f'<div id="mail">{cleaned}</div><p id="after">after</p>{_framed(cleaned)}')
            # An end tag too many, or an open comment, would take over what the page writes after the mail.
            if noticed or await watched.page.locator("body > #after + iframe").count() != 1:
                failed[payload] = noticed
    assert failed == {}


async def test_remote_pictures_are_fetched_only_when_asked_for(browser: Browser) -> None:
    html = (
        '<p>Hello</p><img src="http://spy.invalid/a.png"><table background="http://spy.invalid/b.png"><tr><td>x</table>'
    )
    async with open_watched(browser) as watched:
        assert await watched.show(_framed(clean_html(html))) == []
        shown = await watched.show(_framed(clean_html(html, remote_images=True)))
        assert shown == ["asked for http://spy.invalid/a.png"]
