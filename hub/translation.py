"""What Huike says, in the language of whoever reads it. Used at the edges only: the API, the sockets, the terminal.

The English text is the key (see `hub.model.sentences`); the Chinese one stands in `hub/locales/zh-CN`, one file for
each package that says it.
Decides nothing and raises nothing: what has no translation, such as a provider's own words, stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Literal

import msgspec

from hub.model.sentences import Sentence, Texts, filled

Language = Literal["en", "zh-CN"]
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
CATALOGUES = Path(__file__).parent / "locales" / "zh-CN"


def _catalogue() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob("*.json")):
        found.update(json.loads(path.read_bytes()))
    return found


CATALOGUE: Mapping[str, str] = _catalogue()
"""Every English sentence and template with its Chinese one; read once, before anything waits for an answer."""


@lru_cache(maxsize=256)
def language_of(wish: str | None) -> Language:
    """Return the language for a wish: an Accept-Language header, a locale such as `zh-CN`, or a `LANG` of a terminal.

    Of several, the one that is wanted most decides, the earlier of equals. What is neither is English.
    """
    best, most = "", 0.0
    for part in (wish or "").split(","):
        name, _, quality = part.partition(";")
        weight = _weight(quality)
        if name.strip() and weight > most:
            best, most = name.strip(), weight
    return "zh-CN" if best.lower().startswith("zh") else "en"


def language_at_terminal(environment: Mapping[str, str]) -> Language:
    """Return the language that the terminal's environment asks for, in the order in which POSIX asks it."""
    return language_of(next((environment[name] for name in _LOCALES if environment.get(name)), None))


def translated(text: str | Texts, language: Language) -> str:
    """Return a sentence in a language, as a plain text."""
    if isinstance(text, Mapping):
        return text.get(language) or text["en"]
    if language == "en":
        return str(text)
    if not isinstance(text, Sentence):
        return CATALOGUE.get(text, text)
    template = CATALOGUE.get(text.template)
    if template is None:
        return str(text)
    return filled(template, text.values, "、", partial(translated, language=language))


@cache
def encoder(language: Language) -> msgspec.json.Encoder:
    """Return the encoder of what a reader of a language is shown: every Sentence in it is said in that language."""
    return msgspec.json.Encoder(enc_hook=hook(language))


def hook(language: Language) -> Callable[[object], str]:
    """Return how msgspec writes a Sentence, which it does not take for a text by itself."""

    def said(value: object) -> str:
        if isinstance(value, Sentence):
            return translated(value, language)
        raise NotImplementedError(f"no JSON for {type(value).__name__}")

    return said


def _weight(quality: str) -> float:
    name, _, number = quality.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0
