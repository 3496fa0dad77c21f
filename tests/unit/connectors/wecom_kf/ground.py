"""An account at the stand-in with the hub's side of a receiver, held in memory, that can fail and be overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from connectors.wecom_kf.connector import WecomKfConnector
from hub.errors import Unavailable, VersionConflict
from hub.model.content import Content, Text
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.timeline import SYSTEM
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.abilities import Words
from hub.ports.channel import Inbound, Outbound
from hub.testing.channel_tools import FakeMemory, fake_tools
from hub.testing.environment import START, FakeClock
from tests.providers.wecom_kf import AES_KEY, CORP_ID, OPEN_KFID, SECRET, TOKEN, WecomKf, wecom_kf
from tests.support.patience import PATIENCE_S

USER = "wmqfasd1e1927831123109rBAAAA"
SETTINGS = {"corp_id": CORP_ID, "secret": SECRET, "token": TOKEN, "aes_key": AES_KEY, "open_kfid": OPEN_KFID}
KEY = "0192f0c1a2b3c4d5e6f708192a3b4c5d"


@dataclass
class Kept:
    """What is durable: inbounds by event id in their order, and the cursor with its version."""

    inbounds: dict[str, Inbound] = field(default_factory=dict)
    cursor: str | None = None
    version: int = 0
    repeats: int = 0

    @property
    def texts(self) -> list[str]:
        return [one.content.text for one in self.inbounds.values() if isinstance(one.content, Text)]


class MemoryIntake:
    """The hub's side for one receiver; several may share what is kept."""

    def __init__(self, clock: FakeClock, kept: Kept | None = None) -> None:
        self.kept = kept or Kept()
        self.waits: list[float] = []
        self.said: list[Words] = []
        self.is_working = False
        self.dies_after: int | None = None
        """So many inbounds of the next page are made durable, then the store is gone, and the cursor is not kept."""
        self._clock = clock
        self._version = 0
        self._words: list[str] = []
        self._news = asyncio.Event()
        self._resting = asyncio.Event()
        self._failed = asyncio.Event()

    async def cursor(self) -> str | None:
        self._version = self.kept.version
        return self.kept.cursor

    async def take(self, inbounds: Sequence[Inbound], *, cursor: str | None = None) -> None:
        for number, inbound in enumerate(inbounds):
            if self.dies_after is not None and number >= self.dies_after:
                self.dies_after = None
                raise Unavailable("The store is gone.")
            self.kept.repeats += inbound.event_id in self.kept.inbounds
            self.kept.inbounds.setdefault(inbound.event_id, inbound)
        if cursor is not None and cursor != self.kept.cursor:
            if self.kept.version != self._version:
                raise VersionConflict("Another receiver moved it.")
            self.kept.version += 1
            self._version = self.kept.version
            self.kept.cursor = cursor

    async def wait(self, seconds: float) -> Sequence[str]:
        if not self._words and seconds > 0:
            self.waits.append(seconds)
            self._resting.set()
            sleep = asyncio.ensure_future(self._clock.sleep(seconds))
            news = asyncio.ensure_future(self._news.wait())
            try:
                await asyncio.wait((sleep, news), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleep.cancel()
                news.cancel()
        self._resting.clear()
        self._news.clear()
        words, self._words = self._words, []
        return words

    def works(self) -> None:
        self.is_working = True

    def fails(self, said: Words) -> None:
        self.is_working = False
        self.said.append(said)
        self._failed.set()

    def wake(self, word: str) -> None:
        self._words.append(word)
        self._resting.clear()
        self._news.set()

    async def rests(self) -> None:
        """Return when the receiver waits to be woken."""
        async with asyncio.timeout(PATIENCE_S):
            await self._resting.wait()

    async def has_failed(self) -> None:
        """Return when the receiver tells of a trouble the next time."""
        async with asyncio.timeout(PATIENCE_S):
            await self._failed.wait()
        self._failed.clear()


class Account:
    """A connector at the stand-in; `receives` runs its receiver."""

    def __init__(self, provider: WecomKf, clock: FakeClock, memory: FakeMemory, settings: Mapping[str, object]) -> None:
        self.provider = provider
        self.clock = clock
        self.memory = memory
        self.intake = MemoryIntake(clock)
        self._settings = settings
        self.files: dict[str, bytes] = {}
        self._made: list[WecomKfConnector] = []
        self.connector = self.another()

    def another(self, created_at: Timestamp = START) -> WecomKfConnector:
        channel = Channel(id=ChannelId("ch-1"), kind="wecom_kf", name="微信客服", created_at=created_at)
        tools = fake_tools(clock=self.clock, memory=self.memory, files=self.files)
        self._made.append(WecomKfConnector(channel, self._settings, tools, total_s=1.2))
        return self._made[-1]

    async def close(self) -> None:
        for connector in self._made:
            await connector.close()

    @asynccontextmanager
    async def receives(
        self, intake: MemoryIntake | None = None, connector: WecomKfConnector | None = None
    ) -> AsyncIterator[MemoryIntake]:
        used = intake or self.intake
        task = asyncio.ensure_future((connector or self.connector).receive(used))
        try:
            yield used
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def an_account(**more: object) -> AsyncIterator[Account]:
    clock = FakeClock()
    async with wecom_kf(clock.seconds) as provider:
        account = Account(provider, clock, FakeMemory(), {**SETTINGS, "api_base": provider.url, **more})
        try:
            yield account
        finally:
            await account.close()


def an_outbound(content: Content | None = None, key: str = KEY) -> Outbound:
    return Outbound(
        key=MessageId(key),
        session_id=SessionId("s-1"),
        channel_id=ChannelId("ch-1"),
        address=USER,
        thread=None,
        at=START,
        author=SYSTEM,
        content=content or Text(text="您的订单明天送达。"),
    )
