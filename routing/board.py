"""All waiting sessions, in one order per line; places and measured waits are read from here.

The board keeps order only. Which session goes to whom is `routing.placement`; what a session's state becomes is
`routing.moves`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator

from hub.model.ids import SessionId
from routing.config import Config
from routing.order import OrderedKeys
from routing.records import Key, Line, Session
from routing.roster import Roster, Seat

MEASURED_S = 900.0
"""Service starts of the last 15 minutes make the estimated wait (rule R14)."""


class Lane:
    """One line: who waits in it, and who could serve it."""

    __slots__ = ("_able", "_qualified", "_version", "head", "line", "number", "open", "parked", "starts")

    def __init__(self, line: Line, number: int) -> None:
        self.line = line
        self.number = number
        self.open: OrderedKeys[Key] = OrderedKeys()
        """Sessions that may go to anybody."""
        self.parked: OrderedKeys[Key] = OrderedKeys()
        """Sessions held for one agent, or waiting for the opening of their queue."""
        self.starts: deque[float] = deque()
        self.head: Key | None = None
        """The first of `open` as it stands in `Board.heads`."""
        self._qualified = 0
        self._able = 0
        self._version = -1

    def qualified(self, roster: Roster) -> int:
        """Return the agents who fulfil every hard requirement of this line, signed in or not."""
        if self._version != roster.version:
            self._qualified = roster.qualified(self.line)
            self._able = roster.capacity.at_least(self.line.weight, self._qualified)
            self._version = roster.version
        return self._qualified

    def able(self, roster: Roster) -> int:
        """Return those of the qualified whose whole capacity reaches the weight of this line."""
        self.qualified(roster)
        return self._able

    def note_start(self, now: float) -> None:
        """Count a session that an agent began to serve."""
        self.starts.append(now)
        while self.starts[0] <= now - MEASURED_S:
            self.starts.popleft()

    def starts_since(self, then: float) -> int:
        """Return how many sessions of this line began after this time."""
        return sum(at > then for at in self.starts)


class Board:
    """Every line ever seen, and where each waiting session stands."""

    def __init__(self, config: Config, roster: Roster) -> None:
        self.lanes: list[Lane] = []
        self.heads: list[tuple[Key, int]] = []
        """The first of each line with its lane number, in R2 order; true after `sync_heads`."""
        self.heavy = 0
        """How many sessions of more than one unit may go to anybody."""
        self._touched: set[int] = set()
        self._config = config
        self._roster = roster
        self._by_line: dict[Line, Lane] = {}
        self._lane_of: dict[SessionId, Lane] = {}

    def lane(self, line: Line) -> Lane:
        """Return the lane of a line; a line seen for the first time makes those who could serve it more flexible."""
        lane = self._by_line.get(line)
        if lane is None:
            lane = self._by_line[line] = Lane(line, len(self.lanes))
            self.lanes.append(lane)
            self._roster.flexibility.increment(lane.qualified(self._roster))
        return lane

    def of_queue(self, queue: str) -> list[Lane]:
        """Return all lanes of a queue."""
        return [lane for lane in self.lanes if lane.line.queue == queue]

    def known_lane(self, line: Line) -> Lane | None:
        """Return the lane of a line that was seen before."""
        return self._by_line.get(line)

    def served_by(self, seat: Seat) -> list[int]:
        """Return the numbers of the lanes that an agent could serve; each lane is judged once per profile."""
        if seat.reached < len(self.lanes):
            fresh = self.lanes[seat.reached :]
            seat.serves.extend(lane.number for lane in fresh if seat.qualifies(lane.line))
            seat.reached = len(self.lanes)
        return seat.serves

    def count_flexibility(self, seat: Seat) -> None:
        """Count anew how many lines an agent could serve, after a change of profile."""
        flexibility = self._roster.flexibility
        flexibility.change(seat.bit, flexibility.value(seat.bit), len(self.served_by(seat)))

    def key(self, session: Session) -> Key:
        """Return the place of a session (rule R2); with aging it is a fixed number, so nothing is ever sorted anew."""
        if self._config.aging_s is None:
            return (session.priority, session.queued_at, session.seq, session.id)
        return (session.queued_at + session.priority * self._config.aging_s, 0.0, session.seq, session.id)

    def put(self, session: Session) -> Lane:
        """Put a waiting session into its line, at its place."""
        lane = self.lane(session.line)
        self._lane_of[session.id] = lane
        self._touched.add(lane.number)
        key = self.key(session)
        if session.state == "held" and session.sticky is not None:
            self._roster.seats[session.sticky].held.add(key)
            lane.parked.add(key)
        elif session.parked:
            lane.parked.add(key)
        else:
            lane.open.add(key)
            self.heavy += session.weight > 1
        return lane

    def pull(self, session: Session) -> Lane:
        """Take a waiting session out of its line; nothing about it may have changed since it was put in."""
        lane = self._lane_of.pop(session.id)
        self._touched.add(lane.number)
        key = self.key(session)
        if session.state == "held" and session.sticky is not None:
            self._roster.seats[session.sticky].held.remove(key)
            lane.parked.remove(key)
        elif session.parked:
            lane.parked.remove(key)
        else:
            lane.open.remove(key)
            self.heavy -= session.weight > 1
        return lane

    def sync_heads(self) -> bool:
        """Bring `heads` up to date with the lines touched since the last call; tell whether any head is another."""
        changed = False
        for number in sorted(self._touched):
            lane = self.lanes[number]
            head = lane.open.first() if lane.open else None
            if head == lane.head:
                continue
            changed = True
            if lane.head is not None:
                del self.heads[bisect_left(self.heads, (lane.head, number))]
            if head is not None:
                insort(self.heads, (head, number))
            lane.head = head
        self._touched.clear()
        return changed

    def lane_of(self, session: SessionId) -> Lane | None:
        """Return the line in which a session waits, or None."""
        return self._lane_of.get(session)

    def position(self, session: Session) -> int | None:
        """Return 1 for the first of its line; None when it does not wait."""
        lane = self._lane_of.get(session.id)
        if lane is None:
            return None
        key = self.key(session)
        return 1 + lane.open.rank(key) + lane.parked.rank(key)

    def waiting(self, lane: Lane | None) -> Iterator[Key]:
        """Yield the places of those who wait, in one line or in all, line by line."""
        for one in self.lanes if lane is None else [lane]:
            yield from one.open
            yield from one.parked
