"""The real clock and the real ids. Tests use `hub.testing.environment`; nothing else in Huike reads time or chance."""

from __future__ import annotations

import asyncio
import secrets
import time
from threading import Lock

from hub.model.timestamps import Timestamp, from_seconds

_RANDOM_BITS = 80
_RANDOM_BYTES = _RANDOM_BITS // 8
_STOCK_BYTES = 64 * _RANDOM_BYTES


class SystemClock:
    """The machine's clock, made to go forward only.

    When the machine's clock is set back, time goes on at half speed until that clock has caught up: leases and time
    limits still end, and the difference does not last for ever.
    """

    def __init__(self) -> None:
        self._last = 0.0
        self._read_at = 0.0

    def now(self) -> Timestamp:
        """Return the present time."""
        return from_seconds(self.seconds())

    def seconds(self) -> float:
        """Return the present time in POSIX seconds."""
        wall, steady = time.time(), time.monotonic()
        self._last = max(wall, self._last + (steady - self._read_at) / 2) if self._last else wall
        self._read_at = steady
        return self._last

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SystemIds:
    """Ids of 48 bits of time in milliseconds and 80 random bits; also several of one millisecond ascend.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._last = 0
        self._lock = Lock()
        self._chance = b""

    def new(self) -> str:
        """Return a new id."""
        with self._lock:
            if len(self._chance) < _RANDOM_BYTES:
                # Asking the system lets go of the interpreter, which a busy writer thread then keeps: ask seldom.
                self._chance = secrets.token_bytes(_STOCK_BYTES)
            chance, self._chance = self._chance[:_RANDOM_BYTES], self._chance[_RANDOM_BYTES:]
            fresh = (time.time_ns() // 1_000_000) << _RANDOM_BITS | int.from_bytes(chance)
            # In the same millisecond, or after the clock was set back, go on from the last one by a random step.
            if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                fresh = self._last + 1 + int.from_bytes(chance[:4])
            self._last = fresh
        return f"{fresh:032x}"

    def secret(self, size: int = 32) -> str:
        """Return a new secret."""
        return secrets.token_urlsafe(size)

    def fraction(self) -> float:
        """Return a random number from 0 up to 1."""
        return secrets.randbits(53) / 2**53
