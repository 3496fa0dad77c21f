"""Turns counted features into weighted ones (tf-idf, sublinear, each block of its own length) over a fixed vocabulary.

Besides the weights it tells which share of a text was known from training: what is made of strange words is strange,
however surely the known rest points somewhere.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, repeat

import numpy as np
import numpy.typing as npt

from bots.nlu.features import Counts

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.intp]

_MEANING_WEIGHT = 1.0
"""Weight of the block of an encoder beside those of the words."""

_UNKNOWN = -1
_TF = np.array([0.0, *(1 + math.log(count) for count in range(1, 101))], np.float32)
"""What a count is worth, sublinear; beyond the last, more of the same says no more."""

_RAREST = 4.0
"""What is rarer than one text in twenty counts hardly more than that, or names of places and dishes, each in a text or
two, drown the words that ask. By cross-validation CrossWOZ gains 0.8 points (2026-11); small bots never reach it.
"""
_RARER = 0.01
"""How much of what lies beyond still counts: which of two words is the more usual stays known (see spelling)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """The known features of a text with their weights; `known` is the share (0-1) of the text that they make up.

    `chinese` is the share of the text that is Chinese.
    """

    features: Numbers
    weights: Floats
    known: float
    chinese: float


_NOTHING = Vector(features=np.zeros(0, np.intp), weights=np.zeros(0, np.float32), known=0.0, chinese=0.0)


def with_meaning(vector: Vector, meaning: Floats, first: int) -> Vector:
    """Return a vector with what an encoder says as features more, numbered from `first`."""
    return replace(
        vector,
        features=np.concatenate([vector.features, np.arange(first, first + len(meaning))]),
        weights=np.concatenate([vector.weights, np.float32(_MEANING_WEIGHT) * meaning]),
    )


def weigh_all(weigher: Weigher, texts: Sequence[Counts], meanings: Floats | None) -> list[Vector]:
    """Return the vectors of many texts, with what an encoder says of each where there is one."""
    vectors = [weigher.weigh(counts) for counts in texts]
    if meanings is None:
        return vectors
    first = len(weigher.numbers)
    return [with_meaning(vector, row, first) for vector, row in zip(vectors, meanings, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigher:
    """Weighs features by how rare they are in the training data; immutable."""

    numbers: Mapping[str, int]
    rarity: Floats
    unseen: float
    _rarity_or_unseen: Floats = field(init=False, repr=False)
    """The same with one more at the end, where the number of what is unknown points."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rarity_or_unseen", np.append(self.rarity, np.float32(self.unseen)))

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
            rarity=_bounded(rarity).astype(np.float32),
            unseen=float(_bounded(np.array([1 + math.log(1 + total)]))[0]),
        )

    def weigh(self, counts: Counts) -> Vector:
        """Return the weighted features of a text."""
        blocks = [block for _, block in counts.features]
        sizes = list(map(len, blocks))
        if not sizes or not self.numbers:
            return _NOTHING
        # All blocks in one go: a text is short, so what an array costs is the calls, not the numbers in it.
        total = sum(sizes)
        numbers = np.fromiter(map(self.numbers.get, chain.from_iterable(blocks), repeat(_UNKNOWN)), np.intp, total)
        often = np.fromiter(chain.from_iterable([block.values() for block in blocks]), np.intp, total)
        is_known = numbers >= 0
        weights = self._rarity_or_unseen.take(numbers)
        weights *= _TF.take(often, mode="clip")
        squares = weights * weights
        starts = list(accumulate(sizes[:-1], initial=0))
        lengths = np.add.reduceat(squares, starts).tolist()
        squares *= is_known
        known_lengths = np.add.reduceat(squares, starts).tolist()
        factors: list[float] = []
        known_share = whole = 0.0
        for (block_weight, _), length, known_length in zip(counts.features, lengths, known_lengths, strict=True):
            factors.append(block_weight / math.sqrt(known_length) if known_length else 0.0)
            whole += block_weight * block_weight
            known_share += block_weight * block_weight * known_length / length
        weights *= np.array(factors, np.float32).repeat(sizes)
        return Vector(
            features=numbers[is_known],
            weights=weights[is_known],
            known=known_share / whole if whole else 0.0,
            chinese=counts.chinese,
        )


def _bounded(rarity: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    bounded: npt.NDArray[np.float64] = np.minimum(rarity, _RAREST + _RARER * (rarity - _RAREST))
    return bounded
