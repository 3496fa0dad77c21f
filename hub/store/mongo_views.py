"""Keeps what is derived from the journal up to date in MongoDB, also after processes that died half-way.

A commit is in the journal first; then its timeline entries, jobs and records are written, then its session, and its
customers last. So whoever reads a version of a customer finds the session that was opened with it, and does not open
another; whoever reads a version of a session finds everything else that came with it.

Every process keeps a note: the position below which all of its commits are derived (`low`), written again every
second. Whoever finds a note that has not been renewed for `LOST_S` derives that process's commits from there on and
removes the note; a process that starts does it for every note it finds, since the process that died may have been the
only one. Derived writes are idempotent, so a process that is merely slow is not disturbed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hub.errors import Unavailable
from hub.model.commit import Commit
from hub.ports.environment import Clock
from hub.store.mongo import Change, MongoDatabase
from hub.store.mongo_documents import CUSTOMERS, JOBS, SESSIONS, WRITERS, Writes, derived
from hub.store.mongo_journal import MongoJournal

LOST_S = 15.0
"""How old a process's note may become before others take over; far more than the longest call and its repeats."""

_PAGE = 200


class MongoViews:
    """Writes the derived collections."""

    def __init__(self, database: MongoDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def write(self, commits: Sequence[Commit]) -> None:
        """Write what follows from commits; sessions and then customers last, and with them all is on disk."""
        writes = derived(commits)
        last = [(name, writes.pop(name)) for name in (SESSIONS, CUSTOMERS) if name in writes]
        await asyncio.gather(*(self._write(name, found, journaled=not last) for name, found in writes.items()))
        for name, found in last:
            await self._write(name, found, journaled=True)

    async def _write(self, collection: str, writes: Writes, *, journaled: bool) -> None:
        changes = list(writes.changes.values())
        if writes.inserts:
            documents = list(writes.inserts.values())
            met = await self._database.insert_each(collection, documents, journaled=journaled)
            there = [documents[duplicate.number]["_id"] for duplicate in met]
            changes += [writes.over[name] for name in there if name in writes.over]
        if changes:
            refused = await self._database.change_each(collection, changes, journaled=journaled)
            if collection == JOBS and refused:
                # Nothing guards the end of a job: it met another's simultaneous first write, which is over now.
                again = [changes[number] for number in refused]
                await self._database.change_each(collection, again, journaled=journaled)

    async def write_surely(self, commits: Sequence[Commit], limit_s: float) -> bool:
        """Write, and again while the database cannot; False when the time is up."""
        deadline = self._clock.seconds() + limit_s
        while True:
            try:
                await self.write(commits)
            except Unavailable:
                if self._clock.seconds() >= deadline:
                    return False
                await self._clock.sleep(0.2)
            else:
                return True

    async def note(self, writer: str, low: int) -> None:
        """Say that a process lives, and below which position everything of it is derived."""
        step = Change(filter={"_id": writer}, update={"$set": {"low": low}, "$currentDate": {"seen": True}})
        await self._database.change_each(WRITERS, [step], journaled=False)

    async def forget(self, writer: str) -> None:
        """Remove the note of a process that has derived everything."""
        await self._database.remove(WRITERS, {"_id": writer})

    async def repair(self, journal: MongoJournal, *, lost_only: bool) -> None:
        """Derive what other processes may have left; those that have not been heard of are forgotten then."""
        age = {"$subtract": ["$$NOW", "$seen"]}
        lost = {"$expr": {"$gt": [age, int(LOST_S * 1000)]}}
        gone = {note["_id"] for note in await self._database.find(WRITERS, lost, fields=["_id"])}
        for note in await self._database.find(WRITERS, {"_id": {"$ne": journal.writer}}):
            if note["_id"] in gone or not lost_only:
                await self.derive(journal, note["_id"], note["low"])
            if note["_id"] in gone:
                await self.forget(note["_id"])

    async def derive(self, journal: MongoJournal, writer: str, low: int) -> None:
        """Write what follows from a process's commits from a position on."""
        after = max(low - 1, 0)
        while commits := await journal.read(after, _PAGE, writer=writer):
            await self.write([committed.commit for committed in commits])
            after = commits[-1].position
