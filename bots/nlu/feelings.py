"""Adds up words of feeling: what a "not", a "very" and a "but" make of the words after and before them.

The arithmetic that both languages share; which words there are, each language says itself. Pure functions of values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, assert_never

_TURNED_GOOD = -0.8
_TURNED_BAD = -0.4
""""Not bad" says less than "good", while "not good" says nearly as much as "bad"."""
_BEFORE_TURN = 0.8
_LACK = -0.4
"""A negation that turns no feeling still says that something is missing or refused."""
_EVENNESS = 4.0
"""The total that counts as half of everything, squared: how soon a score nears the end of its scale."""


class Token(NamedTuple):
    """A word that matters: a feeling, a negation, a degree, a turn such as "but", or the end of a clause or sentence.

    The weight is the feeling's own, a degree's factor, or how much more what follows a turn says.
    """

    kind: Literal["feeling", "negation", "degree", "turn", "clause", "sentence"]
    start: int = 0
    end: int = 0
    weight: float = 0.0


class Feeling(NamedTuple):
    """A word of feeling where it stands, with what its surroundings make of its weight."""

    start: int
    end: int
    weight: float


def read_feelings(tokens: Iterable[Token], *, reach: int, gap: int) -> list[Feeling]:
    """Weigh the feelings of a text.

    Args:
        tokens: The tokens from left to right.
        reach: How many code points a negation stands at most before what it turns.
        gap: How many code points a degree stands at most before what it strengthens.
    """
    reader = _Reader(reach=reach, gap=gap)
    for token in tokens:
        reader.take(token)
    reader.end_clause()
    return reader.found


@dataclass(slots=True, kw_only=True)
class _Reader:
    """What stands before the next word; thrown away at the end of the text."""

    reach: int
    gap: int
    found: list[Feeling] = field(default_factory=list)
    negation: Token | None = None
    negated_until: int = -1
    degree: float = 1.0
    degree_until: int = -1
    boost: float = 1.0

    def take(self, token: Token) -> None:
        match token.kind:
            case "sentence":
                self.end_clause()
                self.boost = 1.0
            case "clause":
                self.end_clause()
            case "negation":
                self._negate(token)
            case "degree":
                self.degree = token.weight * (self.degree if token.start <= self.degree_until else 1)
                self.degree_until = token.end + self.gap
                if token.start <= self.negated_until:
                    self.negated_until = token.end + self.reach
            case "turn":
                self.end_clause()
                if token.weight > 1:
                    self.found = [_scaled(feeling, _BEFORE_TURN) for feeling in self.found]
                self.boost = token.weight
            case "feeling":
                self._feel(token)
            case _:
                assert_never(token.kind)

    def end_clause(self) -> None:
        if self.negation is not None:
            lack = Feeling(start=self.negation.start, end=self.negation.end, weight=_LACK * self.boost)
            self.found.append(lack)
        self.negation = None
        self.negated_until = self.degree_until = -1

    def _negate(self, token: Token) -> None:
        is_twice = token.start <= self.negated_until
        # Two of them in one breath cancel each other: 不是不好.
        self.negated_until = -1 if is_twice else token.end + self.reach
        self.negation = None if is_twice or not token.weight else token

    def _feel(self, token: Token) -> None:
        weight = token.weight * self.boost * (self.degree if token.start <= self.degree_until else 1)
        if token.start <= self.negated_until:
            weight *= _TURNED_GOOD if weight > 0 else _TURNED_BAD
            self.negation = None
        self.found.append(Feeling(start=token.start, end=token.end, weight=weight))


def even(feelings: Sequence[Feeling], loudness: float) -> float:
    """Return the sum of feelings on a scale from -1 to 1; `loudness` (1 and more) makes it stronger."""
    total = sum(feeling.weight for feeling in feelings) * loudness
    return total / math.sqrt(total * total + _EVENNESS)


def _scaled(feeling: Feeling, factor: float) -> Feeling:
    return Feeling(start=feeling.start, end=feeling.end, weight=feeling.weight * factor)
