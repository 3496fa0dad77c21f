"""Teaching a bot on a running hub, by its public interface: files, edits, versions, real messages, and back again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import Json, RestError
from tests.support.commands import huike
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

T = TypeVar("T")
FILES = {
    "domain.yml": """version: "3.1"
intents: [opening_hours, parking]
responses:
  utter_opening_hours:
  - text: We are open from nine to six.
  utter_parking:
  - text: You can park behind the house.
""",
    "nlu.yml": """version: "3.1"
nlu:
- intent: opening_hours
  examples: |
    - when are you open
    - what are your opening hours
    - are you open on sundays
    - until when is the shop open
    - do you open at eight
    - opening times please
    - when do you close
    - is the shop open today
- intent: parking
  examples: |
    - where can I park
    - is there a car park
    - do you have parking spaces
    - parking please
    - where do I leave my car
    - can I park behind the house
    - how much is parking
    - is parking free
""",
    "rules.yml": """version: "3.1"
rules:
- rule: opening hours
  steps:
  - intent: opening_hours
  - action: utter_opening_hours
- rule: parking
  steps:
  - intent: parking
  - action: utter_parking
""",
}
WORSE = FILES["nlu.yml"].replace("intent: opening_hours", "intent: x").replace(
    "intent: parking", "intent: opening_hours"
).replace("intent: x", "intent: parking")  # fmt: skip
TESTS = """version: "3.1"
nlu:
- intent: opening_hours
  examples: |
    - at what time are you open
    - tell me your opening hours
- intent: parking
  examples: |
    - where may I park my car
    - is there parking
"""


class Studio:
    """One bot, as its trainer sees it."""

    def __init__(self, made: Workspace, bot: Json) -> None:
        self.made = made
        self.admin = made.admin
        self.path = f"/bots/{bot['id']}"

    async def put(self, files: dict[str, str]) -> Json:
        answer: Json = await self.admin.call("PUT", f"{self.path}/training", {"files": files})
        return answer

    async def post(self, path: str, body: Any = None) -> Any:
        return await self.admin.post(f"{self.path}/{path}", body)

    async def get(self, path: str, **params: str) -> Any:
        return await self.admin.get(f"{self.path}/{path}", **params)

    async def job(self, path: str, body: Any = None) -> Json:
        """Begin a long job and return it when it is over."""
        job_id = (await self.post(path, body))["job_id"]
        return await self.over(job_id)

    async def over(self, job_id: str) -> Json:
        """Return a long job when it is over."""

        async def ended() -> Json | None:
            job: Json = await self.admin.get(f"/jobs/{job_id}")
            return None if job["state"] in ("queued", "running") else job

        return await _eventually(ended)

    async def train(self, note: str = "") -> Json:
        job = await self.job("train", {"note": note})
        assert job["state"] == "succeeded", job["error"]
        version: Json = job["result"]
        return version

    async def publish(self, n: int, **wish: Any) -> Json:
        version: Json = await self.post(f"versions/{n}/publish", wish)
        return version

    async def refusal(self, path: str, body: Any = None) -> Json:
        with pytest.raises(RestError) as caught:
            await self.post(path, body)
        problem: Json = caught.value.problem
        assert problem["status"] == caught.value.status
        return problem


async def _eventually(look: Callable[[], Awaitable[T | None]], limit_s: float = 60.0) -> T:
    """Look until there is something."""
    async with asyncio.timeout(limit_s):
        while True:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(0.1)


async def _answer(made: Workspace, channel: Json, text: str) -> str:
    """Return what the bot answers a new visitor, after it has said that it is a bot."""
    async with made.visitor(channel) as visitor:
        said = await visitor.say(text)
        assert said["ok"], said
        answers = await visitor.until(
            lambda: [one for one in visitor.messages.values() if one["direction"] == "out"][1:]
        )
        return str(answers[0]["content"]["text"])


async def _until_answer(made: Workspace, channel: Json, text: str, wanted: str) -> None:
    """Ask until the answer has some words in it: a published version answers as soon as it is open."""

    async def right() -> bool | None:
        return (wanted in await _answer(made, channel, text)) or None

    await _eventually(right, limit_s=PATIENCE_S)


async def _talk_around(studio: Studio, turn_id: str) -> set[tuple[str, str]]:
    """Return who said what around a turn, without the bot's words."""
    talk = (await studio.get("misunderstood/talk", turn_id=turn_id))["items"]
    kinds = [line["author"]["kind"] for line in talk]
    return {(kind, line["text"] if kind == "customer" else "") for kind, line in zip(kinds, talk, strict=True)}


