"""Which heavy sessions are the first that some available agent could serve (for rule R12), kept up to date in steps.

For each such session one agent is remembered who has it first: the witness. As long as the witness stands nothing is
looked at anew, so an event costs what it moved: a head that goes back can only let heavy sessions between its old and
its new place become first; a head that comes forward can only take away witnesses who could serve it. Knows lines and
agents, no clocks and no earmarks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

from routing.board import Board
from routing.planes import members
from routing.records import Key
from routing.roster import Roster

FEW_AGENTS = 16
"""So few agents are asked one by one which of their lines comes first; more are taken together, line by line."""
FEW_ASKED = 3


class Fronts:
    """The lines whose first session is heavy and first for somebody, each with its witness."""

    __slots__ = ("_all", "_by_agent", "_by_lane", "fresh")

    def __init__(self) -> None:
        self._by_lane: dict[int, int] = {}
        self._by_agent: dict[int, int] = {}
        self._all = 0
        self.fresh = True
        """Nothing is known yet: the next update looks at all heavy lines."""

    def forget(self) -> None:
        """Start anew at the next update; for when no heavy session waits."""
        self._by_lane, self._by_agent, self._all, self.fresh = {}, {}, 0, True

    def has(self, lane: int) -> bool:
        """Tell whether the first session of this line is first for somebody."""
        return lane in self._by_lane

    def update(self, board: Board, roster: Roster, stirred: Iterable[int]) -> set[int]:
        """Take over what changed since the last update; return the heavy lines for which the answer may be another.

        `stirred` are the agents (bit numbers) whose profile or presence changed; moved heads are known to the board.
        """
        board.first_lanes()
        moved, board.moved = board.moved, {}
        if self.fresh:
            self.fresh, moved = False, {}
            doubtful = {number for _, number in board.heavy_heads}
        else:
            doubtful = set()
        rest, until = self._look_at_agents(board, roster, stirred, doubtful)
        for number, old in moved.items():
            lane = board.lanes[number]
            if lane.line.weight > 1:
                self._drop(number)
                doubtful.add(number)
            if lane.head is not None and (old is None or lane.head < old):
                self._come_forward(board, number, doubtful)
            elif old is not None:
                agents, last = self._uncovered(board, roster, number, old)
                rest |= agents
                until = last if until is None or (last is not None and last > until) else until
        for number in doubtful:
            lane = board.lanes[number]
            if lane.head is not None and not self._finds_witness(board, roster, number):
                rest |= lane.able
                until = lane.head if until is None else max(until, lane.head)
        if until is not None:
            doubtful |= self._sweep(board, roster, rest & roster.available, until)
        return doubtful

    def _look_at_agents(
        self, board: Board, roster: Roster, stirred: Iterable[int], doubtful: set[int]
    ) -> tuple[int, Key | None]:
        rest, until = 0, None
        for number in stirred:
            lane = self._by_agent.get(number)
            if lane is not None:
                self._drop(lane)
                doubtful.add(lane)
            rest |= roster.by_number[number].bit
        if rest and board.heavy_heads:
            until = board.heavy_heads[-1][0]
        return rest, until

    def _come_forward(self, board: Board, number: int, doubtful: set[int]) -> None:
        lane = board.lanes[number]
        for agent in list(members(self._all & lane.able)):
            other = self._by_agent[agent]
            head = board.lanes[other].head
            if other != number and (head is None or lane.head is None or lane.head < head):
                self._drop(other)
                doubtful.add(other)

    def _uncovered(self, board: Board, roster: Roster, number: int, old: Key) -> tuple[int, Key | None]:
        """Return who may have another line first now that the head of this one went back, and how far to look."""
        lane = board.lanes[number]
        agents, found, last = lane.able & roster.available, 0, None
        few = agents.bit_count() <= FEW_AGENTS
        for head, other in self._unseen_between(board, old, lane.head) if agents else ():
            if few:
                return agents, board.heavy_heads[-1][0]
            found |= agents & board.lanes[other].able
            last = head
        return found, last

    def _unseen_between(self, board: Board, old: Key, new: Key | None) -> Iterator[tuple[Key, int]]:
        """Yield the heavy lines that are first for nobody yet and have their head between two places."""
        heavy = board.heavy_heads
        for at in range(bisect_right(heavy, (old, len(board.lanes))), len(heavy)):
            if new is not None and heavy[at][0] > new:
                return
            if heavy[at][1] not in self._by_lane:
                yield heavy[at]

    def _finds_witness(self, board: Board, roster: Roster, number: int) -> bool:
        """Ask a few agents who serve little else: often one of them has this line first."""
        able = board.lanes[number].able & roster.available
        if not able:
            return False
        for agent in islice(members(roster.flexibility.least(able)), FEW_ASKED):
            first = board.first_lane_of(roster.by_number[agent])
            if first is not None and first.number == number:
                self._add(number, agent)
                return True
        return False

    def _sweep(self, board: Board, roster: Roster, rest: int, until: Key) -> set[int]:
        """Give each of the agents the first line that it could serve; return the heavy lines that found a witness."""
        found = set()
        for at, (key, number) in enumerate(board.first_lanes()):
            if key > until or (at % 8 == 0 and rest.bit_count() <= FEW_AGENTS):
                break
            lane = board.lanes[number]
            taken = rest & lane.able
            if taken and lane.line.weight > 1 and number not in self._by_lane:
                self._add(number, taken.bit_length() - 1)
                found.add(number)
            rest ^= taken
        if rest.bit_count() > FEW_AGENTS:
            return found
        for agent in members(rest):
            first = board.first_lane_of(roster.by_number[agent])
            if first is not None and first.line.weight > 1 and first.number not in self._by_lane:
                self._add(first.number, agent)
                found.add(first.number)
        return found

    def _add(self, lane: int, agent: int) -> None:
        self._by_lane[lane], self._by_agent[agent] = agent, lane
        self._all |= 1 << agent

    def _drop(self, lane: int) -> None:
        agent = self._by_lane.pop(lane, None)
        if agent is not None:
            del self._by_agent[agent]
            self._all ^= 1 << agent
