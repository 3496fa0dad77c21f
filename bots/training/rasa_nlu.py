"""Reads the `nlu` section of Rasa's files: examples with marked entities, synonyms, regexes and word lists.

Works on trees of one or many files and gathers them in one place; a fault never stops the reading of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bots.training.annotations import read_marks
from bots.training.dataset import Example, Pattern, TrainingData
from bots.training.patterns import PatternFault, checked_pattern
from bots.training.yaml_tree import Faults, Tree
from hub.model.reasons import reason
from hub.model.sentences import Sentence

MAX_EXAMPLE = 2_000
"""Longest example, in code points: a sentence to learn from, not a document."""


@dataclass(slots=True)
class NluReader:
    """Gathers training data from any number of `nlu` sections."""

    faults: Faults
    examples: list[Example] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)
    patterns: list[Pattern] = field(default_factory=list)
    lookups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)

    def read(self, section: Tree) -> None:
        """Read one `nlu` section."""
        for item in self.faults.sequence(section, "nlu"):
            keys = self.faults.mapping(item, "an item of nlu")
            if "intent" in keys:
                self._intent(item, keys)
            elif "synonym" in keys:
                self._synonym(item, keys)
            elif "regex" in keys:
                self._regex(item, keys)
            elif "lookup" in keys:
                name = self.faults.word(keys["lookup"], "lookup")
                words = tuple(text for text, _ in self._lines(item, keys))
                self.lookups[name] = self.lookups.get(name, ()) + words
            elif keys:
                self.faults.add(item, "an item of nlu needs one of the keys intent, synonym, regex, lookup")

    def training_data(self) -> TrainingData:
        """Return what was gathered."""
        return TrainingData(
            examples=tuple(self.examples),
            synonyms=dict(self.synonyms),
            patterns=tuple(self.patterns),
            lookups=dict(self.lookups),
            intent_metadata=dict(self.metadata),
        )

    def _intent(self, item: Tree, keys: Mapping[str, Tree]) -> None:
        intent = self.faults.word(keys["intent"], "intent")
        if "metadata" in keys:
            for name, value in self.faults.mapping(keys["metadata"], "metadata").items():
                if value.text is not None:
                    self.metadata.setdefault(intent, {})[name] = value.text
        for text, at in self._lines(item, keys):
            self._example(intent, text, at)

    def _example(self, intent: str, marked: str, at: Tree) -> None:
        if len(marked) > MAX_EXAMPLE:
            self.faults.add(
                at,
                Sentence("an example of {intent!r} is longer than {most} characters", intent=intent, most=MAX_EXAMPLE),
            )
            return
        text, entities = read_marks(marked, at, self.faults)
        for entity in entities:
            words = text[entity.start : entity.end]
            if entity.value != words:
                self.synonyms[words.lower()] = entity.value
        self.examples.append(Example(text=text, intent=intent, entities=entities, marked=marked))

    def _synonym(self, item: Tree, keys: Mapping[str, Tree]) -> None:
        value = self.faults.word(keys["synonym"], "synonym")
        for text, _ in self._lines(item, keys):
            self.synonyms[text.lower()] = value

    def _regex(self, item: Tree, keys: Mapping[str, Tree]) -> None:
        name = self.faults.word(keys["regex"], "regex")
        for text, at in self._lines(item, keys):
            try:
                checked_pattern(text)
            except PatternFault as err:
                self.faults.add(at, Sentence("the regex {name!r} is not right: {error}", name=name, error=reason(err)))
            else:
                self.patterns.append(Pattern(name=name, regex=text, file=at.file, line=at.line))

    def _lines(self, item: Tree, keys: Mapping[str, Tree]) -> Iterator[tuple[str, Tree]]:
        """Yield each example with its place: lines of a block of text, or items of a list with `text`."""
        at = keys.get("examples")
        if at is None or at.is_null or at.items == () or (at.text is not None and not at.text.strip()):
            self.faults.add(item, "examples are missing")
        elif at.items is not None:
            for entry in at.items:
                text = entry.map["text"] if entry.map and "text" in entry.map else entry
                example = self.faults.word(text, "an example").strip("\n\r ")
                if example:
                    yield example, text
                elif text.text is not None:
                    self.faults.add(text, "an example is empty")
        else:
            yield from self._block(self.faults.word(at, "examples"), at)

    def _block(self, text: str, at: Tree) -> Iterator[tuple[str, Tree]]:
        for number, raw in enumerate(text.split("\n"), start=1):
            line = raw.strip("\n\r ")
            place = Tree(file=at.file, line=at.line + number, text=line)
            if line.startswith("-"):
                if example := line[1:].strip():
                    yield example, place
                else:
                    self.faults.add(place, "an example is empty")
            elif line and not line.startswith("#"):
                self.faults.add(place, 'a line of examples must begin with "- "')
