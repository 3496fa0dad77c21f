"""A hub's intake for a receiver under test: keeps what it takes, drops repeats by event id, and can be in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from hub.errors import Unavailable
from hub.model.content import Email
from hub.ports.abilities import Words
from hub.ports.channel import Inbound
from tests.support.patience import PATIENCE_S


class KeptIntake:
    """Takes inbounds as the hub does. `taken` has each event once; `repeats` counts the dropped ones."""

    def __init__(self, cursor: str | None = None) -> None:
        self.kept_cursor = cursor
        self.taken: list[Inbound] = []
        self.repeats = 0
        self.told: list[Words | None] = []
        self.refuses = 0
        self._changed = asyncio.Event()

    @property
    def messages(self) -> list[Inbound]:
        return [one for one in self.taken if one.kind == "message"]

    @property
    def statuses(self) -> list[Inbound]:
        return [one for one in self.taken if one.kind == "status"]

    @property
    def subjects(self) -> list[str]:
        return [one.content.subject for one in self.messages if isinstance(one.content, Email)]

    async def cursor(self) -> str | None:
        return self.kept_cursor

    async def take(self, inbounds: Sequence[Inbound], *, cursor: str | None = None) -> None:
        if self.refuses:
            self.refuses -= 1
            raise Unavailable("The store is away.")
        known = {one.event_id for one in self.taken}
        for one in inbounds:
            if one.event_id in known:
                self.repeats += 1
            else:
                known.add(one.event_id)
                self.taken.append(one)
        self.kept_cursor = cursor or self.kept_cursor
        self._changed.set()

    async def wait(self, seconds: float) -> Sequence[str]:
        await asyncio.sleep(min(seconds, 0.05))
        return ()

    def works(self) -> None:
        self._tell(None)

    def fails(self, said: Words) -> None:
        self._tell(said)

    def _tell(self, said: Words | None) -> None:
        if not self.told or self.told[-1] != said:
            self.told.append(said)
        self._changed.set()

    @property
    def is_working(self) -> bool:
        return bool(self.told) and self.told[-1] is None

    async def until(self, claim: Callable[[KeptIntake], bool], *, limit_s: float = PATIENCE_S) -> None:
        """Wait until the claim holds; fail with what is there instead."""
        try:
            async with asyncio.timeout(limit_s):
                while not claim(self):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            seen = [(one.kind, one.event_id) for one in self.taken]
            raise AssertionError(f"still waiting after {limit_s} s; taken: {seen}, told: {self.told[-3:]}") from None
