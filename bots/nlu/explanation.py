"""Tells why a text was understood as it was: each feature's weight for the best intent and for the one after it.

The contributions of an intent's features and its offset add up to its score, so nothing is hidden. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bots.nlu.classifier import IntentClassifier
from bots.nlu.features import Counts
from bots.nlu.vectors import Floats

SHOWN = 20
"""How many features are shown, those with most weight first."""
_KINDS = {"h": "characters", "w": "words", "c": "letters", "e": "emoji", "x": "pattern", "m": "meaning"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one feature spoke for the best intent and for the second best; an encoder speaks as one (`meaning`)."""

    feature: str
    kind: str
    for_best: float
    for_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why the first of `intents` was chosen: tokens, features, scores; `offsets` are each intent's score of nothing.

    `known` is the share of the text that training has seen; `unknown` are the words that it has not.
    """

    intents: tuple[str, ...]
    scores: tuple[float, ...]
    offsets: tuple[float, ...]
    reasons: tuple[Reason, ...]
    tokens: tuple[str, ...]
    known: float
    unknown: tuple[str, ...]
    belonging: float
    cut: float


def explain(
    classifier: IntentClassifier,
    text: str,
    words: Sequence[tuple[int, int]],
    counts: Counts,
    meaning: Floats | None = None,
) -> Explanation:
    """Explain how a classifier judges a text, whose words stand at the given places."""
    vector = classifier.vector(counts, meaning)
    verdict = classifier.rank(vector)
    best = [name for name, _ in verdict.ranking[:2]]
    columns = [classifier.intents.index(name) for name in best]
    rows = classifier.weights[vector.features][:, columns] * vector.weights[:, None]
    offsets = classifier.weights[-1][columns]
    numbers = classifier.weigher.numbers
    names = [name for name in counts.names() if name in numbers]
    if len(rows) > len(names):
        rows = np.concatenate([rows[: len(names)], rows[len(names) :].sum(axis=0, keepdims=True)])
        names = [*names, "m"]
    order = sorted(range(len(names)), key=lambda at: -float(abs(rows[at]).max(initial=0.0)))[:SHOWN]
    return Explanation(
        intents=tuple(best),
        scores=tuple(float(total) for total in rows.sum(axis=0) + offsets),
        offsets=tuple(float(offset) for offset in offsets),
        reasons=tuple(
            Reason(
                feature=names[at][1:].replace("\t", ""),
                kind=_KINDS[names[at][0]],
                for_best=float(rows[at][0]) if columns else 0.0,
                for_second=float(rows[at][1]) if len(columns) > 1 else 0.0,
            )
            for at in order
        ),
        tokens=tuple(text[start:end] for start, end in words),
        known=vector.known,
        unknown=tuple(name[1:] for name in counts.names() if name[0] in "wh" and name not in numbers and len(name) > 1),
        belonging=verdict.belonging,
        cut=classifier.calibration.cut,
    )
