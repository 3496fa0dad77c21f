"""Which versions of a bot keep their model and files: a model is megabytes, and a bot is trained many times a day.

Those that answer customers always do, the one that answered before too, so that there is a way back at any time, and so
many of the newest. Of the others the figures stay and the bytes go. It must not take bytes that any other version has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from msgspec.structs import replace

from hub.errors import HubError
from hub.model.ids import BotId
from hub.model.teaching import BotVersion
from hub.ports.blobs import Blobs
from hub.services.directory import Directory
from hub.services.teaching.versions import Versions

log = structlog.get_logger()


def outlived(versions: Sequence[BotVersion], newest: int) -> list[BotVersion]:
    """Return the versions of one bot, oldest first, that nobody needs the bytes of any more; `newest` are kept."""
    former = max(
        (one for one in versions if one.state == "retired" and one.published_at),
        key=lambda one: (one.published_at or "", one.n),
        default=None,
    )
    return [
        one for one in versions[:-newest] if one.is_kept and one.state not in ("live", "canary") and one is not former
    ]


class Keeping:
    """Lets go of what old versions were made of."""

    def __init__(self, versions: Versions, directory: Directory, blobs: Blobs, *, newest: int) -> None:
        """Keep so many of the newest versions of each bot."""
        self._versions = versions
        self._directory = directory
        self._blobs = blobs
        self._newest = newest
        self._turn = asyncio.Lock()

    async def tidy(self, bot_id: BotId) -> None:
        """Let go of what is not needed; what fails is tried again after the next training."""
        try:
            async with self._turn:
                await self._tidy(bot_id)
        except HubError as error:
            log.warning("bot.versions_not_tidied", bot=bot_id, why=error.type)

    async def _tidy(self, bot_id: BotId) -> None:
        # First nobody can take it any more, then the bytes go, then their names: whatever comes between, it goes on.
        await self._versions.change(
            bot_id, lambda present: [replace(one, is_kept=False) for one in outlived(present, self._newest)]
        )
        present = await self._versions.present(bot_id)
        gone = [one for one in present if not one.is_kept and one.model]
        kept = [one for one in (*present, *self._directory.all(BotVersion)) if one.is_kept]
        needed = {name for one in kept for name in (one.model, one.files)}
        for name in {name for one in gone for name in (one.model, one.files)} - needed:
            await self._blobs.remove(name)
        numbers = {one.n for one in gone}
        await self._versions.change(
            bot_id,
            lambda present: [replace(one, model="", files="") for one in present if one.n in numbers],
        )
