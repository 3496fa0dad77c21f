"""What a bot made of each message is noted with its turn, counted as it was, and forgotten after a month."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from hub.errors import NotFound
from hub.model import commands as c
from hub.model.content import Text
from hub.model.ids import BotId
from hub.model.session import IntentScore
from hub.model.teaching import BotTurnNote
from hub.model.timeline import SYSTEM
from hub.model.timestamps import shift
from hub.model.word_search import plain
from hub.model.workspace import Bot, Channel, ChannelRouting
from hub.ports.understanding import BotAnswer, HandoffWish, Turn
from hub.services.bot_engines import BotEngines, Learnt, Ready
from hub.services.bot_knowledge import BotKnowledge
from hub.services.bot_turns import BotTurns
from hub.services.knowledge import Knowledge
from hub.services.teaching.analytics import BotAnalytics
from hub.services.teaching.traffic import KEPT_DAYS, Traffic
from hub.services.teaching.versions import Versions
from hub.testing.environment import FakeClock
from tests.unit.api.world import HeldBlobs
from tests.unit.services.ground import CHANNEL, Ground, ground

BOT = BotId("hui")


class Engine:
    """Knows "hello"; misses the rest, gives up on "help", and fails on "die"."""

    async def respond(self, turn: Turn) -> BotAnswer:
        if turn.text == "die":
            raise ValueError("broken")
        missed = turn.text != "hello"
        return BotAnswer(
            contents=(Text(text="Hi."),),
            memory={},
            intents=tuple(IntentScore(name=name, confidence=0.5) for name in ("greet", "b", "c", "d", "e", "f")),
            slots={"language": "en"},
            handoff=HandoffWish(reason="asked") if turn.text == "help" else None,
            missed=missed and turn.text != "help",
        )


def make(bot: Bot, learnt: Learnt | None) -> Ready:
    return Ready(engine=Engine())


class Desk:
    """A bot on a channel, and what is known of its turns."""

    def __init__(self, on: Ground) -> None:
        self.on = on
        versions = Versions(on.core, on.directory, on.records, HeldBlobs())
        knowledge = BotKnowledge(Knowledge(on.core, on.directory, on.records, plain), "http://hub.test")
        engines = BotEngines(make, on.directory, versions)
        self.turns = BotTurns(on.core, on.sessions, on.directory, on.connectors, engines, knowledge=knowledge)
        self.traffic = Traffic(on.core, on.directory)
        self.analytics = BotAnalytics(on.core, on.directory, self.traffic)
        self.said = 0

    async def say(self, text: str, customer: str = "li") -> None:
        self.said += 1
        await self.on.hear(content=Text(text=text), event_id=f"e{self.said}", address=f"{customer}@example.cn")
        await self.on.work("bot_turn", self.turns.take_turn)

    def later(self, seconds: float) -> Traffic:
        """Return the traffic as it is looked at later; stepping there would take the bus too long."""
        core = self.on.core
        return Traffic(dataclasses.replace(core, clock=FakeClock(shift(core.clock.now(), seconds))), self.on.directory)

    async def notes(self) -> list[BotTurnNote]:
        found, at_most = await self.traffic.newest(BOT, 100, keep=lambda _: True)
        assert not at_most
        return found


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    async with ground() as on:
        await on.records.create(Bot(id=BOT, name="Hui"))
        routing = ChannelRouting(bot_id=BOT)
        await on.records.update(Channel, CHANNEL, lambda channel: replace(channel, routing=routing))
        yield Desk(on)


async def test_each_turn_is_noted_in_the_commit_that_answers_it() -> None:
    async with desk() as on:
        await on.say("hello")
        await on.say("what?")
        missed, known = await on.notes()
        assert (known.missed, known.n, known.language, known.handoff) == (False, 0, "en", None)
        assert [score.name for score in known.intents] == ["greet", "b", "c", "d", "e"]
        assert (missed.missed, missed.label) == (True, None)
        assert await on.traffic.texts([missed, known]) == {missed.id: "what?", known.id: "hello"}
        for one in await on.on.store.journal(0, 1000):
            noted = [record for record in one.commit.records if record.kind == "bot_turn"]
            assert bool(noted) == any(message.author.kind == "bot" for message in one.commit.messages)


@pytest.mark.parametrize(("text", "reason", "missed"), [("die", "bot_failed", False), ("help", "asked", False)])
async def test_a_turn_that_ends_with_a_person_says_why(text: str, reason: str, missed: bool) -> None:
    async with desk() as on:
        await on.say(text)
        [note] = await on.notes()
        assert (note.handoff, note.missed) == (reason, missed)


async def test_notes_older_than_a_month_are_forgotten_and_no_others() -> None:
    async with desk() as on:
        await on.say("what?")
        await on.on.clock.advance(120)
        await on.say("hello", "wang")
        await on.later(KEPT_DAYS * 86_400 - 180).forget_old(BOT)
        assert len(await on.notes()) == 2
        await on.later(KEPT_DAYS * 86_400 - 60).forget_old(BOT)
        assert [note.missed for note in await on.notes()] == [False]


async def test_figures_count_sessions_that_people_got_in_any_way() -> None:
    async with desk() as on:
        await on.say("hello", "li")
        await on.say("what?", "wang")
        await on.say("what?", "wang")
        await on.say("help", "zhao")
        await on.say("hello", "qian")
        # Qian presses the button, which is no turn of the bot.
        by_button = next(note for note in await on.notes() if not note.missed)
        await on.on.sessions.act(by_button.session_id, c.AskPerson(actor=SYSTEM, reason="asked"))
        found = await on.analytics.of(BOT, None, None)
        assert (found.sessions, found.contained, found.containment) == (4, 1, 0.25)
        assert found.unhelped == 1, "Wang left without having been understood: no person, but no help either"
        assert (found.turns, found.missed, found.fallback_rate) == (5, 2, 0.4)
        assert found.handoffs == {"asked": 2}
        assert [(one.text, one.count) for one in found.top_missed] == [("what?", 2)]
        assert [(one.name, one.turns) for one in found.intents] == [("greet", 3)]
        assert [(one.n, one.turns, one.missed, one.handoffs) for one in found.versions] == [(0, 5, 2, 1)]
        assert [day.turns for day in found.by_day] == [0, 0, 0, 0, 0, 0, 5]
        today = on.traffic.days_ago(0)
        afterwards = BotAnalytics(on.on.core, on.on.directory, on.later(3 * 86_400))
        later = await afterwards.of(BOT, today, today)
        assert later == replace(found, start=today, by_day=found.by_day[-1:])
        assert await afterwards.of(BOT, today, today) == later, "from memory"
        with pytest.raises(ValueError, match="earlier"):
            await on.analytics.of(BOT, today, on.traffic.days_ago(1))
        with pytest.raises(NotFound):
            await on.analytics.of(BotId("nobody"), None, None)
