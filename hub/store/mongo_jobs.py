"""Durable work in MongoDB: who may do what, and until when.

A job is a document of its own. Leasing is two steps: look for jobs that are free and stand at the head of their group,
then take them by a change that still finds them free, which only one worker's does. A job that ends leaves a mark for
a week, so that a late repair of the commit that asked for it does not bring it back; hence ids of jobs are never used
again. No job can appear before a head that was seen: jobs are written before the session they belong to, and nobody
decides on a session without having read it.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.model.commit import Job, JobKind
from hub.model.ids import JobId
from hub.model.timestamps import Timestamp
from hub.ports.environment import Ids
from hub.store.mongo import Change, Document, MongoDatabase
from hub.store.mongo_documents import END_OF_JOB, JOBS, read_job

_MOST_ROUNDS = 20
"""How often a worker looks again after others were quicker."""
_PAGE = 200
_MOST_PAGES = 50
"""At most so many jobs that wait behind others are looked through at a time."""


class MongoJobs:
    """The part of the store that gives work out."""

    def __init__(self, database: MongoDatabase, ids: Ids) -> None:
        self._database = database
        self._ids = ids

    async def lease(self, kind: JobKind, *, owner: str, now: Timestamp, until: Timestamp, limit: int) -> list[Job]:
        """Take jobs that are due and free, for an owner until a time."""
        ticket = self._ids.new()
        tried: list[str] = []
        taken = 0
        for _ in range(_MOST_ROUNDS):
            missing = limit - taken
            chosen = await self._free_heads(kind, now, missing)
            if not chosen:
                break
            tried += chosen
            change = {"$set": {"owner": owner, "ticket": ticket, "free_at": until}, "$inc": {"attempts": 1}}
            still_free = {"_id": {"$in": chosen}, "kind": kind, "free_at": {"$lte": now}, "due_at": {"$lte": now}}
            taken += await self._database.change_many(JOBS, still_free, change)
            if taken >= limit or len(chosen) < missing:
                break
        if not taken:
            return []
        mine = {"_id": {"$in": tried}, "kind": kind, "ticket": ticket}
        found = await self._database.find(JOBS, mine, sort={"due_at": 1, "_id": 1})
        return [read_job(document) for document in found]

    async def postpone(self, job_id: JobId, *, owner: str, due_at: Timestamp) -> bool:
        """Give a leased job back, due later; False when it is not this owner's."""
        wanted = {"_id": job_id, "owner": owner, "kind": {"$exists": True}}
        later = {"$set": {"due_at": due_at, "free_at": due_at, "owner": None}}
        return await self._database.change_many(JOBS, wanted, later) == 1

    async def finish(self, job_id: JobId) -> None:
        """End a job."""
        change = Change(filter={"_id": job_id}, update=END_OF_JOB, upsert=False)
        await self._database.change_each(JOBS, [change])

    async def next_due(self, kind: JobKind) -> Timestamp | None:
        """Return when the earliest head of a group is free."""
        seen: Document = {}
        for _ in range(_MOST_PAGES):
            order = {"free_at": 1, "_id": 1}
            page = await self._database.find(JOBS, {"kind": kind, **seen}, sort=order, limit=_PAGE, fields=_OF_QUEUE)
            heads = await self._heads(kind, page)
            for job in page:
                if job["_id"] in heads:
                    return Timestamp(job["free_at"])
            if len(page) < _PAGE:
                return None
            seen = _after(page[-1], "free_at")
        return None

    async def _free_heads(self, kind: JobKind, now: Timestamp, limit: int) -> list[str]:
        chosen: list[str] = []
        wanted: Document = {"kind": kind, "free_at": {"$lte": now}, "due_at": {"$lte": now}}
        seen: Document = {}
        for _ in range(_MOST_PAGES):
            page = await self._database.find(
                JOBS, {**wanted, **seen}, sort={"due_at": 1, "_id": 1}, limit=_PAGE, fields=_OF_QUEUE
            )
            heads = await self._heads(kind, page)
            chosen += [job["_id"] for job in page if job["_id"] in heads]
            if len(page) < _PAGE or len(chosen) >= limit:
                break
            seen = _after(page[-1], "due_at")
        return chosen[:limit]

    async def _heads(self, kind: JobKind, jobs: Sequence[Document]) -> set[str]:
        """Return the heads of the groups of these jobs; a job that stands alone with its number is one."""
        groups = list({job["group"] for job in jobs})
        if not groups:
            return set()
        return await self._database.firsts(JOBS, {"kind": kind, "group": {"$in": groups}}, by="group", order="seq")


_OF_QUEUE = ("group", "seq", "due_at", "free_at")


def _after(job: Document, field: str) -> Document:
    """Return the filter for what follows a job in the order of a field, then of `_id`."""
    return {"$or": [{field: {"$gt": job[field]}}, {field: job[field], "_id": {"$gt": job["_id"]}}]}
