"""Which heavy lines are first for some available agent, were there room (for rule R12); kept up to date in steps.

Each answer is kept with its reason. Yes: one agent, the witness, who could serve nobody before the line. No: a few
lines before it, the cover, that take all its agents between them. So an event asks anew only for the lines whose
witness or cover it touched, which are few however many agents and lines there are. Knows no clocks and no earmarks.
"""

from __future__ import annotations

from collections.abc import Iterable

from routing.board import Board, Lane
from routing.planes import members
from routing.records import Key
from routing.roster import Roster, Seat

CHOICE = 8
"""Among so many lines of an agent the one that covers most is looked for."""


class Fronts:
    """For each heavy line with a session that may go to anybody, who has it first, or which lines come before it."""

    __slots__ = ("_board", "_cover", "_covers", "_line_of", "_roster", "_witness", "_witnesses", "fresh")

    def __init__(self, board: Board, roster: Roster) -> None:
        self._board = board
        self._roster = roster
        self.forget()

    def forget(self) -> None:
        """Start anew at the next update; for when no heavy session waits."""
        self._witness: dict[int, Seat] = {}
        """By line number."""
        self._line_of: dict[int, int] = {}
        """The line number by that of its witness: nobody has two lines first."""
        self._witnesses = 0
        """All witnesses."""
        self._cover: dict[int, list[int]] = {}
        """By line number the numbers of the lines that cover it."""
        self._covers: dict[int, dict[int, None]] = {}
        """By line number the numbers of the lines in whose cover it is."""
        self.fresh = True
        """Nothing is known yet: the next update looks at all lines."""

    def has(self, lane: int) -> bool:
        """Tell whether the first session of this heavy line is first for somebody."""
        return lane in self._witness

    def update(self, stirred: Iterable[int]) -> set[int]:
        """Take over what changed since the last update; return the heavy lines for which the answer may be another.

        `stirred` are the agents (bit numbers) whose profile or presence changed; moved heads are known to the board.
        """
        board = self._board
        board.sync_heads()
        if not (board.moved or stirred or self.fresh):
            return set()
        moved, board.moved = board.moved, {}
        if self.fresh:
            self.fresh = False
            doubtful = {lane.number: None for lane in board.first_lanes() if lane.weight > 1}
        else:
            doubtful = self._touched_by(stirred) if stirred else {}
            for number, old in moved.items():
                self._take_over(board.lanes[number], old, doubtful)
        unanswered = [board.lanes[number] for number in doubtful if not self._is_witnessed(number)]
        for lane in unanswered:
            self._forget_answer(lane.number)
        for lane in unanswered:
            self._answer(lane)
        return set(doubtful)

    def _touched_by(self, stirred: Iterable[int]) -> dict[int, None]:
        """Return the lines whose answer may be another because of what became of some agents."""
        agents = 0
        lines: dict[int, None] = {}
        for agent in stirred:
            agents |= self._roster.by_number[agent].bit
            if agent in self._line_of:
                lines[self._line_of[agent]] = None
        if agents & self._roster.available:
            for number in self._cover:
                if self._board.lanes[number].able & agents:
                    lines[number] = None
        return lines

    def _take_over(self, lane: Lane, old: Key | None, doubtful: dict[int, None]) -> None:
        """Note the lines whose answer may be another because this one has another head."""
        if lane.weight > 1:
            doubtful[lane.number] = None
        if lane.head is not None and (old is None or lane.head < old):
            for agent in members(self._witnesses & lane.able):
                if lane.entry < self._board.lanes[self._line_of[agent]].entry:
                    doubtful[self._line_of[agent]] = None
        elif lane.number in self._covers:
            for number in self._covers[lane.number]:
                if lane.entry > self._board.lanes[number].entry:
                    doubtful[number] = None

    def _is_witnessed(self, number: int) -> bool:
        """Tell whether a line has a witness who still is one; mostly so when just its own head is another."""
        seat = self._witness.get(number)
        if seat is None or not seat.agent.available:
            return False
        lane = self._board.lanes[number]
        return lane.head is not None and bool(seat.bit & lane.able) and not self._board.lanes_before(lane, seat)

    def _forget_answer(self, number: int) -> None:
        seat = self._witness.pop(number, None)
        if seat is not None:
            del self._line_of[seat.number]
            self._witnesses ^= seat.bit
        for cover in self._cover.pop(number, ()):
            del self._covers[cover][number]

    def _answer(self, lane: Lane) -> None:
        """Find the witness of a line or a cover, if somebody waits in it."""
        if lane.head is None:
            return
        agents, cover = lane.able & self._roster.available, []
        while agents:
            seat = self._roster.by_number[agents.bit_length() - 1]
            before = self._board.lanes_before(lane, seat)
            if not before:
                self._witness[lane.number], self._line_of[seat.number] = seat, lane.number
                self._witnesses |= seat.bit
                return
            best = _widest(before[:CHOICE], agents)
            cover.append(best.number)
            agents &= ~best.able
        self._cover[lane.number] = cover
        for number in cover:
            self._covers.setdefault(number, {})[lane.number] = None


def _widest(lanes: list[Lane], agents: int) -> Lane:
    """Return the line that most of these agents could serve."""
    return max(lanes, key=lambda lane: (lane.able & agents).bit_count())
