"""An ordered set that knows ranks, kept as a list of short sorted lists.

Why not a heap: a line must answer "who is first that this agent may have" and "which place is this one", and must
give up any member at once. Costs: add and remove O(log n + block), rank O(n / block), first O(1). Nothing in here
knows what is ordered.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

# Keys are tuples of numbers and strings; there is no useful way to say "comparable with itself" to the checker.
K = TypeVar("K", bound=tuple[Any, ...])

BLOCK = 256
"""Longest block before it is split: moving 256 pointers costs less than one Python call."""
HALF_BLOCK = BLOCK // 2


class OrderedKeys(Generic[K]):
    """Distinct keys in ascending order."""

    __slots__ = ("_blocks", "_lasts", "_size")

    def __init__(self) -> None:
        self._blocks: list[list[K]] = []
        self._lasts: list[K] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[K]:
        for block in self._blocks:
            yield from block

    def first(self) -> K:
        """Return the smallest key; the set must not be empty."""
        return self._blocks[0][0]

    def since(self, key: K | None) -> Iterator[K]:
        """Yield the keys from this one on, which need not be there; all of them from None on."""
        at = 0 if key is None else bisect_left(self._lasts, key)
        for block in self._blocks[at:]:
            yield from block if key is None or key <= block[0] else block[bisect_left(block, key) :]

    def behind(self, key: K) -> K | None:
        """Return the next key after this one, or None."""
        return next((other for other in self.since(key) if other != key), None)

    def absorb(self, other: OrderedKeys[K]) -> None:
        """Take in all keys of another set, which is empty afterwards; they are not here yet."""
        if self._blocks and other._blocks and self._lasts[-1] > other.first():
            keys = sorted((*self, *other))
            self._blocks = [keys[at : at + HALF_BLOCK] for at in range(0, len(keys), HALF_BLOCK)]
        else:
            self._blocks += other._blocks
        self._lasts = [block[-1] for block in self._blocks]
        self._size += other._size
        other._blocks, other._lasts, other._size = [], [], 0

    def rekey(self, key_of: Callable[[K], K]) -> None:
        """Give every member another key."""
        keys = sorted(map(key_of, self))
        self._blocks = [keys[at : at + HALF_BLOCK] for at in range(0, len(keys), HALF_BLOCK)]
        self._lasts = [block[-1] for block in self._blocks]

    def add(self, key: K) -> None:
        """Put a key in that is not there yet."""
        self._size += 1
        if not self._blocks:
            self._blocks.append([key])
            self._lasts.append(key)
            return
        at = min(bisect_left(self._lasts, key), len(self._blocks) - 1)
        block = self._blocks[at]
        insort(block, key)
        self._lasts[at] = block[-1]
        if len(block) > BLOCK:
            self._split(at)

    def remove(self, key: K) -> None:
        """Take out a key that is there; raises KeyError if it is not."""
        at, within = self._find(key)
        block = self._blocks[at]
        del block[within]
        self._size -= 1
        if block:
            self._lasts[at] = block[-1]
        else:
            del self._blocks[at], self._lasts[at]

    def rank(self, key: K) -> int:
        """Return how many keys are smaller than this one, which need not be there."""
        at = bisect_left(self._lasts, key)
        if at == len(self._blocks):
            return self._size
        return sum(map(len, self._blocks[:at])) + bisect_left(self._blocks[at], key)

    def _split(self, at: int) -> None:
        block = self._blocks[at]
        half = len(block) // 2
        self._blocks[at : at + 1] = [block[:half], block[half:]]
        self._lasts[at : at + 1] = [block[half - 1], block[-1]]

    def _find(self, key: K) -> tuple[int, int]:
        at = bisect_left(self._lasts, key)
        if at < len(self._blocks):
            within = bisect_left(self._blocks[at], key)
            if self._blocks[at][within] == key:
                return at, within
        raise KeyError(key)
