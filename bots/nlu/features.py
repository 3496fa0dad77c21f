"""Counts the features of a text, one block a script: Chinese characters 1-2, Latin words 1-2, letters 2-5 of a word.

What a message is made of decides how much each block counts, so "我的order到哪了" is judged by both its languages, each
in proportion. Punctuation belongs to the row of Chinese characters: a question mark says something there. Emoji and
the patterns that hit are blocks of their own. Pure functions of the text.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Literal, assert_never

from bots.nlu.tokenize import Piece

Block = Literal["han", "word", "letters", "emoji", "pattern"]

_LETTERS = range(2, 6)
_LONGEST_WORD = 40
"""Letters beyond it are not read: nobody's word is longer, and a wall of one letter must not cost time."""
_LONGEST_CODE = 4
"""Longer numbers are all alike: an order number says nothing about the intent, "24" or "2fa" may."""
_LATIN_SHARE = 2
"""A Latin word weighs as much as this many Chinese characters."""
_SIDE_WEIGHT = 0.5
"""Weight of an emoji or pattern block beside the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often each feature occurs, by block, and the weight of each block; blocks that are empty are absent.

    `chinese` is the share (0-1) of the text that is Chinese.
    """

    features: tuple[tuple[float, Counter[str]], ...]
    chinese: float

    def names(self) -> Iterator[str]:
        """Yield the name of each feature once."""
        for _, block in self.features:
            yield from block


def count_features(text: str, pieces: Sequence[Piece], hits: Iterable[str] = ()) -> Counts:
    """Count the features of a text.

    Args:
        text: The normalised text.
        pieces: What it was cut into.
        hits: Names of the patterns and word lists that were found in it.
    """
    words: list[str] = []
    emoji: list[str] = []
    han = 0
    for kind, piece, _, _ in pieces:
        match kind:
            case "han":
                han += len(piece)
            case "word":
                words.append(piece[:_LONGEST_WORD])
            case "code":
                words.append(_code(piece))
            case "emoji":
                emoji.append(f"e{piece}")
            case _:
                assert_never(kind)
    found: dict[Block, list[str]] = {
        "han": _row(text, pieces) if han else [],
        "word": [f"w{word}" for word in words],
        "letters": list(chain.from_iterable(map(_letters, words))),
        "emoji": emoji,
        "pattern": [f"x{name}" for name in hits],
    }
    found["word"] += [f"w{first} {second}" for first, second in pairwise(words)]
    chinese = han / (han + _LATIN_SHARE * len(words)) if han else 0.0
    weights = _weights(chinese)
    features = tuple([(weights[block], Counter(names)) for block, names in found.items() if names])
    return Counts(features=features, chinese=chinese)


def _row(text: str, pieces: Sequence[Piece]) -> list[str]:
    """Return the Chinese characters, with the words and marks between them, one by one and two by two."""
    row: list[str] = []
    last = 0
    for kind, piece, start, end in pieces:
        row += text[last:start].strip()[:1]
        last = end
        match kind:
            case "han":
                row.extend(piece)
            case "word":
                row.append(piece[:_LONGEST_WORD])
            case "code":
                row.append(_code(piece))
            case "emoji":
                pass
            case _:
                assert_never(kind)
    row += text[last:].strip()[:1]
    pairs = [f"h{first}\t{second}" for first, second in pairwise(["^", *row, "$"])]
    return [f"h{letter}" for letter in row] + pairs


def _code(piece: str) -> str:
    """Return a code as it is read."""
    return piece if len(piece) <= _LONGEST_CODE else "0"


def _weights(chinese: float) -> dict[Block, float]:
    """Return the weight of each block: their squares share out what the scripts share out."""
    latin = math.sqrt(1 - chinese)
    return {
        "han": math.sqrt(chinese),
        "word": latin,
        "letters": latin,
        "emoji": _SIDE_WEIGHT,
        "pattern": _SIDE_WEIGHT,
    }


@lru_cache(maxsize=20_000)
def _letters(word: str) -> tuple[str, ...]:
    """Return the letters 2-5 of a word between blanks; kept, since the words of a language come again and again."""
    marked = f" {word} "
    return tuple(
        f"c{marked[at : at + size]}" for size in _LETTERS if size <= len(marked) for at in range(len(marked) - size + 1)
    )
