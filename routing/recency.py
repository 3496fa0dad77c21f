"""Who was given something longest ago: the fourth and fifth rank of rule R5.

All agents by (last assigned, id), in blocks one behind the other. Each block knows the set of its agents, so that the
first of any set of agents is found by looking at the blocks and into one of them, never at all agents. Within a block
there is no order: agents move on with every offer, but only few offers ask who of several is first.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TypeAlias

from hub.model.ids import AgentId
from routing.planes import members

Rank: TypeAlias = tuple[float, AgentId]

BLOCK = 64
"""Most agents of a block: for 10,000 agents about as many blocks as members of a block."""
_NEVER = float("-inf")


class _Block:
    __slots__ = ("agents", "last", "size")

    def __init__(self, last: Rank, agents: int, size: int) -> None:
        self.last = last
        """None of its agents comes behind this; all of the next block do."""
        self.agents = agents
        self.size = size


class Recency:
    """All agents, longest since the last assignment first; never assigned comes before all others."""

    __slots__ = ("_block_of", "_blocks", "_lasts", "_ranks")

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._lasts: list[Rank] = []
        """`_Block.last` of each block."""
        self._ranks: dict[int, Rank] = {}
        """By the bit number of the agent, as is the next one."""
        self._block_of: dict[int, _Block] = {}

    def put(self, last_assigned: float | None, agent: AgentId, number: int) -> None:
        """Put an agent at its place, wherever it was; `number` is the agent's bit number."""
        if number in self._ranks:
            self._take_out(number)
        rank = self._ranks[number] = (_NEVER if last_assigned is None else last_assigned, agent)
        at = len(self._blocks) - 1
        if at < 0 or self._lasts[at] < rank:
            # Nearly always so: who was given something just now comes behind all others.
            if at < 0 or self._blocks[at].size == BLOCK:
                self._insert(at + 1, [number])
                return
            self._lasts[at] = self._blocks[at].last = rank
        else:
            at = bisect_left(self._lasts, rank)
        block = self._block_of[number] = self._blocks[at]
        block.agents |= 1 << number
        block.size += 1
        if block.size > BLOCK:
            self._split(at)

    def first(self, among: int) -> int:
        """Return the bit number of the first of these agents; they must not be empty."""
        for block in self._blocks:
            agents = block.agents & among
            if agents:
                return min(members(agents), key=self._ranks.__getitem__)
        raise KeyError(among)

    def _take_out(self, number: int) -> None:
        block = self._block_of[number]
        block.agents ^= 1 << number
        block.size -= 1
        if not block.size:
            at = bisect_left(self._lasts, block.last)
            del self._blocks[at], self._lasts[at]

    def _split(self, at: int) -> None:
        numbers = sorted(members(self._blocks[at].agents), key=self._ranks.__getitem__)
        del self._blocks[at], self._lasts[at]
        half = len(numbers) // 2
        self._insert(at, numbers[half:])
        self._insert(at, numbers[:half])

    def _insert(self, at: int, numbers: list[int]) -> None:
        last = self._ranks[numbers[-1]]
        block = _Block(last, sum(1 << number for number in numbers), len(numbers))
        self._blocks.insert(at, block)
        self._lasts.insert(at, last)
        self._block_of.update(dict.fromkeys(numbers, block))
