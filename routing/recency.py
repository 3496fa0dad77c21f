"""Who was given something longest ago: the fourth and fifth rank of rule R5.

The order of all agents by (last assigned, id), in blocks that each know the set of their agents, so that the first of
any set of agents is found by looking at the blocks and into one of them, never at all agents.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TypeAlias

from hub.model.ids import AgentId

Rank: TypeAlias = tuple[float, AgentId, int]

BLOCK = 64
"""Longest block before it is split: for 10,000 agents about as many blocks as members of a block."""
_NEVER = float("-inf")


class Recency:
    """All agents, longest since the last assignment first; never assigned comes before all others."""

    __slots__ = ("_blocks", "_lasts", "_sets")

    def __init__(self) -> None:
        self._blocks: list[list[Rank]] = []
        self._lasts: list[Rank] = []
        self._sets: list[int] = []

    def add(self, last_assigned: float | None, agent: AgentId, number: int) -> None:
        """Put an agent in; `number` is the agent's bit number."""
        rank = _rank(last_assigned, agent, number)
        if not self._blocks:
            self._replace(0, [[rank]])
            return
        at = min(bisect_left(self._lasts, rank), len(self._blocks) - 1)
        block = self._blocks[at]
        insort(block, rank)
        if len(block) > BLOCK:
            half = len(block) // 2
            del self._blocks[at], self._lasts[at], self._sets[at]
            self._replace(at, [block[:half], block[half:]])
            return
        self._lasts[at] = block[-1]
        self._sets[at] |= 1 << number

    def remove(self, last_assigned: float | None, agent: AgentId, number: int) -> None:
        """Take an agent out who was put in with this time."""
        rank = _rank(last_assigned, agent, number)
        at = bisect_left(self._lasts, rank)
        block = self._blocks[at]
        del block[bisect_left(block, rank)]
        if block:
            self._lasts[at] = block[-1]
            self._sets[at] ^= 1 << number
        else:
            del self._blocks[at], self._lasts[at], self._sets[at]

    def first(self, among: int) -> int:
        """Return the bit number of the first of these agents; they must not be empty."""
        for block, agents in zip(self._blocks, self._sets, strict=True):
            if agents & among:
                return next(number for _, _, number in block if among >> number & 1)
        raise KeyError(among)

    def _replace(self, at: int, blocks: list[list[Rank]]) -> None:
        self._blocks[at:at] = blocks
        self._lasts[at:at] = [block[-1] for block in blocks]
        self._sets[at:at] = [sum(1 << number for _, _, number in block) for block in blocks]


def _rank(last_assigned: float | None, agent: AgentId, number: int) -> Rank:
    return (_NEVER if last_assigned is None else last_assigned, agent, number)
