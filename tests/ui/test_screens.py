"""The key views of the demo workspace, photographed in both languages (`--screenshots DIR` keeps the pictures)."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from hub.demo.staff import STAFF
from tests.support.clients import Json, Rest
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.screens import photograph
from tests.ui.tabs import Locale, open_tab
from tests.ui.widget import Widget

PASSWORDS = {account.key: (account.email, account.password) for account in STAFF}
TALK: dict[Locale, dict[str, str]] = {
    "zh-CN": {
        "name": "林晓彤",
        "question": "我的订单到哪了",
        "greeting": "你好",
        "trouble": "耳机左边没有声音，能换一副吗？",
        "answer": "林女士您好，我是李娜。HK20260001 还在保修期内，可以直接给您换新，旧的让快递员带走就行。",
        "note": "会员，签收第 5 天，走换新，不用寄回检测。",
        "thanks": "太好了，什么时候能到？",
        "promise": "今天下午发出，顺丰次日达，单号稍后发给您。",
    },
    "en": {
        "name": "Olivia Carter",
        "question": "Where is my order?",
        "greeting": "Hello",
        "trouble": "The left side of the headphones is silent. Can I get another pair?",
        "answer": "Hello Olivia, this is Li Na. HK20260001 is under warranty, so we will simply replace it.",
        "note": "Member, delivered five days ago: replace, no inspection needed.",
        "thanks": "Great! When will it arrive?",
        "promise": "It leaves this afternoon and should be with you tomorrow.",
    },
}


@pytest.mark.parametrize("locale", list(TALK))
async def test_key_views_look_right(start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale) -> None:
    hub = await start_hub(options=["--demo"])
    talk = TALK[locale]
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(Rest(hub.url))
        await admin.login(*PASSWORDS["admin"])
        shop = await stack.enter_async_context(open_tab(browser, f"{hub.url}/demo", locale=locale))
        desk = await stack.enter_async_context(open_tab(browser, hub.url, locale=locale))
        visitor, lina = Widget(shop), Console(desk)

        async def shoot(where: Widget | Console, view: str) -> None:
            await photograph(where.page, pictures, view, locale)

        await expect(shop.page.get_by_test_id("huike-launcher")).to_be_visible()
        await shoot(visitor, "shop")
        await visitor.open()
        await shoot(visitor, "widget-greeting")
        session_id = await _ask_the_bot(visitor, admin, talk)
        await shoot(visitor, "widget-bot")
        await visitor.part("human").click()
        await visitor.say(talk["trouble"])
        await expect(visitor.part("queue-place")).to_be_visible()
        await shoot(visitor, "widget-queue")
        await shoot(lina, "login")
        await lina.sign_in(*PASSWORDS["lina"])
        await shoot(lina, "console-start")
        await lina.part("list-closed").click()
        await shoot(lina, "console-closed")
        await lina.go("online")
        await expect(lina.offer(session_id)).to_be_visible()
        await shoot(lina, "console-offer")
        await lina.accept(session_id)
        await _talk(visitor, lina, talk)
        await shoot(lina, "console-session")
        await shoot(visitor, "widget-agent")
        await lina.page.keyboard.press("Alt+KeyT")
        await expect(lina.part("transfer-agent").first).to_be_visible()
        await shoot(lina, "console-transfer")
        await lina.page.keyboard.press("Escape")
        await lina.page.keyboard.press("Control+KeyK")
        await expect(lina.part("palette-option").first).to_be_visible()
        await shoot(lina, "console-palette")
        await lina.page.keyboard.press("Escape")
        await lina.part("thread-close").click()
        await expect(visitor.part("rating")).to_be_visible()
        await visitor.part("rate-4").check(force=True)
        await shoot(visitor, "widget-rating")
        await shoot(lina, "console-done")


async def _ask_the_bot(visitor: Widget, admin: Rest, talk: dict[str, str]) -> str:
    """Talk to the bot, let the customer be known by name, and return the session."""
    await visitor.say(talk["question"])
    await expect(visitor.bubbles(author="bot")).to_have_count(2)
    await visitor.say("HK20260001")
    await visitor.hears("SF1402233445566", author="bot")
    await visitor.say(talk["greeting"])
    await expect(visitor.frame.locator("[data-testid^=widget-option-]").last).to_be_enabled()
    found: Json = (await admin.get("/sessions", state="bot"))["items"][0]
    known: dict[str, Any] = {"name": talk["name"], "level": "vip", "attributes": {"city": "杭州 Hangzhou"}}
    await admin.call("PATCH", f"/customers/{found['customer_id']}", known)
    session_id: str = found["id"]
    return session_id


async def _talk(visitor: Widget, lina: Console, talk: dict[str, str]) -> None:
    await lina.say(talk["answer"])
    await visitor.hears(talk["answer"], author="agent")
    await lina.note(talk["note"])
    await visitor.say(talk["thanks"])
    await lina.hears(talk["thanks"], author="customer")
    await lina.say(talk["promise"])
    await visitor.hears(talk["promise"], author="agent")
