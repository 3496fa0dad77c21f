"""The intent classifier: a linear head for which intent, the nearest example for whether it is any intent at all.

Trained when the bot is loaded, in plain Python, in a fraction of a second for a bot of some hundred examples. The same
training data always gives the same classifier. Confidence is calibrated on a part of the training data that a first
head has not seen.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.nlu.features import Vector, Weigher
from bots.nlu.linear import LinearHead

_HELD_BACK = 3
"""Every third example is held back from the first head, to be judged by it."""
_SHARPNESS = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 18.0, 22.0, 27.0, 33.0)
_STRANGE_SHARE = 0.03
"""Share of the examples held back that lie so far from all others that their like is taken for a stranger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Intents with their confidence, best first; `is_strange` when the text is unlike anything in training."""

    ranking: tuple[tuple[str, float], ...]
    is_strange: bool


class IntentClassifier:
    """Ranks the intents of a text; immutable after training."""

    def __init__(self, texts: Sequence[Counter[str]], intents: Sequence[str]) -> None:
        """Train on counted features and the intent of each."""
        self._weigher = Weigher.learn(texts)
        self._intents = tuple(dict.fromkeys(intents))
        vectors = [self._weigher.weigh(counts) for counts in texts]
        numbers = {intent: number for number, intent in enumerate(self._intents)}
        labels = [numbers[intent] for intent in intents]
        self._sharpness, self._near_enough = 1.0, 0.0
        if len(self._intents) > 1 and len(vectors) >= _HELD_BACK:
            self._calibrate(vectors, labels)
        self._head = LinearHead(vectors, labels, len(self._intents))
        self._neighbours = _Neighbours(vectors)

    def rank(self, counts: Mapping[str, int]) -> Verdict:
        """Rank all intents for a text's features; a text without any feature is strange and has no ranking."""
        vector = self._weigher.weigh(counts)
        if not vector or not self._intents:
            return Verdict(ranking=(), is_strange=True)
        shares = _softmax(self._head.scores(vector), self._sharpness)
        ranking = sorted(zip(self._intents, shares, strict=True), key=lambda pair: (-pair[1], pair[0]))
        is_strange = self._neighbours.nearest(vector) < self._near_enough
        return Verdict(ranking=tuple(ranking), is_strange=is_strange)

    def _calibrate(self, vectors: Sequence[Vector], labels: Sequence[int]) -> None:
        """Choose the sharpness that makes confidences true, and how near a text must lie to be no stranger."""
        pairs = list(zip(vectors, labels, strict=True))
        held_back = pairs[::_HELD_BACK]
        seen = [pair for number, pair in enumerate(pairs) if number % _HELD_BACK]
        head = LinearHead([vector for vector, _ in seen], [label for _, label in seen], len(self._intents))
        judged = [(head.scores(vector), label) for vector, label in held_back]
        self._sharpness = min(_SHARPNESS, key=lambda sharpness: _surprise(judged, sharpness))
        neighbours = _Neighbours([vector for vector, _ in seen])
        distances = sorted(neighbours.nearest(vector) for vector, _ in held_back)
        self._near_enough = distances[int(len(distances) * _STRANGE_SHARE)]


class _Neighbours:
    """Finds how like the nearest example is, by an index from features to examples."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        self._examples: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, vector in enumerate(vectors):
            for name, weight in vector.items():
                self._examples[name].append((number, weight))

    def nearest(self, vector: Vector) -> float:
        likeness: dict[int, float] = defaultdict(float)
        for name, weight in vector.items():
            for number, other in self._examples.get(name, ()):
                likeness[number] += weight * other
        return max(likeness.values(), default=0.0)


def _surprise(judged: Sequence[tuple[list[float], int]], sharpness: float) -> float:
    return -sum(math.log(_softmax(scores, sharpness)[label] + 1e-9) for scores, label in judged)


def _softmax(scores: Sequence[float], sharpness: float) -> list[float]:
    top = max(scores)
    powers = [math.exp(sharpness * (score - top)) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
