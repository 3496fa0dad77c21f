"""Trains a linear head: one L2-regularised squared-hinge classifier an intent, all of them in one sweep.

Dual coordinate descent (Hsieh et al., ICML 2008), taken over all intents of an example at once, so plain numpy is as
quick as a compiled solver. The order of examples is drawn from a fixed seed: the same data gives the same head.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from bots.nlu.vectors import Floats, Numbers, Vector

SWEEPS = 7
"""Sweeps over the examples, the last a whole one; more gained nothing on the sets of tests/bots (2026-11)."""
_LOSS_WEIGHT = 1.0
_SMALLEST_STEP = 0.03
"""An example that asks for less is left as it is; a larger bound costs small bots some of their typos."""
_WHOLE_SWEEP = 3
"""Each third sweep looks at all examples, those between only at the ones that moved last: nearly half the time."""


def train_head(vectors: Sequence[Vector], labels: Numbers, *, features: int, classes: int, sweeps: int) -> Floats:
    """Return the weights, one row a feature and a last row for the offsets, one column a class.

    Args:
        vectors: The examples.
        labels: The class of each.
        features: Size of the vocabulary.
        classes: How many classes there are.
        sweeps: How often each example is looked at.
    """
    weights = np.zeros((features + 1, classes), np.float32)
    rows = [np.append(vector.features, features) for vector in vectors]
    values = [np.append(vector.weights, np.float32(1)) for vector in vectors]
    ridge = np.float32(1 / (2 * _LOSS_WEIGHT))
    lengths = [value @ value + ridge for value in values]
    signs = 2 * np.eye(classes, dtype=np.float32) - 1
    duals = np.zeros((len(vectors), classes), np.float32)
    shuffle = np.random.default_rng(0)
    waiting: list[int] = []
    for sweep in range(sweeps):
        order = np.array(waiting, np.intp) if sweep % _WHOLE_SWEEP else np.arange(len(vectors))
        waiting = []
        for number in shuffle.permutation(order):
            row, value, sign, dual = rows[number], values[number], signs[labels[number]], duals[number]
            here = weights.take(row, axis=0)
            slope = sign * (value @ here) - 1 + dual * ridge
            moved = np.maximum(dual - slope / lengths[number], 0)
            step = moved - dual
            if np.maximum.reduce(np.abs(step)) < _SMALLEST_STEP:
                continue
            waiting.append(number)
            duals[number] = moved
            here += np.multiply.outer(value, step * sign)
            weights[row] = here
    return weights


def score(weights: Floats, vector: Vector) -> Floats:
    """Return the score of each class for a text, the larger the likelier."""
    scores: Floats = vector.weights @ weights.take(vector.features, axis=0) + weights[-1]
    return scores


def score_all(weights: Floats, vectors: Iterable[Vector]) -> Floats:
    """Return the scores of many texts, one row each."""
    return np.array([score(weights, vector) for vector in vectors], np.float32)
