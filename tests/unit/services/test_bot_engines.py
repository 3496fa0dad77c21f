"""Bots made, changed or published while the hub runs are ready before a customer speaks to them."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog.testing
from msgspec.structs import replace

from hub.model.ids import AgentId, BotId, SessionId
from hub.model.teaching import BotVersion, VersionState
from hub.model.workspace import Bot
from hub.ports.understanding import BotAnswer, Turn
from hub.services.bot_engines import BotEngines, Learnt, Ready
from hub.services.teaching.versions import KeptMaterial, Versions
from tests.support.patience import PATIENCE_S
from tests.unit.api.world import HeldBlobs
from tests.unit.services.ground import Ground, ground

SESSION = SessionId("s1")


class Engine:
    """Answers nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def respond(self, turn: Turn) -> BotAnswer:
        return BotAnswer(contents=(), memory={})


class Workshop:
    """Makes engines, and notes which; a bot named "broken" fails, and so does a version that has learnt nothing."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int | str]] = []
        self.news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def make(self, bot: Bot, learnt: Learnt | None) -> Ready:
        self.made.append((bot.id, learnt.model.decode() if learnt else bot.version))
        self._loop.call_soon_threadsafe(self.news.set)
        if bot.name == "broken" or (learnt and not learnt.model):
            raise ValueError("no training data")
        return Ready(engine=Engine(learnt.model.decode() if learnt else "given"))

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_true():
                await self.news.wait()
                self.news.clear()


def a_bot(bot_id: str, name: str = "Hui", version: int = 1) -> Bot:
    return Bot(id=BotId(bot_id), version=version, name=name)


class Bench:
    """A ground with one bot, its engines kept warm, and ways to publish."""

    def __init__(self, on: Ground) -> None:
        self.on = on
        self.workshop = Workshop()
        self.versions = Versions(on.core, on.directory, on.records, HeldBlobs())
        self.engines = BotEngines(self.workshop.make, on.directory, self.versions)
        self.bot = a_bot("hui")

    async def train(self, model: str) -> int:
        model_blob, files_blob = await self.versions.keep(model.encode(), KeptMaterial(files={}))
        version = BotVersion(
            id="",
            bot_id=self.bot.id,
            n=0,
            created_at=self.on.core.clock.now(),
            by=AgentId("sue"),
            by_name="Sue",
            model=model_blob,
            files=files_blob,
        )
        return (await self.versions.add(version)).n

    async def set(self, n: int, state: VersionState, share: float = 0.0) -> None:
        await self.versions.change(
            self.bot.id,
            lambda present: [
                replace(one, state=state, share=share) if one.n == n else replace(one, state="retired", share=0.0)
                for one in present
                if one.n == n or (one.state == state and state == "live")
            ],
        )

    async def answering(self, session_id: str = SESSION) -> str:
        """Return which engine answers a session."""
        n, engine = await self.engines.get(self.bot, SessionId(session_id))
        assert isinstance(engine, Engine)
        assert (n == 0) == (engine.name == "given")
        return engine.name

    async def until_answers(self, name: str, *session_ids: str) -> None:
        """Wait until one of the sessions is answered by an engine; making it is work for a thread."""
        for _ in range(5000):
            if name in [await self.answering(one) for one in session_ids or (SESSION,)]:
                return
            await asyncio.sleep(0.001)
        raise AssertionError(f"{name} does not answer")


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    async with ground() as on:
        made = Bench(on)
        await on.records.create(made.bot)
        task = asyncio.create_task(made.engines.keep_warm())
        await made.workshop.until(lambda: ("hui", 1) in made.workshop.made)
        try:
            yield made
        finally:
            assert not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_new_and_changed_bots_are_made_ready_and_a_broken_one_stops_none() -> None:
    with structlog.testing.capture_logs() as log:
        async with bench() as on:
            made, records = on.workshop.made, on.on.records
            await records.create(a_bot("bad", "broken"))
            await on.workshop.until(lambda: ("bad", 1) in made)
            await records.create(a_bot("new"))
            await on.workshop.until(lambda: ("new", 1) in made)
            await records.update(Bot, "new", lambda bot: a_bot("new", "Hui II", bot.version))
            await on.workshop.until(lambda: ("new", 2) in made)
            await records.remove("bot", "hui")
            assert made == [("hui", 1), ("bad", 1), ("new", 1), ("new", 2)]
    assert [line["bot"] for line in log if line["event"] == "bot.unusable"] == ["bad"]


async def test_the_version_before_answers_until_the_published_one_is_ready() -> None:
    async with bench() as on:
        assert await on.answering() == "given"
        await on.train("one")
        await on.train("two")
        await on.set(1, "live")
        assert await on.answering() == "given", "nobody waits for the new one"
        await on.until_answers("one")
        await on.set(2, "live")
        await on.until_answers("two")
        await on.set(1, "live")
        await on.until_answers("one")
        # Rolled back: it was let go in between, and is opened again.
        assert [name for bot, name in on.workshop.made if name == "one"] == ["one", "one"]


async def test_a_version_that_cannot_be_opened_does_not_take_the_place_of_one_that_answers() -> None:
    with structlog.testing.capture_logs():
        async with bench() as on:
            await on.train("one")
            await on.train("")
            await on.set(1, "live")
            await on.until_answers("one")
            await on.set(2, "live")
            await on.workshop.until(lambda: ("hui", "") in on.workshop.made)
            assert await on.answering() == "one"


async def test_a_canary_has_its_share_of_the_sessions_and_each_session_keeps_its_version() -> None:
    async with bench() as on:
        await on.train("one")
        await on.train("two")
        await on.set(1, "live")
        await on.set(2, "canary", 0.25)
        dice = random.Random(5)
        sessions = [f"{dice.getrandbits(128):032x}" for _ in range(2000)]
        await on.until_answers("one", *sessions[:100])
        await on.until_answers("two", *sessions[:100])
        first = {one: await on.answering(one) for one in sessions}
        assert 0.2 < Counter(first.values())["two"] / len(sessions) < 0.3
        await on.set(2, "canary", 0.5)
        second = {one: await on.answering(one) for one in sessions}
        assert all(second[one] == "two" for one in sessions if first[one] == "two"), "whoever has it keeps it"
        assert 0.45 < Counter(second.values())["two"] / len(sessions) < 0.55


async def test_two_who_publish_at_once_do_not_both_win() -> None:
    async with bench() as on:
        for number in range(6):
            await on.train(f"model {number}")
        await asyncio.gather(*(on.set(n, "live") for n in range(1, 6)))
        present = on.versions.all(on.bot.id)
        assert Counter(one.state for one in present)["live"] == 1
        assert [one.n for one in present] == [1, 2, 3, 4, 5, 6]
