"""When a waiting customer is told something, and what is promised to them. Pure.

A promise must be kept more often than an average is: half of all customers wait longer than the expected time. With
services that end at random, the time until the k-th place is served spreads by 1/√k around its mean, so the promise is
the expected wait times (1 + 1.6/√k), which nine of ten are served within, plus the time to answer; then rounded up to
what people say (whole minutes, then steps of five and fifteen), never less than `LEAST_S`. When it is about to break,
the customer is told so, with a new one. Simulated in `tests/unit/routing/test_promises.py`.

Notices are few: the first after `FIRST_AFTER_S`, then only when a promise breaks or the customer is next, with
`GAP_S` between two and `MOST` in all, and never more than the channel allows machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Literal

from hub.model.queues import Told
from hub.model.timestamps import Timestamp

FIRST_AFTER_S = 8.0
GAP_S = 180.0
MOST = 5
LEAST_S = 180.0
"""The shortest promise: a shorter one could break before the customer may be written to again."""
_EARLY_S = 30.0
"""How long before a promise breaks the customer is told, where the gap allows it."""
_SPREAD = 1.6
_ANSWER_S = 30.0
"""An offer is answered within the accept timeout; the wait of the customer ends with the answer."""
_LONGEST_S = 14_400.0
"""Beyond four hours a time would be a guess, so none is said."""
_KEPT_FOR_PEOPLE = 2
"""Messages of a limited reply window that are left for the person who answers."""

Why = Literal["first", "late", "next"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the channel and the queue allow. `is_wanted`: the queue tells, and its messages cost nothing or are paid.

    `once`: machines may write little, so only the first notice goes out. `left` is what the reply window still holds.
    """

    is_wanted: bool = True
    once: bool = False
    left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a customer waits: since when (POSIX seconds), at which place, for about how long."""

    since: float
    position: int | None
    wait_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What to tell: the place, the promise from now on (None: none can be made), and whether others went before."""

    why: Why
    position: int
    promise_s: float | None
    overtaken: bool = False


def promise(wait_s: float | None, position: int, *, least_s: float = LEAST_S) -> float | None:
    """Return the wait that is told for an expected one; None when it is not known or too far away.

    A display that is always up to date needs no least promise.
    """
    if wait_s is None:
        return None
    padded = wait_s * (1 + _SPREAD / sqrt(max(1, position))) + _ANSWER_S
    minutes = max(padded, least_s) / 60
    step = 1 if minutes <= 10 else 5 if minutes <= 60 else 15
    rounded = ceil(minutes / step) * step * 60.0
    return rounded if rounded <= _LONGEST_S else None


def decide(now: float, told: Told | None, told_at: float, standing: Standing, limits: Limits) -> Notice | None:
    """Return what to tell a waiting customer now, or None. `told_at` is the time of `told` in POSIX seconds."""
    if standing.position is None or not limits.is_wanted:
        return None
    if limits.left is not None and limits.left <= _KEPT_FOR_PEOPLE:
        return None
    if told is None or told.is_closed:
        if now - standing.since < FIRST_AFTER_S:
            return None
        return Notice(why="first", position=standing.position, promise_s=promise(standing.wait_s, standing.position))
    if limits.once or told.count >= MOST or now - told_at < GAP_S:
        return None
    again = Notice(
        why="late",
        position=standing.position,
        promise_s=promise(standing.wait_s, standing.position),
        overtaken=told.position is not None and standing.position > told.position,
    )
    if told.wait_s is not None and now >= told_at + told.wait_s - min(_EARLY_S, told.wait_s - LEAST_S):
        return again
    if standing.position == 1 and told.position != 1:
        # A new promise must not come later than the one that is given.
        left = None if told.wait_s is None else told_at + told.wait_s - now
        fresh = again.promise_s
        kept = fresh if left is None or (fresh is not None and fresh <= left) else left
        return Notice(why="next", position=1, promise_s=kept)
    return None


def next_look(now: float, told: Told | None, told_at: float, standing: Standing) -> float:
    """Return when it is worth deciding again, at the earliest."""
    if told is None or told.is_closed:
        return max(now + 1.0, standing.since + FIRST_AFTER_S)
    if told.count >= MOST:
        return now + 3600.0
    return max(now + 2.0, told_at + GAP_S)


def after(told: Told | None, notice: Notice, at: Timestamp) -> Told:
    """Return what has been told after this notice."""
    count = 0 if told is None else told.count
    return Told(at=at, position=notice.position, wait_s=notice.promise_s, count=count + 1)
