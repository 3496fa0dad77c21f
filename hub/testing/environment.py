"""A clock that stands still and names that repeat, so that a test holds time and chance in its hand."""

from __future__ import annotations

import asyncio
import heapq
from base64 import urlsafe_b64encode
from hashlib import sha256
from itertools import count

from hub.model.timestamps import Timestamp, from_seconds, to_seconds

START = Timestamp("2026-01-05T08:00:00.000Z")
"""When a fake clock starts unless told otherwise: a Monday, at four in the afternoon in Shanghai."""

_TURNS = 25
"""How often the loop turns after a sleeper is woken; a task that needs more steps to sleep again is very deep."""


class FakeClock:
    """A clock that moves only by `advance`; whoever sleeps until then wakes at its own time, earliest first."""

    def __init__(self, start: Timestamp = START) -> None:
        self._seconds = to_seconds(start)
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> Timestamp:
        """Return the time that was set."""
        return from_seconds(self._seconds)

    def seconds(self) -> float:
        """Return the time that was set, in POSIX seconds."""
        return self._seconds

    @property
    def sleepers(self) -> int:
        """Return how many tasks wait for a time."""
        return sum(not sleeper.done() for _, _, sleeper in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved on so far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._seconds + seconds, next(self._order), sleeper))
        await sleeper

    async def advance(self, seconds: float) -> None:
        """Move on and let everybody run whose time comes, each at its own time, also those who sleep again."""
        target = self._seconds + seconds
        await _let_others_run()
        while self._sleepers and self._sleepers[0][0] <= target:
            self._seconds, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                sleeper.set_result(None)
                await _let_others_run()
        self._seconds = target
        await _let_others_run()


class SeededIds:
    """Names and chance that are the same on every run with the same seed; ids ascend."""

    def __init__(self, seed: int | str = 0) -> None:
        self._seed = str(seed)
        self._count = count(1)

    def new(self) -> str:
        """Return the next id: 12 characters that count and 20 of the seed's own."""
        number = next(self._count)
        return f"{number:012x}{self._draw(number).hex()[:20]}"

    def secret(self, size: int = 32) -> str:
        """Return the next secret; never use it outside tests."""
        pieces = (self._draw(next(self._count)) for _ in range(0, size, 32))
        return urlsafe_b64encode(b"".join(pieces)[:size]).rstrip(b"=").decode()

    def fraction(self) -> float:
        """Return the next number from 0 up to 1."""
        return int.from_bytes(self._draw(next(self._count))[:6]) / 2**48

    def _draw(self, number: int) -> bytes:
        return sha256(f"{self._seed}:{number}".encode()).digest()


async def _let_others_run() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
