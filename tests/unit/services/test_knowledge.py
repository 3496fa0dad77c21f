"""The knowledge base at work: a change counts at once, a vote counts once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from hub.errors import NotFound
from hub.model.ids import AgentId
from hub.model.knowledge import MAX_COMMENTS, Article, ArticleId
from hub.model.word_search import plain
from hub.services.directory import Directory
from hub.services.knowledge import Knowledge
from hub.services.records import Records
from hub.testing.environment import START
from tests.unit.services.ground import Ground, ground


def an_article(article_id: str = "a1", **changes: object) -> Article:
    made = Article(
        id=ArticleId(article_id),
        language="en",
        title="How do I descale a kettle?",
        body="Use **citric acid**.",
        state="published",
        created_at=START,
        created_by=AgentId("t"),
        updated_at=START,
        updated_by=AgentId("t"),
    )
    return replace(made, **changes)


@pytest.fixture
async def on() -> AsyncIterator[Ground]:
    async for made in grounds():
        yield made


async def grounds() -> AsyncIterator[Ground]:
    async with ground() as made:
        yield made


def a_base(on: Ground) -> Knowledge:
    return Knowledge(on.core, on.directory, on.records, plain)


async def test_an_edit_is_found_by_the_next_question(on: Ground) -> None:
    base = a_base(on)
    await base.create(an_article())
    assert (await base.search("descale kettle", "en", "customers"))[0].article.id == "a1"
    await base.update(ArticleId("a1"), lambda now: replace(now, title="Bicycle pump", body=""))
    assert await base.search("descale kettle", "en", "customers") == []
    assert (await base.search("bicycle pump", "en", "customers"))[0].article.title == "Bicycle pump"
    await base.update(ArticleId("a1"), lambda now: replace(now, language="zh", title="自行车打气筒"))
    assert await base.search("bicycle pump", "en", "customers") == []
    assert await base.search("打气筒", "zh", "customers")
    await base.remove(ArticleId("a1"))
    assert await base.search("打气筒", "zh", "customers") == []


async def test_what_another_node_writes_is_found_too(on: Ground) -> None:
    base = a_base(on)
    other, heard = Directory(on.store), asyncio.Event()
    on.directory.watch(lambda kind, record_id: heard.set())
    await Records(on.core, other).create(an_article())
    await heard.wait()
    assert await base.search("descale kettle", "en", "customers")


async def test_who_sees_what(on: Ground) -> None:
    base = a_base(on)
    await base.create(an_article("draft", state="draft"))
    await base.create(an_article("staff", public=False))
    await base.create(an_article("public"))
    seen = {
        audience: {found.article.id for found in await base.search("descale kettle", "en", audience)}
        for audience in ("editors", "staff", "customers")
    }
    assert seen == {"editors": {"draft", "staff", "public"}, "staff": {"staff", "public"}, "customers": {"public"}}
    assert {one.id for one in base.all("customers")} == {"public"}
    for hidden in ("draft", "staff", "nothing"):
        with pytest.raises(NotFound):
            base.get(hidden, "customers")


async def test_a_voter_counts_once_and_no_vote_is_lost_in_a_crowd(on: Ground) -> None:
    base = a_base(on)
    await base.create(an_article())
    # Two services on one store meet as two nodes would.
    other = Knowledge(on.core, on.directory, on.records, plain)
    votes = [
        (base if number % 2 else other).vote(ArticleId("a1"), f"reader/{number % 40}", helpful=number % 40 < 30)
        for number in range(80)
    ]
    counted = await asyncio.gather(*votes)
    assert sum(counted) == 40
    assert (base.votes(ArticleId("a1")).helpful, base.votes(ArticleId("a1")).unhelpful) == (30, 10)
    assert not await base.vote(ArticleId("a1"), "reader/1", helpful=False)


async def test_comments_are_kept_the_newest_ones(on: Ground) -> None:
    base = a_base(on)
    await base.create(an_article())
    for number in range(MAX_COMMENTS + 3):
        await base.vote(ArticleId("a1"), f"reader/{number}", helpful=False, comment=f"c{number}" if number else "")
    votes = base.votes(ArticleId("a1"))
    assert votes.unhelpful == MAX_COMMENTS + 3
    assert [one.text for one in votes.comments][0::19] == ["c3", f"c{MAX_COMMENTS + 2}"]


async def test_nobody_votes_on_what_customers_may_not_read(on: Ground) -> None:
    base = a_base(on)
    await base.create(an_article("draft", state="draft"))
    for hidden in ("draft", "nothing"):
        with pytest.raises(NotFound):
            await base.vote(ArticleId(hidden), "reader/1", helpful=True)
    await base.create(an_article())
    await base.vote(ArticleId("a1"), "reader/1", helpful=True)
    await base.remove(ArticleId("a1"))
    assert base.votes(ArticleId("a1")).helpful == 0


async def test_articles_are_there_again_after_a_start(on: Ground) -> None:
    await a_base(on).create(an_article())
    directory = Directory(on.store)
    await directory.load()
    again = Knowledge(on.core, directory, Records(on.core, directory), plain)
    reading = asyncio.create_task(again.read_in())
    await asyncio.sleep(0)
    assert await again.search("descale kettle", "en", "customers"), "a question of the first moment waits for them"
    await reading


async def test_what_is_changed_while_articles_are_read_in_is_known_as_it_is(on: Ground) -> None:
    base = a_base(on)
    for name in ("changed", "removed", "left"):
        await base.create(an_article(name))
    again = a_base(on)
    reading = asyncio.create_task(again.read_in())
    await asyncio.sleep(0)
    await again.update(ArticleId("changed"), lambda now: replace(now, title="Bicycle pump", body=""))
    await again.remove(ArticleId("removed"))
    await reading
    assert [one.article.id for one in await again.search("descale kettle", "en", "customers")] == ["left"]
    assert [one.article.id for one in await again.search("bicycle pump", "en", "customers")] == ["changed"]
