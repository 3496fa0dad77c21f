"""Compiles the regexes that trainers write, and refuses those that can blow up.

A backtracking engine may need ages for `(a+)+$` on thirty letters, and a customer's message must never hold the server
up. So each regex is tried on texts made to hurt it, and every search later has a time limit. The only module that
knows the engine (`regex`, which unlike the standard one can be stopped).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex  # type: ignore[import-untyped]  # published without types; used here only

from hub.model.reasons import reason
from hub.model.sentences import Sentence

LONGEST_PATTERN = 1_000
_TRIAL_S = 0.05
_TRIALS = 3
"""A regex is refused when it is too slow this often on one text: the machine may be busy once."""
_SEARCH_S = 0.02
"""Longest time of one search. A hundred times what an honest regex needs for the longest text that is read."""
_FLAGS = regex.IGNORECASE | regex.ASCII | regex.VERSION0
"""ASCII: a Chinese character is then no part of a word, so `\\b` holds between 单 and HK2026, as a trainer means it."""


class PatternFault(ValueError):
    """A regex that cannot be used; the sentence says why."""


class SafePattern:
    """A compiled regex whose searches end in time; immutable."""

    def __init__(self, source: str) -> None:
        """Compile without trying it out.

        Raises:
            PatternFault: it is no regex, or too long.
        """
        if len(source) > LONGEST_PATTERN:
            raise PatternFault(Sentence("it is longer than {most} characters", most=LONGEST_PATTERN))
        try:
            self._compiled = regex.compile(source, _FLAGS)
        except (regex.error, ValueError, RecursionError, OverflowError) as err:
            raise PatternFault(reason(err)) from err

    def spans(self, text: str, time_limit_s: float = _SEARCH_S) -> Iterator[tuple[int, int]]:
        """Yield start and end of each hit that is not empty; after the time limit there are no more."""
        try:
            for match in self._compiled.finditer(text, timeout=time_limit_s):
                if match.end() > match.start():
                    yield match.span()
        except TimeoutError:
            return

    def is_slow(self, text: str) -> bool:
        """Tell whether searching the text takes too long."""
        for _ in range(_TRIALS):
            try:
                for _match in self._compiled.finditer(text, timeout=_TRIAL_S):
                    pass
            except TimeoutError:
                continue
            return False
        return True


def checked_pattern(source: str) -> SafePattern:
    """Compile a regex and try it on texts made to hurt it.

    Raises:
        PatternFault: it is no regex, too long, or takes so long on one of the texts that it could hold a bot up.
    """
    pattern = SafePattern(source)
    if any(pattern.is_slow(text) for text in _hard_texts(source)):
        raise PatternFault("it can take very long on some messages; avoid repeats within repeats such as (a+)+")
    return pattern


def _hard_texts(source: str) -> Iterator[str]:
    """Yield long texts that nearly match: repeats of what the regex names, each with an end that does not fit."""
    literals = list(dict.fromkeys(re.findall(r"[^\W_]|[-_.@/ ]", re.sub(r"\\.", "", source))))[:12]
    words = re.findall(r"[^\W_]{2,}", re.sub(r"\\.", " ", source))[:4]
    for unit in dict.fromkeys([*literals, *words, "a", "1", "中", " ", "a1", "a ", "1-", "a.", "中1 "]):
        yield unit * (800 // len(unit)) + "\x00"
