"""The words by which a customer forbids messages, allows them again, or asks for help: whole messages, nothing else.

A word inside a sentence is talk. This module decides nothing: the hub keeps the consent, and no machine answers.

Source: Twilio's default keywords, and the words that Chinese carriers have senders print (channels.md 2.2).
"""

from __future__ import annotations

import unicodedata
from typing import Literal

ConsentWord = Literal["opt_out", "opt_in", "help"]

_WORDS: dict[str, ConsentWord] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), "opt_out"),
    **dict.fromkeys(("T", "TD", "R", "退订", "退订回T"), "opt_out"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "opt_in"),
    **dict.fromkeys(("HELP", "INFO"), "help"),
}
_LONGEST = 60
"""No word is longer, even with marks around it: a long message is not looked at."""


def consent_word(text: str) -> ConsentWord | None:
    """Return what a message asks for when it is such a word: any case, full-width or not, marks around it or none."""
    if len(text) > _LONGEST:
        return None
    word = unicodedata.normalize("NFKC", text)
    start, end = 0, len(word)
    while start < end and _is_around(word[start]):
        start += 1
    while end > start and _is_around(word[end - 1]):
        end -= 1
    return _WORDS.get(word[start:end].upper())


def _is_around(character: str) -> bool:
    return unicodedata.category(character)[0] in "PZC"
