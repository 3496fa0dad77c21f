"""The demonstration: every story can be played, the past is believable, and filling happens once, whatever cuts it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from argon2 import PasswordHasher

from hub import demo
from hub.app import Parts, make_services
from hub.bus.memory import MemoryBus
from hub.demo import stories_bot, stories_en, stories_zh
from hub.demo.fill import MARKER, Marker
from hub.demo.history import begins_at
from hub.demo.people import PEOPLE
from hub.demo.replies import PREPARED
from hub.demo.script import Answers, Bot, Files, Joins, Notes, Passes
from hub.demo.staff import STAFF
from hub.demo.workspace import OPEN_SECRET, TAGS
from hub.errors import Unavailable
from hub.model.addresses import normal_value
from hub.model.commit import Commit, Committed
from hub.model.session import HOLDER_OF
from hub.model.teaching import BotTurnNote
from hub.model.timeline import Message
from hub.model.workspace import Team
from hub.ports.store import CustomerQuery, SessionQuery
from hub.services import Services
from hub.settings import Settings
from hub.store.memory import MemoryStore
from hub.testing.environment import FakeClock, SeededIds
from tests.unit.api.world import HeldBlobs

STORIES = (*stories_zh.STORIES, *stories_en.STORIES, *stories_bot.STORIES)


class FailingStore(MemoryStore):
    """A store that breaks after some commits, until it is mended."""

    commits_left: int | None = None

    async def append(self, commit: Commit) -> Committed:
        """Append, or fail as a full disk does."""
        if self.commits_left is not None:
            if self.commits_left == 0:
                raise Unavailable("The disk is full.")
            self.commits_left -= 1
        return await super().append(commit)


@asynccontextmanager
async def workspace(store: MemoryStore) -> AsyncIterator[Services]:
    """Run the services of a hub on a store that is open."""
    clock = FakeClock()
    bus = MemoryBus(store, clock)
    await bus.open()
    parts = Parts(store=store, bus=bus, blobs=HeldBlobs(), clock=clock, ids=SeededIds("demo"))
    services = make_services(Settings(secret_key="a key for tests only"), parts)
    # What a hash costs is the business of another test.
    services.accounts._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    await services.directory.load()
    yield services
    await bus.close()


async def opened(make: Callable[[SeededIds], MemoryStore] = MemoryStore) -> MemoryStore:
    store = make(SeededIds("store"))
    await store.open()
    return store


async def contents(services: Services) -> dict[str, object]:
    """Return all that a person can see, apart from what is random: hashes and seals."""
    store = services.core.store
    sessions = (await store.sessions(SessionQuery(limit=100))).items
    return {
        "customers": (await store.customers(CustomerQuery(limit=100))).items,
        "sessions": sessions,
        "timelines": [await store.timeline(session.id) for session in sessions],
        "staff": sorted((agent.id, agent.email) for agent in services.directory.agents()),
        "teams": services.directory.all(Team),
        "channels": [(channel.id, channel.settings) for channel in services.directory.channels()],
    }


def test_stories_name_only_people_and_tags_that_exist() -> None:
    keys = {account.key for account in STAFF if account.role == "agent"}
    for story in STORIES:
        assert story.customer in {person.key for person in PEOPLE}
        for step in story.steps:
            match step:
                case Joins(agent=agent, declined_by=other):
                    assert {agent, other or agent} <= keys, story.key
                case Passes(to=agent):
                    assert agent in keys, story.key
                case Files(tags=tags):
                    assert set(tags) <= set(TAGS), story.key
                case _:
                    pass
    assert len({story.key for story in STORIES}) == len(STORIES)
    assert {tag for person in PEOPLE for tag in person.tags} <= set(TAGS)


def test_there_is_enough_to_show_in_both_languages() -> None:
    assert len(PEOPLE) >= 14
    assert len(STORIES) >= 18
    assert min(len(stories_zh.STORIES), len(stories_en.STORIES)) >= 6
    assert 2 * len(PREPARED) >= 12
    assert any(isinstance(step, Notes) for story in STORIES for step in story.steps)
    assert any(isinstance(step, Answers) for story in STORIES for step in story.steps)
    assert {person.level for person in PEOPLE} >= {"normal", "vip"}
    assert all(len(account.password) >= 8 for account in STAFF)
    assert {account.role for account in STAFF} == {"agent", "supervisor", "trainer", "auditor", "admin"}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.key)
def test_addresses_are_written_as_they_are_looked_for(person: demo.Account) -> None:
    for kind in ("phone", "email"):
        value = getattr(person, kind)
        assert not value or normal_value(kind, value) == value


async def test_an_empty_workspace_is_filled_with_a_past_that_is_over() -> None:
    store = await opened()
    async with workspace(store) as services:
        assert await demo.fill(services)
        sessions = (await store.sessions(SessionQuery(limit=100))).items
        assert len(sessions) == len(STORIES)
        assert [session.id async for session in store.open_sessions()] == []
        for session in sessions:
            assert session.state == "closed"
            assert session.holder.kind == HOLDER_OF["closed"]
            assert session.closed_at is not None
            assert session.created_at < session.closed_at < services.core.clock.now()
        served = {agent_id for session in sessions for agent_id in session.served_by}
        assert served == {agent.id for agent in services.directory.agents() if agent.has("agent")}
        assert any(session.rating for session in sessions)
        assert any(session.handoff for session in sessions)
        for kind in ("bot_turn", "push", "timer"):
            assert await store.next_due(kind) is None, kind


async def test_a_trainer_finds_what_the_bot_made_of_each_message() -> None:
    store = await opened()
    async with workspace(store) as services:
        await demo.fill(services)
        (bot,) = services.directory.bots()
        records = await store.recent_records("bot_turn", f"{bot.id}/", before=None, limit=500)
        notes = [msgspec.json.decode(record.data, type=BotTurnNote) for record in records]
        turns = [step for story in STORIES for step in story.steps if isinstance(step, Bot)]
        assert len(notes) == len(turns)
        missed = [note for note in notes if note.missed]
        assert len(missed) == sum(step.is_missed or step.handoff == "not_understood" for step in turns) >= 15
        for note in missed:
            (message,) = await store.timeline(note.session_id, note.seq - 1, 1)
            assert isinstance(message, Message)
            assert message.author.kind == "customer"
            assert message.at == note.at


async def test_timelines_are_whole_and_every_message_arrived() -> None:
    store = await opened()
    async with workspace(store) as services:
        await demo.fill(services)
        for session in (await store.sessions(SessionQuery(limit=100))).items:
            entries = await store.timeline(session.id)
            assert [entry.seq for entry in entries] == list(range(1, session.last_seq + 1))
            assert list(entries) == sorted(entries, key=lambda entry: entry.at)
            sent = [one for one in entries if isinstance(one, Message) and one.direction == "out" and not one.note]
            assert sent
            assert {message.delivery.state for message in sent} <= {"read", "delivered"}


async def test_customers_count_their_sessions_and_own_what_they_are_known_by() -> None:
    store = await opened()
    async with workspace(store) as services:
        await demo.fill(services)
        customers = (await store.customers(CustomerQuery(limit=100))).items
        assert len(customers) == len(PEOPLE)
        for customer in customers:
            page = await store.sessions(SessionQuery(customer_ids=(customer.id,)))
            assert customer.sessions == len(page.items)
            for identity in customer.identities:
                owner = await store.owner(identity.key)
                assert owner is not None
                assert owner.id == customer.id


async def test_the_first_web_chat_has_the_bot_and_the_open_channel_its_secret() -> None:
    store = await opened()
    async with workspace(store) as services:
        await demo.fill(services)
        first, second, third = services.directory.channels()
        bot = services.directory.bots()[0]
        assert [account.key for account in demo.accounts(services)][:3] == ["lina", "wangqiang", "emma"]
        assert (first.kind, first.routing.bot_id) == ("webchat", bot.id)
        assert (second.kind, second.routing.bot_id) == ("webchat", None)
        assert services.connectors.settings(third)["inbound_secret"] == OPEN_SECRET
        assert OPEN_SECRET not in str(third.secrets)


async def test_a_second_start_adds_nothing() -> None:
    store = await opened()
    async with workspace(store) as services:
        await demo.fill(services)
        position = await store.last_position()
        assert not await demo.fill(services)
        assert await store.last_position() == position
        assert len(demo.accounts(services)) == len(STAFF)


@pytest.mark.parametrize("commits", [0, 1, 30, 250])
async def test_a_filling_that_was_cut_off_is_taken_up_again(commits: int) -> None:
    whole = await opened()
    async with workspace(whole) as services:
        await demo.fill(services)
        expected = await contents(services)
    store = await opened(FailingStore)
    assert isinstance(store, FailingStore)
    store.commits_left = commits
    async with workspace(store) as services:
        with pytest.raises(Unavailable):
            await demo.fill(services)
    store.commits_left = None
    async with workspace(store) as services:
        assert await demo.fill(services)
        assert await contents(services) == expected
        assert not await demo.fill(services)


async def test_a_workspace_with_work_of_its_own_is_left_alone() -> None:
    store = await opened()
    async with workspace(store) as services:
        await services.records.create(Team(id=services.core.ids.new(), name="Night shift"))  # type: ignore[arg-type]  # any id will do
        position = await store.last_position()
        assert not await demo.fill(services)
        assert await store.last_position() == position
        assert demo.accounts(services) == []


async def test_the_marker_tells_that_it_is_done() -> None:
    store = await opened()
    async with workspace(store) as services:
        await demo.fill(services)
        record = await store.record("system", MARKER)
        assert record is not None
        assert record.data is not None
        assert msgspec.json.decode(record.data, type=Marker).state == "done"


def test_stories_begin_at_their_time_of_day_in_the_shop() -> None:
    story = STORIES[0]
    assert (story.days, story.clock) == (1, "10:24")
    assert begins_at(story, "2026-01-05T08:00:00.000Z") == "2026-01-04T02:24:00.000Z"  # type: ignore[arg-type]  # written as text
    assert begins_at(story, "2026-01-05T16:00:00.000Z") == "2026-01-05T02:24:00.000Z"  # type: ignore[arg-type]  # Shanghai's midnight
