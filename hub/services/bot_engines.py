"""The engines of bots in use: those of the live version and of the canary, or of the bot as its settings give it.

Published versions are swapped without a pause: the engine before answers until the new one is ready, and is let go
then. Which version a session has is a matter of its id alone, so it is the same on every node and for as long as the
session runs. A change of the bot's own record (an action server's address) is waited for: nothing answers under
settings that are no longer so.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from hub.errors import HubError
from hub.model.commit import RecordKind
from hub.model.ids import BotId, SessionId
from hub.model.teaching import BotVersion
from hub.model.workspace import Bot
from hub.ports.teaching import Understander
from hub.ports.understanding import BotEngine
from hub.services.directory import Directory
from hub.services.teaching.versions import Versions

log = structlog.get_logger()

GIVEN = 0
"""The number that stands for the bot as its settings give it, without any version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What a version has learnt: its trained model and the files behind it."""

    model: bytes
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An engine that answers, and its model where it has one of ours."""

    engine: BotEngine
    understander: Understander | None = None


MakeEngine = Callable[[Bot, Learnt | None], Ready]
"""Makes the engine of a version, or of the bot as its settings give it; blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The engines of a bot, by version; `live` is the one that answers where nothing else holds."""

    bot_version: int
    live: int
    engines: Mapping[int, Ready]


class BotEngines:
    """The engines in use."""

    def __init__(self, make: MakeEngine, directory: Directory, versions: Versions) -> None:
        """Take the maker; `hub.app` alone names the implementations."""
        self._make = make
        self._directory = directory
        self._versions = versions
        self._kept: dict[BotId, _Kept] = {}
        self._lock = asyncio.Lock()

    async def keep_warm(self) -> None:
        """Have the engines of every bot ready, also of new and changed ones: no customer waits for a bot to learn."""
        changed: set[str] = {bot.id for bot in self._directory.bots()}
        news = asyncio.Event()

        def note(kind: RecordKind, record_id: str) -> None:
            if kind in ("bot", "bot_version"):
                changed.add(record_id.partition("/")[0])
                news.set()

        self._directory.watch(note)
        while True:
            news.clear()
            while changed:
                await self._warm(BotId(changed.pop()))
            await news.wait()

    async def _warm(self, bot_id: BotId) -> None:
        bot = self._directory.bot(bot_id)
        if bot is None:
            self._kept.pop(bot_id, None)
            return
        try:
            await self._renew(bot)
        except HubError as error:
            log.warning("bot.unusable", bot=bot.id, why=error.detail)
        except Exception:
            log.exception("bot.unusable", bot=bot.id)

    async def get(self, bot: Bot, session_id: SessionId) -> tuple[int, BotEngine]:
        """Return the version that answers a session, and its engine; made now where the bot is new or has changed."""
        kept = self._kept.get(bot.id)
        if kept is None or kept.bot_version != bot.version:
            kept = await self._renew(bot)
        live, canary = self._versions.answering(bot.id)
        wanted = _chosen(session_id, live, canary)
        n = wanted if wanted in kept.engines else kept.live
        return n, kept.engines[n].engine

    def understander(self, bot: Bot, n: int) -> Understander | None:
        """Return the model of a version whose engine is ready here."""
        kept = self._kept.get(bot.id)
        if kept is None or kept.bot_version != bot.version or n not in kept.engines:
            return None
        return kept.engines[n].understander

    async def made(self, bot: Bot, n: int) -> Ready:
        """Return an engine made now, which is not kept."""
        if n == GIVEN:
            return await asyncio.to_thread(self._make, bot, None)
        version = self._versions.get(bot.id, n)
        learnt = Learnt(model=await self._versions.model(version), files=(await self._versions.material(version)).files)
        return await asyncio.to_thread(self._make, bot, learnt)

    async def _renew(self, bot: Bot) -> _Kept:
        """Make what is wanted and not there, then let what is no longer wanted go."""
        async with self._lock:
            bot = self._directory.bot(bot.id) or bot
            live, canary = self._versions.answering(bot.id)
            answering = live.n if live is not None else GIVEN
            wanted = [answering, *([canary.n] if canary is not None else [])]
            kept = self._kept.get(bot.id)
            there = kept.engines if kept is not None and kept.bot_version == bot.version else {}
            engines = {n: there[n] if n in there else await self.made(bot, n) for n in wanted}
            renewed = self._kept[bot.id] = _Kept(bot_version=bot.version, live=answering, engines=engines)
            return renewed


def _chosen(session_id: SessionId, live: BotVersion | None, canary: BotVersion | None) -> int:
    """Return the version that a session belongs to, by the canary's share."""
    if canary is not None and zlib.crc32(session_id.encode()) / 2**32 < canary.share:
        return canary.n
    return live.n if live is not None else GIVEN
