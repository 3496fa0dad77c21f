"""One small number per agent, for all agents at once.

Every agent is one bit of a Python integer, so a set of agents is an integer and "and" is the intersection: a set of
10,000 agents is 1,250 bytes, and one operation on it takes a fraction of a microsecond. A number per agent is kept as
binary digits: plane i is the set of agents whose number has digit i. So "who has at least 3", "who of these has the
least" and "one more for all of these" cost a few operations, however many agents there are.
"""

from __future__ import annotations

from collections.abc import Iterator

_MANY = 16
"""From here on writing the set out and reading it costs less than one operation on the whole set per member."""


class Planes:
    """A number of 0 or more for every agent; 0 for those never set."""

    __slots__ = ("_digits",)

    def __init__(self) -> None:
        self._digits: list[int] = []

    def change(self, agent: int, old: int, new: int) -> None:
        """Set the number of one agent (a set with one bit) from its old value."""
        flips = old ^ new
        self._grow(flips.bit_length())
        for at in range(flips.bit_length()):
            if flips >> at & 1:
                self._digits[at] ^= agent

    def value(self, agent: int) -> int:
        """Return the number of one agent (a set with one bit)."""
        return sum(1 << at for at, digit in enumerate(self._digits) if digit & agent)

    def increment(self, agents: int) -> None:
        """Add one for each of these agents."""
        self.add([agents])

    def add(self, numbers: list[int]) -> None:
        """Add other numbers, given as planes, agent by agent."""
        carry = 0
        at = 0
        while carry or at < len(numbers):
            self._grow(at + 1)
            ours, theirs = self._digits[at], numbers[at] if at < len(numbers) else 0
            self._digits[at] = ours ^ theirs ^ carry
            carry = ours & theirs | carry & (ours | theirs)
            at += 1

    def digits(self) -> list[int]:
        """Return the planes, lowest digit first."""
        return self._digits

    def at_least(self, value: int, among: int) -> int:
        """Return those of `among` whose number is `value` or more."""
        if value.bit_length() > len(self._digits):
            return 0
        more, equal = 0, among
        for at in range(len(self._digits) - 1, -1, -1):
            has = equal & self._digits[at]
            if value >> at & 1:
                equal = has
            else:
                more |= has
                equal ^= has
        return more | equal

    def least(self, among: int) -> int:
        """Return those of `among` (not empty) with the smallest number."""
        for digit in reversed(self._digits):
            without = among ^ (among & digit)
            among = without or among
        return among

    def greatest(self, among: int) -> int:
        """Return those of `among` (not empty) with the largest number."""
        for digit in reversed(self._digits):
            among = (among & digit) or among
        return among

    def _grow(self, digits: int) -> None:
        self._digits.extend([0] * (digits - len(self._digits)))


def is_single(agents: int) -> bool:
    """Tell whether a set that is not empty has one member."""
    return agents & (agents - 1) == 0


def members(agents: int) -> Iterator[int]:
    """Yield the bit numbers in a set, lowest first."""
    if agents.bit_count() > _MANY:
        digits = bin(agents)[:1:-1]
        number = digits.find("1")
        while number >= 0:
            yield number
            number = digits.find("1", number + 1)
        return
    while agents:
        lowest = agents & -agents
        yield lowest.bit_length() - 1
        agents ^= lowest
