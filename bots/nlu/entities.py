"""Finds entities by patterns, word lists, marked phrases and built-in readers; brings them to one value by synonyms.

Offsets are those of Rasa: code points of the text as it came, end exclusive. Where two finds overlap, the longer wins,
then the surer kind (pattern or list, marked phrase, built-in). Nothing is learnt here beyond the exact phrases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bots.nlu.numbers import Reading
from bots.nlu.readers import READERS
from bots.nlu.tokenize import Normalised
from bots.nlu.traditional import simplify
from bots.nlu.word_lists import WordList
from bots.training.dataset import TrainingData
from bots.training.patterns import SafePattern

_BY_RULE = "RegexEntityExtractor"
_MARKED = "MarkedPhraseExtractor"
_BUILT_IN = "BuiltInExtractor"
_RANK: Mapping[str, int] = {_BY_RULE: 0, _MARKED: 1, _BUILT_IN: 2}


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


class Phrases(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The phrases that trainers marked as one entity."""

    entity: str
    words: tuple[str, ...]
    role: str | None = None
    group: str | None = None


class Lexicon(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that entities are found by, as plain values; `entities` are the names that the domain knows."""

    entities: tuple[str, ...] = ()
    is_simplified: bool = True
    synonyms: Mapping[str, str] = {}
    patterns: tuple[tuple[str, str], ...] = ()
    lookups: Mapping[str, tuple[str, ...]] = {}
    phrases: tuple[Phrases, ...] = ()

    @classmethod
    def gather(cls, data: TrainingData, entities: Sequence[str], *, is_simplified: bool) -> Lexicon:
        """Gather it from training data."""
        marked: dict[tuple[str, str | None, str | None], dict[str, None]] = {}
        for example in data.examples:
            for mark in example.entities:
                key = (mark.entity, mark.role, mark.group)
                marked.setdefault(key, {})[example.text[mark.start : mark.end]] = None
        return cls(
            entities=tuple(entities),
            is_simplified=is_simplified,
            synonyms=data.synonyms,
            patterns=tuple((pattern.name, pattern.regex) for pattern in data.patterns),
            lookups=data.lookups,
            phrases=tuple(
                Phrases(entity=entity, words=tuple(words), role=role, group=group)
                for (entity, role, group), words in marked.items()
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finder:
    """One way of finding, and what is found by it. Not every name is an entity: some are features only."""

    name: str
    spans: Callable[[str], Iterator[tuple[int, int]]]
    extractor: str
    role: str | None = None
    group: str | None = None


class EntityFinder:
    """Finds the entities of a domain in normalised text; immutable."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Make the patterns and word lists ready.

        Raises:
            PatternFault: a pattern is no regex.
        """
        self._entities = frozenset(lexicon.entities)
        self._synonyms = lexicon.synonyms
        self._finders = tuple(_finders(lexicon))
        taken = {finder.name for finder in self._finders}
        self._readers = tuple((name, READERS[name]) for name in lexicon.entities if name in READERS.keys() - taken)

    def find(self, normalised: Normalised) -> tuple[list[Entity], list[str]]:
        """Return the entities of a text in order, and the names of all patterns and lists that hit it."""
        found: list[Entity] = []
        hits: dict[str, None] = {}
        for finder in self._finders:
            for start, end in finder.spans(normalised.reading):
                if finder.extractor != _MARKED:
                    hits[finder.name] = None
                if finder.name in self._entities:
                    found.append(self._entity(finder, start, end, normalised))
        for name, reader in self._readers:
            found += [_read_entity(name, reading, normalised) for reading in reader(normalised.reading)]
        return _without_overlaps(found), list(hits)

    def _entity(self, finder: _Finder, first: int, last: int, normalised: Normalised) -> Entity:
        start, end = normalised.span(first, last)
        words, reading = normalised.text[first:last], normalised.reading[first:last]
        synonym = self._synonyms.get(words.lower()) or self._synonyms.get(reading.lower())
        return Entity(
            name=finder.name,
            value=synonym or words,
            start=start,
            end=end,
            extractor=finder.extractor,
            role=finder.role,
            group=finder.group,
        )


def _read_entity(name: str, reading: Reading, normalised: Normalised) -> Entity:
    start, end = normalised.span(reading.start, reading.end)
    return Entity(name=name, value=reading.value, start=start, end=end, extractor=_BUILT_IN)


def _finders(lexicon: Lexicon) -> Iterator[_Finder]:
    def listed(words: Sequence[str]) -> Callable[[str], Iterator[tuple[int, int]]]:
        return WordList([simplify(word) for word in words] if lexicon.is_simplified else words).spans

    for name, source in lexicon.patterns:
        yield _Finder(name=name, spans=SafePattern(source).spans, extractor=_BY_RULE)
    for name, words in lexicon.lookups.items():
        yield _Finder(name=name, spans=listed(words), extractor=_BY_RULE)
    for marked in lexicon.phrases:
        spans = listed(marked.words)
        yield _Finder(name=marked.entity, spans=spans, extractor=_MARKED, role=marked.role, group=marked.group)


def _without_overlaps(found: Sequence[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in sorted(found, key=lambda item: (item.start - item.end, _RANK[item.extractor], item.start)):
        if all(entity.end <= other.start or entity.start >= other.end for other in kept):
            kept.append(entity)
    return sorted(kept, key=lambda item: item.start)
