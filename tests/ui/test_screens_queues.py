"""The views of the queues, photographed in both languages (`--screenshots DIR` keeps them)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.hub_process import StartHub
from tests.ui.floor import Floor, open_floor, session_of
from tests.ui.queues_page import QueuesPage
from tests.ui.screens import photograph
from tests.ui.tabs import Locale

WORDS = {
    "zh-CN": ("账单上多了一笔费用", "电池冒烟了，很烫！", "请删除我的个人信息", "已经核实身份，可以删除。"),
    "en": (
        "There is a fee too many on my bill",
        "The battery is on fire!",
        "Please delete my data",
        "Identity checked.",
    ),
}


@pytest.mark.parametrize("locale", list(WORDS))
async def test_queue_views_look_right(start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale) -> None:
    bill, smoke, data, note = WORDS[locale]
    async with open_floor(start_hub, browser) as floor:
        await _ask_for_billing(floor)
        sue = QueuesPage(await floor.console("sue", locale=locale, status="offline"))
        await sue.open()
        await photograph(sue.page, pictures, "queues-empty", locale)
        ann = await floor.console("ann", locale=locale)
        sessions = [session_of(await floor.visitor(text)) for text in (bill, smoke, data, bill)]
        await sue.act(sessions[1], "emergency")
        await sue.act(sessions[2], "reviewed")
        await expect(sue.page.locator("[data-testid=lane-mark]")).to_have_count(2)
        await expect(sue.part("toast")).to_have_count(0)
        await photograph(sue.page, pictures, "queues", locale)
        await sue.row(sessions[0]).get_by_test_id("waiting-trace").click()
        await sue.part("trace").wait_for()
        await photograph(sue.page, pictures, "queues-trace", locale)
        await sue.page.keyboard.press("Escape")
        await sue.part("alarms-button").click()
        await sue.part("alarm").first.wait_for()
        await sue.part("alarms-all").click()
        await photograph(sue.page, pictures, "queues-alarms", locale)

        await floor.made.admin.call(
            "PATCH", f"/agents/{await _id(floor, 'ann')}", {"skills": {"privacy": 5, "billing": 3}}
        )
        await ann.accept(sessions[2])
        await ann.part("review-card").wait_for()
        await photograph(ann.page, pictures, "routing-thread", locale)
        await ann.part("thread-review").click()
        await ann.part("review-note").fill(note)
        await photograph(ann.page, pictures, "routing-review", locale)


async def _ask_for_billing(floor: Floor) -> None:
    """Let the web chat ask for a skill of which the only agent who is there has too little."""
    await floor.made.admin.post("/skills", {"name": "billing", "label": {"zh": "账单", "en": "Billing"}})
    await floor.made.admin.post("/skills", {"name": "privacy", "label": {"zh": "隐私", "en": "Privacy"}})
    relax = [{"after_s": 3600, "skill": "billing", "level": 2}]
    routing = {"skills": {"billing": 3}, "relax": relax}
    await floor.made.admin.call("PATCH", f"/channels/{floor.channel['id']}", {"routing": routing})
    await floor.made.admin.call("PATCH", f"/agents/{await _id(floor, 'ann')}", {"skills": {"billing": 1}})


async def _id(floor: Floor, name: str) -> str:
    agents = (await floor.made.admin.get("/agents"))["items"]
    return next(str(one["id"]) for one in agents if one["name"] == name)
