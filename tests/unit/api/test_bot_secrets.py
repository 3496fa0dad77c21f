"""Secrets of bots go in and never come out; they are kept as long as the address they belong to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.model.ids import BotId
from hub.model.workspace import Bot
from tests.unit.api.world import World

TOKEN = "a-token-that-nobody-may-read"
ENDPOINT = {"url": "http://actions.test/webhook", "timeout_s": 3.0}
INTENT: dict[str, Any] = {
    "engine": "intent",
    "settings": {"project": "demo", "action_endpoint": {**ENDPOINT, "token": TOKEN}},
}
RASA: dict[str, Any] = {"engine": "rasa", "settings": {"url": "http://rasa.test", "token": TOKEN}}


async def made(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Make a bot as a trainer does and return what is shown of it."""
    status, shown = await world.call("POST", "/bots", {"name": "小汇", **body}, as_="trainer")
    assert status == 201, shown
    answer: dict[str, Any] = shown
    return answer


async def stored(world: World, bot_id: str) -> str:
    """Return the record as it is written to the store."""
    record = await world.store.record("bot", bot_id)
    assert record is not None
    return bytes(record.data).decode()


def engine_settings(world: World, bot_id: str) -> Any:
    """Return the settings that the bot's engine is made from."""
    bot = world.services.directory.bot(BotId(bot_id))
    assert bot is not None
    return world.services.bot_secrets.opened(bot).settings


@pytest.mark.parametrize(("body", "path"), [(INTENT, "action_endpoint.token"), (RASA, "token")])
async def test_a_token_is_named_and_never_shown_and_reaches_the_engine(
    staffed: World, body: dict[str, Any], path: str
) -> None:
    shown = await made(staffed, body)
    assert shown["secrets_set"] == [path]
    for role in ("admin", "trainer", "auditor"):
        for address in ("/bots", f"/bots/{shown['id']}"):
            assert TOKEN not in msgspec.json.encode(await staffed.call("GET", address, as_=role)).decode()
    assert TOKEN not in await stored(staffed, shown["id"])
    assert engine_settings(staffed, shown["id"]) == body["settings"]


async def test_a_change_without_the_token_keeps_it_and_an_empty_one_takes_it_away(staffed: World) -> None:
    shown = await made(staffed, INTENT)
    path = f"/bots/{shown['id']}"
    for change in ({"name": "小客"}, {"settings": shown["settings"]}, {"settings": {**shown["settings"], "files": {}}}):
        status, after = await staffed.call("PATCH", path, change, as_="trainer")
        assert (status, after["secrets_set"]) == (200, ["action_endpoint.token"])
        assert engine_settings(staffed, shown["id"])["action_endpoint"]["token"] == TOKEN
    without = {"project": "demo", "action_endpoint": {**ENDPOINT, "token": ""}}
    _, after = await staffed.call("PATCH", path, {"settings": without}, as_="trainer")
    assert after["secrets_set"] == []
    assert engine_settings(staffed, shown["id"])["action_endpoint"] == ENDPOINT


async def test_a_token_does_not_follow_to_another_address(staffed: World) -> None:
    shown = await made(staffed, INTENT)
    elsewhere = {"project": "demo", "action_endpoint": {**ENDPOINT, "url": "http://curious.test/webhook"}}
    _, after = await staffed.call("PATCH", f"/bots/{shown['id']}", {"settings": elsewhere}, as_="trainer")
    assert after["secrets_set"] == []
    assert TOKEN not in str(engine_settings(staffed, shown["id"]))


async def test_the_same_token_again_changes_nothing(staffed: World) -> None:
    shown = await made(staffed, INTENT)
    _, after = await staffed.call("PATCH", f"/bots/{shown['id']}", {"settings": INTENT["settings"]}, as_="trainer")
    assert after["version"] == shown["version"]


async def test_a_record_of_before_works_shows_nothing_and_is_sealed_when_it_is_written_next(staffed: World) -> None:
    old = Bot(id=BotId("old"), name="老", engine="rasa", settings=RASA["settings"])
    await staffed.services.records.create(old)
    assert TOKEN in await stored(staffed, "old")
    assert engine_settings(staffed, "old") == RASA["settings"]
    _, shown = await staffed.call("GET", "/bots/old", as_="trainer")
    assert (shown["settings"], shown["secrets_set"]) == ({"url": "http://rasa.test"}, ["token"])
    assert (await staffed.call("PATCH", "/bots/old", {"name": "新"}, as_="trainer"))[0] == 200
    assert TOKEN not in await stored(staffed, "old")
    assert engine_settings(staffed, "old") == RASA["settings"]


@pytest.mark.parametrize("token", [1, {"a": "b"}, "x" * 4001])
async def test_a_token_that_is_no_text_is_refused_by_its_name(staffed: World, token: object) -> None:
    settings = {"url": "http://rasa.test", "token": token}
    body = {"name": "小汇", "engine": "rasa", "settings": settings}
    status, problem = await staffed.call("POST", "/bots", body, as_="trainer")
    assert (status, problem["errors"][0]["field"]) == (422, "settings.token")
