"""The form of the word lists of feelings: which words there are, `emotion_words_zh` and `emotion_words_en` say.

Under `[feelings 2]`, `[degrees 1.5]`, `[turns 1.3]`, `[negations]` and `[rage]` stand words between blanks. What a
language makes of them is told in `emotion_zh` and `emotion_en`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionWords:
    """The words of a language: feelings, degrees and turns with their number, negations, words of rage."""

    feelings: Mapping[str, float]
    degrees: Mapping[str, float]
    turns: Mapping[str, float]
    negations: frozenset[str]
    rage: frozenset[str]


def read_emotion_words(lists_of_words: str) -> EmotionWords:
    """Read the lists of a language."""
    lists: dict[str, dict[str, float]] = {"feelings": {}, "degrees": {}, "turns": {}, "negations": {}, "rage": {}}
    name, number = "", 0.0
    for line in lists_of_words.splitlines():
        if line.startswith("["):
            name, _, weight = line.strip("[]").partition(" ")
            number = float(weight or 0)
        elif line:
            lists[name].update((word.replace("_", " "), number) for word in line.split())
    return EmotionWords(
        feelings=lists["feelings"],
        degrees=lists["degrees"],
        turns=lists["turns"],
        negations=frozenset(lists["negations"]),
        rage=frozenset(lists["rage"]),
    )
