"""Finds the words of a list in a text, in time that does not grow with the list.

Latin words match whole words only; Chinese ones anywhere, since nothing divides them. The longest word wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_KEY = 2


class WordList:
    """A set of words to look for, whatever their case; immutable."""

    def __init__(self, words: Sequence[str]) -> None:
        """Take the words; empty ones are left out."""
        by_start: dict[str, list[str]] = {}
        for word in sorted({lower(word.strip()) for word in words} - {""}, key=len, reverse=True):
            by_start.setdefault(word[:_KEY], []).append(word)
        self._by_start = {start: tuple(found) for start, found in by_start.items()}

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of each word found, from left to right and without overlaps."""
        lowered, by_start = lower(text), self._by_start
        at = 0
        while at < len(lowered):
            word = self._word_at(lowered, at, by_start.get(lowered[at : at + _KEY], ()))
            word = word or self._word_at(lowered, at, by_start.get(lowered[at], ()))
            if word:
                yield at, at + len(word)
            at += len(word) or 1

    @staticmethod
    def _word_at(text: str, at: int, words: Sequence[str]) -> str:
        return next((word for word in words if text.startswith(word, at) and _stands_alone(text, at, word)), "")


def lower(text: str) -> str:
    """Return a text in lower case, letter by letter, so that every letter stays where it is."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(letter.lower()[:1] for letter in text)


def _stands_alone(text: str, at: int, word: str) -> bool:
    end = at + len(word)
    is_cut_before = at > 0 and _is_latin(word[0]) and _is_latin(text[at - 1])
    is_cut_after = end < len(text) and _is_latin(word[-1]) and _is_latin(text[end])
    return not (is_cut_before or is_cut_after)


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
