"""How well a bot understands, in numbers: accuracy, F1 of each intent, what it takes for what, how sure it is.

Only the values; `bots.nlu.evaluation` works them out.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class IntentScores(msgspec.Struct, frozen=True, kw_only=True):
    """How one intent fares; `support` is how many of the examples are its own."""

    precision: float
    recall: float
    f1: float
    support: int


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence that was taken for something else."""

    text: str
    intent: str
    taken_for: str
    confidence: float


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """The examples whose confidence lies in one of 20 equal stretches from 0 to 1."""

    right: int
    wrong: int


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome in short."""

    examples: int
    accuracy: float
    macro_f1: float
    fallback_rate: float


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """How a model fares on examples.

    `calibration_error` is the expected one in 15 bins of equal width. `fallback_rate` is the share of the examples in
    scope for which the model would have fallen back, `out_of_scope_recall` the share of those out of scope (None when
    there are none). `matrix` counts intent, then what it was taken for; `confused` are the sentences behind it.
    `histogram` has 20 bars; `threshold` is the confidence below which the model falls back.
    """

    examples: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    fallback_rate: float
    accuracy_after_fallback: float
    out_of_scope_recall: float | None
    per_intent: Mapping[str, IntentScores]
    matrix: Mapping[str, Mapping[str, int]]
    confused: tuple[Confusion, ...]
    histogram: tuple[Bar, ...] = ()
    threshold: float = 0.0

    @property
    def scores(self) -> Scores:
        """Return the outcome in short."""
        return Scores(
            examples=self.examples,
            accuracy=self.accuracy,
            macro_f1=self.macro_f1,
            fallback_rate=self.fallback_rate,
        )
