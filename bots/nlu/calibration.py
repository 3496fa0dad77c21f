"""Makes scores mean something: how true the confidences are, and from where on a text is taken for a stranger.

Both are learnt from examples that a head trained on the others has not seen, never from examples that it was trained
on, and never from texts out of scope: a bot trainer has none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from bots.nlu.features import Counts
from bots.nlu.linear import score_all, train_head
from bots.nlu.vectors import Floats, Numbers, Weigher, weigh_all

PASS_RATE = 0.9725
"""Share of what belongs to the bot that must be taken on; the rest may fall back.

The promise is 95 in 100; the rest is room for customers who word things less like the examples do each other.
"""
_LEAST_CUT = 0.01
"""At least this share is cut off as strange, even where doubt about the intent takes more than its part."""

_ENERGY_SHARPNESS = 8.0
_KNOWN_WEIGHT = 0.4
"""How much the share of known features counts beside the energy; both chosen on CLINC150's validation set (2026-11)."""
_JUDGED = 800
"""Enough examples to judge by; a bot with more is judged on a part of them, so that training stays quick."""
_MANY = 6_000
"""From so many examples on, parts of a tenth hold enough; before, parts of a fifth."""
_SWEEPS = 4
_USUAL_SHARPNESS = 5.0
_PRIOR = 3.0
"""How many examples' worth of doubt stands against a sharpness far from the usual one."""
_SHARPNESSES = tuple(1.5 * 1.08**step for step in range(45))
_FEW = 100
"""With fewer judged examples the cut is laid lower, as the lowest of a few says little."""
_NO_CUT = -1e9
_TINY = 1e-6
_MOST_LOG_ODDS = 14.0
_NEWTON_STEPS = 12


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """When the intent itself is in doubt: a confidence below the first, or two that are nearer than the second."""

    threshold: float
    ambiguity_threshold: float

    def is_unsure(self, best: float, second: float) -> bool:
        """Tell whether two confidences leave the intent in doubt."""
        return best < self.threshold or best - second < self.ambiguity_threshold


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How to read scores.

    `sharpness` turns scores into shares; the three `trust` numbers correct the share of the best by how high its score
    is. `middle` and `spread` bring energy and known share to one scale; `cut` ends what belongs.
    """

    sharpness: float = _USUAL_SHARPNESS
    trust_share: float = 1.0
    trust_score: float = 0.0
    trust_offset: float = 0.0
    energy_middle: float = 0.0
    energy_spread: float = 1.0
    known_middle: float = 0.5
    known_spread: float = 1.0
    cut: float = _NO_CUT

    def belonging(self, scores: Floats, known: float) -> float:
        """Tell how much a text belongs to the bot, in spreads from what is usual; the larger the surer."""
        energy = (_energy(scores) - self.energy_middle) / self.energy_spread
        return energy + _KNOWN_WEIGHT * (known - self.known_middle) / self.known_spread

    def confidences(self, scores: Floats) -> Floats:
        """Return the confidence in each class; in all together at most one, less when even the best is doubtful."""
        best = int(scores.argmax())
        top = float(scores[best])
        shares: Floats = np.exp((scores - top) * np.float32(self.sharpness))
        # The best has the power 1 so far.
        share = 1 / float(np.add.reduce(shares))
        trust = self.trust_share * _log_odds(share) + self.trust_score * top + self.trust_offset
        confidence = 1 / (1 + math.exp(-max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, trust))))
        shares[best] = 0
        # The rest share what is left, but none of them may pass the best.
        highest = share * float(np.maximum.reduce(shares))
        shares *= np.float32(share * min((1 - confidence) / max(1 - share, _TINY), confidence / max(highest, _TINY)))
        shares[best] = confidence
        return shares


def calibrate(
    texts: Sequence[Counts],
    labels: Numbers,
    doubt: Doubt,
    progress: Callable[[float], None],
    *,
    meanings: Floats | None,
    classes: int,
) -> Calibration:
    """Judge examples by heads that have not seen them, and learn how to read scores.

    Args:
        texts: The features of the examples.
        labels: The class of each.
        doubt: When the intent is in doubt; who falls back for it counts in the pass rate too.
        progress: Is told how much is done; the head for use, which is still to be trained, counts as one part more.
        meanings: What an encoder says of each, where there is one.
        classes: How many classes there are.
    """
    parts = folds(labels, 5 if len(texts) < _MANY else 10)
    scores: list[Floats] = []
    known: list[float] = []
    judged: list[int] = []
    for done, part in enumerate(parts):
        progress(done / (len(parts) + 1))
        held_back = set(part)
        seen = [number for number in range(len(texts)) if number not in held_back]
        if not seen or not part or len(judged) >= _JUDGED:
            continue
        # The words of those held back are as strange to the weigher as to the head. If they were not, scores would
        # come out lower here than those of customers' texts, and small bots would be far too sure.
        weigher = Weigher.learn([texts[number] for number in seen])
        own, others = (
            weigh_all(weigher, [texts[number] for number in some], None if meanings is None else meanings[some])
            for some in (part, seen)
        )
        width = 0 if meanings is None else meanings.shape[1]
        size = {"features": len(weigher.numbers) + width, "classes": classes}
        scores.append(score_all(train_head(others, labels[seen], sweeps=_SWEEPS, **size), own))
        known += [vector.known for vector in own]
        judged += part
    if not judged:
        return Calibration()
    return _learn(np.concatenate(scores), labels[judged], np.array(known), doubt)


def folds(labels: Numbers, count: int) -> list[list[int]]:
    """Deal the examples out in `count` parts, those of each class evenly and drawn from a fixed seed."""
    order = np.random.default_rng(0).permutation(len(labels))
    dealt = order[np.argsort(labels[order], kind="stable")]
    return [[int(number) for number in np.sort(dealt[part::count])] for part in range(count)]


def _learn(scores: Floats, labels: Numbers, known: Floats, doubt: Doubt) -> Calibration:
    energy = np.array([_energy(row) for row in scores])
    sharpness = _sharpness(scores, labels)
    trust = _trust(scores, labels, sharpness)
    measured = Calibration(
        sharpness=sharpness,
        trust_share=trust[0],
        trust_score=trust[1],
        trust_offset=trust[2],
        energy_middle=float(energy.mean()),
        energy_spread=float(energy.std()) or 1.0,
        known_middle=float(known.mean()),
        known_spread=float(known.std()) or 1.0,
    )
    belonging = np.array([measured.belonging(row, share) for row, share in zip(scores, known, strict=True)])
    is_sure = np.array([not doubt.is_unsure(*_two_best(measured.confidences(row))) for row in scores])
    to_cut = max(_LEAST_CUT, 1 - PASS_RATE - float((~is_sure).mean()))
    sure = np.sort(belonging[is_sure]) if is_sure.any() else np.sort(belonging)
    lowest = float(sure[int(to_cut * len(sure))])
    cut = lowest - float(belonging.std()) * max(0.0, 1 - len(belonging) / _FEW)
    return msgspec.structs.replace(measured, cut=cut)


def _two_best(confidences: Floats) -> tuple[float, float]:
    best = float(confidences.max())
    second = float(np.partition(confidences, -2)[-2]) if len(confidences) > 1 else -1.0
    return best, second


def _sharpness(scores: Floats, labels: Numbers) -> float:
    below = scores - scores.max(axis=1, keepdims=True)
    own = below[np.arange(len(labels)), labels]

    def surprise(sharpness: float) -> float:
        doubt = _PRIOR * math.log(sharpness / _USUAL_SHARPNESS) ** 2
        return float(np.log(np.exp(sharpness * below).sum(axis=1)).sum() - sharpness * own.sum()) + doubt

    return min(_SHARPNESSES, key=surprise)


def _trust(scores: Floats, labels: Numbers, sharpness: float) -> tuple[float, float, float]:
    """Fit by Newton steps how the chance that the best is right follows its share and its score."""
    right = (scores.argmax(axis=1) == labels).astype(np.float64)
    odds = np.array([_log_odds(float(_shares(row, sharpness).max())) for row in scores])
    facts = np.stack([odds, scores.max(axis=1), np.ones(len(odds))], axis=1)
    usual = np.array([1.0, 0.0, 0.0])
    fitted = usual.copy()
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-(facts @ fitted).clip(-_MOST_LOG_ODDS, _MOST_LOG_ODDS)))
        slope = facts.T @ (chance - right) + _PRIOR * (fitted - usual)
        bend = (facts * (chance * (1 - chance))[:, None]).T @ facts + _PRIOR * np.eye(3)
        fitted = fitted - np.linalg.solve(bend, slope)
    return float(fitted[0]), float(fitted[1]), float(fitted[2])


def _shares(scores: Floats, sharpness: float) -> Floats:
    powers = np.exp(sharpness * (scores - scores.max()))
    shares: Floats = powers / powers.sum()
    return shares


def _log_odds(share: float) -> float:
    share = min(max(share, _TINY), 1 - _TINY)
    return math.log(share / (1 - share))


def _energy(scores: Floats) -> float:
    top = float(np.maximum.reduce(scores))
    powers = np.exp((scores - top) * np.float32(_ENERGY_SHARPNESS))
    return top + math.log(float(np.add.reduce(powers))) / _ENERGY_SHARPNESS
