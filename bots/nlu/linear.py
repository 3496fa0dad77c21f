"""A linear head in plain Python: starts from the middle of each intent and moves where an example is not clearly won.

Passive-aggressive updates (Crammer et al., JMLR 7, 2006) on vectors of length one. Small training sets only: the cost
is examples times features times intents. Examples are taken in their order and nothing is drawn by lot: the same data
always gives the same head.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from bots.nlu.features import Vector

_MARGIN = 0.3
"""By how much an intent must win its own examples. Chosen by 5-fold cross-validation of the demo bot's examples."""
_LARGEST_STEP = 0.15
_PASSES = 3
"""Passes over the examples; each later one takes only those that the one before had to learn."""


class LinearHead:
    """Scores each of `classes` for a vector; immutable after training."""

    def __init__(self, vectors: Sequence[Vector], labels: Sequence[int], classes: int) -> None:
        """Train on vectors and the class of each."""
        self._classes = classes
        self._rows: dict[str, list[float]] = _middles(vectors, labels, classes)
        learning = list(range(len(vectors)))
        for _ in range(_PASSES):
            learning = [number for number in learning if self._learn(vectors[number], labels[number])]

    def scores(self, vector: Vector) -> list[float]:
        """Return the score of each class, the larger the likelier."""
        total = [0.0] * self._classes
        for name, weight in vector.items():
            if (row := self._rows.get(name)) is not None:
                total = [score + weight * share for score, share in zip(total, row, strict=True)]
        return total

    def _learn(self, vector: Vector, label: int) -> bool:
        """Move the weights when an example is not won by the margin, and tell whether they were moved."""
        scores = self.scores(vector)
        own = scores[label]
        scores[label] = -math.inf
        rival = scores.index(max(scores))
        loss = _MARGIN - (own - scores[rival])
        if loss <= 0:
            return False
        step = min(_LARGEST_STEP, loss / 2)
        for name, weight in vector.items():
            row = self._rows[name]
            row[label] += step * weight
            row[rival] -= step * weight
        return True


def _middles(vectors: Sequence[Vector], labels: Sequence[int], classes: int) -> dict[str, list[float]]:
    rows: dict[str, list[float]] = defaultdict(lambda: [0.0] * classes)
    for vector, label in zip(vectors, labels, strict=True):
        for name, weight in vector.items():
            rows[name][label] += weight
    squares = [0.0] * classes
    for row in rows.values():
        squares = [total + share * share for total, share in zip(squares, row, strict=True)]
    lengths = [math.sqrt(square) or 1.0 for square in squares]
    return {name: [share / length for share, length in zip(row, lengths, strict=True)] for name, row in rows.items()}
