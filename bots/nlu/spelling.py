"""Reads mistyped Latin words as the trained words that they are one slip away from: "trak my packge" is no stranger.

Parts of words carry a typo only so far: what is left of a short word points anywhere. For the messages of customers,
never for training, and never where entities are looked for: an order number stays what was written. Immutable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from bots.nlu.tokenize import Piece
from bots.nlu.vectors import Floats

_WORD = "w"
"""How the name of a feature begins that is a word."""
_LONG_ENOUGH = 5
"""The longer of the two has as many letters: between short words one slip makes another word."""
_LONG_ENOUGH_TO_SWAP = 6
"""For one letter in place of another, which makes other words even of longer ones (paper, paler)."""
_LONGEST = 24


class Speller:
    """The words of the training data, found by words that are one slip away from them."""

    def __init__(self, numbers: Mapping[str, int], rarity: Floats) -> None:
        """Take the features that are known and how rare each is; the index is made when it is first needed."""
        self._numbers = numbers
        self._rarity = rarity

    def mended(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Return the pieces with mistyped words as they were meant; each stands where it stood."""
        unknown = [
            place
            for place, (kind, text, _, _) in enumerate(pieces)
            if kind == "word" and f"{_WORD}{text}" not in self._numbers
        ]
        if not unknown:
            return pieces
        found = list(pieces)
        for place in unknown:
            found[place] = pieces[place]._replace(text=self.meant(pieces[place].text) or pieces[place].text)
        return found

    def meant(self, word: str) -> str | None:
        """Return the most usual known word that is one slip away from an unknown one, or None."""
        if not _LONG_ENOUGH - 1 <= len(word) <= _LONGEST:
            return None
        near = {known for key in (word, *_shortened(word)) for known in self._index.get(key, ())}
        near = {known for known in near if _is_one_slip(word, known)}
        return min(near, key=lambda known: (self._rarity[self._numbers[f"{_WORD}{known}"]], known), default=None)

    @cached_property
    def _index(self) -> Mapping[str, Sequence[str]]:
        index: dict[str, list[str]] = {}
        for name in self._numbers:
            word = name[1:]
            if name[0] == _WORD and word.isalpha() and _LONG_ENOUGH - 1 <= len(word) <= _LONGEST:
                for key in {word, *_shortened(word)}:
                    index.setdefault(key, []).append(word)
        return index


def _shortened(word: str) -> Iterator[str]:
    """Yield the word without one letter, for each but the first: people seldom mistype that one."""
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _is_one_slip(word: str, known: str) -> bool:
    """Tell whether a letter too many, too few, or two in the wrong order, or in a long word a wrong one, is all."""
    longer = max(len(word), len(known))
    if longer < _LONG_ENOUGH or abs(len(word) - len(known)) > 1 or word[0] != known[0]:
        return False
    at = next((at for at, (one, other) in enumerate(zip(word, known, strict=False)) if one != other), longer - 1)
    if len(word) != len(known):
        short, long = sorted((word, known), key=len)
        return short[at:] == long[at + 1 :]
    if word[at + 2 :] == known[at + 2 :] and word[at : at + 2] == known[at : at + 2][::-1]:
        return True
    return longer >= _LONG_ENOUGH_TO_SWAP and word[at + 1 :] == known[at + 1 :]
