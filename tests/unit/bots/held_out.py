"""Sentences that the demo bot has not been trained on, as `intent<TAB>sentence`, one file a language."""

from __future__ import annotations

from pathlib import Path


def sentences(language: str) -> list[tuple[str, str]]:
    """Return the pairs of intent and sentence of a language."""
    lines = (Path(__file__).parent / f"held_out_{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [(intent, text) for intent, _, text in (line.partition("\t") for line in lines)]
