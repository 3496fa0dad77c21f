"""Cuts a text into Chinese runs, Latin words, codes and emoji, and keeps where each stood in the original.

Normalising (full-width to plain, compatibility forms) may change lengths, while Rasa's offsets count the code points of
what the customer wrote; so every normalised text carries the way back. Nothing here knows of intents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from bots.nlu.traditional import simplify

MAX_READ = 1_000
"""How much of a message is read, in code points; of a longer one its beginning and its end, where people say what they
want. So the time stays bounded."""
_READ_AT_END = 300
_LONGEST_FORM = 4
"""A letter that stands for more letters (a whole blessing in Arabic) stays as it is: it would blow the text up."""

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇"

_LETTER = rf"[^\W\d_{HAN}]"
_CODE = r"(?P<code>[A-Za-z]*+[0-9](?:[A-Za-z0-9]|[.,](?=[0-9]))*)"
_PIECE = re.compile(
    rf"(?P<han>[{HAN}]+)|{_CODE}|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)?)"
    r"|(?P<emoji>[\U0001f300-\U0001f3fa\U0001f400-\U0001faff\u2600-\u27bf])"
)
_ASCII_PIECE = re.compile(rf"(?P<word>[A-Za-z]++(?![0-9])(?:'[A-Za-z]+)?)|{_CODE}")
"""The same for what is nothing but ASCII, as most English is, and quicker there."""

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
"""Control characters, joints of no width and marks of direction. Nobody sees them, so none cuts a word apart."""

PieceKind = Literal["han", "word", "code", "emoji"]
_KIND_OF: Mapping[str, PieceKind] = {kind: kind for kind in get_args(PieceKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A normalised text; `origin[i]` is where its i-th code point began in the original, None when nothing moved.

    `reading` is `text` as it is understood: letter by letter the same, but traditional characters are simplified where
    that is wanted.
    """

    text: str
    reading: str
    origin: Sequence[int] | None
    length: int

    def spans(self, pieces: Sequence[Piece]) -> tuple[tuple[int, int], ...]:
        """Return the original offsets of each piece, end exclusive."""
        if self.origin is None:
            return tuple([(start, end) for _, _, start, end in pieces])
        return tuple([self.span(start, end) for _, _, start, end in pieces])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original offsets of a stretch, end exclusive."""
        if self.origin is None:
            return start, end
        first = self.origin[start] if start < len(self.origin) else self.length
        return first, self.origin[end - 1] + 1 if end > start else first


class Piece(NamedTuple):
    """One run of Chinese, one Latin word, one emoji, or one code (digits, perhaps with letters), in lower case."""

    kind: PieceKind
    text: str
    start: int
    end: int


def normalise(original: str, *, is_simplified: bool = True) -> Normalised:
    """Bring what is read of a text (MAX_READ) into compatibility form, letter by letter; the case stays.

    What nobody sees (control characters, joints of no width, marks of direction) is left out.

    Args:
        original: What the customer wrote.
        is_simplified: Whether traditional characters are read as simplified ones.
    """
    text, origin = _compatible(original)
    reading = simplify(text) if is_simplified and not text.isascii() else text
    return Normalised(text=text, reading=reading, origin=origin, length=len(original))


def _compatible(original: str) -> tuple[str, Sequence[int] | None]:
    if len(original) > MAX_READ:
        tail = len(original) - _READ_AT_END
        text = original[: MAX_READ - _READ_AT_END] + "\n" + original[tail:]
        head = range(MAX_READ - _READ_AT_END)
        return _moved(text, [*head, tail - 1, *range(tail, len(original))])
    is_plain = original.isascii() or unicodedata.is_normalized("NFKC", original)
    if is_plain and not _INVISIBLE.search(original):
        return original, None
    return _moved(original, range(len(original)))


def _moved(text: str, places: Sequence[int]) -> tuple[str, Sequence[int]]:
    parts: list[str] = []
    origin: list[int] = []
    for place, letter in zip(places, text, strict=True):
        if _INVISIBLE.match(letter):
            continue
        plain = unicodedata.normalize("NFKC", letter)
        plain = plain if len(plain) <= _LONGEST_FORM else letter
        parts.append(plain)
        origin.extend([place] * len(plain))
    return "".join(parts), origin


def cut(text: str) -> list[Piece]:
    """Cut a normalised text into pieces; marks and blanks are left out."""
    found = (_ASCII_PIECE if text.isascii() else _PIECE).finditer(text)
    return [Piece(_KIND_OF[match.lastgroup or ""], match[0].lower(), *match.span()) for match in found]
