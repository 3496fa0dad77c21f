"""A bot's traffic: what it made of each message, noted in the commit of its turn, kept for a month and read in bounds.

A note has no words of the customer; those stay in the timeline and are looked up when they are wanted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
import structlog
from msgspec.structs import replace

from hub.errors import HubError, VersionConflict
from hub.model.commit import REMOVED, Commit, Record, record_key
from hub.model.content import MenuReply
from hub.model.ids import BotId
from hub.model.session import Session
from hub.model.teaching import BotTurnId, BotTurnNote
from hub.model.timeline import Message
from hub.model.timestamps import Timestamp, from_seconds
from hub.ports.understanding import BotAnswer
from hub.services.core import Core
from hub.services.directory import Directory

log = structlog.get_logger()

KEPT_DAYS = 30
SCANNED = 50_000
"""Notes that one look reads at most; whoever looks says that there were more."""
_PAGE = 500
_AT_ONCE = 16
_TIDY_S = 3600.0
_DAY_S = 86_400
_REMOVED = 20_000
"""Notes that one tidying removes at most, in commits of a page each; the rest goes an hour later."""
_NOT_UNDERSTOOD = "not_understood"


def note_of(session: Session, message: Message, n: int, answer: BotAnswer | None) -> Record | None:
    """Return the note of a turn, for its commit; `session` is as the commit leaves it, `answer` None for none.

    `session.handoff` tells why a person was asked for, also where the hub did it since the bot failed.
    """
    if session.bot_id is None:
        return None
    handoff = session.handoff.reason if session.handoff is not None and session.state != "bot" else None
    note = BotTurnNote(
        id=BotTurnId(f"{session.bot_id}/{message.at}-{session.id}-{message.seq}"),
        session_id=session.id,
        seq=message.seq,
        at=message.at,
        n=n,
        language=_language(session, answer),
        intents=answer.intents[:5] if answer else (),
        missed=handoff == _NOT_UNDERSTOOD or bool(answer and answer.missed),
        is_choice=isinstance(message.content, MenuReply),
        handoff=handoff,
    )
    return Record(kind="bot_turn", id=note.id, version=1, data=msgspec.Raw(msgspec.json.encode(note)))


def _language(session: Session, answer: BotAnswer | None) -> str | None:
    return (answer.slots.get("language") if answer else None) or session.demand.language or session.customer_language


class Traffic:
    """Reads the notes, and forgets the old ones."""

    def __init__(self, core: Core, directory: Directory) -> None:
        """Read from the store."""
        self._core = core
        self._directory = directory

    def days_ago(self, days: int) -> str:
        """Return the UTC date of so many days ago; 0 is today's."""
        return datetime.fromtimestamp(self._core.clock.seconds() - days * _DAY_S, UTC).date().isoformat()

    async def between(self, bot_id: BotId, start: str, end: str) -> tuple[list[BotTurnNote], bool]:
        """Return the notes from one moment (or date) to before another, newest first, and whether there are more."""
        found: list[BotTurnNote] = []
        before, first = f"{bot_id}/{end}", f"{bot_id}/{start}"
        while page := await self._page(bot_id, before):
            found += [_read(record) for record in page if record.id >= first]
            if page[-1].id < first:
                return found, False
            if len(found) >= SCANNED:
                return found, True
            before = page[-1].id
        return found, False

    async def newest(
        self, bot_id: BotId, limit: int, *, keep: Callable[[BotTurnNote], bool]
    ) -> tuple[list[BotTurnNote], bool]:
        """Return the newest notes that are to be kept, newest first, and whether there are more."""
        found: list[BotTurnNote] = []
        scanned, before = 0, None
        while page := await self._page(bot_id, before):
            found += [note for record in page if keep(note := _read(record))]
            scanned += len(page)
            if len(found) > limit or scanned >= SCANNED:
                return found[:limit], True
            before = page[-1].id
        return found, False

    async def texts(self, notes: Sequence[BotTurnNote]) -> dict[BotTurnId, str]:
        """Return the words of the messages behind notes, by note; those that cannot be found are left out."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def look(note: BotTurnNote) -> tuple[BotTurnId, str]:
            async with turns:
                entries = await self._core.store.timeline(note.session_id, note.seq - 1, 1)
            entry = entries[0] if entries else None
            if isinstance(entry, Message) and entry.seq == note.seq:
                return note.id, entry.content.text.strip()
            return note.id, ""

        return {one: text for one, text in await asyncio.gather(*map(look, notes)) if text}

    async def run(self) -> None:
        """Forget what is older than the month that is kept, hour by hour, until cancelled."""
        while True:
            for bot in self._directory.bots():
                try:
                    await self.forget_old(bot.id)
                except VersionConflict:
                    log.info("bot.traffic_tidied_elsewhere", bot=bot.id)
                except HubError as error:
                    log.warning("bot.traffic_not_tidied", bot=bot.id, why=error.type)
            await self._core.clock.sleep(_TIDY_S)

    async def forget_old(self, bot_id: BotId) -> None:
        """Remove the notes of a bot that are too old, a page in each commit."""
        oldest: Timestamp = from_seconds(self._core.clock.seconds() - KEPT_DAYS * _DAY_S)
        for _ in range(_REMOVED // _PAGE):
            page = await self._page(bot_id, f"{bot_id}/{oldest}")
            if not page:
                return
            gone = tuple(replace(one, version=one.version + 1, data=REMOVED) for one in page)
            keys = tuple(record_key(one.kind, one.id, one.version) for one in gone)
            await self._core.store.append(Commit(at=self._core.clock.now(), keys=keys, records=gone))

    async def _page(self, bot_id: BotId, before: str | None) -> Sequence[Record]:
        return await self._core.store.recent_records("bot_turn", f"{bot_id}/", before=before, limit=_PAGE)


def _read(record: Record) -> BotTurnNote:
    return msgspec.json.decode(record.data, type=BotTurnNote)
