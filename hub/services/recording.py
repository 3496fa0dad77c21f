"""Recording: every event of the router, when it was and what came of it, kept for a month to be played again.

Written in pieces beside the routing and never in its way: what cannot be written is dropped and the day is then not
whole. Only the leader writes; every node reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import msgspec
import structlog

from hub.errors import HubError, VersionConflict
from hub.model.commit import REMOVED, Commit, Record, record_key
from hub.model.timestamps import Timestamp, from_seconds
from hub.services.core import Core
from hub.services.recorded_day import Chunk, Recorded, joined, pack
from routing import decisions as d
from routing import events as e
from routing.config import Config
from routing.recording import Step

log = structlog.get_logger()

KEPT_DAYS = 30
_FULL = 1000
"""Events that make a piece."""
_GAP_S = 15.0
"""How long events wait for a piece to become full."""
_UNWRITTEN = 64
"""Pieces that wait while the store cannot write; then the oldest is given up."""
_KEPT = (d.Offered, d.Rescinded, d.Assigned, d.OutsideHours, d.Refused)
"""Decisions from which it is read what people did; the others say nothing of that."""
_PAGE = 100
_DAYS = "days"


class RecordedDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day that can be played, and how many sessions came to the router on it."""

    day: str
    sessions: int
    start: Timestamp = msgspec.field(name="from")
    end: Timestamp = msgspec.field(name="to")


