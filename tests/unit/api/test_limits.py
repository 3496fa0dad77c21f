"""Token buckets: a burst at once, then a steady rate, each caller for itself."""

from __future__ import annotations

import pytest

from hub.api.limits import MAX_CALLERS, Buckets
from hub.api.settings import Rate, RateLimits
from hub.errors import RateLimited
from hub.testing.environment import FakeClock


async def test_a_burst_passes_and_the_rest_waits_as_long_as_told() -> None:
    clock = FakeClock()
    buckets = Buckets(Rate(burst=10, over_s=5), clock)
    for _ in range(10):
        buckets.take("a")
    with pytest.raises(RateLimited) as caught:
        buckets.take("a")
    buckets.take("b")
    await clock.advance(caught.value.retry_after)
    buckets.take("a")
    with pytest.raises(RateLimited):
        buckets.take("a")


async def test_a_full_bucket_does_not_overflow() -> None:
    clock = FakeClock()
    buckets = Buckets(Rate(burst=2, over_s=1), clock)
    buckets.take("a")
    await clock.advance(100)
    buckets.take("a")
    buckets.take("a")
    with pytest.raises(RateLimited):
        buckets.take("a")


def test_memory_is_bounded_however_many_callers_come() -> None:
    buckets = Buckets(Rate(burst=1, over_s=1), FakeClock())
    for number in range(MAX_CALLERS + 10):
        buckets.take(str(number))
    with pytest.raises(RateLimited):
        buckets.take(str(MAX_CALLERS + 9))
    buckets.take("0")


async def test_a_program_may_ask_as_often_as_promised_for_as_long_as_it_likes() -> None:
    clock = FakeClock()
    buckets = Buckets(RateLimits().program, clock)
    for _ in range(20):
        for _ in range(2_000):
            buckets.take("a program")
        await clock.advance(1)
