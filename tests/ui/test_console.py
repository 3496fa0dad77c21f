"""The console in the hands of an agent: keyboard, drafts, unread marks, who sees what, small screens, nothing to do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor, session_of
from tests.ui.tabs import PHONE, open_tab
from tests.ui.widget import Widget


@pytest_asyncio.fixture
async def floor(start_hub: StartHub, browser: Browser) -> AsyncIterator[Floor]:
    """A hub with a web chat, two agents and a supervisor."""
    async with open_floor(start_hub, browser) as opened:
        yield opened


async def _press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_a_whole_conversation_without_a_mouse(floor: Floor) -> None:
    first, second = await floor.visitor("the first question"), await floor.visitor("the second question")
    tab = await floor.stack.enter_async_context(open_tab(floor.browser, floor.hub.url, locale="en"))
    console, page = Console(tab), tab.page
    await expect(console.part("login-email")).to_be_focused()
    await page.keyboard.type("ann@example.com")
    await _press(page, "Tab")
    await page.keyboard.type("correct-horse-battery")
    await _press(page, "Enter")
    await console.ready()
    await console.part("presence-button").focus()
    await _press(page, "Enter")
    await expect(console.part("presence-menu")).to_be_visible()
    await page.keyboard.type("Online")
    await _press(page, "Enter")
    await expect(console.part("offer-card")).to_have_count(2)
    await _press(page, "Alt+KeyA")
    await expect(console.part("offer-card")).to_have_count(1)
    await _press(page, "Alt+KeyA")
    await expect(console.part("session-row")).to_have_count(2)
    await expect(console.part("offer-card")).to_have_count(0)
    await _press(page, "Alt+KeyJ", "Alt+KeyK", "Alt+KeyJ")
    await expect(console.part("session-row").and_(page.locator("[aria-current=true]"))).to_have_count(1)
    await _jump(console, "first question")
    await console.hears("the first question", author="customer")
    await _press(page, "Alt+KeyL")
    await page.keyboard.type("answered by hand")
    await _press(page, "Enter")
    assert (await first.hears("answered by hand"))["author"]["name"] == "ann"
    await _press(page, "Alt+KeyP")
    await expect(console.part("reply-box")).to_have_attribute("data-mode", "note")
    await page.keyboard.type("for us only")
    await _press(page, "Enter")
    await expect(page.locator("[data-testid=message][data-note]")).to_contain_text("for us only")
    await _dialogs_open_and_close(console)
    await _press(page, "Escape", "Alt+KeyE")
    await first.until(lambda: any(told["state"] == "closed" for told in first.sessions))
    assert not any("for us only" in entry["content"]["text"] for entry in first.messages.values())
    assert second.sessions[-1]["state"] == "active"


async def _jump(console: Console, text: str) -> None:
    """Find a conversation with the palette."""
    await _press(console.page, "Control+KeyK")
    await expect(console.part("palette-input")).to_be_focused()
    await console.page.keyboard.type(text)
    await expect(console.part("palette-option")).to_have_count(1)
    await _press(console.page, "Enter")
    await expect(console.part("palette")).to_have_count(0)


async def _dialogs_open_and_close(console: Console) -> None:
    """Open the transfer dialog and the sheet of shortcuts, and leave them with Escape."""
    page = console.page
    await _press(page, "Alt+KeyT")
    await expect(console.part("transfer-dialog")).to_be_visible()
    await _press(page, "Escape")
    await expect(console.part("transfer-dialog")).to_have_count(0)
    await _press(page, "Alt+KeyL", "Escape", "Shift+Slash")
    await expect(console.part("shortcut-sheet")).to_be_visible()
    await _press(page, "Escape")
    await expect(console.part("shortcut-sheet")).to_have_count(0)


async def _compose(page: Page, letters: str, words: str) -> None:
    """Type with an input method: letters, an Enter that belongs to the composition, then the words."""
    driver = await page.context.new_cdp_session(page)
    end = len(letters)
    await driver.send("Input.imeSetComposition", {"text": letters, "selectionStart": end, "selectionEnd": end})
    # 229 is what a browser reports for a key that the input method takes.
    process = {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    await driver.send("Input.dispatchKeyEvent", process)
    await driver.send("Input.insertText", {"text": words})


async def test_the_enter_of_an_input_method_sends_nothing(floor: Floor) -> None:
    visitor = await floor.visitor("你好")
    console = await floor.console("ann", locale="zh-CN")
    await console.accept(session_of(visitor))
    box = console.part("reply-text")
    await box.click()
    await _compose(console.page, "ni hao", "您好")
    await box.dispatch_event("keydown", {"key": "Enter", "code": "Enter", "isComposing": True, "bubbles": True})
    await expect(box).to_have_value("您好")
    await expect(console.part("pending-message")).to_have_count(0)
    await box.press("Enter")
    await visitor.hears("您好")
    assert [entry["content"]["text"] for entry in visitor.messages.values()] == ["你好", "您好"]


async def test_the_widget_leaves_the_enter_of_an_input_method_alone(floor: Floor) -> None:
    address = f"{floor.hub.url}/demo?channel={floor.channel['id']}"
    tab = await floor.stack.enter_async_context(open_tab(floor.browser, address))
    widget = Widget(tab)
    await widget.open()
    box = widget.part("input")
    await box.click()
    await _compose(tab.page, "ding dan", "订单")
    await box.dispatch_event("keydown", {"key": "Enter", "code": "Enter", "isComposing": True, "bubbles": True})
    await expect(box).to_have_value("订单")
    await expect(widget.bubbles()).to_have_count(0)
    await box.press("Enter")
    await widget.hears("订单", author="customer")


async def test_each_conversation_keeps_its_drafts(floor: Floor) -> None:
    first, second = await floor.visitor("one"), await floor.visitor("two")
    console = await floor.console("ann")
    await console.accept(session_of(first))
    await console.accept(session_of(second))
    box = console.part("reply-text")
    await box.fill("half an answer to two")
    await console.open(session_of(first))
    await expect(box).to_have_value("")
    await box.fill("half an answer to one")
    await console.part("reply-tab-note").click()
    await expect(box).to_have_value("")
    await box.fill("half a note")
    await console.page.reload()
    await console.part("reply-tab-reply").click()
    await expect(box).to_have_value("half an answer to one")
    await console.part("reply-tab-note").click()
    await expect(box).to_have_value("half a note")
    await console.open(session_of(second))
    await console.part("reply-tab-reply").click()
    await expect(box).to_have_value("half an answer to two")
    await box.press("Enter")
    await second.hears("half an answer to two")
    await expect(box).to_have_value("")


async def test_what_was_not_read_is_counted_until_it_is_read(floor: Floor) -> None:
    first, second = await floor.visitor("one"), await floor.visitor("two")
    console = await floor.console("ann")
    await console.accept(session_of(first))
    await console.accept(session_of(second))
    row = console.row(session_of(first))
    await first.say("hello?")
    await first.say("is anybody there?")
    await expect(row.get_by_test_id("session-unread")).to_have_text("2")
    await expect(console.part("nav-unread")).to_have_text("2")
    await expect(row).to_contain_text("is anybody there?")
    await console.open(session_of(first))
    await expect(console.part("unread-line")).to_be_visible()
    await expect(row.get_by_test_id("session-unread")).to_have_count(0)
    await expect(console.part("nav-unread")).to_have_count(0)
    read = await floor.made.session(session_of(first))
    assert read["unread"] == 0


async def test_the_mood_of_each_message_is_seen_where_it_changes(floor: Floor) -> None:
    visitor = await floor.visitor("where is my order")
    console = await floor.console("ann")
    await console.accept(session_of(visitor))
    await visitor.say("this is outrageous, I am furious, your service is terrible!")
    angry = console.part("message").filter(has_text="outrageous").get_by_test_id("feeling-mark")
    await expect(angry).to_have_attribute("data-feeling", "angry")
    await expect(console.row(session_of(visitor)).get_by_test_id("feeling-mark")).to_have_count(1)
    await expect(
        console.part("message").filter(has_text="where is my order").get_by_test_id("feeling-mark")
    ).to_have_count(0)


async def test_who_missed_offers_is_told_and_gets_new_ones_after_coming_back(floor: Floor) -> None:
    await floor.made.admin.call("PATCH", "/routing-settings", {"accept_timeout_s": 5})
    console = await floor.console("ann")
    await floor.visitor("nobody answers this")
    await floor.visitor("nor this")
    await expect(console.part("offer-card")).to_have_count(2)
    await expect(console.part("missed-banner")).to_be_visible()
    third = await floor.visitor("is somebody back?")
    await expect(console.offer(session_of(third))).to_have_count(0)
    await console.part("missed-back").click()
    await expect(console.offer(session_of(third))).to_be_visible()
    await expect(console.part("missed-banner")).to_have_count(0)


async def test_a_supervisor_sees_everything_and_can_step_in(floor: Floor) -> None:
    held, waiting = await floor.visitor("held by ann"), await floor.visitor("waits for somebody")
    ann = await floor.console("ann")
    await ann.accept(session_of(held))
    await expect(ann.part("list-all")).to_have_count(0)
    sue = await floor.console("sue", status="offline")
    await sue.part("list-all").click()
    await expect(sue.row(session_of(waiting))).to_be_visible()
    await sue.open(session_of(held))
    await sue.hears("held by ann", author="customer")
    await ann.say("ann is here")
    await sue.hears("ann is here", author="agent")
    await expect(sue.part("reply-tab-reply")).to_have_count(0)
    await sue.note("be generous with this one")
    await ann.hears("be generous", author="agent")
    await sue.part("thread-take").click()
    await sue.say("sue takes over")
    assert (await held.hears("sue takes over"))["author"]["name"] == "sue"
    await expect(ann.row(session_of(held))).to_have_count(0)


async def test_theme_and_language_stay_chosen(floor: Floor) -> None:
    console = await floor.console("ann", locale="en", status="offline")
    html = console.page.locator("html")
    await expect(html).to_have_attribute("data-theme", "light")
    await expect(console.part("list-queue")).to_have_text("Queue")
    await console.part("theme-button").click()
    await console.part("theme-dark").click()
    await console.part("language-button").click()
    await console.part("language-zh-CN").click()
    await expect(console.part("list-queue")).to_have_text("排队")
    await console.page.reload()
    await console.ready()
    await expect(html).to_have_attribute("data-theme", "dark")
    await expect(html).to_have_attribute("lang", "zh-CN")
    await expect(console.part("list-queue")).to_have_text("排队")


async def test_on_a_phone_list_thread_and_customer_follow_one_another(floor: Floor) -> None:
    visitor = await floor.visitor("from a phone to a phone")
    console = await floor.console("ann", size=PHONE)
    pane = console.part("console")
    await expect(pane).to_have_attribute("data-pane", "list")
    await console.accept(session_of(visitor))
    await expect(pane).to_have_attribute("data-pane", "thread")
    await expect(console.part("session-list")).to_be_hidden()
    await console.say("answered on a phone")
    await visitor.hears("answered on a phone")
    await _nothing_is_cut(console.page)
    await console.part("panel-toggle").click()
    await expect(pane).to_have_attribute("data-pane", "panel")
    await expect(console.part("customer-name")).to_be_visible()
    await _nothing_is_cut(console.page)
    await console.part("back-to-thread").click()
    await expect(pane).to_have_attribute("data-pane", "thread")
    await console.part("back-to-list").click()
    await expect(pane).to_have_attribute("data-pane", "list")
    await expect(console.row(session_of(visitor))).to_be_visible()
    await _nothing_is_cut(console.page)


async def test_the_newest_message_stays_in_sight_when_the_window_narrows(floor: Floor) -> None:
    visitor = await floor.visitor("one")
    for number in range(12):
        await visitor.say(f"a line that needs two lines or more where there is little room for it, number {number}")
    console = await floor.console("ann")
    await console.accept(session_of(visitor))
    await console.say("I have read all of it")
    newest = console.bubbles("I have read all of it", author="agent")
    await expect(newest).to_be_in_viewport(ratio=1)
    await console.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await expect(newest).to_be_in_viewport(ratio=1)
    await expect(console.part("to-bottom")).to_have_count(0)


async def _nothing_is_cut(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_what_was_closed_is_found_again(floor: Floor) -> None:
    visitor = await floor.visitor("where is the blue kettle?")
    console = await floor.console("ann")
    await console.accept(session_of(visitor))
    await console.part("thread-close").click()
    await expect(console.part("list-empty")).to_be_visible()
    await console.part("list-closed").click()
    await expect(console.row(session_of(visitor))).to_be_visible()
    await console.page.goto(floor.hub.url)
    await console.part("list-closed").click()
    await expect(console.row(session_of(visitor))).to_be_visible()
    await console.part("session-search").fill("blue kettle")
    await console.open(session_of(visitor))
    await console.hears("where is the blue kettle?", author="customer")
    await expect(console.part("reply-gate")).to_contain_text("This conversation is closed.")


async def test_an_empty_workspace_says_so(floor: Floor) -> None:
    console = await floor.console("sue", status="offline")
    await expect(console.part("list-empty")).to_contain_text("You are offline")
    await console.part("go-online").click()
    for name, words in (
        ("mine", "Conversations that you accept appear here."),
        ("queue", "Nobody is waiting"),
        ("all", "No open conversations"),
        ("closed", "Nothing closed yet"),
    ):
        await console.part(f"list-{name}").click()
        await expect(console.part("list-empty")).to_contain_text(words)
    await console.part("session-search").fill("no such words")
    await expect(console.part("list-empty")).to_contain_text("Nothing found")
    await console.page.goto(f"{floor.hub.url}/sessions/does-not-exist")
    await expect(console.part("thread-pane")).to_contain_text("could not be loaded")


async def test_signing_in_says_what_is_wrong(floor: Floor) -> None:
    tab = await floor.stack.enter_async_context(open_tab(floor.browser, f"{floor.hub.url}/sessions/x", locale="zh-CN"))
    console = Console(tab)
    await console.part("login-email").fill("ann@example.com")
    await console.part("login-password").fill("not this one")
    await console.part("login-submit").click()
    await expect(console.part("login-error")).to_have_text("邮箱或密码不正确。")
    await floor.hub.kill()
    await console.part("login-submit").click()
    await expect(console.part("login-error")).to_contain_text("无法连接服务器")
