"""Seeded chance: the same for the same seed, and even enough for a made-up day."""

from __future__ import annotations

from itertools import islice
from statistics import fmean

from routing.chance import Seeded


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    one, same, other = Seeded(7), Seeded(7), Seeded(8)
    numbers = [one.random() for _ in range(100)]
    assert numbers == [same.random() for _ in range(100)]
    assert numbers != [other.random() for _ in range(100)]
    # The first numbers of SplitMix64 with seed 0, as its authors publish them.
    assert [int(Seeded(0).random() * 2**53) << 11] == [0xE220A8397B1DCDAF >> 11 << 11]


def test_numbers_lie_evenly_and_times_have_their_mean() -> None:
    chance = Seeded(1)
    numbers = [chance.random() for _ in range(20_000)]
    assert all(0 <= number < 1 for number in numbers)
    tenths = [sum(tenth <= number * 10 < tenth + 1 for number in numbers) for tenth in range(10)]
    assert max(tenths) < 1.15 * min(tenths)
    times = list(islice(iter(lambda: chance.expovariate(0.5), None), 20_000))
    assert abs(fmean(times) - 2) < 0.05
    assert min(times) >= 0
