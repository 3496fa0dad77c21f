"""The views of routing's settings, photographed in both languages (`--screenshots DIR` keeps them)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.flows.workspace import ADMIN, PASSWORD
from tests.support.hub_process import StartHub
from tests.ui.channels_page import ChannelsPage
from tests.ui.console import Console
from tests.ui.floor import Floor, open_floor
from tests.ui.routing_page import RoutingPage
from tests.ui.screens import photograph
from tests.ui.tabs import Locale, open_tab

WORDS: dict[Locale, dict[str, Any]] = {
    "zh-CN": {
        "rule": "英文账单问题交给账单组",
        "words": ["发票", "账单", "扣款", "invoice"],
        "queue": "投诉",
        "team": "后备组",
        "hours": "工作日",
        "late": "夜间由机器人先接待",
        "text": "电池着火了，快报警！",
    },
    "en": {
        "rule": "Billing questions in English go to billing",
        "words": ["invoice", "bill", "charged twice", "VAT"],
        "queue": "Complaints",
        "team": "Backup",
        "hours": "Office hours",
        "late": "At night the bot is first",
        "text": "The battery is on fire, call the police!",
    },
}


async def _furnish(floor: Floor, words: dict[str, Any]) -> None:
    """Make rules, a queue, a team, hours and a skill with names of the language."""
    admin = floor.made.admin
    await admin.post("/skills", {"name": "billing", "label": {"zh": "账单", "en": "Billing"}})
    team = await admin.post("/teams", {"name": words["team"]})
    hours = await admin.post("/business-hours", {"name": words["hours"]})
    steps = [{"after_s": 60, "team_id": team["id"]}, {"after_s": 180, "team_id": None}]
    queue = await admin.post(
        "/queues", {"name": words["queue"], "business_hours_id": hours["id"], "target_s": 90, "overflow": steps}
    )
    await admin.post("/routing-rules/defaults")
    when = {"languages": ["en"], "words": words["words"], "channel_ids": [floor.channel["id"]]}
    then = {"queue_id": queue["id"], "skills": {"billing": 3}, "priority": 1}
    await admin.post("/routing-rules", {"name": words["rule"], "when": when, "then": then})
    late = {"name": words["late"], "enabled": False, "when": {"hours": "closed"}, "then": {"first": "bot"}}
    await admin.post("/routing-rules", late)
    relax = [{"after_s": 60, "skill": "billing", "level": 2}, {"after_s": 120, "skill": "billing", "level": None}]
    routing = {"skills": {"billing": 3}, "relax": relax, "queue_id": queue["id"]}
    await admin.call("PATCH", f"/channels/{floor.channel['id']}", {"routing": routing})


@pytest.mark.parametrize("locale", list(WORDS))
async def test_routing_views_look_right(start_hub: StartHub, browser: Browser, pictures: Path, locale: Locale) -> None:
    words = WORDS[locale]
    async with open_floor(start_hub, browser) as floor:
        await _furnish(floor, words)
        tab = await floor.stack.enter_async_context(open_tab(browser, floor.hub.url, locale=locale))
        console = Console(tab)
        await console.sign_in(ADMIN, PASSWORD)
        pages = RoutingPage(console)
        await pages.open()
        await pages.attempt(words["text"])
        await photograph(tab.page, pictures, "rules", locale)
        await pages.rule(words["rule"]).get_by_test_id("rule-open").click()
        await pages.when("feelings")
        await pages.then("lane")
        await pages.part("rule-name").fill("")
        await pages.part("rule-save").click()
        await photograph(tab.page, pictures, "rule", locale)
        await pages.page.keyboard.press("Escape")
        await pages.part("confirm-yes").click()
        await pages.part("routing-tab-queues").click()
        await pages.part("router-form").wait_for()
        await photograph(tab.page, pictures, "queues-settings", locale)
        await pages.queue(words["queue"]).get_by_test_id("queue-open").click()
        await photograph(tab.page, pictures, "queue", locale)
        await pages.part("queue-cancel").click()
        channels = ChannelsPage(console)
        await channels.open()
        await channels.choose("test webchat")
        await channels.part("routing-relax").scroll_into_view_if_needed()
        await photograph(tab.page, pictures, "channel-routing", locale)
