"""Turns texts of notices into plain words, so that tables of phrases stay short.

Addresses, hosts and links become `@`, `%host` and nothing; sentence ends become `.`. All work is linear in the text,
which is cut at a bound. This module knows no phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

BODY_LIMIT = 200_000
"""Characters of a body that are looked at. Notices are short; what comes later is the returned mail."""

LINE_LIMIT = 2_000
_LINES = 10_000
_WORDS_LIMIT = 4_000
_REACH = 8
"""Words between a state and its noun: \"recipient address rejected: user *@* is not a known one\"."""

_EAST = r"\u3000-\u9fff\uac00-\ud7af\uff00-\uffef"
ADDRESS = re.compile(rf"[^\s<>()\[\]:;,\"'@`|{_EAST}]{{1,64}}@(?:(?![{_EAST}])[\w.-]){{1,255}}")
"""Chinese and Japanese notices write on beside an address without a space: their letters and signs end it."""
_TRIM = "-<>()[]{}\"'`,;:!?*#|=~_“”‘’«»。，：；！（）"
_FOLD = str.maketrans({"’": "'", "‘": "'", "`": "'", "\u00a0": " ", "\u3000": " ", "…": " "})
_WIDE = re.compile(r"([\u3040-\u30ff\u3400-\u9fff])")
_ERROR_NAMES = ("resolver.", "err.", "smtpsend.", "storedrv.")
"""Exchange and others write errors as dotted names, which are no hosts."""

_SENTENCE_ENDS = (".", ";", "!", "?")


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, both bounded."""
    return [line[:LINE_LIMIT] for line in text[:BODY_LIMIT].splitlines()[:_LINES]]


def words_of(text: str) -> list[str]:
    """Return the words in lower case, without what changes from notice to notice."""
    words: list[str] = []
    for raw in text[:BODY_LIMIT].translate(_FOLD).lower().replace(":<", ": <").split():
        if len(words) >= _WORDS_LIMIT:
            break
        if "://" in raw or raw.startswith("www."):
            continue
        words.extend(_word(raw))
    return words


def spaced(words: Iterable[str]) -> str:
    """Join words with a space on either side, as `contains` wants it."""
    return f" {' '.join(words)} "


def contains(text: str, phrases: Iterable[str]) -> str:
    """Return the first of the phrases that a spaced text holds, or nothing.

    A phrase matches whole words; with a star at its end the last word may go on.
    """
    for phrase in phrases:
        if (f" {phrase[:-1]}" if phrase.endswith("*") else f" {phrase} ") in text:
            return phrase
    return ""


def near(words: Sequence[str], states: Mapping[str, Sequence[tuple[str, ...]]], nouns: frozenset[str]) -> str:
    """Return the noun that stands closest to one of the states in a clause, or nothing.

    Both orders count ("user unknown", "unknown user"); a sentence end between them does not. An address counts only
    where no other noun stands: it is everywhere.
    """
    found: list[tuple[bool, int, str]] = []
    for at, word in enumerate(words):
        for state in states.get(word, ()):
            end = at + len(state)
            if tuple(words[at:end]) == state:
                found += _nouns(words, range(at - 1, max(-1, at - 1 - _REACH), -1), nouns)
                found += _nouns(words, range(end, min(len(words), end + _REACH)), nouns)
    return min(found)[2] if found else ""


def _nouns(words: Sequence[str], indexes: range, nouns: frozenset[str]) -> list[tuple[bool, int, str]]:
    found = []
    for distance, index in enumerate(indexes):
        if words[index] == ".":
            break
        if words[index] in nouns:
            found.append((words[index] == "@", distance, words[index]))
    return found


def _word(raw: str) -> list[str]:
    if "@" in raw[1:-1]:
        return ["@", "."] if raw.endswith(_SENTENCE_ENDS) and not raw.endswith("...") else ["@"]
    ends = raw.rstrip("\")'").endswith(_SENTENCE_ENDS) and not raw.endswith("...")
    core = raw.strip(_TRIM + ".")
    if not core:
        return ["."] if ends else []
    if core.startswith(_ERROR_NAMES):
        return core.replace(".", " ").split()
    if "." in core and any(letter.isalpha() for letter in core) and " " not in core:
        core = "%host" if "=" not in core and "/" not in core else core
    core = core.replace("'", "")
    parts = [core] if core.isascii() else _WIDE.sub(r"\1", core).split()
    pieces = [piece for part in parts for piece in part.replace("/", " ").replace("=", " ").replace(":", " ").split()]
    return [*pieces, "."] if ends else pieces