async def _label_taken_back_and_given_again(studio: Studio, labelled: Json) -> Json:
    """Undo a label and undo that; return the newest edit."""
    undone = await studio.post(f"history/{labelled['revision'].split('/')[1]}/undo")
    assert (await studio.get("misunderstood"))["total"] == 1, "taken back, it waits for somebody again"
    assert (await studio.get("misunderstood", state="labelled"))["total"] == 0
    again: Json = await studio.post(f"history/{undone['revision'].split('/')[1]}/undo")
    assert (await studio.get("misunderstood"))["total"] == 0, "undone twice is labelled"
    return again


async def test_a_bot_is_taught_and_learns_what_it_missed(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        bot = await made.admin.post("/bots", {"name": "Shop", "engine": "intent"})
        studio = Studio(made, bot)
        channel = await made.channel(bot_id=bot["id"])
        assert (await studio.get("dataset"))["intents"] == []
        assert (await studio.refusal("train"))["type"] == "nothing-to-learn"
        assert (await studio.refusal("parse", {"text": "hello"}))["type"] == "untrained"
        kept = await studio.put(FILES)
        assert kept["files"] == FILES
        assert kept["revision"].endswith("/00000001")
        first = await studio.train("the beginning")
        assert (first["n"], first["state"], first["note"]) == (1, "draft", "the beginning")
        assert (first["examples"], first["intents"]) == (16, 2)
        assert (await studio.post("parse", {"text": "when are you open?"}))["intent"]["name"] == "opening_hours"
        assert (await studio.publish(1))["state"] == "live"
        await _until_answer(made, channel, "when are you open?", "nine to six")

        # Something that it does not know yet.
        question = "do you gift-wrap [birthday](day) presents"
        assert "nine" not in await _answer(made, channel, question)
        inbox = await studio.get("misunderstood")
        assert inbox["total"] == 1
        [turn] = inbox["groups"][0]["turns"]
        assert (turn["text"], turn["label"]) == (question, None)
        assert await _talk_around(studio, turn["id"]) == {("customer", question), ("bot", "")}
        await studio.post(
            "edits",
            {
                "edits": [
                    {"kind": "add_intent", "name": "wrapping"},
                    {
                        "kind": "add_examples",
                        "intent": "wrapping",
                        "texts": ["please wrap it as a gift", "wrapping paper", "gift wrapping", "wrap my present"],
                    },
                    {
                        "kind": "set_response",
                        "name": "utter_wrapping",
                        "variations": [{"text": "We wrap presents for free."}],
                    },
                    {"kind": "answer_intent", "intent": "wrapping", "response": "utter_wrapping"},
                ]
            },
        )
        labelled = await studio.post("misunderstood/label", {"turn_ids": [turn["id"]], "intent": "wrapping"})
        assert (labelled["edit"]["kind"], labelled["edit"]["about"]) == ("label", "wrapping")
        learnt = (await studio.get("examples", intent="wrapping"))["items"][-1]
        assert (learnt["text"], learnt["entities"]) == ("do you gift-wrap ［birthday］(day) presents", [])
        assert (await studio.get("misunderstood"))["total"] == 0
        assert (await studio.get("misunderstood", state="labelled"))["total"] == 1
        labelled = await _label_taken_back_and_given_again(studio, labelled)
        second = await studio.train()
        assert (second["n"], second["revision"]) == (2, labelled["revision"])
        compared = await studio.post("versions/2/compare")
        assert (compared["n"], compared["with"], compared["at_most"]) == (2, 1, False)
        [change] = [one for one in compared["changed"] if one["text"] == question]
        assert (change["now"]["intent"], change["now"]["is_fallback"], change["was"]["is_fallback"]) == (
            "wrapping",
            False,
            True,
        )
        await studio.publish(2)
        await _until_answer(made, channel, question, "for free")
        assert [(one["n"], one["state"]) for one in (await studio.get("versions"))["items"]] == [
            (2, "live"),
            (1, "retired"),
        ]
        # Back, and forward once more.
        await studio.publish(1)

        async def forgotten() -> bool | None:
            return ("for free" not in await _answer(made, channel, question)) or None

        await _eventually(forgotten)
        figures = await studio.get("analytics")
        assert figures["missed"] >= 2
        assert figures["top_missed"][0]["text"] == question
        assert {one["n"] for one in figures["versions"]} == {1, 2}
        assert figures["sessions"] == figures["contained"] + figures["unhelped"]
        assert figures["turns"] == sum(day["turns"] for day in figures["by_day"])


async def test_the_gate_keeps_a_version_out_that_got_worse(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        studio = Studio(made, await made.admin.post("/bots", {"name": "Shop", "engine": "intent"}))
        await studio.put(FILES)
        await studio.train()
        await studio.publish(1)
        assert (await studio.refusal("versions/1/evaluate"))["type"] == "no-test-set"
        await studio.put({**FILES, "nlu.yml": WORSE, "tests/nlu.yml": TESTS})
        worse = await studio.train()
        assert worse["scores"]["accuracy"] < 0.5
        kept = await studio.get("versions/2/evaluation")
        assert kept["scores"] == worse["scores"]
        assert kept["confusion_matrix"] == kept["matrix"]
        refused = await studio.refusal("versions/2/publish")
        assert (refused["status"], refused["type"]) == (409, "regression")
        assert {one["field"] for one in refused["errors"]} <= {
            "at what time are you open", "tell me your opening hours", "where may I park my car", "is there parking",
        }  # fmt: skip
        assert all("right, now" in one["message"] for one in refused["errors"])
        assert [one["text"] for one in refused["worse"]] == [one["field"] for one in refused["errors"]]
        assert all(one["was"] != one["now"] for one in refused["worse"])
        assert (await studio.refusal("versions/2/publish", {"force": True}))["status"] == 422
        forced = await studio.publish(2, force=True, reason="the words changed places")
        assert (forced["state"], forced["note"]) == ("live", "the words changed places")
        crossed = await studio.job("validate", {"parts": 2})
        assert (crossed["state"], crossed["result"]["examples"]) == ("succeeded", 16)
        given = {"examples": [{"text": "where can I park", "intent": "opening_hours"}]}
        assert (await studio.post("versions/2/evaluate", given))["accuracy"] == 1


async def test_the_first_version_of_a_given_bot_is_compared_with_what_it_was_given(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        bot = await made.bot()
        studio = Studio(made, bot)
        channel = await made.channel(bot_id=bot["id"])
        question = "do you gift-wrap [birthday](day) presents"
        await _answer(made, channel, question)
        assert (await studio.post("parse", {"text": "Where is my order?"}))["intent"]["name"] == "order_status"
        texts = ["do you gift-wrap", "wrap my present please", question, "gift wrapping"]
        added = await studio.post("edits", {"edits": [{"kind": "add_examples", "intent": "wrapping", "texts": texts}]})
        assert {change["path"] for change in added["edit"]["changes"]} < set((await studio.get("training"))["files"])
        await studio.train()
        compared = await studio.post("versions/1/compare")
        assert (compared["with"], compared["messages"]) == (0, 1)
        assert compared["changed"][0]["now"]["intent"] == "wrapping"
        explained = await studio.post("explain", {"text": question, "version": 1})
        assert explained["parse"]["intent"]["name"] == "wrapping"
        assert (await studio.post("parse", {"text": question, "version": 0}))["intent"]["name"] != "wrapping"
        assert (await studio.refusal("parse", {"text": question, "version": 7}))["status"] == 404


async def test_a_canary_answers_its_share_and_ends(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        bot = await made.admin.post("/bots", {"name": "Shop", "engine": "intent"})
        studio = Studio(made, bot)
        channel = await made.channel(bot_id=bot["id"])
        await studio.put(FILES)
        await studio.train()
        await studio.publish(1)
        await studio.put({**FILES, "domain.yml": FILES["domain.yml"].replace("nine to six", "ten to two")})
        await studio.train()
        assert (await studio.post("versions/2/canary", {"share": 1}))["state"] == "canary"
        await _until_answer(made, channel, "when are you open?", "ten to two")
        assert (await studio.refusal("versions/1/canary", {"share": 0.5}))["type"] == "live"
        ended = await studio.post("versions/2/canary", {"share": 0})
        assert (ended["state"], ended["share"]) == ("draft", 0)
        await _until_answer(made, channel, "when are you open?", "nine to six")


async def test_edits_are_told_refused_and_taken_back(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        studio = Studio(made, await made.admin.post("/bots", {"name": "Shop", "engine": "intent"}))
        first = (await studio.put(FILES))["revision"]
        with pytest.raises(RestError) as caught:
            await studio.put({**FILES, "nlu.yml": 'version: "3.1"\nnlu:\n- intent: [\n'})
        assert (caught.value.status, caught.value.problem["type"]) == (422, "training-data")
        assert caught.value.problem["errors"][0]["field"].startswith("nlu.yml:")
        assert (await studio.get("training"))["files"] == FILES, "nothing of it was kept"

        add: Json = {"kind": "add_examples", "intent": "parking", "texts": ["a place for my van"]}
        edited = await studio.post("edits", {"edits": [add], "revision": first})
        assert [line for change in edited["edit"]["changes"] for line in change["added"] if line.strip()] == [
            "    - a place for my van"
        ]
        assert (await studio.refusal("edits", {"edits": [add], "revision": first}))["type"] == "changed"
        assert await studio.post("edits", {"edits": [add]}) == {"revision": edited["revision"], "edit": None}
        found = await studio.get("examples", intent="parking", q="van")
        assert [one["text"] for one in found["items"]] == ["a place for my van"]

        change: Json = {"kind": "change_example", "intent": "parking", "old": "a place for my van", "new": "my van"}
        changed = await studio.post("edits", {"edits": [change]})
        number = edited["revision"].split("/")[1]
        assert (await studio.refusal(f"history/{number}/undo"))["type"] == "changed-since"
        undone = await studio.post(f"history/{changed['revision'].split('/')[1]}/undo")
        await studio.post(f"history/{number}/undo")
        assert (await studio.get("training"))["files"] == FILES
        history = (await studio.get("history"))["items"]
        assert [one["kind"] for one in history] == ["undo", "undo", "change_example", "add_examples", "files"]
        assert history[2]["undone_by"] == undone["revision"]
        newest = await studio.get("history", limit="3")
        rest = await studio.get("history", cursor=newest["next_cursor"])
        assert (newest["items"] + rest["items"], rest["next_cursor"]) == (history, None)
        again = await studio.post(f"history/{history[0]['id'].split('/')[1]}/undo")
        assert "a place for my van" in (await studio.get("training"))["files"]["nlu.yml"], "undone twice is done"
        assert (await studio.get("dataset"))["revision"] == again["revision"]
        assert (await studio.refusal("history/99999999/undo"))["status"] == 404


async def test_a_bot_of_a_rasa_server_has_figures_and_no_training(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        bot = await made.admin.post(
            "/bots", {"name": "Remote", "engine": "rasa", "settings": {"url": "http://127.0.0.1:9"}}
        )
        studio = Studio(made, bot)
        channel = await made.channel(bot_id=bot["id"])
        async with made.visitor(channel) as visitor:
            await visitor.say("hello")

            async def counted() -> bool | None:
                return (await studio.get("analytics"))["handoffs"] == {"bot_failed": 1} or None

            await _eventually(counted, limit_s=PATIENCE_S)
        for path, body in (
            ("train", {}),
            ("parse", {"text": "x"}),
            ("edits", {"edits": [{"kind": "add_intent", "name": "x"}]}),
        ):
            assert (await studio.refusal(path, body))["type"] == "not-taught"
        assert (await studio.get("misunderstood"))["groups"] == []


async def test_what_was_acknowledged_outlives_a_crash_and_a_dead_training_is_started_again(start_hub: StartHub) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        studio = Studio(made, await made.admin.post("/bots", {"name": "Shop", "engine": "intent"}))
        await studio.put(FILES)
        texts = [f"place number {number} for my van" for number in range(5)]
        for text in texts:
            edit = {"kind": "add_examples", "intent": "parking", "texts": [text]}
            await studio.post("edits", {"edits": [edit]})
        vans = [f"van number {number}" for number in range(8)]
        added = [{"kind": "add_examples", "intent": "parking", "texts": [van]} for van in vans]
        await asyncio.gather(*(studio.post("edits", {"edits": [edit]}) for edit in added))
        texts += vans
        last = (await studio.get("history"))["items"][0]["id"]
        job_id = (await studio.post("train"))["job_id"]
        await hub.kill()
        await hub.restart()
        material = await studio.get("training")
        assert material["revision"] == last
        assert all(text in material["files"]["nlu.yml"] for text in texts)
        job = await studio.over(job_id)
        assert job["state"] == "failed"
        assert (await studio.get("versions"))["items"] == []
        assert (await studio.train())["n"] == 1


async def test_a_backup_brings_a_taught_bot_back(start_hub: StartHub, tmp_path: Path) -> None:
    hub = await start_hub(env=ENV)
    async with workspace(hub.url) as made:
        bot = await made.admin.post("/bots", {"name": "Shop", "engine": "intent"})
        channel = await made.channel(bot_id=bot["id"])
        studio = Studio(made, bot)
        await studio.put(FILES)
        await studio.train()
        await studio.publish(1)
        await _until_answer(made, channel, "when are you open?", "nine to six")
        taught = await studio.get("training")
    archive, other = tmp_path / "monday.tar", tmp_path / "other"
    for command in (("backup", archive, "--data", hub.data), ("restore", archive, "--data", other / "data")):
        done = await asyncio.to_thread(huike, *command)
        assert done.code == 0, done.err
    exported = tmp_path / "export"
    assert (await asyncio.to_thread(huike, "export", exported, "--data", hub.data)).code == 0
    counts = {name: len((exported / f"bot_{name}.jsonl").read_text().splitlines()) for name in ("files", "versions")}
    assert counts == {"files": 3, "versions": 1}
    second = await start_hub(folder=other, env=ENV)
    async with workspace(second.url) as made:
        studio = Studio(made, bot)
        assert await studio.get("training") == taught
        assert (await studio.post("parse", {"text": "where can I park"}))["intent"]["name"] == "parking"
        await _until_answer(made, channel, "when are you open?", "nine to six")
