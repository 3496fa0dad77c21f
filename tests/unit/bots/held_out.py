"""The demo bot's own test set: sentences that it is not trained on, by language."""

from __future__ import annotations

from bots.teaching.material import given, read_test_set


def sentences(language: str) -> list[tuple[str, str]]:
    """Return the pairs of intent and sentence of a language."""
    files = {path: text for path, text in given({"project": "demo"}).items() if path == f"tests/{language}.yml"}
    return [(example.intent, example.text) for example in read_test_set(files)]
