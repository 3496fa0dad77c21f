"""Clock, ids and randomness. Nothing else in Huike reads the time or makes something random."""

from __future__ import annotations

from typing import Protocol

from hub.model.timestamps import Timestamp


class Clock(Protocol):
    """Tells the time and waits for it."""

    def now(self) -> Timestamp:
        """Return the present time; it never goes backwards within one process."""
        ...

    def seconds(self) -> float:
        """Return the present time in POSIX seconds, in step with `now`."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a cancelled wait ends at once."""
        ...


class Ids(Protocol):
    """Makes names."""

    def new(self) -> str:
        """Return a new id of 32 hexadecimal characters, unique in the world; later ids sort after earlier ones."""
        ...

    def secret(self, size: int = 32) -> str:
        """Return a secret of `size` random bytes as URL-safe text, fit for tokens and keys."""
        ...

    def fraction(self) -> float:
        """Return a random number from 0 up to 1, for jitter."""
        ...
