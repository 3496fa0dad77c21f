"""How many short messages a text is, and where it is cut: the GSM and UCS-2 rules, and the Chinese domestic one.

A cut never falls between the two halves of a character, inside an extension character, or inside a joined emoji that
fits into one part. Pure: it only counts; what is sent is decided by the connectors.

Source: GSM 03.38 (3GPP TS 23.038) for the alphabets; 3GPP TS 23.040 for the parts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from hub.ports.abilities import Measure

GSM = "GSM-7"
UCS2 = "UCS-2"
GSM_ONE, GSM_EACH = 160, 153
"""Septets in a message that stands alone, and in each of several."""
UCS2_ONE, UCS2_EACH = 70, 67
"""UTF-16 code units, in the same way. The Chinese domestic providers count so whatever the alphabet."""

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The alphabet in the order of its codes; the escape at 0x1B is no character of its own."""
EXTENDED = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
"""Characters that are written as an escape and a code of their own."""

_SEPTETS = {**{character: 1 for character in BASIC if character != "\x1b"}, **dict.fromkeys(EXTENDED, 2)}
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAGS = range(0x1F1E6, 0x1F200)
_BEYOND = 0x10000


def measure(text: str) -> Measure:
    """Return how the world's networks send a text: in septets where the GSM alphabet has every character."""
    if all(character in _SEPTETS for character in text):
        return _packed(text, GSM, _septets, GSM_ONE, GSM_EACH)
    return measure_wide(text)


def measure_wide(text: str) -> Measure:
    """Return how a text is sent in UCS-2, whatever its characters."""
    return _packed(text, UCS2, units_of, UCS2_ONE, UCS2_EACH)


def measure_domestic(text: str, signature: str = "") -> Measure:
    """Return how a provider in mainland China counts a text that goes out behind 【signature】, which it counts too.

    The parts are those of the text alone: the first has less room.
    """
    used = units_of(f"【{signature}】") if signature else 0
    return _packed(text, UCS2, units_of, UCS2_ONE, UCS2_EACH, used=used)


def units_of(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) + sum(ord(character) >= _BEYOND for character in text)


def _septets(text: str) -> int:
    return sum(_SEPTETS[character] for character in text)


def _packed(text: str, encoding: str, cost: Callable[[str], int], one: int, each: int, *, used: int = 0) -> Measure:
    units = cost(text) + used
    if units <= one:
        return Measure(encoding=encoding, segments=1, units=units, limit=one, parts=(text,))
    parts: list[str] = []
    part, filled = "", used
    for piece in _pieces(text, each, cost):
        size = cost(piece)
        if filled + size > each:
            parts.append(part)
            part, filled = "", 0
        part, filled = part + piece, filled + size
    parts.append(part)
    return Measure(encoding=encoding, segments=len(parts), units=units, limit=each * len(parts), parts=tuple(parts))


def _pieces(text: str, limit: int, cost: Callable[[str], int]) -> Iterator[str]:
    """Return what must stay together; what is too long for any part falls into its characters."""
    for cluster in _clusters(text):
        if cost(cluster) <= limit:
            yield cluster
        else:
            yield from cluster


def _clusters(text: str) -> Iterator[str]:
    start, flags = 0, 0
    for at, character in enumerate(text):
        is_flag = ord(character) in _FLAGS
        if at and not (_joins(text[at - 1], character) or (is_flag and flags % 2)):
            yield text[start:at]
            start, flags = at, 0
        flags = flags + 1 if is_flag else 0
    if text:
        yield text[start:]


def _joins(before: str, character: str) -> bool:
    code = ord(character)
    return (
        _JOINER in (before, character)
        or code in _SKIN_TONES
        or code in _TAGS
        or (code >= 0x300 and unicodedata.category(character) in ("Mn", "Me", "Mc"))
    )
