"""Turns pieces of text into weighted features: Chinese characters 1-2, English words 1-2 and letters 3, patterns.

Each script is one block of its own length, so a mixed sentence is judged by both. Plain dictionaries: a bot of a few
dozen intents needs no matrix.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bots.nlu.tokenize import Piece

Vector = dict[str, float]

_LETTERS = 3
_BLOCK_WEIGHT = {"h": 1.0, "w": 1.0, "c": 0.8, "x": 0.8}
"""Weight of each block before the whole is brought to length one: letters repeat what words say, only vaguer."""


def extract(pieces: Sequence[Piece], hits: Iterable[str]) -> Counter[str]:
    """Count the features of a text; `hits` names the patterns and word lists that were found in it."""
    counts: Counter[str] = Counter()
    before = "^"
    for piece in pieces:
        match piece.kind:
            case "han":
                marked = f"^{piece.text}$"
                counts.update(f"h:{letter}" for letter in piece.text)
                counts.update(f"h:{marked[at : at + 2]}" for at in range(len(marked) - 1))
                before = "^"
            case "word":
                counts[f"w:{piece.text}"] += 1
                counts[f"w:{before} {piece.text}"] += 1
                marked = f"^{piece.text}$"
                counts.update(f"c:{marked[at : at + _LETTERS]}" for at in range(len(marked) - _LETTERS + 1))
                before = piece.text
            case "code":
                before = "0"
            case _:
                assert_never(piece.kind)
    for name in hits:
        counts[f"x:{name}"] = 1
    return counts


@dataclass(frozen=True, slots=True)
class Weigher:
    """Weighs features by how rare they are in the training data (tf-idf, sublinear)."""

    rarity: Mapping[str, float]
    unseen: float

    @classmethod
    def learn(cls, texts: Sequence[Counter[str]]) -> Weigher:
        """Learn the rarity of every feature from the training texts."""
        total = len(texts)
        seen: Counter[str] = Counter()
        for counts in texts:
            seen.update(counts.keys())
        rarity = {name: 1 + math.log((1 + total) / (1 + count)) for name, count in seen.items()}
        return cls(rarity, 1 + math.log(1 + total))

    def weigh(self, counts: Mapping[str, int]) -> Vector:
        """Return the weighted features of a text as a vector of length one (empty for an empty text).

        Features that training never saw count towards the length, so a text of strange words lies far from everything.
        """
        blocks: dict[str, Vector] = {}
        for name, count in counts.items():
            weight = self.rarity.get(name, self.unseen) * (1 + math.log(count))
            blocks.setdefault(name[0], {})[name] = weight
        whole: Vector = {}
        for kind, block in blocks.items():
            scale = _BLOCK_WEIGHT[kind] / math.sqrt(sum(weight * weight for weight in block.values()))
            whole.update((name, weight * scale) for name, weight in block.items())
        length = math.sqrt(sum(weight * weight for weight in whole.values()))
        return {name: weight / length for name, weight in whole.items()} if length else {}
