"""What was understood of a text, and its form in Rasa's `/model/parse`. Values only; `model` makes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bots.nlu.emotion import CALM, Emotion
from bots.nlu.entities import TRAINED, Entity
from bots.nlu.language import Language

FALLBACK = "nlu_fallback"
RANKED = 10
"""How many intents a ranking shows, as Rasa does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What was understood. `ranking` is best first; with `is_fallback` its first is only the best guess.

    `belonging` tells how much the text is one for this bot, in spreads from what is usual: 0 is usual, large negative
    numbers are out of scope.
    """

    text: str
    ranking: tuple[tuple[str, float], ...]
    is_fallback: bool
    entities: tuple[Entity, ...] = ()
    language: Language | None = None
    emotion: Emotion = CALM
    tokens: tuple[tuple[int, int], ...] = ()
    belonging: float = 0.0

    @property
    def intent(self) -> str:
        """Return the intent to act on."""
        return FALLBACK if self.is_fallback else self.ranking[0][0]

    @property
    def is_angry(self) -> bool:
        """Tell whether the customer is angry or threatens, so that a person should take over."""
        return self.emotion.is_angry


def rasa_form(found: Understanding, threshold: float) -> dict[str, object]:
    """Return the form of Rasa's `/model/parse`, and beside it `belonging`: the score behind "out of scope".

    As in Rasa, the questions of a retrieval intent (`faq/opening`, `faq/refund`) stand together as one intent (`faq`),
    and which of them it was stands in `response_selector`.
    """
    questions = [name for name, _ in found.ranking if "/" in name]
    order = _together(found.ranking) if questions else found.ranking[:RANKED]
    ranking: list[dict[str, object]] = [{"name": name, "confidence": min(1.0, share)} for name, share in order]
    if found.is_fallback:
        ranking = [{"name": FALLBACK, "confidence": threshold}, *ranking[: RANKED - 1]]
    intent = dict(ranking[0])
    full = next((name for name in questions if name.startswith(f"{intent['name']}/")), None)
    if full is not None:
        intent["full_retrieval_intent_name"] = full
    return {
        "text": found.text,
        "intent": intent,
        "entities": [_entity_fields(entity) for entity in found.entities],
        "text_tokens": [list(token) for token in found.tokens],
        "intent_ranking": ranking,
        "response_selector": _response_selector(found) if questions else {"all_retrieval_intents": []},
        "belonging": round(found.belonging, 4) if math.isfinite(found.belonging) else None,
    }


def _together(ranking: Sequence[tuple[str, float]]) -> Sequence[tuple[str, float]]:
    """Return the ranking with the questions of each retrieval intent as one."""
    together: dict[str, float] = {}
    for name, confidence in ranking:
        base = name.partition("/")[0]
        together[base] = together.get(base, 0.0) + confidence
    return sorted(together.items(), key=lambda pair: -pair[1])[:RANKED]


def _response_selector(found: Understanding) -> dict[str, object]:
    """Return for each retrieval intent which of its questions are how likely, given that it is one of them."""
    questions: dict[str, list[tuple[str, float]]] = {}
    for name, confidence in found.ranking:
        base, _, question = name.partition("/")
        if question:
            questions.setdefault(base, []).append((name, confidence))
    selector: dict[str, object] = {"all_retrieval_intents": sorted(questions)}
    for base, shares in questions.items():
        total = sum(share for _, share in shares) or 1.0
        ranking = [{"confidence": share / total, "intent_response_key": name} for name, share in shares[:RANKED]]
        best = shares[0][0]
        response = {**ranking[0], "responses": [], "utter_action": f"utter_{best}"}
        selector[base] = {"response": response, "ranking": ranking}
    return selector


def _entity_fields(entity: Entity) -> dict[str, object]:
    fields: dict[str, object] = {
        "entity": entity.name,
        "start": entity.start,
        "end": entity.end,
        "value": entity.value,
        "extractor": entity.extractor,
    }
    certain = None if entity.extractor == TRAINED else 1.0
    optional = {"confidence_entity": certain, "role": entity.role, "group": entity.group}
    return fields | {name: value for name, value in optional.items() if value is not None}
