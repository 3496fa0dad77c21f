"""Bots made or changed while the hub runs are ready before a customer speaks to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog.testing

from hub.model.ids import BotId
from hub.model.workspace import Bot
from hub.ports.understanding import BotAnswer, Turn
from hub.services.bot_turns import BotEngines, BotTurns
from tests.unit.services.ground import Ground, ground


class Engine:
    """Answers nothing."""

    async def respond(self, turn: Turn) -> BotAnswer:
        return BotAnswer(contents=(), memory={})


class Workshop:
    """Makes engines, and notes which; a bot named "broken" fails."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int]] = []
        self.news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def make(self, bot: Bot) -> Engine:
        self.made.append((bot.id, bot.version))
        self._loop.call_soon_threadsafe(self.news.set)
        if bot.name == "broken":
            raise ValueError("no training data")
        return Engine()

    async def until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not is_true():
                await self.news.wait()
                self.news.clear()


def a_bot(bot_id: str, name: str = "Hui", version: int = 1) -> Bot:
    return Bot(id=BotId(bot_id), version=version, name=name)


def turns(on: Ground, workshop: Workshop) -> BotTurns:
    return BotTurns(on.core, on.sessions, on.directory, on.connectors, BotEngines(workshop.make))


async def test_new_and_changed_bots_are_made_ready_and_a_broken_one_stops_none() -> None:
    with structlog.testing.capture_logs() as log:
        made = await _changes()
    assert made == [("old", 1), ("bad", 1), ("new", 1), ("new", 2)]
    assert [line["bot"] for line in log if line["event"] == "bot.unusable"] == ["bad"]


async def _changes() -> list[tuple[str, int]]:
    async with ground() as on:
        workshop = Workshop()
        await on.records.create(a_bot("old"))
        task = asyncio.create_task(turns(on, workshop).keep_warm())
        await workshop.until(lambda: workshop.made == [("old", 1)])
        await on.records.create(a_bot("bad", "broken"))
        await workshop.until(lambda: ("bad", 1) in workshop.made)
        await on.records.create(a_bot("new"))
        await workshop.until(lambda: ("new", 1) in workshop.made)
        await on.records.update(Bot, "new", lambda bot: a_bot("new", "Hui II", bot.version))
        await workshop.until(lambda: ("new", 2) in workshop.made)
        await on.records.remove("bot", "old")
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return workshop.made
