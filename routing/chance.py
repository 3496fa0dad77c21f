"""Seeded chance for made-up days: the same seed gives the same numbers on every machine, and nothing else is asked.

SplitMix64 (Steele, Lea, Flood 2014), whose numbers pass the usual tests; not for secrets.
"""

from __future__ import annotations

from math import log1p

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


class Seeded:
    """A `routing.simulate.Chance` that is the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def random(self) -> float:
        """Return the next number from 0 up to, not including, 1."""
        self._state = (self._state + _STEP) & _MASK
        mixed = self._state
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & _MASK
        return ((mixed ^ (mixed >> 31)) >> 11) / 2**53

    def expovariate(self, lambd: float, /) -> float:
        """Return a time until the next of events that come at this rate."""
        return -log1p(-self.random()) / lambd
