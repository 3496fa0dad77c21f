"""The intent classifier: a linear head for which intent, its energy and the known share for whether it is any at all.

Trained in a fraction of a second for a bot of some hundred examples, in seconds for ten thousand. Immutable; the same
training data always gives the same classifier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bots.nlu.calibration import Calibration, Doubt, calibrate
from bots.nlu.features import Counts
from bots.nlu.linear import SWEEPS, score, train_head
from bots.nlu.vectors import Floats, Vector, Weigher

_FEWEST_TO_JUDGE = 6
_LEAST_KNOWN = 0.2
"""A text of which less is known is strange, whatever the rest points to: it matters for bots of a few examples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Intents with their confidence, best first; `is_strange` when the text is unlike anything in training.

    `belonging` is the score behind `is_strange`: the larger, the surer the text is one for this bot.
    """

    ranking: tuple[tuple[str, float], ...]
    is_strange: bool
    belonging: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentClassifier:
    """Ranks the intents of a text; immutable."""

    intents: tuple[str, ...]
    weigher: Weigher
    weights: Floats
    calibration: Calibration

    @classmethod
    def train(cls, texts: Sequence[Counts], intents: Sequence[str], doubt: Doubt) -> IntentClassifier:
        """Train on counted features and the intent of each; `doubt` says when an intent is too unsure to act on."""
        weigher = Weigher.learn(texts)
        names = tuple(dict.fromkeys(intents))
        numbers = {intent: number for number, intent in enumerate(names)}
        vectors = [weigher.weigh(counts) for counts in texts]
        labels = np.array([numbers[intent] for intent in intents], np.intp)
        size = {"features": len(weigher.numbers), "classes": len(names)}
        calibration = Calibration()
        if len(texts) >= _FEWEST_TO_JUDGE:
            calibration = calibrate(vectors, labels, _known_from_others(texts, weigher), doubt, **size)
        weights = train_head(vectors, labels, sweeps=SWEEPS, **size)
        return cls(intents=names, weigher=weigher, weights=weights, calibration=calibration)

    def rank(self, counts: Counts) -> Verdict:
        """Rank all intents for a text's features; a text without any known feature is strange and has no ranking."""
        vector = self.weigher.weigh(counts)
        if not len(vector.features) or not self.intents:
            return Verdict(ranking=(), is_strange=True, belonging=-np.inf)
        return self._judge(vector)

    def _judge(self, vector: Vector) -> Verdict:
        scores = score(self.weights, vector)
        belonging = self.calibration.belonging(scores, vector.known)
        shares = self.calibration.confidences(scores).tolist()
        intents = self.intents
        order = np.argsort(-scores, kind="stable").tolist()
        return Verdict(
            ranking=tuple([(intents[number], shares[number]) for number in order]),
            is_strange=belonging < self.calibration.cut or vector.known < _LEAST_KNOWN,
            belonging=belonging,
        )


def _known_from_others(texts: Sequence[Counts], weigher: Weigher) -> list[float]:
    """Return which share of each example its fellows know: a feature that stands in one example only is its own."""
    seen: Counter[str] = Counter()
    for counts in texts:
        seen.update(counts.names())
    numbers = {name: number for name, number in weigher.numbers.items() if seen[name] > 1}
    others = Weigher(numbers=numbers, rarity=weigher.rarity, unseen=weigher.unseen)
    return [others.weigh(counts).known for counts in texts]
