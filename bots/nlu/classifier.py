"""The intent classifier: a linear head for which intent, its energy and the known share for whether it is any at all.

Trained in a fraction of a second for a bot of some hundred examples, in seconds for ten thousand. Immutable; the same
training data always gives the same classifier.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bots.nlu.calibration import Calibration, Doubt, calibrate
from bots.nlu.features import Counts
from bots.nlu.linear import SWEEPS, score, train_head
from bots.nlu.vectors import Floats, Vector, Weigher, weigh_all, with_meaning

_FEWEST_TO_JUDGE = 6
_STRANGER_SHARE = np.float32(0.5)
"""What is left of the confidences in a strange text: it is as likely none of the bot's as one of them.

So the confidence alone ranks strangers last too, and thresholds on it hold for whoever reads nothing else.
"""
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
    encoder_width: int = 0
    _names: npt.NDArray[np.object_] = field(init=False, repr=False)
    """The intents once more, to be put in order in one go."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", np.array(self.intents, np.object_))

    @classmethod
    def train(
        cls,
        texts: Sequence[Counts],
        intents: Sequence[str],
        doubt: Doubt,
        meanings: Floats | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> IntentClassifier:
        """Train on counted features and the intent of each.

        Args:
            texts: The features of the examples.
            intents: The intent of each.
            doubt: When an intent is too unsure to act on.
            meanings: What an encoder says of each, where there is one.
            progress: Is told now and then how much is done, from 0 to 1.
        """
        weigher = Weigher.learn(texts)
        names = tuple(dict.fromkeys(intents))
        numbers = {intent: number for number, intent in enumerate(names)}
        labels = np.array([numbers[intent] for intent in intents], np.intp)
        width = 0 if meanings is None else meanings.shape[1]
        calibration = Calibration()
        if len(texts) >= _FEWEST_TO_JUDGE:
            calibration = calibrate(texts, labels, doubt, progress, meanings=meanings, classes=len(names))
        weights = train_head(
            weigh_all(weigher, texts, meanings),
            labels,
            features=len(weigher.numbers) + width,
            classes=len(names),
            sweeps=SWEEPS,
        )
        return cls(intents=names, weigher=weigher, weights=weights, calibration=calibration, encoder_width=width)

    def vector(self, counts: Counts, meaning: Floats | None = None) -> Vector:
        """Return the weighted features of a text, those of its words first; empty where no word is known."""
        vector = self.weigher.weigh(counts)
        if meaning is None or not len(vector.features):
            return vector
        return with_meaning(vector, meaning, len(self.weigher.numbers))

    def rank(self, vector: Vector) -> Verdict:
        """Rank all intents for a text; one without any known feature is strange and has no ranking."""
        if not len(vector.features) or not self.intents:
            return Verdict(ranking=(), is_strange=True, belonging=-np.inf)
        return self._judge(vector)

    def _judge(self, vector: Vector) -> Verdict:
        scores = score(self.weights, vector)
        belonging, shares = self.calibration.read(scores, vector)
        is_strange = belonging < self.calibration.cut or vector.known < _LEAST_KNOWN
        if is_strange:
            shares *= _STRANGER_SHARE
        order = np.negative(scores).argsort(kind="stable")
        return Verdict(
            ranking=tuple(zip(self._names.take(order).tolist(), shares.take(order).tolist(), strict=True)),
            is_strange=is_strange,
            belonging=belonging,
        )
