"""The calls of a bot's teaching where no engine is needed: programs' own rate, and names that are none."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hub.api.settings import MAX_JSON_BYTES, ApiSettings, Rate, RateLimits
from hub.model.ids import BotId
from hub.model.workspace import Bot
from tests.unit.api.world import World, a_world

RARELY = Rate(burst=2, over_s=3600)


async def test_parse_has_a_rate_of_its_own(tmp_path: Path) -> None:
    def strict(settings: ApiSettings) -> ApiSettings:
        return dataclasses.replace(settings, limits=RateLimits(agent=RARELY))

    async with a_world(tmp_path, strict) as world:
        await world.add_agent("trainer")
        statuses = [(await world.call("POST", "/bots/x/parse", {"text": "hi"}, as_="trainer"))[0] for _ in range(20)]
        assert statuses == [404] * 20
        statuses = [(await world.call("GET", "/bots", as_="trainer"))[0] for _ in range(3)]
        assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("versions/x/publish", {}),
        ("versions/7/publish", {}),
        ("versions/-1/canary", {"share": 0.5}),
        ("versions/999999999999999999999/evaluate", {}),
        ("history/7/undo", {}),
        ("misunderstood/label", {"turn_ids": ["other/2026"], "intent": "x"}),
        ("misunderstood/aside", {"turn_ids": ["b1/nothing"]}),
    ],
)
async def test_what_is_not_there_is_not_found(path: str, body: object, staffed: World) -> None:
    await staffed.services.records.create(Bot(id=BotId("b1"), name="Hui", settings={"project": "demo"}))
    for bot_id in ("b1", "nobody"):
        status, problem = await staffed.call("POST", f"/bots/{bot_id}/{path}", body, as_="trainer")
        assert (status, problem["type"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "edits", {"edits": []}, "edits"),
        ("POST", "edits", {"edits": [{"kind": "explode"}]}, "edits[0].kind"),
        ("POST", "edits", {"edits": [{"kind": "add_intent", "name": "x", "more": 1}]}, "edits[0].more"),
        ("POST", "versions/1/canary", {"share": 1.5}, "share"),
        ("POST", "versions/1/compare", {"limit": 5000}, "limit"),
        ("POST", "validate", {"parts": 1}, "parts"),
        ("GET", "analytics?from=2026-13-45", None, "from"),
        ("GET", "analytics?from=2020-01-01&to=2026-01-01", None, "from"),
        ("GET", "misunderstood?days=400", None, "days"),
    ],
)
async def test_what_is_wrong_is_named(method: str, path: str, body: object, field: str, staffed: World) -> None:
    await staffed.services.records.create(Bot(id=BotId("b1"), name="Hui", settings={"project": "demo"}))
    status, problem = await staffed.call(method, f"/bots/b1/{path}", body, as_="trainer")
    assert (status, [fault["field"] for fault in problem["errors"]]) == (422, [field])


async def test_training_material_may_be_larger_than_other_bodies(staffed: World) -> None:
    await staffed.services.records.create(Bot(id=BotId("b1"), name="Hui"))
    nlu = "nlu:\n- intent: hi\n  examples: |\n    - hello\n" + "# a long remark\n" * 100_000
    assert len(nlu) > MAX_JSON_BYTES
    status, _ = await staffed.call("PUT", "/bots/b1/training", {"files": {"nlu.yml": nlu}}, as_="trainer")
    assert status == 200
    files = {f"nlu{number}.yml": nlu for number in range(3)}
    assert (await staffed.call("PUT", "/bots/b1/training", {"files": files}, as_="trainer"))[0] == 413
