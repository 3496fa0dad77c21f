"""Finds entities by patterns, word lists and the phrases that trainers marked; brings them to one value by synonyms.

Offsets are those of Rasa: code points of the text as it came, end exclusive. Where two finds overlap, the longer wins,
then the surer kind (pattern, list, marked phrase). Nothing is learnt here beyond the exact phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bots.nlu.tokenize import Normalised
from bots.training.dataset import TrainingData

_FLAGS = re.IGNORECASE | re.ASCII
"""ASCII: a Chinese character is then no part of a word, so `\\b` holds between 单 and HK2026, as a trainer means it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something found in a text."""

    name: str
    value: str
    start: int
    end: int
    extractor: str
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finder:
    """One compiled expression, what it finds, and by which way. Not every name is an entity: some are features only."""

    name: str
    expression: re.Pattern[str]
    extractor: str
    role: str | None = None
    group: str | None = None


class EntityFinder:
    """Finds the entities of a domain in normalised text; immutable."""

    def __init__(self, data: TrainingData, entities: Sequence[str]) -> None:
        """Compile the patterns, word lists and marked phrases; `entities` are the names that the domain knows."""
        self._entities = frozenset(entities)
        self._synonyms = data.synonyms
        self._finders = (*_pattern_finders(data), *_list_finders(data), *_phrase_finders(data))

    def find(self, normalised: Normalised) -> tuple[list[Entity], list[str]]:
        """Return the entities of a text in order, and the names of all patterns and lists that hit it."""
        found: list[Entity] = []
        hits: dict[str, None] = {}
        for finder in self._finders:
            for match in finder.expression.finditer(normalised.text):
                if match.end() == match.start():
                    continue
                if finder.extractor != _MARKED:
                    hits[finder.name] = None
                if finder.name in self._entities:
                    found.append(self._entity(finder, match, normalised))
        return _without_overlaps(found), list(hits)

    def _entity(self, finder: _Finder, match: re.Match[str], normalised: Normalised) -> Entity:
        start, end = normalised.span(match.start(), match.end())
        return Entity(
            name=finder.name,
            value=self._synonyms.get(match[0].lower(), match[0]),
            start=start,
            end=end,
            extractor=finder.extractor,
            role=finder.role,
            group=finder.group,
        )


_MARKED = "MarkedPhraseExtractor"


def _pattern_finders(data: TrainingData) -> Iterator[_Finder]:
    for pattern in data.patterns:
        expression = re.compile(pattern.regex, _FLAGS)
        yield _Finder(name=pattern.name, expression=expression, extractor="RegexEntityExtractor")


def _list_finders(data: TrainingData) -> Iterator[_Finder]:
    for name, words in data.lookups.items():
        yield _Finder(name=name, expression=_any_of(words), extractor="RegexEntityExtractor")


def _phrase_finders(data: TrainingData) -> Iterator[_Finder]:
    phrases: dict[tuple[str, str | None, str | None], dict[str, None]] = {}
    for example in data.examples:
        for mark in example.entities:
            key = (mark.entity, mark.role, mark.group)
            phrases.setdefault(key, {})[example.text[mark.start : mark.end]] = None
    for (entity, role, group), words in phrases.items():
        expression = _any_of(tuple(words))
        yield _Finder(name=entity, expression=expression, extractor=_MARKED, role=role, group=group)


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    """Compile a list of words into one expression, the longest first; Latin words match whole words only."""
    return re.compile("|".join(_bounded(word) for word in sorted(set(words), key=len, reverse=True)) or "(?!)", _FLAGS)


def _bounded(word: str) -> str:
    before = r"(?<![A-Za-z0-9])" if word[:1].isascii() and word[:1].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if word[-1:].isascii() and word[-1:].isalnum() else ""
    return f"{before}{re.escape(word)}{after}"


def _without_overlaps(found: Sequence[Entity]) -> list[Entity]:
    rank: Mapping[str, int] = {"RegexEntityExtractor": 0, _MARKED: 1}
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda item: (item.start - item.end, rank[item.extractor], item.start)):
        if all(entity.end <= other.start or entity.start >= other.end for other in kept):
            kept.append(entity)
    return sorted(kept, key=lambda item: item.start)
