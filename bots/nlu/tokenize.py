"""Cuts a text into Chinese runs, Latin words and codes, and keeps where each stood in the original.

Normalising (full-width to plain, compatibility forms) may change lengths, while Rasa's offsets count the code points of
what the customer wrote; so every normalised text carries the way back. Nothing here knows of intents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

MAX_READ = 1_000
"""How much of a message is read, in code points. What somebody wants is said by then, and the time stays bounded."""

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇"

_LETTER = rf"[^\W\d_{HAN}]"
_PIECE = re.compile(
    rf"(?P<han>[{HAN}]+)|(?P<code>[A-Za-z]*[0-9](?:[A-Za-z0-9]|[.,](?=[0-9]))*)|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)?)"
)

PieceKind = Literal["han", "word", "code"]
_KINDS: tuple[PieceKind, ...] = get_args(PieceKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A normalised text; `origin[i]` is where its i-th code point began in the original, None when nothing moved."""

    text: str
    origin: Sequence[int] | None
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original offsets of a stretch, end exclusive."""
        if self.origin is None:
            return start, end
        first = self.origin[start] if start < len(self.origin) else self.length
        return first, self.origin[end] if end < len(self.origin) else self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One run of Chinese, one Latin word, or one code (digits, perhaps with letters: `HK20260001`), in lower case."""

    kind: PieceKind
    text: str
    start: int
    end: int


def normalise(original: str) -> Normalised:
    """Bring the beginning of a text (MAX_READ) into compatibility form, letter by letter; the case stays."""
    text = original[:MAX_READ]
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return Normalised(text=text, origin=None, length=len(text))
    parts: list[str] = []
    origin: list[int] = []
    for position, letter in enumerate(text):
        plain = unicodedata.normalize("NFKC", letter)
        parts.append(plain)
        origin.extend([position] * len(plain))
    return Normalised(text="".join(parts), origin=origin, length=len(text))


def cut(text: str) -> list[Piece]:
    """Cut a normalised text into pieces; marks, blanks and emoji are left out."""
    return [
        Piece(kind=kind, text=match[0].lower(), start=match.start(), end=match.end())
        for match in _PIECE.finditer(text)
        for kind in _KINDS
        if match.lastgroup == kind
    ]
