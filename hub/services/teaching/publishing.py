"""Publishing: which version answers the customers, all of them or a part, and the gate before it.

A version is not let through when, on the bot's present test set, it gets sentences wrong that the live one gets right
and is right less often; both are tried at that moment. Who publishes all the same must say why.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from msgspec.structs import replace

from hub.errors import Conflict, FieldFault
from hub.model.agent import Agent
from hub.model.ids import BotId
from hub.model.sentences import Sentence
from hub.model.teaching import BotVersion
from hub.services.core import Core
from hub.services.teaching.judging import Judging
from hub.services.teaching.models import Models
from hub.services.teaching.versions import Versions, must_be_kept

log = structlog.get_logger()
_NAMED = 50
"""Sentences that a refusal names."""


class Publishing:
    """Lets versions answer."""

    def __init__(self, core: Core, versions: Versions, models: Models, judging: Judging) -> None:
        """Take the versions, their models, and how they fare."""
        self._core = core
        self._versions = versions
        self._models = models
        self._judging = judging

    async def publish(self, bot_id: BotId, n: int, *, by: Agent, reason: str | None = None) -> BotVersion:
        """Let a version answer all customers; the one before it is retired in the same commit.

        With a `reason` the gate stays open; the reason is kept in the version's note.

        Raises:
            NotFound: there is no such version.
            InvalidInput: its model cannot be opened.
            Conflict: code `regression`: the gate refuses; `errors` names the sentences.
        """
        version = self._versions.get(bot_id, n)
        if version.state == "live":
            return version
        # One that cannot be opened (it comes from another version of Huike) must not take the place of one that can.
        await self._models.of(bot_id, n)
        if reason is None:
            await self._pass_gate(bot_id, n)
        else:
            log.info("bot.published_without_gate", bot=bot_id, n=n, agent=by.id)
        now = self._core.clock.now()

        def decide(present: Sequence[BotVersion]) -> list[BotVersion]:
            changed = [
                replace(one, state="retired", share=0.0) for one in present if one.state == "live" and one.n != n
            ]
            for one in present:
                if one.n == n and one.state != "live":
                    must_be_kept(one)
                    note = one.note if reason is None else "\n".join(part for part in (one.note, reason) if part)
                    changed.append(
                        replace(one, state="live", share=0.0, published_at=now, published_by=by.name, note=note)
                    )
            return changed

        await self._versions.change(bot_id, decide)
        return self._versions.get(bot_id, n)

    async def canary(self, bot_id: BotId, n: int, share: float) -> BotVersion:
        """Let a version answer a part of the sessions; 0 ends it. There is one canary at a time.

        Raises:
            Conflict: code `live`: the version answers all customers already.
        """
        self._versions.get(bot_id, n)
        await self._models.of(bot_id, n)

        def decide(present: Sequence[BotVersion]) -> list[BotVersion]:
            changed: list[BotVersion] = []
            for one in present:
                if one.n == n and one.state == "live":
                    raise Conflict("This version answers all customers already.", code="live")
                if one.n == n and share > 0:
                    must_be_kept(one)
                    changed.append(replace(one, state="canary", share=share))
                elif one.state == "canary" and (one.n == n or share > 0):
                    changed.append(replace(one, state="draft", share=0.0))
            return changed

        await self._versions.change(bot_id, decide)
        return self._versions.get(bot_id, n)

    async def _pass_gate(self, bot_id: BotId, n: int) -> None:
        live, _ = self._versions.answering(bot_id)
        if live is None:
            return
        worse = await self._judging.worse(bot_id, n, live.n)
        if not worse:
            return
        named = worse[:_NAMED]
        faults = [
            FieldFault(field=text, message=Sentence("was {was} right, now {now}", was=was, now=now))
            for text, was, now in named
        ]
        raise Conflict(
            Sentence(
                "{count} sentences of the test set that the live version gets right are wrong now.", count=len(worse)
            ),
            code="regression",
            extra={"errors": faults, "worse": [{"text": text, "was": was, "now": now} for text, was, now in named]},
        )
