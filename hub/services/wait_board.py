"""The wait board: every open session as the watchdog remembers it, arranged so that a look costs little.

Fed with each commit and, rarely, with all open sessions of the store; it reads nothing itself. Who waits longest, how
many wait in each queue, and whose time is up are answered without walking over the sessions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import islice

from hub.model.ids import QueueId, SessionId
from hub.model.session import Session
from hub.services.waits import Limits, Seen, next_worry, seen_of
from routing.order import OrderedKeys

FIGURES_S = 900.0
"""The rolling figures are those of the last 15 minutes."""
_MOST_ANSWERS = 20_000
"""Of one queue in that time; beyond it the figures are those of the newest."""
ROUTED_AFTER_S = 10.0
"""A session that waits in the store is in the router within milliseconds; after so long it counts as lost."""
ROUTED_AGAIN_S = 120.0
"""How often the router is asked whether it still knows somebody who waits."""

Place = tuple[float, SessionId]


@dataclass(slots=True)
class Answers:
    """Waits of those answered in the last 15 minutes, oldest first: (when answered, how long they had waited)."""

    kept: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=_MOST_ANSWERS))

    def figures(self, now: float, target_s: float) -> tuple[int, float, float]:
        """Return how many, their mean wait, and the share of them answered within the target (1 when none was)."""
        while self.kept and self.kept[0][0] < now - FIGURES_S:
            self.kept.popleft()
        number = len(self.kept)
        if not number:
            return 0, 0.0, 1.0
        waits = [wait for _, wait in self.kept]
        return number, sum(waits) / number, sum(wait <= target_s for wait in waits) / number


@dataclass(slots=True)
class QueueBoard:
    """One queue: who is being looked an agent for, longest first, and how many are further on."""

    line: OrderedKeys[Place] = field(default_factory=OrderedKeys)
    offered: int = 0
    active: int = 0
    answers: Answers = field(default_factory=Answers)


class WaitBoard:
    """All open sessions of one term of leadership."""

    def __init__(self) -> None:
        self.seen: dict[SessionId, Seen] = {}
        self.queues: dict[QueueId, QueueBoard] = {}
        self.waiting: OrderedKeys[Place] = OrderedKeys()
        """Everybody who waits for anything, longest first."""
        self.closed: set[SessionId] | None = None
        """While all open sessions are read: those that closed meanwhile, whose old record may still come."""
        self._due: list[tuple[float, SessionId, int]] = []

    def take(self, session: Session, now: float, limits: Limits, *, is_assigned: bool = False) -> bool:
        """Take in a session's record; False when a newer one was seen. `is_assigned`: an agent has just got it."""
        before = self.seen.get(session.id)
        if before is not None and before.version >= session.version:
            return False
        if before is None and self.closed is not None and session.id in self.closed:
            return False
        after = seen_of(session, before, now)
        if before is not None:
            self._take_out(before)
        if is_assigned and before is not None and before.state in ("queued", "offered") and len(session.served_by) == 1:
            self._of(before.queue_id).answers.kept.append((now, max(0.0, now - before.queued_s)))
        if after is not None:
            self._put_in(after, now, limits)
        elif self.closed is not None:
            self.closed.add(session.id)
        return True

    def drop(self, session_id: SessionId) -> None:
        """Forget a session that the store does not have as open."""
        before = self.seen.get(session_id)
        if before is not None:
            self._take_out(before)

    def longest_since(self) -> float | None:
        """Return since when the one waits in a line who has waited longest; None when nobody does."""
        return min((queue.line.first()[0] for queue in self.queues.values() if queue.line), default=None)

    def due(self, now: float, limit: int) -> Iterator[Seen]:
        """Yield up to so many sessions at which it is time to look again."""
        while limit > 0 and self._due and self._due[0][0] <= now:
            _, session_id, version = heappop(self._due)
            seen = self.seen.get(session_id)
            if seen is not None and seen.version == version:
                limit -= 1
                yield seen

    def look_again(self, seen: Seen, at: float) -> None:
        """Make it time to look at a session then."""
        heappush(self._due, (at, seen.id, seen.version))

    def after(self, place: Place | None, queue_id: QueueId | None) -> Iterator[Seen]:
        """Yield everybody who waits, longest first, behind a place; of one queue's line, or of everything."""
        skipped = 0 if place is None else self.waiting.rank((place[0], SessionId(f"{place[1]}\0")))
        for key in islice(self.waiting, skipped, None):
            seen = self.seen[key[1]]
            if queue_id is None or seen.queue_id == queue_id:
                yield seen

    def _of(self, queue_id: QueueId) -> QueueBoard:
        queue = self.queues.get(queue_id)
        if queue is None:
            queue = self.queues[queue_id] = QueueBoard()
        return queue

    def _put_in(self, seen: Seen, now: float, limits: Limits) -> None:
        self.seen[seen.id] = seen
        queue = self._of(seen.queue_id)
        if seen.stands_in_line:
            queue.line.add((seen.queued_s, seen.id))
            self.look_again(seen, max(now, seen.taken_s + ROUTED_AFTER_S))
        queue.offered += seen.state == "offered"
        queue.active += seen.state in ("active", "wrap_up")
        if seen.since is not None:
            self.waiting.add((seen.since, seen.id))
        at = next_worry(seen, now, limits)
        if at is not None:
            self.look_again(seen, at)

    def _take_out(self, seen: Seen) -> None:
        del self.seen[seen.id]
        queue = self.queues[seen.queue_id]
        if seen.stands_in_line:
            queue.line.remove((seen.queued_s, seen.id))
        queue.offered -= seen.state == "offered"
        queue.active -= seen.state in ("active", "wrap_up")
        if seen.since is not None:
            self.waiting.remove((seen.since, seen.id))
