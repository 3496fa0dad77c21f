"""The real clock and ids, and the fakes that stand for them."""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from hub.environment import SystemClock, SystemIds
from hub.model.timestamps import to_seconds
from hub.ports.environment import Clock, Ids
from hub.testing.environment import START, FakeClock, SeededIds


def test_clock_tells_the_time() -> None:
    clock: Clock = SystemClock()
    assert abs(clock.seconds() - time.time()) < 1
    assert abs(to_seconds(clock.now()) - clock.seconds()) < 1


def test_clock_never_goes_back_and_never_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, steady = 1_000_000.0, 50.0
    monkeypatch.setattr(time, "time", lambda: wall)
    monkeypatch.setattr(time, "monotonic", lambda: steady)
    clock = SystemClock()
    assert clock.seconds() == 1_000_000.0
    wall, steady = wall - 600, steady + 10
    assert clock.seconds() == 1_000_005.0, "set back by 600 s: half speed"
    wall, steady = wall + 100, steady + 100
    assert clock.seconds() == 1_000_055.0
    wall, steady = wall + 2_000, steady + 2_000
    assert clock.seconds() == wall, "caught up"


@pytest.mark.parametrize("ids", [SystemIds(), SeededIds(7)], ids=["system", "seeded"])
def test_ids_are_unique_and_ascend(ids: Ids) -> None:
    made = [ids.new() for _ in range(5_000)]
    assert made == sorted(set(made))
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in made)
    assert all(0 <= ids.fraction() < 1 for _ in range(1_000))
    secrets = {ids.secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", secret) for secret in secrets)
    assert len(ids.secret(70)) == 94


def test_ids_begin_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_123_999_999)
    ids = SystemIds()
    first, second = ids.new(), ids.new()
    assert int(first[:12], 16) == 1_700_000_000_123
    monkeypatch.setattr(time, "time_ns", lambda: 1_600_000_000_000_000_000)
    assert first < second < ids.new(), "also when the clock is set back"


def test_seeded_ids_repeat_with_the_seed() -> None:
    assert [SeededIds("a").new(), SeededIds("a").secret()] == [SeededIds("a").new(), SeededIds("a").secret()]
    assert SeededIds("a").new() != SeededIds("b").new()


async def test_fake_clock_wakes_each_sleeper_at_its_time() -> None:
    clock = FakeClock()
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            woken.append((name, clock.seconds() - to_seconds(START)))

    tasks = [asyncio.ensure_future(sleep(name, *naps)) for name, naps in (("a", (5, 5)), ("b", (7,)), ("c", (0, 20)))]
    await clock.advance(4.5)
    assert woken == [("c", 0.0)]
    assert clock.sleepers == 3
    await clock.advance(6)
    assert woken[1:] == [("a", 5.0), ("b", 7.0), ("a", 10.0)]
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await clock.advance(100)
    assert len(woken) == 4
