"""Which line comes first for each available agent, were there room (for rule R12); kept up to date in steps.

Each line has the set of the agents who have it first. An event costs what it moved: when the head of a line goes back,
only the agents of its set need another line, and when one comes forward, only lines behind it can lose agents to it.
Knows lines and agents, no clocks and no earmarks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from routing.board import Board
from routing.planes import members
from routing.records import Key
from routing.roster import Roster

ASKING = 16
"""Asking one agent for the first of its lines costs as much as looking at so many lines for all agents together."""


class Fronts:
    """The agents of each line who could serve no session that comes before its first one."""

    __slots__ = ("_agents", "_all", "fresh")

    def __init__(self) -> None:
        self._agents: dict[int, int] = {}
        """By line number, never an empty set."""
        self._all = 0
        """All agents in these sets."""
        self.fresh = True
        """Nothing is known yet: the next update looks at all lines."""

    def forget(self) -> None:
        """Start anew at the next update; for when no heavy session waits."""
        self._agents, self._all, self.fresh = {}, 0, True

    def has(self, lane: int) -> bool:
        """Tell whether the first session of this line is first for somebody."""
        return lane in self._agents

    def update(self, board: Board, roster: Roster, stirred: Iterable[int]) -> set[int]:
        """Take over what changed since the last update; return the heavy lines for which the answer may be another.

        `stirred` are the agents (bit numbers) whose profile or presence changed; moved heads are known to the board.
        """
        heads = board.first_lanes()
        moved, board.moved = board.moved, {}
        if not heads:
            self._agents, self._all, self.fresh = {}, 0, False
            return {number for number in moved if board.lanes[number].weight > 1}
        if self.fresh:
            self.fresh = False
            return self._give_lines(board, roster, roster.available, heads[0][0])
        changed: set[int] = set()
        rest, since = 0, None
        if stirred:
            rest, since = self._without_line(board, roster, stirred, changed), heads[0][0]
        for number, old in moved.items():
            lane = board.lanes[number]
            if lane.weight > 1:
                changed.add(number)
            rest |= self._agents.pop(number, 0)
            start = old
            if lane.head is not None and (old is None or lane.head < old):
                start = lane.head
                rest |= self._behind(board, lane.head, lane.able, changed)
                rest |= lane.able & roster.available & ~self._all
            if start is not None and (since is None or start < since):
                since = start
        if rest and since is not None:
            changed |= self._give_lines(board, roster, rest, since)
        return changed

    def _without_line(self, board: Board, roster: Roster, stirred: Iterable[int], changed: set[int]) -> int:
        """Take agents whose presence or profile changed out of their sets; return those who are available."""
        agents = 0
        for number in stirred:
            seat = roster.by_number[number]
            agents |= seat.bit
            if seat.bit & self._all:
                # With another profile the line may be none of those that the agent could serve now.
                for line in (*seat.serves, *self._agents):
                    if self._agents.get(line, 0) & seat.bit:
                        self._take(board, line, seat.bit, changed)
                        break
        self._all &= ~agents
        return agents & roster.available

    def _behind(self, board: Board, head: Key, able: int, changed: set[int]) -> int:
        """Take agents from all lines behind a place; return them."""
        heads, found = board.first_lanes(), 0
        for at in range(bisect_right(heads, (head, len(board.lanes))), len(heads)):
            number = heads[at][1]
            taken = self._agents.get(number, 0) & able
            if taken:
                self._take(board, number, taken, changed)
                found |= taken
        return found

    def _take(self, board: Board, number: int, agents: int, changed: set[int]) -> None:
        left = self._agents[number] & ~agents
        if left:
            self._agents[number] = left
            return
        del self._agents[number]
        if board.lanes[number].weight > 1:
            changed.add(number)

    def _give_lines(self, board: Board, roster: Roster, agents: int, since: Key) -> set[int]:
        """Give each of these agents the first line from this place on; return the heavy lines that had nobody."""
        heads, lanes, having = board.first_lanes(), board.lanes, self._agents
        found: set[int] = set()
        self._all |= agents
        begin, end = bisect_right(heads, (since, -1)), len(heads)
        for at in range(begin, end):
            if (at - begin) % ASKING == 0 and agents.bit_count() * ASKING <= end - at:
                break
            number = heads[at][1]
            taken = agents & lanes[number].able
            if taken:
                if number in having:
                    having[number] |= taken
                else:
                    having[number] = taken
                    if lanes[number].weight > 1:
                        found.add(number)
                agents ^= taken
            if not agents:
                break
        else:
            self._all &= ~agents
            return found
        for agent in members(agents):
            lane = board.first_lane_of(roster.by_number[agent])
            if lane is None:
                self._all &= ~(1 << agent)
                continue
            if lane.number not in having and lane.weight > 1:
                found.add(lane.number)
            having[lane.number] = having.get(lane.number, 0) | 1 << agent
        return found
