"""Rate limits: one token bucket for each caller, in memory.

Each process counts for itself: the limits are there to keep one caller from crowding out the others, and a balanced
caller on N nodes gets at most N times as much.
"""

from __future__ import annotations

from collections import OrderedDict

from hub.api.settings import Rate
from hub.errors import RateLimited
from hub.ports.environment import Clock

MAX_CALLERS = 50_000
"""Buckets kept; above it the one unused for longest is forgotten (a forgotten caller starts with a full bucket)."""


class Buckets:
    """The buckets of all callers under one rate."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        """Begin with full buckets."""
        self._burst = float(rate.burst)
        self._refill = rate.burst / rate.over_s
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Take one request out of the caller's bucket.

        Raises:
            RateLimited: the bucket is empty; says when the next request fits.
        """
        now = self._clock.seconds()
        level, at = self._levels.pop(caller, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._refill)
        if level < 1.0:
            self._levels[caller] = (level, now)
            raise RateLimited("Too many requests: slow down.", retry_after=(1.0 - level) / self._refill)
        self._levels[caller] = (level - 1.0, now)
        if len(self._levels) > MAX_CALLERS:
            self._levels.popitem(last=False)
