"""Tells Chinese from English by the letters of a text; made for short messages, not for documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from bots.nlu.tokenize import Piece

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_SHARED = frozenset(
    {"ok", "okay", "hi", "bye", "yes", "no", "app", "vip", "id", "sku", "pdf", "sms", "hk", "sf", "jd", "ems", "zto"}
)
"""Words that a Chinese customer writes too, beginnings of order and parcel numbers among them; alone they do not change
the language of a conversation."""


def detect(pieces: Sequence[Piece]) -> Language | None:
    """Return the language of a text, None when nothing in it tells (numbers, emoji, "ok").

    A message that mixes both is Chinese unless it has more English words than Chinese characters.
    """
    han = sum([len(text) for kind, text, _, _ in pieces if kind == "han"])
    words = [text for kind, text, _, _ in pieces if kind == "word" and len(text) > 1 and text.isascii()]
    if han:
        return "zh" if han >= len(words) else "en"
    return None if _SHARED.issuperset(words) else "en"


def named(tag: str | None) -> Language | None:
    """Return the language that a tag such as `zh-CN` names, None when it is not one of ours."""
    start = (tag or "").replace("_", "-").partition("-")[0].lower()
    return next((language for language in LANGUAGES if language == start), None)
