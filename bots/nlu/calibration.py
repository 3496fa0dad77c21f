"""Makes scores mean something: how true the confidences are, and from where on a text is taken for a stranger.

Both are learnt from examples that a head trained on the others has not seen, never from examples that it was trained
on, and never from texts out of scope: a bot trainer has none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from bots.nlu.features import Counts
from bots.nlu.linear import score_all, train_head
from bots.nlu.vectors import Floats, Numbers, Vector, Weigher, weigh_all

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
_PRIORS = (_PRIOR, _PRIOR, _PRIOR, 10.0, _PRIOR)
"""The same for each trust number, in their order; chosen by cross-validation on the demo bot's examples and on the
training files of CrossWOZ, HWU64 and SMP2017 (2026-11)."""
_SHARPNESSES = tuple(1.5 * 1.08**step for step in range(45))
_FEW = 100
"""With fewer judged examples the cut is laid lower, as the lowest of a few says little, and nothing is learnt of how
far to trust what is known in part or in one of two languages."""
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

    `sharpness` turns scores into shares; the `trust` numbers correct the share of the best by how high its score is,
    how much of the text is known, and how much of it is Chinese: a bot of two languages may know one of them better.
    `middle` and `spread` bring energy and known share to one scale; `cut` ends what belongs.
    """

    sharpness: float = _USUAL_SHARPNESS
    trust_share: float = 1.0
    trust_score: float = 0.0
    trust_known: float = 0.0
    trust_chinese: float = 0.0
    trust_offset: float = 0.0
    energy_middle: float = 0.0
    energy_spread: float = 1.0
    known_middle: float = 0.5
    known_spread: float = 1.0
    cut: float = _NO_CUT

    def read(self, scores: Floats, text: Vector) -> tuple[float, Floats]:
        """Return how much a text belongs to the bot, in spreads from what is usual, and the confidence in each class.

        The confidences are at most one in all together, less when even the best class is doubtful.
        """
        best = int(scores.argmax())
        top = float(scores[best])
        below = scores - top
        energy = (_energy(top, below) - self.energy_middle) / self.energy_spread
        belonging = energy + _KNOWN_WEIGHT * (text.known - self.known_middle) / self.known_spread
        shares: Floats = np.exp(below * self.sharpness)
        # The best has the power 1 so far.
        share = 1 / float(np.add.reduce(shares))
        trust = (
            self.trust_share * _log_odds(share)
            + self.trust_score * top
            + self.trust_known * text.known
            + self.trust_chinese * text.chinese
            + self.trust_offset
        )
        confidence = 1 / (1 + math.exp(-max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, trust))))
        shares[best] = 0
        # The rest share what is left, but none of them may pass the best.
        highest = share * float(np.maximum.reduce(shares))
        shares *= share * min((1 - confidence) / max(1 - share, _TINY), confidence / max(highest, _TINY))
        shares[best] = confidence
        return belonging, shares


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
    unseen: list[Vector] = []
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
        unseen += own
        judged += part
    if not judged:
        return Calibration()
    return _learn(np.concatenate(scores), labels[judged], unseen, doubt)


def folds(labels: Numbers, count: int) -> list[list[int]]:
    """Deal the examples out in `count` parts, those of each class evenly and drawn from a fixed seed."""
    order = np.random.default_rng(0).permutation(len(labels))
    dealt = order[np.argsort(labels[order], kind="stable")]
    return [[int(number) for number in np.sort(dealt[part::count])] for part in range(count)]


def _learn(scores: Floats, labels: Numbers, texts: Sequence[Vector], doubt: Doubt) -> Calibration:
    top = scores.max(axis=1)
    energy = np.array([_energy(float(best), row - best) for best, row in zip(top, scores, strict=True)])
    known = np.array([text.known for text in texts])
    chinese = np.array([text.chinese for text in texts])
    sharpness = _sharpness(scores, labels)
    shares = [_log_odds(float(_shares(row, sharpness).max())) for row in scores]
    # Taken around their middles, so that what is the same in all texts, as the script mostly is, counts for nothing.
    is_enough = len(texts) >= _FEW
    facts = [np.array(shares), top, (known - known.mean()) * is_enough, (chinese - chinese.mean()) * is_enough]
    share, score, by_known, by_chinese, offset = _trust(facts, scores.argmax(axis=1) == labels)
    measured = Calibration(
        sharpness=sharpness,
        trust_share=share,
        trust_score=score,
        trust_known=by_known,
        trust_chinese=by_chinese,
        trust_offset=offset - by_known * float(known.mean()) - by_chinese * float(chinese.mean()),
        energy_middle=float(energy.mean()),
        energy_spread=float(energy.std()) or 1.0,
        known_middle=float(known.mean()),
        known_spread=float(known.std()) or 1.0,
    )
    read = [measured.read(row, text) for row, text in zip(scores, texts, strict=True)]
    belonging = np.array([much for much, _ in read])
    is_sure = np.array([not doubt.is_unsure(*_two_best(confidences)) for _, confidences in read])
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


def _trust(facts: Sequence[npt.NDArray[np.float64]], is_right: npt.NDArray[np.bool_]) -> list[float]:
    """Fit by Newton steps how the chance that the best is right follows facts; the first are the log odds of its share.

    Return the weight of each fact, and what is added to them.
    """
    rows = np.stack([*facts, np.ones(len(is_right))], axis=1)
    usual = np.eye(len(_PRIORS))[0]
    priors = np.array(_PRIORS)
    fitted = usual.copy()
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-(rows @ fitted).clip(-_MOST_LOG_ODDS, _MOST_LOG_ODDS)))
        slope = rows.T @ (chance - is_right) + priors * (fitted - usual)
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(priors)
        fitted = fitted - np.linalg.solve(bend, slope)
    return [float(weight) for weight in fitted]


def _shares(scores: Floats, sharpness: float) -> Floats:
    powers = np.exp(sharpness * (scores - scores.max()))
    shares: Floats = powers / powers.sum()
    return shares


def _log_odds(share: float) -> float:
    share = min(max(share, _TINY), 1 - _TINY)
    return math.log(share / (1 - share))


def _energy(top: float, below: Floats) -> float:
    """Return the energy of scores from the highest of them and how far below it each is."""
    powers = np.exp(below * _ENERGY_SHARPNESS)
    return top + math.log(float(np.add.reduce(powers))) / _ENERGY_SHARPNESS
