"""After a crash of the embedded hub the work that was under way is taken up at once, not when its leases run out."""

from __future__ import annotations

from pathlib import Path

from hub.model.commit import Commit, Job
from hub.model.ids import JobId
from hub.model.timestamps import Timestamp
from hub.store.sqlite import SqliteStore
from hub.testing.environment import SeededIds

NOW, LATER = Timestamp("2026-11-22T08:00:00.000Z"), Timestamp("2026-11-22T08:02:00.000Z")


async def test_the_leases_of_a_dead_process_are_free_when_the_file_is_opened_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "huike.db", SeededIds(1))
    await store.open()
    job = Job(id=JobId("turn"), kind="bot_turn", group="session", seq=1, due_at=NOW)
    await store.append(Commit(at=NOW, keys=("a",), jobs=(job,)))
    leased = await store.lease_jobs("bot_turn", owner="first", now=NOW, until=LATER, limit=1)
    assert [one.id for one in leased] == ["turn"]
    await store.close()

    again = SqliteStore(tmp_path / "huike.db", SeededIds(2))
    await again.open()
    taken = await again.lease_jobs("bot_turn", owner="second", now=NOW, until=LATER, limit=1)
    assert [(one.id, one.attempts) for one in taken] == [("turn", 2)]
    assert not await again.postpone_job(JobId("turn"), owner="first", due_at=LATER)
    await again.close()
