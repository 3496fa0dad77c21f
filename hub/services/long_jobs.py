"""Long jobs: started by somebody, run in a process of their own, looked after from any node, ended whatever happens.

What a job is doing lives only in the process that runs it, so a job whose node is gone has failed and says so: nobody
waits for a result that will never come. Nothing durable depends on one; whoever wants it starts it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
import structlog
from msgspec.structs import replace

from hub.errors import Conflict, HubError, NotFound, RateLimited, VersionConflict
from hub.model.commit import REMOVED, Commit, Record, record_key
from hub.model.ids import AgentId
from hub.model.kept_sentences import kept
from hub.model.long_job import LongJob, LongJobId
from hub.model.sentences import Sentence
from hub.ports.bus import Published
from hub.services.core import Core
from hub.services.long_job_process import LENGTH_BYTES, Said

log = structlog.get_logger()

LIMIT_S = 900.0
"""A job that takes longer is ended; whoever asked can ask for less."""
_NODES = "long_jobs.nodes"
_HERE_S = 30.0
_RENEW_S = 10.0
_WAITING = 20
"""Jobs of one node that wait for the one that runs; more are refused."""
_TOLD_S = 1.0
"""Least time between two notes of a job's progress."""
_KEPT = 200
"""So many jobs can be looked up; of more, the oldest that are over are forgotten."""
_GONE = "The hub was restarted while this was under way: start it again."
_PROGRAM = "from hub.services.long_job_process import main; main()"
_MAX_LINE = 16 * 1024 * 1024
_ATTEMPTS = 5


