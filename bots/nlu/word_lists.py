"""Finds the words of a list in a text, in time that does not grow with the list.

Latin words match whole words only; Chinese ones anywhere, since nothing divides them. The longest word wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence


class WordList:
    """A set of words to look for, whatever their case; immutable.

    A search costs the text's length times the different lengths of words with the same first letter.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Take the words; empty ones are left out."""
        self._words = frozenset(lower(word.strip()) for word in words) - {""}
        sizes: dict[str, set[int]] = {}
        for word in self._words:
            sizes.setdefault(word[0], set()).add(len(word))
        self._sizes = {letter: tuple(sorted(found, reverse=True)) for letter, found in sizes.items()}

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of each word found, from left to right and without overlaps."""
        lowered, sizes = lower(text), self._sizes
        end = 0
        for at, letter in enumerate(lowered):
            if at >= end and letter in sizes:
                end = self._end_of_word(lowered, at, sizes[letter])
                if end:
                    yield at, end

    def _end_of_word(self, text: str, at: int, sizes: Sequence[int]) -> int:
        """Return where the longest word that begins here ends, 0 where none does."""
        for size in sizes:
            end = at + size
            if end <= len(text) and text[at:end] in self._words and _stands_alone(text, at, end):
                return end
        return 0


def lower(text: str) -> str:
    """Return a text in lower case, letter by letter, so that every letter stays where it is."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(letter.lower()[:1] for letter in text)


def _stands_alone(text: str, start: int, end: int) -> bool:
    is_cut_before = start > 0 and _is_latin(text[start]) and _is_latin(text[start - 1])
    is_cut_after = end < len(text) and _is_latin(text[end - 1]) and _is_latin(text[end])
    return not (is_cut_before or is_cut_after)


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