class _Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What was recorded of a day in one term; kept beside the pieces and written with each of them."""

    chunks: int
    lost: int
    sessions: int
    start: float
    end: float


class Standing(Protocol):
    """What a router knows at a moment, taken down in an instant however many wait; the events are made of it later."""

    def __len__(self) -> int:
        """Return 0 where the router knows nobody."""

    def events(self) -> list[e.Event]:
        """Return the events that bring an empty router there; called in another thread, so it reads what was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Events that are to be written as one chunk, behind what stood at the beginning of the part."""

    day: str
    epoch: int
    begins: Config | None
    start: float
    standing: Standing | None
    steps: list[Step]

    def chunk(self) -> Chunk:
        opening = self.standing.events() if self.standing else []
        return Chunk(
            epoch=self.epoch,
            begins=self.begins,
            opening=len(opening),
            start=self.start,
            end=self.steps[-1][1] if self.steps else self.start,
            sessions=sum(isinstance(event, e.SessionQueued) for event, _, _ in self.steps),
            steps=pack([*((event, self.start, ()) for event in opening), *self.steps]),
        )


class Recorder:
    """Takes down what one leader after the other tells the router."""

    def __init__(self, core: Core) -> None:
        """Write to the store."""
        self._core = core
        self._steps: list[Step] = []
        self._unwritten: list[_Piece] = []
        self._writing = asyncio.Lock()
        self._summaries: dict[str, tuple[int, _Summary]] = {}
        """By day and term: the version that the next writing has, and what was written last."""
        self._begins: Config | None = None
        self._opening: Standing | None = None
        self._opened_at = 0.0
        self._config = Config()
        self._epoch = 0
        self._day = ""
        self._standing: Callable[[], Standing | None] = lambda: None
        self.ask_leader: Callable[[], Awaitable[None]] | None = None
        """How a node that does not route lets the leader write what it has taken down."""

    def begin(self, config: Config, epoch: int, standing: Callable[[], Standing]) -> None:
        """Begin a part: a term, or other settings. `standing` takes down what the router knows."""
        self._close_chunk()
        self._config, self._epoch, self._standing = config, epoch, standing
        self._open_part(self._core.clock.seconds())

    def _open_part(self, now: float) -> None:
        self._day = utc_day(now)
        self._begins, self._opened_at = self._config, now
        self._opening = self._standing() or None

    def note(self, event: e.Event, now: float, decisions: Iterable[d.Decision] = ()) -> None:
        """Take an event down, and what the router decided on it."""
        if utc_day(now) != self._day:
            self._close_chunk()
            self._open_part(now)
        self._steps.append((event, now, tuple(one for one in decisions if isinstance(one, _KEPT))))
        if len(self._steps) >= _FULL:
            self._close_chunk()

    def _close_chunk(self) -> None:
        if not self._steps and self._opening is None:
            return
        piece = _Piece(
            day=self._day,
            epoch=self._epoch,
            begins=self._begins,
            start=self._steps[0][1] if self._begins is None else self._opened_at,
            standing=self._opening,
            steps=self._steps,
        )
        self._steps, self._begins, self._opening = [], None, None
        self._unwritten.append(piece)
        if len(self._unwritten) > _UNWRITTEN:
            self._give_up(self._unwritten.pop(0))

    async def run(self) -> None:
        """Write pieces until cancelled; what is left then is tried once more."""
        try:
            while True:
                await self.forget_old()
                await self._core.clock.sleep(_GAP_S)
                await self.write()
        finally:
            await self.write()

    async def flush(self) -> None:
        """Let all be written that was taken down until now, on whichever node that is, as far as it can be."""
        if self.ask_leader is None:
            await self.write()
            return
        try:
            await self.ask_leader()
        except HubError as error:
            log.info("routing.recording_not_asked", why=error.detail)

    async def write(self) -> None:
        """Write all that was taken down here; what cannot be written now waits."""
        self._close_chunk()
        async with self._writing:
            while self._unwritten:
                piece = self._unwritten[0]
                try:
                    await self._write(piece)
                except HubError as error:
                    log.warning("routing.recording_waits", why=error.type)
                    return
                self._unwritten = [one for one in self._unwritten if one is not piece]

    async def _write(self, piece: _Piece) -> None:
        # A thousand events are packed in milliseconds, a day's opening with many who wait takes longer.
        chunk = await asyncio.to_thread(piece.chunk)
        term = f"{piece.day}/{piece.epoch:08}"
        version, before = self._summaries.get(term, (1, None))
        summary = _Summary(
            chunks=(before.chunks if before else 0) + 1,
            lost=before.lost if before else 0,
            sessions=(before.sessions if before else 0) + chunk.sessions,
            start=before.start if before else chunk.start,
            end=chunk.end,
        )
        records = (
            _record(f"{term}/{summary.chunks:06}", 1, chunk),
            _record(f"{_DAYS}/{term}", version, summary),
        )
        keys = tuple(record_key(one.kind, one.id, one.version) for one in records)
        try:
            await self._core.store.append(Commit(at=self._core.clock.now(), keys=keys, records=records))
        except VersionConflict:
            # Nobody else writes this term: it is our own writing, of which the store could not tell us.
            log.info("routing.recording_was_written", chunk=summary.chunks)
        self._summaries = {one: kept for one, kept in self._summaries.items() if one.startswith(piece.day)}
        self._summaries[term] = (version + 1, summary)

    def _give_up(self, piece: _Piece) -> None:
        log.warning("routing.recording_lost", events=len(piece.steps))
        term = f"{piece.day}/{piece.epoch:08}"
        version, before = self._summaries.get(term, (1, None))
        if before is not None:
            self._summaries[term] = (version, msgspec.structs.replace(before, lost=before.lost + 1))

    async def forget_old(self) -> None:
        """Remove days that are older than the month that is kept."""
        oldest = utc_day(self._core.clock.seconds() - KEPT_DAYS * 86_400)
        try:
            before: str | None = f"{_DAYS}/{oldest}"
            while page := await self._core.store.recent_records("routing_log", f"{_DAYS}/", before=before, limit=_PAGE):
                for record in page:
                    await self._remove(record)
                before = page[-1].id
        except HubError as error:
            log.warning("routing.recording_not_tidied", why=error.type)

    async def _remove(self, summary: Record) -> None:
        term = summary.id.removeprefix(f"{_DAYS}/")
        before: str | None = None
        store = self._core.store
        while page := await store.recent_records("routing_log", f"{term}/", before=before, limit=_PAGE):
            await self._forget(*page)
            before = page[-1].id
        await self._forget(summary)

    async def _forget(self, *records: Record) -> None:
        gone = tuple(msgspec.structs.replace(one, version=one.version + 1, data=REMOVED) for one in records)
        keys = tuple(record_key(one.kind, one.id, one.version) for one in gone)
        await self._core.store.append(Commit(at=self._core.clock.now(), keys=keys, records=gone))

    async def days(self) -> list[RecordedDay]:
        """Return the days that can be played, the newest first."""
        found: dict[str, RecordedDay] = {}
        before: str | None = None
        while page := await self._core.store.recent_records("routing_log", f"{_DAYS}/", before=before, limit=_PAGE):
            for record in page:
                day = record.id.split("/")[1]
                one = msgspec.json.decode(record.data, type=_Summary)
                later = found.get(day)
                found[day] = RecordedDay(
                    day=day,
                    sessions=one.sessions + (later.sessions if later else 0),
                    start=from_seconds(one.start),
                    end=later.end if later else from_seconds(one.end),
                )
            before = page[-1].id
        return list(found.values())

    async def log(self, day: str) -> Recorded | None:
        """Return a day's log, ready to be played, with its settings; None when there is none of that day.

        Reads and unpacks the whole day; `chunks` and `joined` let another process do the work.
        """
        chunks, is_whole = await self.chunks(day)
        return joined(day, chunks, is_whole=is_whole)

    async def chunks(self, day: str) -> tuple[list[Chunk], bool]:
        """Return the pieces of a day in order, and whether none of them is missing."""
        store, wanted = self._core.store, 0
        before: str | None = None
        while page := await store.recent_records("routing_log", f"{_DAYS}/{day}/", before=before, limit=_PAGE):
            summaries = [msgspec.json.decode(record.data, type=_Summary) for record in page]
            wanted += sum(one.chunks + one.lost for one in summaries)
            before = page[-1].id
        chunks: list[Chunk] = []
        before = None
        while page := await store.recent_records("routing_log", f"{day}/", before=before, limit=_PAGE):
            chunks += [msgspec.json.decode(record.data, type=Chunk) for record in page]
            before = page[-1].id
        return chunks[::-1], len(chunks) == wanted


def _record(name: str, version: int, value: msgspec.Struct) -> Record:
    return Record(kind="routing_log", id=name, version=version, data=msgspec.Raw(msgspec.json.encode(value)))


def utc_day(seconds: float) -> str:
    """Return the UTC date of a moment."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
