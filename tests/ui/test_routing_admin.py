"""Routing as an administrator sets it in a browser: rules made, tried and seen to work; queues; the channel's form."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.flows.workspace import ADMIN, PASSWORD
from tests.support.clients import Json
from tests.support.hub_process import StartHub
from tests.ui.channels_page import ChannelsPage
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor, session_of
from tests.ui.routing_page import RoutingPage
from tests.ui.tabs import PHONE, open_tab


@pytest_asyncio.fixture
async def floor(start_hub: StartHub, browser: Browser) -> AsyncIterator[Floor]:
    """A hub with a web chat, two agents and a supervisor."""
    async with open_floor(start_hub, browser) as opened:
        yield opened


async def _admin(floor: Floor) -> Console:
    tab = await floor.stack.enter_async_context(open_tab(floor.browser, floor.hub.url, locale="en"))
    console = Console(tab)
    await console.sign_in(ADMIN, PASSWORD)
    return console


async def _rules(floor: Floor) -> list[Json]:
    found: list[Json] = (await floor.made.admin.get("/routing-rules"))["items"]
    return found


async def _without_rules(floor: Floor) -> None:
    for rule in await _rules(floor):
        await floor.made.admin.call("DELETE", f"/routing-rules/{rule['id']}")


async def _rule(floor: Floor, name: str, word: str) -> Json:
    body = {"name": name, "when": {"words": [word]}, "then": {"priority": 1}}
    made: Json = await floor.made.admin.post("/routing-rules", body)
    return made


async def test_a_rule_is_made_tried_and_works(floor: Floor) -> None:
    await floor.made.admin.post("/skills", {"name": "billing", "label": {"zh": "账单", "en": "Billing"}})
    queue = await floor.made.admin.post("/queues", {"name": "Complaints"})
    pages = RoutingPage(await _admin(floor))
    await pages.open()
    await pages.part("rule-add").click()
    await pages.part("rule-name").fill("Refunds go to billing")
    await pages.when("words")
    # A pasted list becomes one word a line, whatever parts them, and none twice.
    await pages.part("rule-words").focus()
    await pages.page.evaluate(
        """() => {
          const data = new DataTransfer()
          data.setData('text', 'refund, money back\\n退款、退货 Refund')
          const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
          document.activeElement.dispatchEvent(event)
        }"""
    )
    await expect(pages.part("rule-word")).to_have_text(["refund", "money back", "退款", "退货 Refund"])
    await pages.then("queue_id")
    await pages.part("rule-queue_id").select_option(queue["id"])
    await pages.then("skills")
    await pages.part("rule-add-skill").select_option("billing")
    await pages.then("priority")
    await pages.part("rule-priority").select_option("1")
    await expect(pages.part("rule-preview")).to_contain_text("wait in Complaints")
    await pages.save_rule()
    await expect(pages.rule("Refunds go to billing").get_by_test_id("rule-sentence")).to_contain_text(
        "If the message has “refund”, “money back”, “退款” or another of 4 words, then wait in Complaints, and ask for"
    )

    await pages.attempt("I want my MONEY back")
    await expect(pages.part("try-queue_id")).to_have_text("Complaints")
    await expect(pages.part("try-priority")).to_have_text("VIP")
    held = pages.page.locator("[data-testid=try-matched]", has_text="Refunds go to billing")
    await expect(held.get_by_test_id("try-because")).to_contain_text("money back")
    await expect(held.get_by_test_id("try-said")).to_contain_text("Queue, Skills, and Priority")
    await expect(pages.rule("Refunds go to billing").get_by_test_id("rule-matched")).to_be_visible()
    await pages.attempt("good morning")
    await expect(pages.part("try-none")).to_be_visible()

    session = await floor.made.session(session_of(await floor.visitor("please, my money back")))
    assert (session["queue_id"], session["priority"], session["skills"]) == (queue["id"], 1, {"billing": 1})
    other = await floor.made.session(session_of(await floor.visitor("good morning")))
    assert (other["queue_id"], other["priority"]) == ("default", 5)


async def test_what_is_wrong_with_a_rule_stands_at_its_part(floor: Floor) -> None:
    await _rule(floor, "Taken", "a")
    pages = RoutingPage(await _admin(floor))
    await pages.open()
    await pages.part("rule-add").click()
    await pages.when("words")
    await pages.part("rule-save").click()
    await expect(pages.part("rule-name")).to_be_focused()
    await expect(pages.fault("when.words")).to_have_text("Say what is meant, or leave this out.")
    await expect(pages.part("rule-dialog")).to_contain_text("Say what should happen.")
    await pages.part("rule-name").fill("Taken")
    await pages.part("rule-words").fill("hello")
    await pages.part("rule-words").press("Enter")
    await pages.then("first")
    await pages.part("rule-first-person").check()
    await pages.part("rule-save").click()
    await expect(pages.part("rule-dialog")).to_contain_text("Another one has this name.")

    # What is half written is lost only when somebody says so.
    await pages.page.keyboard.press("Escape")
    await pages.part("confirm-no").click()
    await expect(pages.part("rule-name")).to_have_value("Taken")
    await pages.part("rule-name").fill("Greetings")
    await pages.save_rule()
    made = next(one for one in await _rules(floor) if one["name"] == "Greetings")
    assert (made["when"]["words"], made["then"]["first"]) == (["hello"], "person")

    await pages.rule("Greetings").get_by_test_id("rule-open").click()
    await pages.part("rule-name").fill("Something else")
    await pages.page.keyboard.press("Escape")
    await pages.part("confirm-yes").click()
    await expect(pages.part("rule-dialog")).to_have_count(0)
    await expect(pages.rule("Greetings")).to_be_visible()


async def test_rules_are_ordered_switched_deleted_and_brought_back(floor: Floor) -> None:
    await _without_rules(floor)
    for name in ("first", "second", "third"):
        await _rule(floor, name, name)
    pages = RoutingPage(await _admin(floor))
    await pages.open()
    assert await pages.names() == ["first", "second", "third"]
    handle = pages.rule("third").get_by_test_id("rule-handle")
    await handle.press("ArrowUp")
    await expect(handle).to_be_focused()
    await handle.press("ArrowUp")
    await expect(pages.part("rule-row").first).to_contain_text("third")
    await pages.rule("first").get_by_test_id("rule-handle").drag_to(pages.rule("second"))
    await expect(pages.part("rule-row").last).to_contain_text("first")
    await pages.page.reload()
    await expect(pages.part("rule-row").first).to_contain_text("third")
    assert await pages.names() == ["third", "second", "first"]

    await pages.rule("second").get_by_test_id("rule-enabled").uncheck(force=True)
    await expect(pages.rule("second")).to_have_attribute("data-enabled", "false")
    await pages.attempt("the second one")
    await expect(pages.part("try-none")).to_be_visible()

    await pages.rule("second").get_by_test_id("rule-more").click()
    await pages.part("rule-remove").click()
    await expect(pages.rule("second")).to_have_count(0)
    assert [one["name"] for one in await _rules(floor)] == ["third", "first"]
    await pages.part("toast-action").click()
    await expect(pages.part("rule-row").nth(1)).to_contain_text("second")
    await expect(pages.rule("second")).to_have_attribute("data-enabled", "false")
    await pages.page.reload()
    await expect(pages.part("rule-row").nth(1)).to_contain_text("second")


async def test_a_rule_that_somebody_else_has_changed_is_not_overwritten_unseen(floor: Floor) -> None:
    await _without_rules(floor)
    first, second = await _rule(floor, "first", "one"), await _rule(floor, "second", "two")
    pages = RoutingPage(await _admin(floor))
    await pages.open()
    await pages.rule("first").get_by_test_id("rule-open").click()
    await floor.made.admin.call("PATCH", f"/routing-rules/{first['id']}", {"name": "theirs"})
    await pages.part("rule-name").fill("mine")
    await pages.part("rule-save").click()
    await expect(pages.part("rule-dialog")).to_contain_text("Somebody else has changed this meanwhile.")
    await expect(pages.part("rule-name")).to_have_value("mine")
    await expect(pages.rule("theirs")).to_have_count(1)
    await pages.save_rule()
    await expect(pages.rule("mine")).to_be_visible()

    await floor.made.admin.call("PUT", "/routing-rules/order", {"ids": [second["id"], first["id"]]})
    await pages.rule("second").get_by_test_id("rule-handle").press("ArrowUp")
    await expect(pages.part("toast").last).to_contain_text("Somebody else has changed this meanwhile")
    await expect(pages.part("rule-row").first).to_contain_text("second")
    assert [one["name"] for one in await _rules(floor)] == ["second", "mine"]


async def test_the_usual_rules_are_added_once(floor: Floor) -> None:
    await _without_rules(floor)
    pages = RoutingPage(await _admin(floor))
    await pages.open()
    await expect(pages.part("rules-empty")).to_be_visible()
    await pages.part("rules-usual").click()
    await expect(pages.part("toast")).to_contain_text("3 rules added.")
    await expect(pages.part("rule-row")).to_have_count(3)
    await pages.part("rules-usual").click()
    await expect(pages.part("toast").last).to_contain_text("All the usual rules are there already.")
    await pages.attempt("the battery is on fire")
    await expect(pages.part("try-lane")).to_have_text("emergency lane")
    await expect(pages.part("try-first")).to_have_text("A person")
    session = await floor.made.session(session_of(await floor.visitor("the battery is on fire")))
    assert (session["lane"]["lane"], session["priority"]) == ("emergency", 0)


async def test_a_queue_is_made_and_changed(floor: Floor) -> None:
    team = await floor.made.admin.post("/teams", {"name": "Backup"})
    hours = await floor.made.admin.post("/business-hours", {"name": "Office"})
    pages = RoutingPage(await _admin(floor))
    await pages.open("queues")
    await pages.queue("Default queue").get_by_test_id("queue-open").click()
    await pages.part("queue-target").fill("x")
    await expect(pages.part("field-error")).to_have_text("Write a number.")
    await pages.part("queue-target").fill("90")
    await pages.part("queue-target-unit").select_option("second")
    await expect(pages.part("field-error")).to_have_count(0)
    await pages.part("queue-hours-choice").select_option(hours["id"])
    await pages.part("queue-pack").check()
    await pages.part("overflow-add").click()
    await pages.part("overflow-team").select_option(team["id"])
    await pages.part("queue-notices").uncheck(force=True)
    await pages.part("queue-save").click()
    await expect(pages.part("queue-dialog")).to_have_count(0)
    facts = pages.queue("Default queue").get_by_test_id("queue-facts")
    told = "Office · Target 1 min 30 sec · Fill up one by one · 1 overflow step · Places are not told"
    await expect(facts).to_have_text(told)
    kept = await floor.made.admin.get("/queues/default")
    assert (kept["target_s"], kept["placement"], kept["notices"]) == (90, "pack", False)
    assert kept["overflow"] == [{"after_s": 60, "team_id": team["id"]}]

    await pages.part("queue-add").click()
    await pages.part("queue-name").fill("Complaints")
    await pages.part("queue-save").click()
    await expect(pages.queue("Complaints")).to_be_visible()
    made = next(one for one in (await floor.made.admin.get("/queues"))["items"] if one["name"] == "Complaints")
    path = f"/channels/{floor.channel['id']}"
    await floor.made.admin.call("PATCH", path, {"routing": {"queue_id": made["id"]}})
    await pages.queue("Complaints").get_by_test_id("queue-more").click()
    await pages.part("queue-remove").click()
    await expect(pages.part("toast").last).to_contain_text("still used by: test webchat")
    await expect(pages.queue("Complaints")).to_be_visible()


async def test_the_routers_settings_say_what_they_are(floor: Floor) -> None:
    pages = RoutingPage(await _admin(floor))
    await pages.open("queues")
    await expect(pages.part("router-save")).to_be_disabled()
    await expect(pages.setting("accept_timeout_s")).to_contain_text("As set at installation")
    await expect(pages.setting("reject_exclusion_s")).to_contain_text("Default: 1 min")
    await pages.part("router-own-accept_timeout_s").check(force=True)
    await pages.part("router-accept_timeout_s").fill("2")
    await expect(pages.setting("accept_timeout_s").get_by_test_id("field-error")).to_contain_text(
        "from 5 sec to 10 min"
    )
    await pages.part("router-save").click()
    await expect(pages.part("router-accept_timeout_s")).to_be_focused()
    await pages.part("router-accept_timeout_s").fill("45")
    await pages.part("routing-tab-rules").click()
    await pages.part("confirm-no").click()
    await expect(pages.part("router-accept_timeout_s")).to_have_value("45")
    await pages.part("router-save").click()
    await expect(pages.part("router-save")).to_be_disabled()
    assert (await floor.made.admin.get("/routing-settings"))["accept_timeout_s"] == 45
    await pages.part("router-own-accept_timeout_s").uncheck(force=True)
    await pages.part("router-save").click()
    await expect(pages.part("router-save")).to_be_disabled()
    assert (await floor.made.admin.get("/routing-settings"))["accept_timeout_s"] is None


async def test_a_channel_has_its_queue_hours_and_relax_steps(floor: Floor) -> None:
    await floor.made.admin.post("/skills", {"name": "billing", "label": {"zh": "账单", "en": "Billing"}})
    queue = await floor.made.admin.post("/queues", {"name": "Complaints"})
    hours = await floor.made.admin.post("/business-hours", {"name": "Office"})
    pages = ChannelsPage(await _admin(floor))
    await pages.open()
    await pages.choose("test webchat")
    await pages.part("routing-queue").select_option(queue["id"])
    await pages.part("routing-hours").select_option(hours["id"])
    await pages.part("routing-add-skill").select_option("billing")
    await pages.part("routing-skill").get_by_role("slider").fill("3")
    await pages.part("relax-add").click()
    await pages.part("relax-level").select_option("2")
    await pages.part("relax-add").click()
    await expect(pages.part("relax-after").nth(1)).to_have_value("2")
    await pages.part("relax-after").nth(1).fill("")
    await pages.part("channel-save").click()
    await expect(pages.part("routing-relax").get_by_test_id("field-error")).to_be_visible()
    await pages.part("relax-after").nth(1).fill("3")
    async with pages.page.expect_response(lambda answer: answer.request.method == "PATCH"):
        await pages.save()
    await expect(pages.part("channel-save")).to_be_disabled()
    kept = (await floor.made.admin.get(f"/channels/{floor.channel['id']}"))["routing"]
    assert (kept["queue_id"], kept["business_hours_id"], kept["skills"]) == (queue["id"], hours["id"], {"billing": 3})
    assert kept["relax"] == [
        {"after_s": 60, "skill": "billing", "level": 2},
        {"after_s": 180, "skill": "billing", "level": None},
    ]
    await pages.page.reload()
    await expect(pages.part("routing-queue")).to_have_value(queue["id"])
    await expect(pages.part("relax-step")).to_have_count(2)


async def test_only_administrators_change_rules_and_supervisors_try_them(floor: Floor) -> None:
    await _rule(floor, "Greetings", "hello")
    sue = RoutingPage(await floor.console("sue", status="offline"))
    await sue.open()
    await sue.attempt("hello")
    await expect(sue.rule("Greetings").get_by_test_id("rule-matched")).to_be_visible()
    for name in ("rule-add", "rules-usual", "rule-handle", "rule-enabled", "rule-more"):
        await expect(sue.part(name)).to_have_count(0)
    await sue.open("queues")
    await expect(sue.part("queue-add")).to_have_count(0)
    await expect(sue.part("router-save")).to_have_count(0)

    await floor.made.person("ada", roles=("auditor",))
    ada = await floor.console("ada", status="offline")
    await expect(ada.part("nav-routing")).to_have_count(0)
    await ada.page.goto(f"{floor.hub.url}/admin/routing")
    await expect(ada.part("rule-list")).to_be_visible()
    await expect(ada.part("try-box")).to_have_count(0)
    ann = await floor.console("ann", status="offline")
    await expect(ann.part("nav-routing")).to_have_count(0)
    await ann.page.goto(f"{floor.hub.url}/admin/routing")
    await expect(ann.part("routing-locked")).to_be_visible()


async def test_on_a_phone_the_pages_of_the_administration_are_behind_one_button(floor: Floor) -> None:
    console = await floor.console("sue", size=PHONE, status="offline")
    assert not await console.part("nav-routing").is_visible()
    await console.part("nav-more").click()
    for name in ("routing", "studio", "knowledge", "channels"):
        await expect(console.part(f"more-{name}")).to_be_visible()
    await expect(console.part("more-model-server")).to_have_count(0)
    await console.part("more-routing").click()
    await expect(console.part("rules-empty").or_(console.part("rule-list"))).to_be_visible()
    bar = await console.part("presence-button").bounding_box()
    assert bar is not None
    assert bar["x"] + bar["width"] <= PHONE[0], "the bar fits on the phone"
    ann = await floor.console("ann", size=PHONE, status="offline")
    await expect(ann.part("nav-more")).to_have_count(0)
