"""A bot in figures: how many sessions it kept from a person, how often it was not sure, why it handed over.

Made from the traffic's notes day by day (UTC). A day is counted once when it has been over for a day, and remembered
in memory; a session that a person got in some other way than by the bot is known from its own record.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from hub.errors import NotFound
from hub.model.ids import BotId, SessionId
from hub.model.sentences import Sentence
from hub.model.teaching import BotTurnId, BotTurnNote
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.teaching.shown import (
    Analytics,
    DayView,
    IntentTurns,
    MissedView,
    VersionTurns,
)
from hub.services.teaching.traffic import KEPT_DAYS, Traffic

_REMEMBERED = 200
_WORDED = 200
"""Misunderstood messages of one day whose words are looked up, the newest."""
_TOP = 20
_LOOKED_UP = 10_000
"""Sessions of one day whose own records are looked at, the newest; the others count as the bot's."""
_ENDS = 50_000
"""Sessions that are over, or with a person, whose record need not be read again."""
_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """The figures of one day."""

    sessions: int
    contained: int
    unhelped: int
    turns: int
    missed: int
    handoffs: Counter[str]
    worded: Counter[str]
    turn_of: dict[str, BotTurnId]
    intents: Counter[str]
    version_turns: Counter[int]
    version_missed: Counter[int]
    version_handoffs: Counter[int]
    at_most: bool


class BotAnalytics:
    """Counts."""

    def __init__(self, core: Core, directory: Directory, traffic: Traffic) -> None:
        """Begin with nothing remembered."""
        self._store = core.store
        self._directory = directory
        self._traffic = traffic
        self._days: OrderedDict[tuple[BotId, str], _Day] = OrderedDict()
        self._ends: OrderedDict[SessionId, str] = OrderedDict()
        """Why a person was asked for, "" where none was, in sessions in which that is settled."""
        self._counting = asyncio.Lock()

    async def of(self, bot_id: BotId, start: str | None, end: str | None) -> Analytics:
        """Return the figures from one date to another, both included; the last seven days by default.

        Raises:
            NotFound: there is no such bot.
            ValueError: a date is none, they are in the wrong order, or lie too far apart.
        """
        if self._directory.bot(bot_id) is None:
            raise NotFound("There is no such bot.")
        last = date.fromisoformat(end or self._traffic.days_ago(0))
        first = date.fromisoformat(start) if start else last - timedelta(days=6)
        if not 0 <= (last - first).days <= KEPT_DAYS:
            raise ValueError(
                Sentence("The days go from an earlier to a later one, at most {days} days apart.", days=KEPT_DAYS)
            )
        names = [(first + timedelta(days=step)).isoformat() for step in range((last - first).days + 1)]
        async with self._counting:
            days = {name: await self._day(bot_id, name) for name in names}
        return _whole(names, days)

    async def _day(self, bot_id: BotId, name: str) -> _Day:
        known = self._days.get((bot_id, name))
        if known is not None:
            return known
        following = (date.fromisoformat(name) + timedelta(days=1)).isoformat()
        notes, at_most = await self._traffic.between(bot_id, name, following)
        day = await self._count(notes, at_most=at_most)
        if name < self._traffic.days_ago(1):
            self._days[bot_id, name] = day
            while len(self._days) > _REMEMBERED:
                self._days.popitem(last=False)
        return day

    async def _count(self, notes: Sequence[BotTurnNote], *, at_most: bool) -> _Day:
        reasons = {note.session_id: note.handoff for note in notes if note.handoff}
        sessions = {note.session_id for note in notes}
        understood = {note.session_id for note in notes if not note.missed}
        unsaid = sorted(sessions - reasons.keys(), reverse=True)
        reasons |= await self._handed_over(unsaid[:_LOOKED_UP])
        missed = [note for note in notes if note.missed]
        texts = await self._traffic.texts(missed[:_WORDED])
        return _Day(
            sessions=len(sessions),
            contained=len(understood - reasons.keys()),
            unhelped=len(sessions - understood - reasons.keys()),
            turns=len(notes),
            missed=len(missed),
            handoffs=Counter(reasons.values()),
            worded=Counter(texts.values()),
            turn_of={text: turn_id for turn_id, text in texts.items()},
            intents=Counter(note.intents[0].name for note in notes if note.intents and not note.missed),
            version_turns=Counter(note.n for note in notes),
            version_missed=Counter(note.n for note in missed),
            version_handoffs=Counter(note.n for note in notes if note.handoff),
            at_most=at_most or len(unsaid) > _LOOKED_UP,
        )

    async def _handed_over(self, session_ids: Collection[SessionId]) -> dict[SessionId, str]:
        """Return why a person was asked for in sessions where the bot did not do it."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def look(session_id: SessionId) -> tuple[SessionId, str]:
            known = self._ends.get(session_id)
            if known is not None:
                return session_id, known
            async with turns:
                session = await self._store.session(session_id)
            reason = session.handoff.reason if session is not None and session.handoff else ""
            if reason or session is None or not session.is_open:
                self._ends[session_id] = reason
            return session_id, reason

        found = await asyncio.gather(*map(look, session_ids))
        while len(self._ends) > _ENDS:
            self._ends.popitem(last=False)
        return {session_id: reason for session_id, reason in found if reason}


K = TypeVar("K")


def _sum(counters: Iterable[Counter[K]]) -> Counter[K]:
    total: Counter[K] = Counter()
    for one in counters:
        total.update(one)
    return total


def _whole(names: Sequence[str], days: dict[str, _Day]) -> Analytics:
    counted = list(days.values())
    sessions, contained = sum(day.sessions for day in counted), sum(day.contained for day in counted)
    unhelped = sum(day.unhelped for day in counted)
    turns, missed = sum(day.turns for day in counted), sum(day.missed for day in counted)
    worded = _sum(day.worded for day in counted)
    turn_of = {text: turn_id for day in counted for text, turn_id in day.turn_of.items()}
    by_version = _sum(day.version_turns for day in counted)
    version_missed, version_handoffs = (
        _sum(day.version_missed for day in counted),
        _sum(day.version_handoffs for day in counted),
    )
    return Analytics(
        start=names[0],
        end=names[-1],
        sessions=sessions,
        contained=contained,
        containment=contained / sessions if sessions else 0.0,
        unhelped=unhelped,
        turns=turns,
        missed=missed,
        fallback_rate=missed / turns if turns else 0.0,
        handoffs=dict(_sum(day.handoffs for day in counted).most_common()),
        by_day=tuple(
            DayView(
                date=name,
                sessions=day.sessions,
                contained=day.contained,
                unhelped=day.unhelped,
                turns=day.turns,
                missed=day.missed,
            )
            for name, day in days.items()
        ),
        top_missed=tuple(
            MissedView(text=text, count=count, turn_id=turn_of[text]) for text, count in worded.most_common(_TOP)
        ),
        intents=tuple(
            IntentTurns(name=name, turns=count) for name, count in _sum(day.intents for day in counted).most_common()
        ),
        versions=tuple(
            VersionTurns(n=n, turns=count, missed=version_missed[n], handoffs=version_handoffs[n])
            for n, count in sorted(by_version.items(), reverse=True)
        ),
        at_most=any(day.at_most for day in counted),
    )
