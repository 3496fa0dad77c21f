"""The queues in a browser: who waits and why, what happens next, alarms, the trace, acts, and who may see it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.clients import Json
from tests.support.hub_process import StartHub
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor, session_of
from tests.ui.queues_page import QueuesPage


@pytest_asyncio.fixture
async def floor(start_hub: StartHub, browser: Browser) -> AsyncIterator[Floor]:
    """A hub with a web chat, two agents and a supervisor."""
    async with open_floor(start_hub, browser) as opened:
        yield opened


async def _queues(floor: Floor, name: str = "sue") -> QueuesPage:
    page = QueuesPage(await floor.console(name, status="offline"))
    await page.open()
    return page


async def _needs_billing(floor: Floor, level: int = 3) -> Json:
    """Let the web chat ask for a skill that nobody has; return the record of the agent ann."""
    await floor.made.admin.post("/skills", {"name": "billing", "label": {"zh": "账单", "en": "Billing"}})
    path = f"/channels/{floor.channel['id']}"
    await floor.made.admin.call("PATCH", path, {"routing": {"skills": {"billing": level}}})
    agents = (await floor.made.admin.get("/agents"))["items"]
    ann: Json = next(one for one in agents if one["name"] == "ann")
    return ann


async def test_whoever_waits_is_shown_with_the_reason_until_served(floor: Floor) -> None:
    ann = await _needs_billing(floor)
    agent = await floor.console("ann")
    pages = await _queues(floor)
    await expect(pages.part("waiting-empty")).to_be_visible()
    session_id = session_of(await floor.visitor("my bill is wrong"))
    row = pages.row(session_id)
    await expect(row).to_have_attribute("data-reason", "no_eligible_agent")
    why = row.get_by_test_id("waiting-why")
    await expect(why).to_have_text("Needs Billing level 3; nobody who qualifies is online")
    await expect(pages.tile().get_by_test_id("queue-waiting")).to_have_text("1")
    await expect(row.get_by_test_id("waiting-clock")).not_to_have_text("0:00")

    await floor.made.admin.call("PATCH", f"/agents/{ann['id']}", {"skills": {"billing": 3}})
    await expect(row).to_have_attribute("data-place", "offer")
    await expect(why).to_have_text("Offered to ann, not accepted yet")
    await expect(row.get_by_test_id("waiting-next")).to_contain_text("ann runs out of time to accept")
    await agent.accept(session_id)
    await expect(pages.part("waiting-empty")).to_be_visible()
    await expect(pages.tile().get_by_test_id("queue-waiting")).to_have_text("0")


async def test_alarms_are_counted_acknowledged_and_cleared(floor: Floor) -> None:
    ann = await _needs_billing(floor)
    await floor.console("ann")
    pages = await _queues(floor)
    await floor.visitor("my bill is wrong")
    await expect(pages.part("alarms-count")).to_have_text("1")
    await pages.part("alarms-button").click()
    alarm = pages.alarm("no_eligible_agent")
    await expect(alarm).to_contain_text("nobody online has Billing ≥ 3")
    await alarm.get_by_test_id("alarm-acknowledge").click()
    await expect(alarm).to_have_attribute("data-state", "acknowledged")
    await expect(alarm).to_contain_text("sue has seen it")
    await expect(pages.part("alarms-count")).to_have_count(0)

    await pages.part("alarms-all").click()
    await floor.made.admin.call("PATCH", f"/agents/{ann['id']}", {"skills": {"billing": 3}})
    await expect(alarm).to_have_attribute("data-state", "cleared")


async def test_the_trace_says_who_could_have_it_and_who_not(floor: Floor) -> None:
    ann = await _needs_billing(floor)
    await floor.made.admin.call("PATCH", f"/agents/{ann['id']}", {"skills": {"billing": 1}})
    agent = await floor.console("ann")
    pages = await _queues(floor)
    session_id = session_of(await floor.visitor("my bill is wrong"))
    await pages.row(session_id).get_by_test_id("waiting-trace").click()
    waiting = pages.decisions("waiting")
    await expect(waiting).to_contain_text("nobody who qualifies is online")
    why = pages.candidate(ann["id"], within=waiting)
    await expect(why).to_be_visible()
    await expect(why).to_contain_text("Billing level 1, needs 3")
    await expect(waiting.locator("[data-testid=trace-group][data-group=not]")).to_have_count(1)
    await pages.page.keyboard.press("Escape")

    await floor.made.admin.call("PATCH", f"/agents/{ann['id']}", {"skills": {"billing": 3}})
    await agent.accept(session_id)
    await agent.part("thread-trace").click()
    mine = QueuesPage(agent)
    await expect(mine.part("trace-dialog")).to_contain_text("Why me?")
    offered = mine.decisions("offered")
    await expect(offered).to_contain_text("Offered to you")
    chosen = mine.candidate(ann["id"], within=offered)
    await expect(chosen).to_contain_text("Chosen")
    await expect(mine.decisions("assigned")).to_have_count(1)


async def test_rows_are_reached_by_keyboard_and_filtered(floor: Floor) -> None:
    first, second = [session_of(await floor.visitor(text)) for text in ("the first", "the second")]
    pages = await _queues(floor)
    await expect(pages.part("waiting-row")).to_have_count(2)
    await pages.row(first).focus()
    await pages.page.keyboard.press("ArrowDown")
    await expect(pages.row(second)).to_be_focused()
    await pages.page.keyboard.press("Home")
    await expect(pages.row(first)).to_be_focused()
    await pages.part("waiting-search").fill("there is no such thing")
    await expect(pages.part("waiting-no-match")).to_be_visible()
    await expect(pages.part("waiting-count")).to_have_text("0 of 2 shown")
    await pages.part("filter-clear").click()
    await pages.row(second).focus()
    await pages.page.keyboard.press("Enter")
    await pages.console.hears("the second", author="customer")
    assert pages.page.url.endswith(f"/sessions/{second}")


async def test_a_supervisor_raises_moves_and_assigns(floor: Floor) -> None:
    first, second = [session_of(await floor.visitor(text)) for text in ("the first", "the second")]
    pages = await _queues(floor)
    await pages.act(second, "emergency")
    await expect(pages.row(second).locator("[data-testid=lane-mark][data-lane=emergency]")).to_contain_text("left")
    await expect(pages.row(second).get_by_test_id("waiting-place")).to_have_text("No. 1")
    moved = pages.page.locator("[data-testid=toast]", has_text="emergency lane")
    await moved.get_by_test_id("toast-action").click()
    await expect(pages.page.locator("[data-testid=lane-mark]")).to_have_count(0)
    assert (await floor.made.session(second))["priority"] == 5
    await pages.act(first, "raise")
    raised = pages.page.locator("[data-testid=toast]", has_text="now has priority VIP")
    await expect(raised).to_be_visible()
    assert (await floor.made.session(first))["priority"] == 1
    async with pages.page.expect_response(lambda answer: first in answer.url and answer.request.method != "GET"):
        await raised.get_by_test_id("toast-action").click()
    await expect(pages.part("toast").last).to_contain_text("as before")
    assert (await floor.made.session(first))["priority"] == 5


async def test_whoever_is_left_without_an_answer_is_given_to_somebody_else(floor: Floor) -> None:
    settings = {"unanswered_after_s": 30}
    await floor.made.admin.call("PATCH", "/routing-settings", settings)
    ann = await floor.console("ann")
    visitor = await floor.visitor("is anybody there?")
    session_id = session_of(visitor)
    await ann.accept(session_id)
    bo = await floor.console("bo")
    pages = await _queues(floor)
    # Half a minute without an answer is the least that the hub lets one set.
    await expect(pages.row(session_id)).to_have_attribute("data-place", "agent", timeout=60_000)
    await expect(pages.row(session_id)).to_contain_text("ann has not answered the last message")
    await pages.act(session_id, "assign")
    option = pages.page.locator("[data-testid=assign-agent]", has_text="bo")
    await expect(option).to_contain_text("5 free")
    await option.click()
    await pages.part("assign-submit").click()
    await expect(pages.part("assign-dialog")).to_have_count(0)
    await bo.accept(session_id)
    await bo.say("Yes, I am.")
    await visitor.hears("Yes, I am.")
    await expect(pages.row(session_id)).to_have_count(0)


async def test_a_sensitive_request_is_reviewed_before_it_is_closed(floor: Floor) -> None:
    session_id = session_of(await floor.visitor("what do you know of me?"))
    await floor.made.person("eve", skills={"privacy": 5})
    pages = await _queues(floor)
    await pages.act(session_id, "reviewed")
    agent = await floor.console("eve")
    await agent.accept(session_id)
    await expect(agent.part("review-card")).to_have_attribute("data-outcome", "")
    await agent.part("thread-close").click()
    await agent.part("review-granted").check()
    await agent.part("review-submit").click()
    await expect(agent.part("field-error")).to_have_text("Please say why.")
    await agent.part("review-note").fill("The customer proved who they are.")
    await agent.part("review-submit").click()
    await expect(agent.part("review-dialog")).to_have_count(0)
    await expect(agent.part("thread-header").get_by_test_id("session-state")).to_have_attribute("data-state", "closed")
    assert (await floor.made.session(session_id))["review"]["outcome"] == "granted"


async def test_it_is_said_when_the_figures_are_old(floor: Floor) -> None:
    pages = await _queues(floor)
    await expect(pages.part("queues-stale")).to_have_count(0)
    await floor.hub.kill()
    await expect(pages.part("queues-stale")).to_contain_text("Last updated")
    await floor.hub.restart()
    await expect(pages.part("queues-stale")).to_have_count(0)


async def test_only_those_who_see_everything_see_the_queues(floor: Floor) -> None:
    await floor.made.person("ada", roles=("auditor",))
    session_id = session_of(await floor.visitor("a question"))
    auditor = await _queues(floor, "ada")
    await auditor.row(session_id).get_by_test_id("waiting-more").click()
    await expect(auditor.part("waiting-open")).to_be_visible()
    for act in ("assign", "raise", "emergency", "transfer"):
        await expect(auditor.part(f"waiting-{act}")).to_have_count(0)
    agent: Console = await floor.console("ann", status="offline")
    await expect(agent.part("nav-queues")).to_have_count(0)
    await agent.page.goto(f"{floor.hub.url}/queues")
    await expect(agent.part("queues-locked")).to_be_visible()
