"""Measures a model: accuracy, F1 of each intent, how true its confidences are, what it takes for what.

The best guess counts, as in Rasa's own test, whether or not the model would have said that it is not sure; how often it
would is told beside it. Pure: no files, no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from bots.nlu.calibration import folds
from bots.nlu.encoder import SentenceEncoder
from bots.nlu.model import Model, train
from bots.training.dataset import Example, Project
from hub.model.evaluation import Bar, Confusion, Evaluation, IntentScores

OUT_OF_SCOPE = frozenset({"out_of_scope", "oos", "nlu_fallback"})
"""Intents that mean "none of ours", where the model has not learnt them: right when the model falls back."""
_BINS = 15
_BARS = 20


class _Judged(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    intent: str
    guess: str
    confidence: float
    is_fallback: bool


def evaluate(model: Model, examples: Sequence[Example]) -> Evaluation:
    """Judge a model by examples, which should not be those that it was trained on.

    An example that names a retrieval intent without its question (`faq`) is right with any question of that intent.
    """
    return _summary(_judge(model, examples), frozenset(model.intents), model.traits.doubt.threshold)


def cross_validate(
    project: Project,
    parts: int = 5,
    progress: Callable[[float], None] | None = None,
    encoder: SentenceEncoder | None = None,
) -> Evaluation:
    """Judge a project by training on all parts of its examples but one, and testing on that one, in turn.

    `progress` is told after each part how much is done, from 0 to 1.
    """
    examples = project.data.examples
    names = sorted({example.intent for example in examples})
    labels = np.array([names.index(example.intent) for example in examples], np.intp)
    judged: list[_Judged] = []
    for done, part in enumerate(folds(labels, parts), start=1):
        held_back = frozenset(part)
        seen = tuple(example for number, example in enumerate(examples) if number not in held_back)
        model = train(replace(project, data=replace(project.data, examples=seen)), encoder)
        judged += _judge(model, [examples[number] for number in part])
        if progress is not None:
            progress(done / parts)
    return _summary(judged, frozenset(names), project.config.threshold)


def _judge(model: Model, examples: Sequence[Example]) -> list[_Judged]:
    judged: list[_Judged] = []
    bases = {intent.partition("/")[0] for intent in model.intents} - set(model.intents)
    for example in examples:
        found = model.understand(example.text)
        guess, confidence = found.ranking[0] if found.ranking else ("", 0.0)
        if example.intent in bases and guess.startswith(f"{example.intent}/"):
            guess = example.intent
        judged.append(
            _Judged(
                text=example.text,
                intent=example.intent,
                guess=guess,
                confidence=confidence,
                is_fallback=found.is_fallback,
            )
        )
    return judged


def _summary(judged: Sequence[_Judged], known: frozenset[str], threshold: float) -> Evaluation:
    strangers = [item for item in judged if item.intent in OUT_OF_SCOPE - known]
    own = [item for item in judged if item.intent not in OUT_OF_SCOPE - known]
    right = [item.guess == item.intent for item in own]
    matrix: dict[str, Counter[str]] = {}
    for item in own:
        matrix.setdefault(item.intent, Counter())[item.guess] += 1
    per_intent = _per_intent(matrix)
    passed = [item.guess == item.intent and not item.is_fallback for item in own]
    return Evaluation(
        examples=len(judged),
        accuracy=_share(right),
        macro_f1=float(np.mean([scores.f1 for scores in per_intent.values()])) if per_intent else 0.0,
        calibration_error=_calibration_error([item.confidence for item in own], right),
        fallback_rate=_share([item.is_fallback for item in own]),
        accuracy_after_fallback=_share(passed),
        out_of_scope_recall=_share([item.is_fallback for item in strangers]) if strangers else None,
        per_intent=per_intent,
        matrix={intent: dict(sorted(row.items())) for intent, row in sorted(matrix.items())},
        confused=tuple(
            Confusion(text=item.text, intent=item.intent, taken_for=item.guess, confidence=item.confidence)
            for item in own
            if item.guess != item.intent
        ),
        histogram=_histogram([item.confidence for item in own], right),
        threshold=threshold,
    )


def _histogram(confidences: Sequence[float], right: Sequence[bool]) -> tuple[Bar, ...]:
    bars = Counter(
        (min(int(confidence * _BARS), _BARS - 1), is_right)
        for confidence, is_right in zip(confidences, right, strict=True)
    )
    return tuple(Bar(right=bars[number, True], wrong=bars[number, False]) for number in range(_BARS))


def _per_intent(matrix: Mapping[str, Counter[str]]) -> dict[str, IntentScores]:
    taken: Counter[str] = Counter()
    for row in matrix.values():
        taken.update(row)
    scores: dict[str, IntentScores] = {}
    for intent, row in sorted(matrix.items()):
        support, hits = row.total(), row[intent]
        precision = hits / taken[intent] if taken[intent] else 0.0
        f1 = 2 * hits / (support + taken[intent])
        scores[intent] = IntentScores(precision=precision, recall=hits / support, f1=f1, support=support)
    return scores


def _calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    bins: dict[int, list[float]] = {}
    for confidence, is_right in zip(confidences, right, strict=True):
        bins.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append(confidence - is_right)
    return sum(abs(sum(gaps)) for gaps in bins.values()) / max(1, len(right))


def _share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks) if marks else 0.0
