"""The story of the simulator in the browser: WeChat, bot, agent, answer, then text messages, all in one session."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from hub.demo.staff import STAFF
from tests.support.clients import Json, Rest
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.phones import Phones
from tests.ui.screens import photograph
from tests.ui.tabs import Locale, open_tab

PASSWORDS = {account.key: (account.email, account.password) for account in STAFF}
ORDER, PARCEL = "HK20260001", "SF1402233445566"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said in one language."""

    locale: Locale
    question: str
    person: str
    answer: str
    further: str
    reply: str
    delivered: str


ZH = Words(
    locale="zh-CN",
    question="我的订单到哪了",
    person="转人工",
    answer="您好，我是李娜，包裹明天上午送到。",
    further="我换成短信联系，门牌号是 302。",
    reply="好的，已经补充门牌号。",
    delivered="已送达",
)
EN = Words(
    locale="en",
    question="Where is my order?",
    person="I want to talk to a human",
    answer="Hello, this is Li Na: the parcel arrives tomorrow morning.",
    further="Texting you from now on: the door is number 302.",
    reply="Noted, the door number is on the parcel now.",
    delivered="Delivered",
)


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_from_wechat_through_bot_and_agent_to_text_messages(
    start_hub: StartHub, browser: Browser, pictures: Path, words: Words
) -> None:
    hub = await start_hub(options=["--demo"])
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(Rest(hub.url))
        await admin.login(*PASSWORDS["admin"])
        page = await stack.enter_async_context(open_tab(browser, f"{hub.url}/simulator", locale=words.locale))
        desk = await stack.enter_async_context(open_tab(browser, hub.url, locale=words.locale))
        phones, lina = Phones(page), Console(desk)
        await photograph(phones.page, pictures, "simulator-sign-in", words.locale)
        await phones.sign_in(*PASSWORDS["supervisor"])
        await photograph(phones.page, pictures, "simulator-empty", words.locale)
        await phones.follow()
        await phones.say("wechat", words.question)
        await phones.option(ORDER).click()
        await phones.hears("wechat", PARCEL)
        session = await _one_session(admin)
        await phones.say("wechat", words.person)
        await lina.sign_in(*PASSWORDS["lina"])
        await lina.go("online")
        await lina.accept(session["id"])
        await lina.hears(words.question, author="customer")
        await lina.say(words.answer)
        await phones.hears("wechat", words.answer)
        await _make_number_known(admin, session["customer_id"], await _number(phones))
        await phones.say("sms", words.further)
        await lina.hears(words.further, author="customer")
        await lina.say(words.reply)
        await phones.hears("sms", words.reply)
        await expect(phones.said("sms", words.reply).get_by_test_id("sim-status")).to_contain_text(words.delivered)
        await expect(phones.said("wechat", words.reply)).to_have_count(0)
        again = await _one_session(admin)
        assert (again["id"], len(again["channel_ids"])) == (session["id"], 2)
        await photograph(phones.page, pictures, "simulator", words.locale)
        await photograph(lina.page, pictures, "simulator-console", words.locale)


async def test_everything_can_be_done_by_keyboard_and_for_several_people(start_hub: StartHub, browser: Browser) -> None:
    hub = await start_hub(options=["--demo"])
    async with open_tab(browser, f"{hub.url}/simulator", locale="en", size=(390, 844)) as tab:
        phones, page = Phones(tab), tab.page
        await phones.sign_in(*PASSWORDS["admin"])
        first = await phones.part("person").input_value()
        await phones.part("tab-wechat").focus()
        await page.keyboard.press("ArrowRight")
        await expect(phones.part("tab-sms")).to_be_focused()
        await expect(phones.part("wechat")).to_be_hidden()
        await phones.say("sms", "hello")
        await expect(phones.part("sms").locator("[data-who=account]").first).to_be_visible()
        await phones.part("new-person").focus()
        await page.keyboard.press("Enter")
        await expect(phones.part("person")).not_to_have_value(first)
        await expect(phones.part("sms").get_by_test_id("sim-bubble")).to_have_count(0)
        await phones.part("person").select_option(first)
        await expect(phones.said("sms", "hello", who="me")).to_have_count(1)
        await phones.part("tab-sms").focus()
        await page.keyboard.press("ArrowRight")
        await phones.part("mail-compose").focus()
        await page.keyboard.press("Enter")
        await expect(phones.part("mail-subject")).to_be_focused()
        await page.keyboard.type("Broken lid")
        await page.keyboard.press("Tab")
        await page.keyboard.type("The lid broke.")
        await phones.part("mail-send").focus()
        await page.keyboard.press("Enter")
        await expect(phones.part("letter")).to_contain_text("The lid broke.")
        await phones.part("language").focus()
        await page.keyboard.press("Space")
        await expect(phones.part("tab-mail")).to_have_text("邮箱")
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


async def test_what_the_hub_refuses_is_said_with_its_status(start_hub: StartHub, browser: Browser) -> None:
    hub = await start_hub(options=["--demo"])
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(Rest(hub.url))
        await admin.login(*PASSWORDS["admin"])
        tab = await stack.enter_async_context(open_tab(browser, f"{hub.url}/simulator", locale="en"))
        phones = Phones(tab)
        await phones.part("email").fill(PASSWORDS["lina"][0])
        await phones.part("password").fill(PASSWORDS["lina"][1])
        await phones.part("sign-in-submit").click()
        await expect(phones.part("sign-in")).to_contain_text("administrator or supervisor")
        await phones.sign_in(*PASSWORDS["admin"])
        for channel in (await admin.get("/channels"))["items"]:
            secret = {"sms_twilio": "auth_token", "wechat": "token"}.get(channel["kind"])
            if secret:
                await admin.call("PATCH", f"/channels/{channel['id']}", {"settings": {secret: None}})
        await phones.say("sms", "hello")
        await expect(phones.part("sms-fault")).to_contain_text("401")
        await phones.part("wechat-follow").click()
        await expect(phones.part("wechat-fault")).to_contain_text("401")


async def _one_session(admin: Rest) -> Json:
    """Return the only session that is not closed."""
    found: list[Json] = (await admin.get("/sessions", state="bot,queued,offered,active"))["items"]
    assert len(found) == 1, found
    return found[0]


async def _number(phones: Phones) -> str:
    return (await phones.part("sms").locator("header p").inner_text()).strip()


async def _make_number_known(admin: Rest, customer_id: str, number: str) -> None:
    """Have the number that the customer told on WeChat as one that was checked."""
    customer = await admin.get(f"/customers/{customer_id}")
    known = [*customer["identities"], {"kind": "phone", "value": number, "verified": True}]
    await admin.call("PATCH", f"/customers/{customer_id}", {"identities": known})
