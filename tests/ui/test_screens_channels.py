"""The views of channels, mails and reply limits, photographed in both languages (`--screenshots DIR` keeps them)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.flows.workspace import ADMIN, PASSWORD
from tests.support.hub_process import StartHub
from tests.ui.channels_page import ChannelsPage
from tests.ui.console import Console
from tests.ui.mail_desk import a_letter, mail_desk, mail_with
from tests.ui.screens import photograph
from tests.ui.tabs import Locale, open_tab

LETTER = {
    "zh-CN": ("耳机左边没有声音", "您好，\n\n耳机左边没有声音，能换一副吗？\n\n> 请问现在好了吗？\n"),
    "en": (
        "The left side is silent",
        "Hello,\n\nmay I have another pair?\n\nOn Monday, Support wrote:\n> Is it better?\n",
    ),
}
HTML = (
    '<p>{text}</p><table width="500" bgcolor="#eef"><tr><td>HK20260001</td></tr></table>'
    '<img src="cid:dot@customers.test">'
)


@pytest.mark.parametrize("locale", list(LETTER))
async def test_channel_views_look_right(start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale) -> None:
    async with mail_desk(start_hub, browser) as desk:
        url, stack = desk.floor.hub.url, desk.floor.stack
        tab = await stack.enter_async_context(open_tab(browser, url, locale=locale))
        console = Console(tab)
        await console.sign_in(ADMIN, PASSWORD)
        pages = ChannelsPage(console)
        await pages.open()
        await photograph(tab.page, pictures, "channels", locale)
        await pages.part("channel-add").click()
        await pages.part("kind-card").first.wait_for()
        await photograph(tab.page, pictures, "channels-kinds", locale)
        await pages.choose_kind("wechat")
        await pages.save()
        await photograph(tab.page, pictures, "channels-faults", locale)
        await tab.page.goto(f"{url}/admin/channels")
        await pages.choose("test email")
        await pages.part("channel-test").click()
        await pages.part("checks").scroll_into_view_if_needed()
        await photograph(tab.page, pictures, "channels-tested", locale)
        await pages.part("channel-tab-guide").click()
        await photograph(tab.page, pictures, "channels-guide", locale)


@pytest.mark.parametrize("locale", list(LETTER))
async def test_mail_views_look_right(start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale) -> None:
    subject, text = LETTER[locale]
    async with mail_desk(start_hub, browser) as desk:
        ann = await desk.floor.console("ann", locale=locale)
        desk.deliver(a_letter(subject, text, html=HTML.format(text=text)))
        await desk.accept(ann)
        mail = mail_with(ann, subject)
        await mail.wait_for()
        await photograph(ann.page, pictures, "mail", locale)
        await mail.get_by_test_id("mail-view-all").click()
        await mail.get_by_test_id("mail-details-toggle").click()
        await photograph(ann.page, pictures, "mail-all", locale)
        await mail.get_by_test_id("mail-view-html").click()
        await mail.get_by_test_id("mail-reply").click()
        await expect(ann.part("reply-answers")).to_be_visible()
        await photograph(ann.page, pictures, "mail-design", locale)
