"""What a version makes of a text: the models of versions, opened when they are asked for.

Those that answer customers are there already; of the others a few are kept, the latest asked for.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from hub.errors import Conflict
from hub.model.ids import BotId
from hub.model.workspace import Bot
from hub.ports.teaching import Explained, Understander
from hub.services.bot_engines import BotEngines
from hub.services.teaching.asking import Asking
from hub.services.teaching.material import Material
from hub.services.teaching.versions import Versions

KEPT = 4
_LONG = 2000
"""Texts with more signs are understood in a thread: shorter ones take far less than a millisecond."""


class Models:
    """Opens models."""

    def __init__(self, material: Material, versions: Versions, engines: BotEngines, asking: Asking) -> None:
        """Begin with none open; the engines have those that answer."""
        self._material = material
        self._versions = versions
        self._engines = engines
        self._asking = asking
        self._open: OrderedDict[tuple[BotId, int, int], Understander] = OrderedDict()
        self._opening = asyncio.Lock()

    async def parse(self, bot_id: BotId, text: str, n: int | None = None) -> dict[str, object]:
        """Tell what a text means, in Rasa's form."""
        model = await self.of(bot_id, n)
        if len(text) > _LONG:
            return await self._asking.ask_shortly(lambda: model.parse(text))
        return model.parse(text)

    async def explain(self, bot_id: BotId, text: str, n: int | None = None) -> Explained:
        """Tell what a text means, and why."""
        model = await self.of(bot_id, n)
        return await self._asking.ask_shortly(lambda: model.explain(text))

    async def of(self, bot_id: BotId, n: int | None = None) -> Understander:
        """Return the model of a version: unless named the live one, or else the bot as it was given (which 0 names).

        A bot that was given nothing and has no live version yet is tried with its newest one.

        Raises:
            NotFound: there is no such bot or version.
            Conflict: code `untrained`: the bot has nothing that could understand; code `not-taught`: a Rasa bot.
        """
        bot = self._material.bot(bot_id)
        if n is None:
            n = await self._usual(bot)
        found = self._engines.understander(bot, n) or self._open.get((bot_id, n, bot.version if n == 0 else 0))
        return found or await self._opened(bot, n)

    async def _usual(self, bot: Bot) -> int:
        live, _ = self._versions.answering(bot.id)
        if live is not None:
            return live.n
        versions = self._versions.all(bot.id)
        is_given = not versions or bool(await self._asking.ask(lambda teacher: teacher.given(bot.settings)))
        return 0 if is_given else versions[-1].n

    async def _opened(self, bot: Bot, n: int) -> Understander:
        key = (bot.id, n, bot.version if n == 0 else 0)
        async with self._opening:
            found = self._open.get(key)
            if found is None:
                found = await (self._given(bot) if n == 0 else self._version(bot, n))
                self._open[key] = found
                while len(self._open) > KEPT:
                    self._open.popitem(last=False)
        self._open.move_to_end(key)
        return found

    async def _version(self, bot: Bot, n: int) -> Understander:
        model = await self._versions.model(self._versions.get(bot.id, n))
        return await self._asking.ask(lambda teacher: teacher.open(model))

    async def _given(self, bot: Bot) -> Understander:
        if not await self._asking.ask(lambda teacher: teacher.given(bot.settings)):
            raise Conflict("This bot has learnt nothing yet: train a version first.", code="untrained")
        ready = await self._engines.made(bot, 0)
        if ready.understander is None:
            raise Conflict("This bot is taught in its own Rasa server, not here.", code="not-taught")
        return ready.understander
