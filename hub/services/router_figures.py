"""What the router does, as numbers: decisions, refusals, the time it takes. Counted here, shown by `/metrics`."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from routing import decisions as d

BOUNDS_S = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
"""Upper bounds of the classes of decision times; what takes longer is counted in one more class."""


class RouterFigures:
    """Counts since the start of this process, over all of its terms as leader."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.decisions: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        """Writes of decisions that did not happen, by the reason: `stale-epoch` is a newer leader's fence."""
        self.times: list[int] = [0] * (len(BOUNDS_S) + 1)
        self.seconds = 0.0
        self.waiting: int | None = None
        """How many waited in the router a moment ago; None where this process does not route."""

    def decided(self, decisions: Sequence[d.Decision], took_s: float) -> None:
        """Count what followed from one event."""
        self.times[bisect_left(BOUNDS_S, took_s)] += 1
        self.seconds += took_s
        for decision in decisions:
            self.decisions[type(decision).__name__] += 1

    def refused(self, reason: str) -> None:
        """Count a decision that was not written."""
        self.refusals[reason] += 1
