"""Long jobs: each ends with a result or a reason, whatever happens to it or to the node that runs it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from hub.environment import SystemClock
from hub.errors import Conflict, NotFound, RateLimited
from hub.model.ids import AgentId
from hub.model.long_job import LongJob, LongJobId
from hub.services.core import Core
from hub.services.long_jobs import Assignment, Finish, LongJobs, Prepare
from tests.support.patience import PATIENCE_S
from tests.unit.services.ground import ground

SUE = AgentId("sue")


@pytest_asyncio.fixture
async def core() -> AsyncIterator[Core]:
    """A node whose time is the machine's: the processes of jobs live in it too."""
    async with ground() as g:
        yield replace(g.core, clock=SystemClock())


def work(
    name: str, value: object = None, *, finish: Finish | None = None, clear: Callable[[], None] | None = None
) -> Prepare:
    """Return the preparation of some work of `long_work`."""

    async def prepare() -> Assignment:
        payload = msgspec.json.encode(value)
        return Assignment(work=f"tests.unit.services.long_work:{name}", payload=payload, finish=finish, clear=clear)

    return prepare


async def over(jobs: LongJobs, job_id: LongJobId) -> LongJob:
    """Return a job when it has ended."""
    async with asyncio.timeout(30):
        while True:
            job = await jobs.get(job_id)
            if job.is_over:
                return job
            await asyncio.sleep(0.02)


async def begun(path: Path) -> int:
    """Return the process number of `tarry` when it has begun."""
    async with asyncio.timeout(30):
        while True:
            text = await asyncio.to_thread(lambda: path.read_text(encoding="ascii") if path.exists() else "")
            if text:
                return int(text)
            await asyncio.sleep(0.02)


async def gone(process: int) -> None:
    """Wait until there is no such process."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return
            await asyncio.sleep(0.02)


async def test_a_job_ends_with_its_result_in_a_process_that_gives_way(core: Core) -> None:
    jobs = LongJobs(core)
    job = await jobs.start("double", SUE, work("double", 21))
    assert (job.state, job.kind, job.by) == ("queued", "double", SUE)
    ended = await over(jobs, job.id)
    assert (ended.state, ended.progress, ended.error) == ("succeeded", 1.0, None)
    result = msgspec.json.decode(ended.result)
    assert result["twice"] == 42
    assert result["nice"] > os.nice(0)
    assert ended.ended_at is not None


@pytest.mark.parametrize(
    ("prepare", "says"),
    [(work("refuse", 7), "There is no 7."), (work("die"), "mistake"), (work("nothing_like_this"), "mistake")],
)
async def test_what_cannot_be_done_says_why(prepare: Prepare, says: str, core: Core) -> None:
    jobs = LongJobs(core)
    ended = await over(jobs, (await jobs.start("broken", SUE, prepare)).id)
    assert ended.state == "failed"
    assert says in (ended.error or "")


async def test_a_cancelled_job_takes_its_process_along_and_lets_the_next_one_run(core: Core, tmp_path: Path) -> None:
    jobs = LongJobs(core)
    core.bus.subscribe(jobs.hear)
    job = await jobs.start("tarry", SUE, work("tarry", str(tmp_path / "pid")))
    behind = await jobs.start("double", SUE, work("double", 1))
    process = await begun(tmp_path / "pid")
    assert (await jobs.get(behind.id)).state == "queued"
    # Cancelled on another node: this one hears of it.
    assert (await LongJobs(replace(core, node="other")).cancel(job.id)).state == "cancelled"
    await gone(process)
    assert (await over(jobs, behind.id)).state == "succeeded"
    assert (await jobs.cancel(behind.id)).state == "succeeded", "what is over stays"
    with pytest.raises(NotFound):
        await jobs.cancel(LongJobId("nothing"))


async def test_a_job_that_takes_too_long_is_ended(core: Core, tmp_path: Path) -> None:
    jobs = LongJobs(core, limit_s=1.0)
    job = await jobs.start("tarry", SUE, work("tarry", str(tmp_path / "pid")))
    ended = await over(jobs, job.id)
    assert ended.state == "failed"
    assert "longer than" in (ended.error or "")


async def test_the_jobs_of_a_node_that_is_gone_have_failed(core: Core, tmp_path: Path) -> None:
    jobs = LongJobs(replace(core, node="gone"))
    job = await jobs.start("tarry", SUE, work("tarry", str(tmp_path / "pid")))
    other = LongJobs(replace(core, node="other"))
    looking = asyncio.create_task(other.run())
    ended = await over(other, job.id)
    assert (ended.state, bytes(ended.result)) == ("failed", b"null")
    assert "restarted" in (ended.error or "")
    looking.cancel()
    await jobs.close()


async def test_more_jobs_than_can_wait_are_refused(core: Core, tmp_path: Path) -> None:
    jobs = LongJobs(core)
    for _ in range(21):
        await jobs.start("tarry", SUE, work("tarry", str(tmp_path / "pid")))
    with pytest.raises(RateLimited):
        await jobs.start("tarry", SUE, work("tarry", ""))
    await jobs.close()
    assert all(msgspec.json.decode(one.data, type=LongJob).is_over for one in await core.store.records("long_job"))


async def test_the_hub_finishes_what_a_process_has_done_and_clears_up_whatever_happened(
    core: Core, tmp_path: Path
) -> None:
    cleared: list[str] = []

    async def finish(result: bytes) -> bytes:
        return msgspec.json.encode({"finished": msgspec.json.decode(result)["twice"]})

    async def refuse(result: bytes) -> bytes:
        raise Conflict("It cannot be kept.")

    jobs = LongJobs(core)
    core.bus.subscribe(jobs.hear)
    done = await over(
        jobs, (await jobs.start("d", SUE, work("double", 4, finish=finish, clear=lambda: cleared.append("done")))).id
    )
    assert (done.state, msgspec.json.decode(done.result)) == ("succeeded", {"finished": 8})
    refused = await over(
        jobs, (await jobs.start("d", SUE, work("double", 4, finish=refuse, clear=lambda: cleared.append("refused")))).id
    )
    assert (refused.state, refused.error) == ("failed", "It cannot be kept.")
    failed = await over(
        jobs, (await jobs.start("r", SUE, work("refuse", 7, finish=finish, clear=lambda: cleared.append("failed")))).id
    )
    assert (failed.state, failed.error) == ("failed", "There is no 7.")
    path = str(tmp_path / "pid")
    job = await jobs.start("t", SUE, work("tarry", path, finish=finish, clear=lambda: cleared.append("cancelled")))
    process = await begun(tmp_path / "pid")
    await jobs.cancel(job.id)
    await gone(process)
    await jobs.close()
    assert cleared == ["done", "refused", "failed", "cancelled"]
