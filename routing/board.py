"""All waiting sessions, in one order per line; places and measured waits are read from here.

The board keeps order only. Which session goes to whom is `routing.placement`; what a session's state becomes is
`routing.moves`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from math import inf

from msgspec.structs import replace

from hub.model.ids import SessionId
from routing.config import Config
from routing.order import OrderedKeys
from routing.planes import members
from routing.records import Agent, Key, Line, Session
from routing.roster import Roster, Seat

MEASURED_S = 900.0
"""Service starts of the last 15 minutes make the estimated wait (rule R14)."""
FEW_LINES = 32
"""Up to here it costs less to look at all lines of an agent than to search them among the first of all lines."""
_NOBODY: Key = (inf, inf, 0, SessionId(""))
"""The place behind all others."""
_ANY_SKILL = ""
"""Stands for the first skill of a line that asks for none."""


class Lane:
    """One line: who waits in it, and who could serve it."""

    __slots__ = (
        "able",
        "counts",
        "entry",
        "head",
        "held",
        "is_shut",
        "line",
        "number",
        "open",
        "parked",
        "qualified",
        "starts",
        "weight",
    )

    def __init__(self, line: Line, number: int, roster: Roster, *, is_shut: bool, counts: bool) -> None:
        self.line = line
        self.counts = counts
        """It asks for what no line before it asked for: one more class of requirements (rule R5)."""
        self.weight = line.weight
        self.number = number
        self.qualified = roster.qualified(line)
        """The agents who fulfil every hard requirement, signed in or not; kept true by `Board.change_profile`."""
        self.able = roster.capacity.at_least(line.weight, self.qualified)
        """Those of the qualified whose whole capacity reaches the weight."""
        self.open: OrderedKeys[Key] = OrderedKeys()
        """Sessions that may go to anybody."""
        self.held: OrderedKeys[Key] = OrderedKeys()
        """Sessions held for one agent."""
        self.parked: OrderedKeys[Key] = OrderedKeys()
        """Sessions that wait for the opening of their queue."""
        self.is_shut = is_shut
        """Nobody in it goes to an agent: the queue has closed, and all who wait are about to be turned away."""
        self.starts: deque[float] = deque()
        self.head: Key | None = None
        """The first of `open`, as `Board.sync_heads` last saw it."""
        self.entry: Key = _NOBODY
        """The head, or the place behind all others: lines are compared by it."""

    @property
    def all(self) -> tuple[OrderedKeys[Key], ...]:
        """Return all who wait, each part in order."""
        return self.open, self.held, self.parked

    def admit(self, seat: Seat) -> None:
        """Count an agent among the qualified, and among the able if the capacity reaches."""
        self.qualified |= seat.bit
        if bool(self.able & seat.bit) != (self.line.weight <= seat.agent.capacity):
            self.able ^= seat.bit

    def dismiss(self, seat: Seat) -> None:
        """Count an agent, who was among the qualified, no longer."""
        self.qualified ^= seat.bit
        self.able &= ~seat.bit

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
        self._heads: list[Key] = []
        """The first of each line, in R2 order."""
        self.heavy = 0
        """How many sessions of more than one unit may go to anybody."""
        self.moved: dict[int, Key | None] = {}
        """The lines whose head is another than at the last review of earmarks, each with the head of then."""
        self._touched: set[int] = set()
        self.config = config
        self._roster = roster
        self.closed: dict[str, float] = {}
        """The queues that are closed now, each since when."""
        self.shut: set[str] = set()
        """Those of them whose lines are shut."""
        self._by_line: dict[Line, Lane] = {}
        self._classes: set[Line] = set()
        """Every class of requirements ever seen: a line in whatever queue, for agents belong to no queue."""
        self._of_queue: dict[str, list[Lane]] = {}
        self._lane_of: dict[SessionId, Lane] = {}
        self._named_by: dict[str, list[int]] = {}
        """Line numbers by the first skill that each asks for: an agent without it need not be judged."""
        self._served_by: list[list[Lane]] = []
        """The lines of `Seat.serves`, by the number of the agent."""

    def lane(self, line: Line) -> Lane:
        """Return the lane of a line; what is asked for the first time makes those who could serve it more flexible."""
        lane = self._by_line.get(line)
        if lane is None:
            number, is_shut, asks = len(self.lanes), line.queue in self.shut, replace(line, queue="")
            counts = asks not in self._classes
            lane = self._by_line[line] = Lane(line, number, self._roster, is_shut=is_shut, counts=counts)
            self.lanes.append(lane)
            self._of_queue.setdefault(line.queue, []).append(lane)
            self._named_by.setdefault(line.skills[0][0] if line.skills else _ANY_SKILL, []).append(lane.number)
            if counts:
                self._classes.add(asks)
                self._roster.flexibility.increment(lane.able)
            for agent in members(lane.qualified):
                self._roster.by_number[agent].serves.add(lane.number)
                self._served_by[agent].append(lane)
        return lane

    def of_queue(self, queue: str) -> list[Lane]:
        """Return all lanes of a queue."""
        return self._of_queue.get(queue, [])

    def close(self, queue: str, since: float) -> None:
        """Close a queue: who comes from now on waits for the opening; who waits already is not touched."""
        self.closed[queue] = since

    def open(self, queue: str) -> None:
        """Open a queue: who waited for it stands where the others do, whatever their number is."""
        self.closed.pop(queue, None)
        for lane in self.of_queue(queue):
            self._touched.add(lane.number)
            if lane.weight > 1 and not lane.is_shut:
                self.heavy += len(lane.parked)
            lane.open.absorb(lane.parked)

    def set_shut(self, queue: str, *, is_shut: bool) -> None:
        """Keep a whole queue from all agents, or no longer."""
        (self.shut.add if is_shut else self.shut.discard)(queue)
        for lane in self.of_queue(queue):
            if lane.is_shut != is_shut:
                lane.is_shut = is_shut
                self._touched.add(lane.number)
                if lane.weight > 1:
                    self.heavy += -len(lane.open) if is_shut else len(lane.open)

    def is_parked(self, session: Session) -> bool:
        """Tell whether a session came while its queue was closed and has seen no opening since."""
        since = self.closed.get(session.queue)
        return since is not None and session.came_outside is not None and session.came_outside >= since

    def known_lane(self, line: Line) -> Lane | None:
        """Return the lane of a line that was seen before."""
        return self._by_line.get(line)

    def enrol(self, agent: Agent) -> Seat:
        """Give an agent, who is not there yet, a seat in the roster and in all lines that it could serve."""
        seat = self._roster.enrol(agent)
        self._served_by.append([])
        self._seat_in_lanes(seat)
        return seat

    def change_profile(
        self,
        seat: Seat,
        *,
        skills: dict[str, int] | None = None,
        languages: tuple[str, ...] | None = None,
        capacity: int | None = None,
        channel_caps: dict[str, int] | None = None,
    ) -> None:
        """Set the parts that are given, and with them which lines the agent could serve."""
        self._roster.change_profile(
            seat, skills=skills, languages=languages, capacity=capacity, channel_caps=channel_caps
        )
        self._seat_in_lanes(seat)

    def first_lanes(self) -> Iterator[Lane]:
        """Yield the lines in which somebody may go to anybody, in R2 order of the first of each."""
        self.sync_heads()
        return self._lanes_of(self._heads)

    def key(self, session: Session) -> Key:
        """Return the place of a session (rule R2); with aging it is a fixed number, so nothing is ever sorted anew."""
        if self.config.aging_s is None:
            return (session.priority, session.queued_at, session.seq, session.id)
        return (session.queued_at + session.priority * self.config.aging_s, 0.0, session.seq, session.id)

    def put_in_order(self, sessions: Mapping[SessionId, Session]) -> None:
        """Give everybody who waits the place that `key` says now; costs one look at each of them."""
        for lane in self.lanes:
            for part in lane.all:
                part.rekey(lambda key: self.key(sessions[key[3]]))
            lane.head, lane.entry = None, _NOBODY
            self._touched.add(lane.number)
        for seat in self._roster.seats.values():
            seat.held.rekey(lambda key: self.key(sessions[key[3]]))
        self._heads = []

    def put(self, session: Session) -> Lane:
        """Put a waiting session into its line, at its place."""
        lane = self.lane(session.line)
        self._lane_of[session.id] = lane
        self._touched.add(lane.number)
        key = self.key(session)
        if session.state == "held" and session.sticky is not None:
            self._roster.seats[session.sticky].held.add(key)
            lane.held.add(key)
        elif self.is_parked(session):
            lane.parked.add(key)
        else:
            lane.open.add(key)
            self.heavy += session.weight > 1 and not lane.is_shut
        return lane

    def pull(self, session: Session) -> Lane:
        """Take a waiting session out of its line; nothing about it may have changed since it was put in."""
        lane = self._lane_of.pop(session.id)
        self._touched.add(lane.number)
        key = self.key(session)
        if session.state == "held" and session.sticky is not None:
            self._roster.seats[session.sticky].held.remove(key)
            lane.held.remove(key)
        elif self.is_parked(session):
            lane.parked.remove(key)
        else:
            lane.open.remove(key)
            self.heavy -= session.weight > 1 and not lane.is_shut
        return lane

    def first_lanes_for(self, seat: Seat) -> Iterable[Lane]:
        """Return the lines whose sessions an agent has room for, in R2 order of the first of each.

        An agent with few lines looks at those; for one with many, one of the first of all lines is likely one of them.
        """
        room = seat.room
        if len(seat.serves) > FEW_LINES:
            return (lane for lane in self.first_lanes() if lane.number in seat.serves and lane.weight <= room)
        self.sync_heads()
        return self._in_order([lane.entry for lane in self._served_by[seat.number] if lane.weight <= room])

    def lanes_before(self, lane: Lane, seat: Seat) -> list[Lane]:
        """Return the lines that an agent could serve, were there room, and whose first comes before that of a line."""
        entry, capacity = lane.entry, seat.agent.capacity
        return [other for other in self._served_by[seat.number] if other.entry < entry and other.weight <= capacity]

    def lane_of(self, session: SessionId) -> Lane | None:
        """Return the line in which a session waits, or None."""
        return self._lane_of.get(session)

    def position(self, session: Session) -> int | None:
        """Return 1 for the first of its line; None when it does not wait."""
        lane = self._lane_of.get(session.id)
        if lane is None:
            return None
        key = self.key(session)
        return 1 + lane.open.rank(key) + lane.held.rank(key) + lane.parked.rank(key)

    def waiting(self, lane: Lane | None) -> Iterator[Key]:
        """Yield the places of those who wait, in one line or in all, line by line."""
        for one in self.lanes if lane is None else [lane]:
            for part in one.all:
                yield from part

    @property
    def waiting_count(self) -> int:
        """How many wait, in all lines."""
        return sum(len(part) for lane in self.lanes for part in lane.all)

    def in_order(self) -> Iterator[Key]:
        """Yield the places of all who wait in R2 order."""
        return merge(*(part for lane in self.lanes for part in lane.all if part))

    def waiting_since(self, queue: str, key: Key | None) -> Iterator[Key]:
        """Yield in R2 order the places of those of a queue from this place on; of all from None on."""
        return merge(*(part.since(key) for lane in self.of_queue(queue) for part in lane.all if part))

    def _seat_in_lanes(self, seat: Seat) -> None:
        # Only lines that ask first for a skill that the agent has, or for none, need to be judged.
        judged = (number for skill in (_ANY_SKILL, *seat.agent.skills) for number in self._named_by.get(skill, ()))
        now = {number for number in judged if seat.qualifies(self.lanes[number].line)}
        for number in seat.serves - now:
            self.lanes[number].dismiss(seat)
        for number in now:
            self.lanes[number].admit(seat)
        seat.serves = now
        self._served_by[seat.number] = [self.lanes[number] for number in now]
        flexibility, lanes, capacity = self._roster.flexibility, self.lanes, seat.agent.capacity
        classes = sum(lanes[number].counts and lanes[number].weight <= capacity for number in now)
        flexibility.change(seat.bit, flexibility.value(seat.bit), classes)

    def sync_heads(self) -> None:
        """Make `Lane.head` true for the lines in which something changed."""
        for number in self._touched:
            lane = self.lanes[number]
            head = lane.open.first() if lane.open and not lane.is_shut else None
            if head == lane.head:
                continue
            self.moved.setdefault(number, lane.head)
            if lane.head is not None:
                del self._heads[bisect_left(self._heads, lane.entry)]
            lane.head, lane.entry = head, head or _NOBODY
            if head is not None:
                insort(self._heads, lane.entry)
        self._touched.clear()

    def _lanes_of(self, heads: Iterable[Key]) -> Iterator[Lane]:
        return (self._lane_of[key[3]] for key in heads)

    def _in_order(self, entries: list[Key]) -> Iterator[Lane]:
        # Mostly nobody asks for more than the first.
        first = min(entries, default=_NOBODY)
        if first is not _NOBODY:
            yield self._lane_of[first[3]]
            entries.sort()
            yield from self._lanes_of(entries[1 : bisect_left(entries, _NOBODY)])
