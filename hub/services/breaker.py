"""A breaker for calls to something outside: after failures in a row it is left alone for a while, then tried again."""

from __future__ import annotations

from hub.ports.environment import Clock

FAILURES = 3
PAUSE_S = 30.0


class Breaker:
    """Counts failures in a row; lets one call through when a pause is over, and all of them when that one is well."""

    def __init__(self, clock: Clock) -> None:
        """Begin closed: everything goes through."""
        self._clock = clock
        self._failures = 0
        self._until = 0.0

    def pause_s(self) -> float:
        """Return for how many seconds nothing should be tried, 0 when a call may go out now.

        The call that ends a pause holds the others back for another one, so that they do not all wait for it.
        """
        now = self._clock.seconds()
        if self._failures < FAILURES:
            return 0.0
        if now < self._until:
            return self._until - now
        self._until = now + PAUSE_S
        return 0.0

    def succeeded(self) -> None:
        """Note that a call was answered."""
        self._failures = 0

    def failed(self) -> None:
        """Note that a call was not answered."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = self._clock.seconds() + PAUSE_S