Finish = Callable[[bytes], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a job's process does: a function by its name (`module:function`) and the JSON that it is given.

    `finish` runs in the hub when the process has succeeded, and turns its result (JSON) into the job's. `clear` runs
    in a thread when all is over, whatever happened: files between hub and process are removed there.
    """

    work: str
    payload: bytes
    finish: Finish | None = None
    clear: Callable[[], None] | None = None


Prepare = Callable[[], Awaitable[Assignment]]


class LongJobs:
    """The long jobs of all nodes, and those that run here."""

    def __init__(self, core: Core, *, limit_s: float = LIMIT_S) -> None:
        """Run one job at a time, niced."""
        self._core = core
        self._limit_s = limit_s
        self._tasks: dict[LongJobId, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(1)

    async def start(self, kind: str, by: AgentId, prepare: Prepare) -> LongJob:
        """Begin a job and return it at once; `prepare` is asked for its work when its turn has come.

        Raises:
            RateLimited: too many jobs wait on this node.
        """
        if len(self._tasks) > _WAITING:
            raise RateLimited("Too many jobs are waiting: try again when some of them are done.", retry_after=30)
        core = self._core
        job = LongJob(id=LongJobId(core.ids.new()), kind=kind, by=by, node=core.node, created_at=core.clock.now())
        await self._put(job)
        task = asyncio.create_task(self._see_through(job.id, prepare), name=f"long job {job.id}")
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))
        return job

    async def get(self, job_id: LongJobId) -> LongJob:
        """Return a job as it stands.

        Raises:
            NotFound: there is none, or it ended long ago.
        """
        record = await self._core.store.record("long_job", job_id)
        if record is None:
            raise NotFound("There is no such job.")
        return msgspec.json.decode(record.data, type=LongJob)

    async def cancel(self, job_id: LongJobId) -> LongJob:
        """End a job on whichever node it runs; one that is over stays as it is.

        Raises:
            NotFound: there is no such job.
        """
        return await self._change(job_id, state="cancelled")

    def hear(self, published: Published) -> None:
        """End a job here that was cancelled anywhere."""
        for record in published.commit.records:
            task = self._tasks.get(LongJobId(record.id)) if record.kind == "long_job" else None
            if task is not None and not record.is_removed and msgspec.json.decode(record.data, type=LongJob).is_over:
                task.cancel()

    async def run(self) -> None:
        """Say that this node is alive, and end the jobs of nodes that are not, until cancelled."""
        try:
            while True:
                try:
                    await self._core.bus.touch(_NODES, self._core.node, _HERE_S)
                    await self._tidy()
                except HubError as error:
                    log.warning("long_jobs.not_tidied", reason=error.type)
                await self._core.clock.sleep(_RENEW_S)
        finally:
            await self.close()

    async def close(self) -> None:
        """End what runs here; it is kept as failed."""
        tasks = dict(self._tasks)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        for job_id in tasks:
            # A task that had not begun has noted nothing.
            await self._fail(job_id, _GONE)

    async def _tidy(self) -> None:
        alive = await self._core.bus.members(_NODES)
        records = await self._core.store.records("long_job")
        for number, record in enumerate(records):
            job = msgspec.json.decode(record.data, type=LongJob)
            if job.is_over:
                if number < len(records) - _KEPT:
                    await self._write(Record(kind="long_job", id=job.id, version=job.version + 1, data=REMOVED))
            elif job.node not in alive and job.node != self._core.node:
                await self._change(job.id, state="failed", error=_GONE, said=kept(_GONE))

    async def _see_through(self, job_id: LongJobId, prepare: Prepare) -> None:
        """Run a job to its end and keep how it ended; the task's cancellation ends the process too."""
        try:
            async with self._turn:
                await self._change(job_id, state="running")
                async with asyncio.timeout(self._limit_s):
                    said = await self._carry_out(job_id, await prepare())
        except TimeoutError:
            await self._fail(
                job_id,
                Sentence(
                    "It took longer than {minutes:.0f} minutes and was ended: ask for less.", minutes=self._limit_s / 60
                ),
            )
        except HubError as error:
            await self._fail(job_id, error.detail)
        except asyncio.CancelledError:
            await asyncio.shield(self._fail(job_id, _GONE))
            raise
        except Exception as error:
            # What went wrong in the job's own process is told there, on standard error.
            log.error("long_job.failed", job=job_id, error=repr(error))
            await self._fail(job_id, "The hub made a mistake. It is in the log.")
        else:
            if said.error is not None:
                await self._fail(job_id, said.error.sentence)
            else:
                await self._change(job_id, state="succeeded", progress=1.0, result=said.result)

    async def _fail(self, job_id: LongJobId, why: str) -> None:
        with contextlib.suppress(HubError):
            await self._change(job_id, state="failed", error=str(why), said=kept(why))

    async def _carry_out(self, job_id: LongJobId, assignment: Assignment) -> Said:
        """Let a process do the work and the hub finish it; return the job's result, or why there is none."""
        try:
            said = await self._run(job_id, assignment)
            if said.error is not None or assignment.finish is None:
                return said
            return Said(result=msgspec.Raw(await assignment.finish(bytes(said.result))))
        finally:
            if assignment.clear is not None:
                await asyncio.shield(asyncio.to_thread(assignment.clear))

    async def _run(self, job_id: LongJobId, assignment: Assignment) -> Said:
        """Let a process do the work; return its last word."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _PROGRAM,
            assignment.work,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_MAX_LINE,
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a process without its pipes")
        try:
            process.stdin.write(len(assignment.payload).to_bytes(LENGTH_BYTES) + assignment.payload)
            await process.stdin.drain()
            return await self._listen(job_id, process.stdout)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _listen(self, job_id: LongJobId, lines: asyncio.StreamReader) -> Said:
        told_at = self._core.clock.seconds()
        while line := await lines.readline():
            said = msgspec.json.decode(line, type=Said)
            if said.progress is None:
                return said
            if self._core.clock.seconds() - told_at >= _TOLD_S:
                told_at = self._core.clock.seconds()
                await self._change(job_id, progress=min(1.0, max(0.0, said.progress)))
        raise RuntimeError("the process of a long job ended without a word")

    async def _change(self, job_id: LongJobId, **changes: object) -> LongJob:
        """Change a job that is not over; one that is stays as it is."""
        for _ in range(_ATTEMPTS):
            job = await self.get(job_id)
            if job.is_over:
                return job
            changed = replace(job, version=job.version + 1, **changes)
            if changed.is_over:
                changed = replace(changed, ended_at=self._core.clock.now())
            try:
                await self._put(changed)
            except VersionConflict:
                continue
            return changed
        raise Conflict("The job is being changed by others: try again.")

    async def _put(self, job: LongJob) -> None:
        data = msgspec.Raw(msgspec.json.encode(job))
        await self._write(Record(kind="long_job", id=job.id, version=job.version, data=data))

    async def _write(self, record: Record) -> None:
        key = record_key("long_job", record.id, record.version)
        await self._core.store.append(Commit(at=self._core.clock.now(), keys=(key,), records=(record,)))
