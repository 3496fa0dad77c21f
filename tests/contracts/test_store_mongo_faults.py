"""MongoDB processes that die half-way: what they leave is found, finished and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count

import pytest
from msgspec.structs import replace
from pymongo import MongoClient
from structlog.testing import capture_logs

from hub.environment import SystemClock, SystemIds
from hub.errors import SettingsError, Unavailable, VersionConflict
from hub.model.commit import Commit, Committed
from hub.model.ids import JobId, SessionId
from hub.store.mongo import MongoDatabase
from hub.store.mongo_journal import MongoJournal
from hub.store.mongo_store import MongoStore
from hub.store.mongo_views import MongoViews
from hub.testing.builders import a_commit, a_job, a_message, a_session, moment, saying
from hub.testing.store_ground import whole_journal
from tests.support.mongo_server import MongoServer
from tests.support.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with capture_logs():
        yield


@asynccontextmanager
async def _store(url: str) -> AsyncIterator[MongoStore]:
    store = MongoStore(url, SystemClock(), SystemIds())
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def _die_after_inserting(url: str, commits: Sequence[Commit]) -> list[Committed]:
    """Do what a process does up to the insert into the journal, and nothing of what follows."""

    async def help_nobody(_: Sequence[Committed]) -> None:
        return

    database, clock = MongoDatabase(url), SystemClock()
    await database.open()
    journal = MongoJournal(database, clock, SystemIds(), help_nobody)
    await journal.open()
    await MongoViews(database, clock).note(journal.writer, journal.top + 1)
    outcomes = await journal.append(commits)
    await database.close()
    return [outcome for outcome in outcomes if isinstance(outcome, Committed)]


def _a_story() -> list[Commit]:
    message = a_message()
    return [
        a_commit(session=saying(a_session(), message), messages=(message,), jobs=(a_job("j1"),)),
        a_commit(session=a_session("s2"), jobs=(a_job("j2", group="s2"),)),
    ]


async def test_the_next_process_finishes_what_one_left(mongo_url: str) -> None:
    """Commits that were durable but not derived are readable once a process has started."""
    left = await _die_after_inserting(mongo_url, _a_story())
    async with _store(mongo_url) as store:
        assert await whole_journal(store) == left
        assert await store.session(SessionId("s1")) == left[0].commit.session
        assert list(await store.timeline(SessionId("s1"))) == list(left[0].commit.messages)
        jobs = await store.lease_jobs("push", owner="w", now=moment(1), until=moment(2), limit=9)
        assert [job.id for job in jobs] == ["j1", "j2"]


async def test_the_loser_sees_a_winner_that_died(mongo_url: str) -> None:
    """Whoever is told of a conflict and loads again finds the version that won, though its writer is gone."""
    async with _store(mongo_url) as store:
        left = await _die_after_inserting(mongo_url, _a_story())
        with pytest.raises(VersionConflict):
            await store.append(a_commit(session=a_session(summary="mine")))
        assert await store.session(SessionId("s1")) == left[0].commit.session


async def test_a_late_repair_changes_nothing_that_is_newer(mongo_url: str) -> None:
    """A finished job stays finished and a newer session newer when an old commit is derived again."""
    left = await _die_after_inserting(mongo_url, _a_story())
    async with _store(mongo_url) as store:
        newer = replace(left[0].commit.session or a_session(), version=2, summary="newer")
        await store.append(a_commit(session=newer, done=(JobId("j1"),)))
        await store.finish_job(JobId("j2"))
    async with _store(mongo_url) as store:
        assert await store.session(SessionId("s1")) == newer
        assert await store.lease_jobs("push", owner="w", now=moment(1), until=moment(2), limit=9) == []


async def test_a_place_that_a_dead_process_took_holds_nobody_up(mongo_server: MongoServer, mongo_url: str) -> None:
    """A position that was taken and never filled delays readers by about a second, once."""
    async with _store(mongo_url) as store:
        first = await store.append(a_commit("a#1"))
        await asyncio.to_thread(_take_a_position, mongo_url)
        second = await store.append(a_commit("b#1"))
        assert second.position == first.position + 2
        async with asyncio.timeout(PATIENCE_S):
            assert await whole_journal(store) == [first, second]
        assert await store.last_position() == second.position


def _take_a_position(url: str) -> None:
    with MongoClient[dict[str, object]](url) as client:
        client.get_default_database()["meta"].update_one({"_id": "journal"}, {"$inc": {"position": 1}})


async def test_two_processes_never_read_over_each_other(mongo_url: str) -> None:
    """A reader that follows the journal while two processes write sees every commit, in one order."""
    async with _store(mongo_url) as one, _store(mongo_url) as other:
        seen: list[Committed] = []
        writing = asyncio.gather(*(_write(store, name) for store in (one, other) for name in "abcd"))
        while not writing.done() or len(seen) < 160:
            seen += await other.journal(seen[-1].position if seen else 0, 7)
            await asyncio.sleep(0)
        assert seen == await whole_journal(one)
        assert len(seen) == 160


async def _write(store: MongoStore, name: str) -> None:
    for number in range(20):
        await store.append(a_commit(f"{id(store)}{name}{number}#1"))


async def test_a_server_that_is_killed_loses_nothing_it_acknowledged(mongo_on_disk: MongoServer) -> None:
    """While it is away writing is refused; back again, everything acknowledged is there, and derived."""
    url = mongo_on_disk.url("huike")
    async with _store(url) as store:
        kept: list[Committed] = []

        async def keep_writing(name: str) -> None:
            for version in range(1, 400):
                message = a_message(version, session_id=name)
                session = saying(a_session(name, version), message)
                kept.append(await store.append(a_commit(session=session, messages=(message,))))

        writers = [asyncio.create_task(keep_writing(f"s{number}")) for number in range(4)]
        while len(kept) < 40:  # noqa: ASYNC110  # the writers are what is waited for
            await asyncio.sleep(0.01)
        await asyncio.to_thread(mongo_on_disk.kill)
        results = await asyncio.gather(*writers, return_exceptions=True)
        assert {type(result) for result in results} == {Unavailable}
        await asyncio.to_thread(mongo_on_disk.restart)
        await _write_when_it_is_back(store)
        journal = await whole_journal(store)
        assert [committed for committed in kept if committed not in journal] == []
    async with _store(url) as store:
        for session in (committed.commit.session for committed in journal if committed.commit.session):
            found = await store.session(session.id)
            assert found is not None
            assert found.version >= session.version
            assert len(await store.timeline(session.id, limit=1000)) == found.version


async def _write_when_it_is_back(store: MongoStore) -> None:
    """A server that comes back may be slow at first, and what is not done in time is refused: try again, as all do."""
    async with asyncio.timeout(PATIENCE_S):
        for number in count():
            with suppress(Unavailable):
                await _write(store, f"after{number}")
                return


@pytest.mark.parametrize("url", ["mongodb://127.0.0.1:1/huike", "mongodb://[::bad/huike", "mongodb://127.0.0.1:1/a b"])
async def test_an_unreachable_server_stops_the_start(url: str) -> None:
    """One plain line, within the time limit."""
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(SettingsError) as caught:
            await MongoStore(url, SystemClock(), SystemIds()).open()
    assert "\n" not in caught.value.detail
