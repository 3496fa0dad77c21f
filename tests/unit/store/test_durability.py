"""What was acknowledged is there exactly once, whenever the process is killed; a full disk is told and survived."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from hub.model.ids import SessionId
from hub.store.memory import MemoryStore
from hub.store.sqlite import SqliteStore
from hub.testing.builders import moment
from hub.testing.environment import SeededIds
from hub.testing.store_ground import append_all, whole_journal

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).resolve().parents[3]
Acknowledged = dict[tuple[str, int], int]
"""The position by session and number of each message that the child said to be durable."""


def _child(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.store.child", *map(str, arguments)]
    return subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _write_and_be_killed(path: Path, after: int) -> Acknowledged:
    """Let a child write until it has said so many lines, kill it, and return all it has said."""
    child = _child("be_killed", path)
    with child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(after)]
        child.kill()
        rest, errors = child.communicate()
    assert child.returncode == -9, errors
    lines += rest.splitlines(keepends=True)
    # A line that the kill cut through was not said.
    said = [line.split() for line in lines if line.endswith("\n")]
    return {(name, int(seq)): int(position) for name, seq, position in said}


async def _check(path: Path, acknowledged: Acknowledged) -> None:
    store = SqliteStore(path, SeededIds())
    await store.open()
    try:
        journal = await whole_journal(store, 500)
        assert [committed.position for committed in journal] == list(range(1, len(journal) + 1))
        written: dict[tuple[str, int], list[int]] = defaultdict(list)
        for committed in journal:
            assert committed.commit.session is not None
            written[committed.commit.session.id, committed.commit.messages[0].seq].append(committed.position)
        missing = {key: position for key, position in acknowledged.items() if written.get(key) != [position]}
        assert not missing, "acknowledged, but not there exactly once"
        replayed = MemoryStore(SeededIds())
        await replayed.open()
        await append_all(replayed, [committed.commit for committed in journal])
        for name in {name for name, _ in written}:
            sid = SessionId(name)
            assert await store.session(sid) == await replayed.session(sid)
            assert await store.timeline(sid, 0, 10_000) == await replayed.timeline(sid, 0, 10_000)
        heads = await store.lease_jobs("push", owner="w", now=moment(10**6), until=moment(0), limit=100)
        wanted = await replayed.lease_jobs("push", owner="w", now=moment(10**6), until=moment(0), limit=100)
        assert [job.id for job in heads] == [job.id for job in wanted]
    finally:
        await store.close()


async def test_every_acknowledged_commit_survives_kills_exactly_once(tmp_path: Path) -> None:
    path, chance = tmp_path / "huike.db", random.Random(20261122)
    acknowledged: Acknowledged = {}
    for _ in range(5):
        acknowledged |= _write_and_be_killed(path, after=chance.randrange(1, 600))
        await _check(path, acknowledged)
    assert len(acknowledged) > 100


async def test_a_full_disk_refuses_and_recovers(tmp_path: Path) -> None:
    path = tmp_path / "huike.db"
    with _child("fill_the_disk", path) as child:
        said, errors = child.communicate(timeout=60)
    assert child.returncode == 0, errors
    refused, written = said.splitlines()
    count = int(refused.split()[1])
    assert count > 3
    assert written == f"written {count + 1}"
    store = SqliteStore(path, SeededIds())
    await store.open()
    journal = await whole_journal(store, 100)
    await store.close()
    assert [committed.commit.keys[-1] for committed in journal] == [f"k{number}#1" for number in range(count + 1)]
