"""What is due and when. Entries are never searched: one that no longer holds is dropped when it comes up."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush
from typing import NamedTuple


class Due(IntEnum):
    """The kinds of deadline; the number is the order among those of one moment."""

    OFFER = 0
    GRACE = 1
    HOLD = 2
    EXCLUSION = 3
    RELAX = 4
    HOURS = 5
    EARMARK = 6


class Entry(NamedTuple):
    """One deadline: what happens to whom (a session, agent or queue), and the offer or agent it is about."""

    at: float
    due: Due
    subject: str
    about: str = ""


class Agenda:
    """Deadlines in the order of time. `holds` tells whether an entry is still true."""

    __slots__ = ("_heap", "_holds")

    def __init__(self, holds: Callable[[Entry], bool]) -> None:
        self._heap: list[Entry] = []
        self._holds = holds

    def add(self, entry: Entry) -> None:
        """Note a deadline."""
        heappush(self._heap, entry)

    def next_at(self) -> float | None:
        """Return when something is due, or None."""
        while self._heap and not self._holds(self._heap[0]):
            heappop(self._heap)
        return self._heap[0].at if self._heap else None

    def pop(self, now: float) -> Entry | None:
        """Return the first entry that is due by now and true, and forget it; None if there is none."""
        while self._heap and self._heap[0].at <= now:
            entry = heappop(self._heap)
            if self._holds(entry):
                return entry
        return None
