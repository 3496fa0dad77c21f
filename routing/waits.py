"""Waits put into a few figures: mean, 90th percentile, share answered in time. Counts only."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hub.model.ids import SessionId


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the customers of one kind; waits in seconds, up to the answer or to giving up."""

    asked: int
    """Those let in whose wait has ended, one way or the other."""
    answered: int
    gave_up: int
    turned_away: int
    mean_s: float
    """Mean wait of all who were let in."""
    answered_mean_s: float
    p90_s: float
    """Nine of ten who were answered waited no longer."""
    waited: float
    """Share of those let in who waited at all."""
    in_time: float
    """Share of those let in who were answered within the time of the service level; who waits on beyond it was not."""


class Tally:
    """Collects waits."""

    def __init__(self, within_s: float) -> None:
        self.within_s = within_s
        self.turned_away = 0
        self.begun: dict[SessionId, float] = {}
        """Waits of those answered."""
        self.lost: list[float] = []
        """Waits of those who gave up."""
        self.late = 0
        """Those who wait on, and whose answer cannot be in time any more."""

    @classmethod
    def joined(cls, tallies: Iterable[Tally]) -> Tally:
        """Return one tally of all."""
        total = cls(0)
        for one in tallies:
            total.within_s = one.within_s
            total.turned_away += one.turned_away
            total.begun.update(one.begun)
            total.lost += one.lost
            total.late += one.late
        return total

    def answered(self, session: SessionId, waited_s: float) -> None:
        """Count a session that an agent began to serve; a session counts once."""
        self.begun.setdefault(session, waited_s)

    def gave_up(self, waited_s: float) -> None:
        """Count a customer who left the line."""
        self.lost.append(waited_s)

    def waits_on(self, waited_s: float) -> None:
        """Count a customer who still waits at the end."""
        self.late += waited_s > self.within_s

    def waits(self) -> Waits:
        """Return the figures; all 0 when nobody was counted."""
        served = sorted(self.begun.values())
        asked = len(served) + len(self.lost)
        return Waits(
            asked=asked,
            answered=len(served),
            gave_up=len(self.lost),
            turned_away=self.turned_away,
            mean_s=(sum(served) + sum(self.lost)) / max(1, asked),
            answered_mean_s=sum(served) / max(1, len(served)),
            p90_s=served[len(served) * 9 // 10] if served else 0.0,
            waited=(sum(one > 0 for one in served) + len(self.lost)) / max(1, asked),
            in_time=sum(one <= self.within_s for one in served) / max(1, asked + self.late),
        )
