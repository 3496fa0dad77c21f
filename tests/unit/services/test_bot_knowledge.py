"""A bot that answers from the knowledge base: only where it did not understand, and never over a wish for a person."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from hub.model.content import Content, Menu, Text
from hub.model.knowledge import ArticleId
from hub.model.session import IntentScore
from hub.model.word_search import plain
from hub.ports.understanding import BotAnswer, HandoffWish, Turn
from hub.services.bot_knowledge import MAX_TOLD, BotKnowledge
from hub.services.knowledge import Knowledge
from hub.testing.environment import START
from tests.unit.services.ground import ground
from tests.unit.services.test_knowledge import an_article

ASKED = "How can I descale my old kettle?"
IN_ITS_WORDS = "how do I descale a kettle"
MISSED = BotAnswer(
    contents=(Text(text="I am a bot."), Text(text="Say that again?")),
    memory={"v": 1, "misses": 1},
    intents=(IntentScore(name="nlu_fallback", confidence=0.3),),
    slots={"language": "en"},
    missed=True,
    opening=1,
)


class Engine:
    """Answers as it is told, and notes what it was asked."""

    def __init__(self, answer: BotAnswer) -> None:
        self.answer = answer
        self.turns: list[Turn] = []

    async def respond(self, turn: Turn) -> BotAnswer:
        self.turns.append(turn)
        return self.answer


def a_turn(text: str, *, payload: str | None = None, memory: Mapping[str, object] | None = None) -> Turn:
    return Turn(
        session_id="s1",
        text=text,
        payload=payload,
        language="en",
        channel_kind="webchat",
        customer_name="",
        is_first=memory is None,
        memory=memory or {},
        at=START,
    )


@pytest.fixture
async def base() -> AsyncIterator[Knowledge]:
    async with ground() as on:
        made = Knowledge(on.core, on.directory, on.records, plain)
        await made.create(an_article())
        yield made


async def answered(base: Knowledge, turn: Turn, answer: BotAnswer = MISSED) -> tuple[BotAnswer, Engine]:
    engine = Engine(answer)
    return await BotKnowledge(base, "https://hub.example.cn").respond(engine, turn), engine


def menu_of(contents: tuple[Content, ...]) -> Menu:
    assert isinstance(contents[-1], Menu)
    return contents[-1]


async def test_what_was_missed_is_answered_by_the_article_that_surely_fits(base: Knowledge) -> None:
    said, _ = await answered(base, a_turn(ASKED))
    opening, menu = said.contents[0], menu_of(said.contents)
    assert opening == MISSED.contents[0], "that it is a bot is said all the same"
    assert menu.text == ("Use citric acid.\n\nRead all of it: https://hub.example.cn/help/a1\n\nDid this help?")
    assert menu.article_id == "a1"
    assert [option.label for option in menu.options] == ["Yes, it did", "No, talk to a person"]
    assert (said.missed, said.handoff, said.slots) == (False, None, MISSED.slots)
    assert said.memory["misses"] == 1, "what the bot remembers is kept"


@pytest.mark.parametrize(
    "changes",
    [
        {"missed": False, "intents": (IntentScore(name="repair", confidence=0.9),)},
        {"handoff": HandoffWish(reason="angry")},
        {"handoff": HandoffWish(reason="asked")},
        {"handoff": HandoffWish(reason="action")},
    ],
)
async def test_a_bot_that_understood_or_hands_over_is_left_alone(base: Knowledge, changes: dict[str, Any]) -> None:
    answer = replace(MISSED, **changes)
    assert (await answered(base, a_turn(ASKED), answer))[0] == answer


async def test_who_asks_in_an_articles_words_gets_it_whatever_the_bot_makes_of_them(base: Knowledge) -> None:
    sure = BotAnswer(contents=(Text(text="Which order?"),), memory={"v": 1, "form": "order_form"}, opening=0)
    said, engine = await answered(base, a_turn(IN_ITS_WORDS), sure)
    assert menu_of(said.contents).article_id == "a1"
    assert [(turn.payload, turn.text) for turn in engine.turns] == [("/out_of_scope", IN_ITS_WORDS)], "no form opens"
    told, _ = await answered(base, a_turn(IN_ITS_WORDS), replace(sure, handoff=HandoffWish(reason="angry")))
    assert told.handoff == HandoffWish(reason="angry")


async def test_an_article_goes_before_a_handoff_for_want_of_understanding(base: Knowledge) -> None:
    given_up = replace(MISSED, handoff=HandoffWish(reason="not_understood"))
    said, _ = await answered(base, a_turn(ASKED), given_up)
    assert (menu_of(said.contents).article_id, said.handoff) == ("a1", None)
    unknown, _ = await answered(base, a_turn("What is the weather like?"), given_up)
    assert unknown == given_up


async def test_what_the_bot_calls_out_of_scope_is_looked_up_too(base: Knowledge) -> None:
    strange = replace(MISSED, missed=False, intents=(IntentScore(name="out_of_scope", confidence=0.9),))
    assert menu_of((await answered(base, a_turn(ASKED), strange))[0].contents).article_id == "a1"


@pytest.mark.parametrize("changes", [{"state": "draft"}, {"public": False}])
async def test_drafts_and_what_is_for_staff_are_never_told(base: Knowledge, changes: dict[str, Any]) -> None:
    await base.update(ArticleId("a1"), lambda now: replace(now, **changes))
    assert (await answered(base, a_turn(ASKED)))[0] == MISSED


async def test_a_choice_is_never_looked_up(base: Knowledge) -> None:
    assert (await answered(base, a_turn(ASKED, payload="/strange")))[0] == MISSED


async def test_a_long_article_is_cut_and_leads_on(base: Knowledge) -> None:
    await base.update(ArticleId("a1"), lambda now: replace(now, body="A sentence of an article. " * 200))
    text = menu_of((await answered(base, a_turn(ASKED)))[0].contents).text
    assert len(text.partition("\n\nRead")[0]) <= MAX_TOLD
    assert "a sentence of an article.…" in text.lower()


@pytest.mark.parametrize("reply", ["1", "yes", "Yes, it did!", "１", "有帮助"])
async def test_a_yes_is_thanked_for_and_counted_once(base: Knowledge, reply: str) -> None:
    told, _ = await answered(base, a_turn(ASKED))
    for _ in range(2):
        said, engine = await answered(base, a_turn(reply, memory=told.memory))
        assert engine.turns == [], "the bot need not be asked"
        assert said.contents[0].text.startswith("Glad")
        assert said.memory == MISSED.memory
    votes = base.votes(ArticleId("a1"))
    assert (votes.helpful, votes.unhelpful) == (1, 0)


@pytest.mark.parametrize("by", ["button", "2", "No, talk to a person"])
async def test_who_wants_a_person_gets_one_and_the_vote_counts(base: Knowledge, by: str) -> None:
    told, _ = await answered(base, a_turn(ASKED))
    payload = menu_of(told.contents).options[1].payload if by == "button" else None
    answer = BotAnswer(contents=(Text(text="One moment."),), memory={})
    said, engine = await answered(base, a_turn("" if payload else by, payload=payload, memory=told.memory), answer)
    assert [turn.payload for turn in engine.turns] == ["/ask_human"]
    assert said.handoff == HandoffWish(reason="asked"), "also where the engine knows no way to a person"
    assert base.votes(ArticleId("a1")).unhelpful == 1


async def test_a_no_is_counted_and_the_talk_goes_on(base: Knowledge) -> None:
    told, _ = await answered(base, a_turn(ASKED))
    said, engine = await answered(base, a_turn("没有", memory=told.memory))
    assert (said, len(engine.turns)) == (MISSED, 1)
    assert base.votes(ArticleId("a1")).unhelpful == 1


async def test_words_are_a_reply_only_right_after_the_article(base: Knowledge) -> None:
    said, engine = await answered(base, a_turn("yes", memory={"v": 1}))
    assert (said, len(engine.turns)) == (MISSED, 1)
    assert base.votes(ArticleId("a1")).helpful == 0


@pytest.mark.parametrize(
    "payload", ['/article_helped{"article": "gone"}', "/article_helped{oops", '/article_helped{"a": 1}']
)
async def test_a_vote_on_nothing_breaks_nothing(base: Knowledge, payload: str) -> None:
    said, _ = await answered(base, a_turn("", payload=payload, memory={"v": 1}))
    assert said.contents
