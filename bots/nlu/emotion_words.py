"""Reads the word lists of feelings, one file a language: `words/zh.txt` and `words/en.txt` say what the parts mean.

Read once, when the first message is heard. Knows the form of the files only; what a language makes of the words is told
in `emotion_zh` and `emotion_en`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionWords:
    """The words of a language: feelings, degrees and turns with their number, negations, words of rage."""

    feelings: Mapping[str, float]
    degrees: Mapping[str, float]
    turns: Mapping[str, float]
    negations: frozenset[str]
    rage: frozenset[str]


def read_emotion_words(language: str) -> EmotionWords:
    """Read the lists of a language (`zh`, `en`)."""
    lists: dict[str, dict[str, float]] = {"feelings": {}, "degrees": {}, "turns": {}, "negations": {}, "rage": {}}
    name, number = "", 0.0
    for line in (_FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name, _, weight = line.strip("[]").partition(" ")
            number = float(weight or 0)
        elif line and not line.startswith("#"):
            lists[name].update((word.replace("_", " "), number) for word in line.split())
    return EmotionWords(
        feelings=lists["feelings"],
        degrees=lists["degrees"],
        turns=lists["turns"],
        negations=frozenset(lists["negations"]),
        rage=frozenset(lists["rage"]),
    )
