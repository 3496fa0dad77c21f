"""Turns counted features into weighted ones (tf-idf, sublinear, each block of its own length) over a fixed vocabulary.

Besides the weights it tells which share of a text was known from training: what is made of strange words is strange,
however surely the known rest points somewhere.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bots.nlu.features import Counts

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.intp]

_MEANING_WEIGHT = 1.0
"""Weight of the block of an encoder beside those of the words."""

_TF = np.array([0.0, *(1 + math.log(count) for count in range(1, 101))], np.float32)
"""What a count is worth, sublinear; beyond the last, more of the same says no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """The known features of a text with their weights; `known` is the share (0-1) of the text that they make up."""

    features: Numbers
    weights: Floats
    known: float


def with_meaning(vector: Vector, meaning: Floats, first: int) -> Vector:
    """Return a vector with what an encoder says as features more, numbered from `first`."""
    return Vector(
        features=np.concatenate([vector.features, np.arange(first, first + len(meaning))]),
        weights=np.concatenate([vector.weights, np.float32(_MEANING_WEIGHT) * meaning]),
        known=vector.known,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigher:
    """Weighs features by how rare they are in the training data; immutable."""

    numbers: Mapping[str, int]
    rarity: Floats
    unseen: float

    @classmethod
    def learn(cls, texts: Sequence[Counts]) -> Weigher:
        """Learn the vocabulary and the rarity of every feature from the training texts."""
        seen: Counter[str] = Counter()
        for counts in texts:
            seen.update(counts.names())
        total = len(texts)
        rarity = np.log((1 + total) / (1 + np.fromiter(seen.values(), np.float64, len(seen)))) + 1
        return cls(
            numbers={name: number for number, name in enumerate(seen)},
            rarity=rarity.astype(np.float32),
            unseen=1 + math.log(1 + total),
        )

    def weigh(self, counts: Counts) -> Vector:
        """Return the weighted features of a text."""
        find = self.numbers.get
        features: list[Numbers] = []
        parts: list[Floats] = []
        known_share = whole = 0.0
        for block_weight, block in counts.features:
            square = block_weight * block_weight
            whole += square
            found = np.array([find(name, -1) for name in block], np.intp)
            frequencies = _TF.take(list(block.values()), mode="clip")
            is_known = found >= 0
            numbers = found[is_known]
            if not len(numbers):
                continue
            strange = frequencies[~is_known] * self.unseen
            weights = self.rarity.take(numbers) * frequencies[is_known]
            length = float(weights @ weights)
            known_share += square * length / (length + float(strange @ strange))
            features.append(numbers)
            parts.append(weights * np.float32(block_weight / math.sqrt(length)))
        return Vector(
            features=np.concatenate(features) if features else np.zeros(0, np.intp),
            weights=np.concatenate(parts) if parts else np.zeros(0, np.float32),
            known=known_share / whole if whole else 0.0,
        )
