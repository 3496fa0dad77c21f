"""Cutting a text into parts of so many bytes of UTF-8: exactly, at sentence ends, and never inside what is one sign.

Joined, the parts are the text: nothing is trimmed, nothing added. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

MAX_TEXT_BYTES = 2048
"""What one text message of a WeChat account holds; known by experience, the platform does not write it down."""

_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_SELECTORS = range(0xFE00, 0xFE10)
_ENDS = frozenset("。！？!?…；;")
_CLOSERS = frozenset("”’」』》）)]\"'")
_PAUSES = frozenset(" \t\u3000,，、:：")


def split(text: str, limit: int = MAX_TEXT_BYTES) -> tuple[str, ...]:
    """Return the parts in order, each of at most `limit` bytes (at least 4) and none empty; no part for no text.

    A sign is a character with its marks, a joined emoji or a flag. One that is longer than a part by itself is cut
    between its characters.
    """
    if len(text.encode("utf-8", "surrogatepass")) <= limit:
        return (text,) if text else ()
    parts: list[str] = []
    waiting: list[str] = []
    size = 0
    for sign in _fitting(text, limit):
        length = _size(sign)
        while size + length > limit:
            cut = _best_cut(waiting)
            parts.append("".join(waiting[:cut]))
            waiting = waiting[cut:]
            size = sum(map(_size, waiting))
        waiting.append(sign)
        size += length
    return (*parts, "".join(waiting))


def signs(text: str) -> Iterator[str]:
    """Yield what a reader sees as one sign each: close to the grapheme clusters of UAX 29, without its tables."""
    start = 0
    for index in range(1, len(text)):
        if not _belongs(text, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _fitting(text: str, limit: int) -> Iterator[str]:
    for sign in signs(text):
        if _size(sign) <= limit:
            yield sign
        else:
            yield from sign


def _belongs(text: str, start: int, index: int) -> bool:
    """Tell whether the character at `index` belongs to the sign that began at `start`."""
    character, before = text[index], text[index - 1]
    if character.isascii():
        return character == "\n" and before == "\r"
    point = ord(character)
    if point in _REGIONAL:
        # Flags are pairs: only the second of each belongs to the one before it.
        return ord(before) in _REGIONAL and index - start == 1
    if before == _JOINER:
        # Only pictures are joined; in scripts such as Persian the joiner shapes letters that stay signs of their own.
        return unicodedata.category(character) == "So" and index - start > 1
    return (
        character == _JOINER
        or point in _SELECTORS
        or point in _SKIN_TONES
        or point in _TAGS
        or unicodedata.category(character) in ("Mn", "Me", "Mc")
    )


def _best_cut(waiting: Sequence[str]) -> int:
    """Return after how many signs to cut: at the last line, sentence or word end that leaves at least half of them."""
    half = len(waiting) // 2
    after_sentence = after_pause = 0
    for index in range(len(waiting) - 1, half - 1, -1):
        sign = waiting[index]
        if sign in ("\n", "\r\n"):
            return index + 1
        if not after_sentence and _ends_sentence(waiting, index):
            after_sentence = index + 1
        if not after_pause and sign in _PAUSES:
            after_pause = index + 1
    return after_sentence or after_pause or len(waiting)


def _ends_sentence(waiting: Sequence[str], index: int) -> bool:
    sign = waiting[index]
    following = waiting[index + 1] if index + 1 < len(waiting) else ""
    if following in _ENDS or following in _CLOSERS:
        return False
    if sign in _ENDS:
        return True
    if sign == ".":
        return following.isspace()
    return sign in _CLOSERS and index > 0 and (waiting[index - 1] in _ENDS or waiting[index - 1] == ".")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
