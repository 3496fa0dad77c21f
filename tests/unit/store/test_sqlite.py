"""The embedded store beyond the common contract: what it refuses to open, its bounds, and its log."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from hub.errors import Conflict, SettingsError, Unavailable, VersionConflict
from hub.model.commit import Committed
from hub.ports.store import SessionQuery
from hub.store import migrations, sqlite, sqlite_readers, sqlite_writer
from hub.store.sqlite import SqliteStore
from hub.testing.builders import a_commit, a_message, a_session, saying
from hub.testing.environment import SeededIds
from hub.testing.store_ground import whole_journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "huike.db"


@pytest_asyncio.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(path, SeededIds())
    await opened.open()
    yield opened
    await opened.close()


async def _refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as refused:
        await SqliteStore(path, SeededIds()).open()
    assert "\n" not in refused.value.detail
    return refused.value.detail


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


async def test_second_process_is_refused_while_the_first_works(store: SqliteStore, path: Path) -> None:
    assert "Another Huike uses" in await _refusal(path)
    await store.append(a_commit("k#1"))
    await store.close()
    again = SqliteStore(path, SeededIds())
    await again.open()
    await again.close()


async def test_damaged_file_is_refused_and_left_alone(path: Path) -> None:
    _put(path, b"this is no database, but it is long enough to look like a page of one" * 100)
    before = _bytes(path)
    assert "damaged" in await _refusal(path)
    assert _bytes(path) == before


async def test_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TABLE theirs (a)")
    before = _bytes(path)
    assert "another program" in await _refusal(path)
    assert _bytes(path) == before


async def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "Cannot write in" in await _refusal(tmp_path / "file" / "huike.db")


async def test_refused_opening_gives_the_lock_back(path: Path) -> None:
    _put(path, b"rubbish" * 1000)
    await _refusal(path)
    _put(path, b"")
    store = SqliteStore(path, SeededIds())
    await store.open()
    await store.close()


async def test_step_that_fails_leaves_the_version_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(path, SeededIds())
    await store.open()
    await store.append(a_commit(session=a_session()))
    await store.close()
    bad = (*migrations.STEPS, "CREATE TABLE half (a); CREATE TABLE journal (b)")
    monkeypatch.setattr(migrations, "STEPS", bad)
    await _refusal(path)
    good = (*migrations.STEPS[:-1], "ALTER TABLE sessions ADD COLUMN mood TEXT; CREATE TABLE half (a)")
    monkeypatch.setattr(migrations, "STEPS", good)
    again = SqliteStore(path, SeededIds())
    await again.open()
    assert (await again.sessions(SessionQuery())).items == (a_session(),)
    await again.close()
    monkeypatch.undo()
    assert "newer Huike" in await _refusal(path)


async def test_full_queue_refuses_at_once_and_recovers(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WAITING", 10)
    results = await asyncio.gather(
        *(store.append(a_commit(f"k{number}#1")) for number in range(25)), return_exceptions=True
    )
    assert [type(result) for result in results] == [Committed] * 10 + [Unavailable] * 15
    assert len(await whole_journal(store)) == 10
    await store.append(a_commit("after#1"))


async def test_too_many_questions_are_refused_at_once(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_readers, "WAITING", 5)
    results = await asyncio.gather(*(store.claimed(f"k{number}") for number in range(9)), return_exceptions=True)
    assert [type(result) for result in results] == [type(None)] * 5 + [Unavailable] * 4


async def test_database_that_another_program_locks_is_unavailable_for_as_long(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "STALLED_S", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await store.append(a_commit("k#1"))
        assert await store.claimed("k#1") is None
        other.execute("ROLLBACK")
    # The commit that was given up may have been written meanwhile: whole or absent.
    with suppress(VersionConflict):
        await store.append(a_commit("k#1"))
    assert len(await whole_journal(store)) == 1


async def test_listener_that_raises_does_not_keep_others_from_their_news(store: SqliteStore) -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context["exception"]))
    heard: list[int] = []

    def fail(_: Sequence[Committed]) -> None:
        raise RuntimeError("a fault of a listener")

    store.on_commit(fail)
    store.on_commit(lambda told: heard.extend(committed.position for committed in told))
    await store.append(a_commit("k#1"))
    assert heard == [1]
    assert [str(fault) for fault in faults] == ["a fault of a listener"]


async def test_commit_that_names_a_key_twice_harms_no_neighbour(store: SqliteStore) -> None:
    twice, good = await asyncio.gather(
        store.append(a_commit("k#1", "k#1")), store.append(a_commit("k#1")), return_exceptions=True
    )
    assert isinstance(twice, ValueError)
    assert isinstance(good, Committed)


async def test_log_is_kept_short_while_work_goes_on(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_writer, "LOG_PAGES", 200)

    async def talk(name: str) -> None:
        session = a_session(name, 0)
        for seq in range(1, 61):
            message = a_message(seq, "x" * 2_000, session_id=name)
            session = saying(a_session(name, seq), message)
            await store.append(a_commit(session=session, messages=(message,)))

    await asyncio.gather(*(talk(f"s{number}") for number in range(20)))
    log = path.with_name("huike.db-wal")
    assert len(_bytes(log)) < 12_000_000, "without being shortened the log would have some 30 MB"
    await store.close()
    assert len(_bytes(path)) > 5_000_000
    assert _names(path.parent) == {"huike.db", "huike.db.lock"}


async def test_backup_does_not_overwrite(store: SqliteStore, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    await store.append(a_commit("k#1"))
    await store.backup(str(target))
    before = _bytes(target)
    with pytest.raises(Conflict):
        await store.backup(str(target))
    assert _bytes(target) == before
    assert {name for name in _names(tmp_path) if "backup" in name} == {"backup.db"}


async def test_session_that_left_memory_is_read_from_the_file(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "KEPT_SESSIONS", 2)
    sessions = [a_session(f"s{number}") for number in range(6)]
    for session in sessions:
        await store.append(a_commit(session=session))
    assert [await store.session(session.id) for session in sessions] == sessions
