"""Cuts a text into words, for people who mark entities and read explanations; the classifier needs none.

Chinese is cut by jieba where it is installed (`pip install huike[words]`), which is loaded with the first text that
needs it: that takes a second and 60 MB. Without it each character outside the trainer's own words stands alone. The
only module that knows jieba; its cache file, which anybody on the machine could plant, is never read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from bots.nlu.tokenize import Normalised, Piece
from bots.nlu.word_lists import WordList

Span = tuple[int, int]


class WordCutter:
    """Cuts texts into words; the words it is given are never cut apart. Immutable."""

    def __init__(self, words: Sequence[str]) -> None:
        """Take the words of a bot: its word lists, marked phrases and synonyms."""
        self._own = WordList([word for word in words if len(word) > 1])

    def cut(self, normalised: Normalised, pieces: Sequence[Piece]) -> list[Span]:
        """Return where the words of a text stand in the original, from left to right; marks and blanks are left out."""
        own = list(self._own.spans(normalised.reading))
        spans: list[Span] = []
        for piece in pieces:
            if any(start <= piece.start and piece.end <= end for start, end in own):
                continue
            inside = [span for span in own if span[0] < piece.end and piece.start < span[1]]
            if piece.kind == "han":
                spans += _between(normalised.reading, piece, inside)
            elif not inside:
                spans.append((piece.start, piece.end))
        return [normalised.span(*span) for span in sorted([*spans, *own])]


def _between(text: str, piece: Piece, taken: Sequence[Span]) -> Iterator[Span]:
    """Yield the words of a Chinese piece beside those that are taken."""
    at = piece.start
    for start, end in (*taken, (piece.end, piece.end)):
        if at < start:
            for first, last in _chinese_cutter()(text[at:start]):
                yield at + first, at + last
        at = max(at, end)


@cache
def _chinese_cutter() -> Callable[[str], Iterator[Span]]:
    try:
        import jieba  # type: ignore[import-untyped]  # noqa: PLC0415  # published without types; optional and slow
    except ImportError:
        return _letters
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True

    def words(text: str) -> Iterator[Span]:
        for _, start, end in tokenizer.tokenize(text):
            yield start, end

    return words


def _letters(text: str) -> Iterator[Span]:
    return ((at, at + 1) for at in range(len(text)))
