"""A trained model behind the teaching port: what it makes of a text, and why, with places in the text.

Translates only; understanding and explaining are `bots.nlu`'s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bots.nlu import FALLBACK, Model, Understanding, evaluate
from bots.nlu.explanation import Reason
from bots.nlu.tokenize import cut, normalise
from bots.nlu.word_lists import lower
from bots.training.dataset import Example
from hub.model.evaluation import Evaluation
from hub.ports.teaching import Explained, Piece, Reading, Why

_KINDS = {"words": "word", "characters": "word", "letters": "letters", "emoji": "word"}
"""What kind of piece a reason is about; the others are no words of the text."""
_ANY_CODE = "0"
"""What a model reads in the place of a long code, such as an order number."""


class ModelUnderstander:
    """Fulfils `hub.ports.teaching.Understander`; immutable."""

    def __init__(self, model: Model) -> None:
        """Take the model."""
        self._model = model

    def parse(self, text: str) -> dict[str, object]:
        """Tell what a text means, in the form of Rasa's `/model/parse`."""
        return self._model.parse(text)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Tell what each text is taken for."""
        readings: list[Reading] = []
        for text in texts:
            found = self._model.understand(text)
            intent, confidence = found.ranking[0] if found.ranking else (FALLBACK, 0.0)
            readings.append(Reading(intent=intent, confidence=confidence, is_fallback=found.is_fallback))
        return readings

    def evaluate(self, examples: Sequence[tuple[str, str]]) -> Evaluation:
        """Judge the model by (text, intent) pairs."""
        return evaluate(self._model, [Example(text=text, intent=intent) for text, intent in examples])

    def explain(self, text: str) -> Explained:
        """Tell what a text means, and why."""
        found = self._model.understand(text)
        told = self._model.explain(text)
        confidences = dict(found.ranking)
        is_simplified = self._model.traits.lexicon.is_simplified
        reasons = tuple(
            Why(
                intent=intent,
                confidence=confidences.get(intent, 0.0),
                pieces=_pieces(found, told.reasons, best=at == 0, is_simplified=is_simplified),
                base=told.offsets[at],
            )
            for at, intent in enumerate(told.intents)
        )
        return Explained(
            parse=self.parse(text),
            words=self._model.words(text),
            reasons=reasons,
            is_fallback=found.is_fallback,
            belonging=found.belonging if math.isfinite(found.belonging) else 0.0,
            emotion=found.emotion.level,
        )


def _pieces(found: Understanding, reasons: Sequence[Reason], *, best: bool, is_simplified: bool) -> tuple[Piece, ...]:
    """Return what spoke for or against one of the two best intents, by weight, each where it stands first."""
    normalised = normalise(found.text, is_simplified=is_simplified)
    reading = lower(normalised.reading)
    entities = {entity.name: (entity.start, entity.end) for entity in found.entities}
    code = max((one for one in cut(normalised.text) if one.kind == "code"), key=lambda one: len(one.text), default=None)
    pieces: list[Piece] = []
    for reason in reasons:
        feature = reason.feature.strip().strip("^$")
        start, end = entities.get(reason.feature, (0, 0))
        if feature == _ANY_CODE and code is not None:
            start, end = normalised.span(code.start, code.end)
        elif reason.kind in _KINDS and feature and (at := reading.find(feature)) >= 0:
            start, end = normalised.span(at, at + len(feature))
        pieces.append(
            Piece(
                text=found.text[start:end] or reason.feature,
                start=start,
                end=end,
                weight=reason.for_best if best else reason.for_second,
                kind=_KINDS.get(reason.kind, "entity"),
            )
        )
    return tuple(sorted(pieces, key=lambda piece: -abs(piece.weight)))
