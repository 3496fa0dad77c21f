"""Hears moods as one workspace does: a classifier of the four levels, trained on messages that its people labelled.

The same trainer and the same file as for intents. Where the head is not sure, or knows little of a message, the words
and rules of `emotion` decide; so a head of a few dozen examples does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import msgspec

from bots.nlu.emotion import SHOWN, Emotion, EmotionLevel, emotion_of
from bots.nlu.model import Model, train
from bots.nlu.model_file import ModelFault
from bots.training.dataset import Domain, Example, Project, TrainingData

SURE = 0.6
"""From this confidence on the head decides."""
_UNHAPPY = -0.1


class LabelledMood(msgspec.Struct, frozen=True, kw_only=True):
    """A message, and the mood that a person heard in it."""

    text: str
    level: EmotionLevel


class EmotionHead:
    """Hears moods by a trained model and, where that is not sure, by rules; immutable."""

    def __init__(self, model: Model) -> None:
        """Take a model whose intents are levels: `train_emotion_head` makes one, `load_model` reads one.

        Raises:
            ModelFault: it is a model of something else.
        """
        if not set(model.intents) <= set(get_args(EmotionLevel)):
            raise ModelFault("This model does not tell moods apart.")
        self.model = model

    def emotion_of(self, text: str, language: str | None = None) -> Emotion:
        """Hear the mood of a message; never fails, whatever the text is."""
        by_rules = emotion_of(text, language)
        verdict = self.model.understand(text)
        if verdict.is_fallback or verdict.ranking[0][1] < SURE:
            return by_rules
        level = msgspec.convert(verdict.ranking[0][0], EmotionLevel)
        if level == by_rules.level:
            return by_rules
        score = max(by_rules.score, 0.0) if level == "calm" else min(by_rules.score, _UNHAPPY)
        return Emotion(level=level, score=score, words=self._reasons(text))

    def _reasons(self, text: str) -> tuple[str, ...]:
        """Return the pieces of a text that spoke most for the head's verdict."""
        reasons = self.model.explain(text).reasons
        pieces = [reason.feature.strip("^$ ") for reason in reasons if reason.for_best > 0]
        return tuple([piece for piece in dict.fromkeys(pieces) if piece][:SHOWN])


def train_emotion_head(moods: Sequence[LabelledMood]) -> EmotionHead:
    """Train a head on labelled messages, in a second for some hundred; the same ones always give the same head."""
    examples = tuple(Example(text=mood.text, intent=mood.level) for mood in moods)
    return EmotionHead(train(Project(data=TrainingData(examples=examples), domain=Domain(), rules=())))
