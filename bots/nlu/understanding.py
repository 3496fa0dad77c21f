"""Puts the parts of understanding together: one text in, intent, entities, language and mood out.

Texts that begin with "/" are commands of buttons (`/intent{"entity": "value"}`) and skip the classifier, as in Rasa.
Immutable after training and free of input and output, so one object serves all sessions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bots.nlu import language
from bots.nlu.classifier import IntentClassifier
from bots.nlu.emotion import is_angry
from bots.nlu.entities import Entity, EntityFinder
from bots.nlu.features import extract
from bots.nlu.language import Language
from bots.nlu.tokenize import MAX_READ, Piece, cut, normalise
from bots.training.dataset import Project

FALLBACK = "nlu_fallback"
RANKED = 10
"""How many intents a ranking shows, as Rasa does."""

_COMMAND = re.compile(r"^/(?P<name>[^{@\s]+)(?:@(?P<confidence>[0-9.]+))?\s*(?P<entities>\{.*\})?", re.DOTALL)
_command_entities = msgspec.json.Decoder(dict[str, str | int | float | bool | None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What was understood. `ranking` is best first; with `is_fallback` its first is only the best guess."""

    text: str
    ranking: tuple[tuple[str, float], ...]
    is_fallback: bool
    entities: tuple[Entity, ...] = ()
    language: Language | None = None
    is_angry: bool = False
    tokens: tuple[tuple[int, int], ...] = ()

    @property
    def intent(self) -> str:
        """Return the intent to act on."""
        return FALLBACK if self.is_fallback else self.ranking[0][0]


class Understander:
    """Understands texts for one bot."""

    def __init__(self, project: Project) -> None:
        """Train on a project's examples."""
        self._config = project.config
        self._known = frozenset((*project.domain.intents, *(example.intent for example in project.data.examples)))
        self._finder = EntityFinder(project.data, project.domain.entities)
        texts = [self._read(example.text) for example in project.data.examples]
        counts = [extract(pieces, hits) for pieces, _, hits, _ in texts]
        self._classifier = IntentClassifier(counts, [example.intent for example in project.data.examples])

    def understand(self, text: str) -> Understanding:
        """Understand one text; never fails, whatever the text is."""
        if text.startswith("/") and (command := self._command(text)):
            return command
        pieces, entities, hits, tokens = self._read(text)
        verdict = self._classifier.rank(extract(pieces, hits))
        return Understanding(
            text=text,
            ranking=verdict.ranking,
            is_fallback=verdict.is_strange or self._is_unsure(verdict.ranking),
            entities=tuple(entities),
            language=language.detect(pieces),
            is_angry=is_angry(text[:MAX_READ]),
            tokens=tokens,
        )

    def parse(self, text: str) -> dict[str, object]:
        """Understand one text and tell it in the form of Rasa's `/model/parse`."""
        found = self.understand(text)
        ranking = [{"name": name, "confidence": confidence} for name, confidence in found.ranking[:RANKED]]
        if found.is_fallback:
            ranking = [{"name": FALLBACK, "confidence": self._config.threshold}, *ranking[: RANKED - 1]]
        return {
            "text": text,
            "intent": ranking[0],
            "entities": [_entity_fields(entity) for entity in found.entities],
            "text_tokens": [list(token) for token in found.tokens],
            "intent_ranking": ranking,
        }

    def _read(self, text: str) -> tuple[list[Piece], list[Entity], list[str], tuple[tuple[int, int], ...]]:
        normalised = normalise(text)
        pieces = cut(normalised.text)
        entities, hits = self._finder.find(normalised)
        return pieces, entities, hits, tuple(normalised.span(piece.start, piece.end) for piece in pieces)

    def _is_unsure(self, ranking: Sequence[tuple[str, float]]) -> bool:
        if not ranking or ranking[0][1] < self._config.threshold:
            return True
        return len(ranking) > 1 and ranking[0][1] - ranking[1][1] < self._config.ambiguity_threshold

    def _command(self, text: str) -> Understanding | None:
        """Read `/intent@0.9{"entity": "value"}`; None where no such intent exists, so that it is read as words."""
        match = _COMMAND.match(text)
        if match is None or match["name"] not in self._known:
            return None
        try:
            confidence = min(1.0, float(match["confidence"] or 1))
            given = _command_entities.decode(match["entities"] or "{}")
        except (ValueError, msgspec.DecodeError, msgspec.ValidationError):
            confidence, given = 1.0, {}
        start = match.start("entities") if match["entities"] else 0
        end = match.end("entities") if match["entities"] else 0
        entities = [
            Entity(name=name, value=str(value), start=start, end=end, extractor="RegexMessageHandler")
            for name, value in given.items()
            if value is not None
        ]
        return Understanding(
            text=text, ranking=((match["name"], confidence),), is_fallback=False, entities=tuple(entities)
        )


def _entity_fields(entity: Entity) -> dict[str, object]:
    fields: dict[str, object] = {
        "entity": entity.name,
        "start": entity.start,
        "end": entity.end,
        "confidence_entity": 1.0,
        "value": entity.value,
        "extractor": entity.extractor,
    }
    optional = {"role": entity.role, "group": entity.group}
    return fields | {name: value for name, value in optional.items() if value is not None}
