"""The shared token: one fetch for everybody, dropped only by who failed with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from connectors._wechat.token import AccessToken, TokenKeeper
from hub.ports.channel import SendDelayed
from hub.testing.channel_tools import FakeMemory
from hub.testing.environment import FakeClock


class Server:
    """Gives out numbered tokens; fails first as often as it is told."""

    def __init__(self, *, failures: int = 0, seconds: float = 7200) -> None:
        self.asked = 0
        self._failures = failures
        self._seconds = seconds

    async def fetch(self) -> AccessToken:
        self.asked += 1
        await asyncio.sleep(0)
        if self.asked <= self._failures:
            raise SendDelayed("busy")
        return AccessToken(value=f"t-{self.asked}", expires_in=self._seconds)


def keeper(server: Server, memory: FakeMemory, clock: FakeClock) -> TokenKeeper:
    return TokenKeeper(memory, clock, server.fetch, "token")


async def test_a_hundred_at_once_fetch_once() -> None:
    server = Server()
    kept = keeper(server, FakeMemory(), FakeClock())
    assert set(await asyncio.gather(*(kept.get() for _ in range(100)))) == {"t-1"}
    assert server.asked == 1


async def test_two_processes_fetch_once() -> None:
    server, memory, clock = Server(), FakeMemory(), FakeClock()
    both = [keeper(server, memory, clock) for _ in range(2)]
    assert set(await asyncio.gather(*(each.get() for each in both for _ in range(20)))) == {"t-1"}
    assert server.asked == 1


async def test_it_is_fetched_anew_shortly_before_its_end() -> None:
    server, clock = Server(), FakeClock()
    kept = keeper(server, FakeMemory(), clock)
    await kept.get()
    await clock.advance(7200 - 61)
    assert await kept.get() == "t-1"
    await clock.advance(2)
    assert await kept.get() == "t-2"


async def test_a_short_life_does_not_mean_a_fetch_for_every_call() -> None:
    server, clock = Server(seconds=40), FakeClock()
    kept = keeper(server, FakeMemory(), clock)
    await kept.get()
    await clock.advance(19)
    assert await kept.get() == "t-1"


async def test_a_token_that_failed_is_dropped_once_for_all() -> None:
    server, memory, clock = Server(), FakeMemory(), FakeClock()
    first, second = (keeper(server, memory, clock) for _ in range(2))
    assert {await first.get(), await second.get()} == {"t-1"}
    await asyncio.gather(*(each.drop_if("t-1") for each in (first, second) for _ in range(20)))
    assert {await first.get(), await second.get()} == {"t-2"}
    # A straggler who failed with the old one must not cost the others the new one.
    await first.drop_if("t-1")
    await second.drop_if("t-1")
    assert {await first.get(), await second.get()} == {"t-2"}
    assert server.asked == 2


async def test_a_process_that_lags_behind_takes_the_token_that_another_fetched() -> None:
    server, memory, clock = Server(), FakeMemory(), FakeClock()
    first, second = (keeper(server, memory, clock) for _ in range(2))
    await first.get()
    await second.get()
    await first.drop_if("t-1")
    assert await first.get() == "t-2"
    assert await second.get() == "t-1"
    await second.drop_if("t-1")
    assert await second.get() == "t-2"
    assert server.asked == 2


async def test_the_same_token_may_come_again_and_fail_again() -> None:
    class Stubborn(Server):
        async def fetch(self) -> AccessToken:
            self.asked += 1
            return AccessToken(value="same", expires_in=7200)

    server = Stubborn()
    kept = keeper(server, FakeMemory(), FakeClock())
    for times in (1, 2, 3):
        assert await kept.get() == "same"
        assert server.asked == times
        await kept.drop_if("same")


async def test_a_failed_fetch_is_tried_by_the_next_one() -> None:
    server = Server(failures=1)
    kept = keeper(server, FakeMemory(), FakeClock())
    with pytest.raises(SendDelayed):
        await kept.get()
    assert await kept.get() == "t-2"


async def test_a_cancelled_fetch_holds_nobody_up() -> None:
    server = Server()
    kept = keeper(server, FakeMemory(), FakeClock())
    first, second = asyncio.ensure_future(kept.get()), asyncio.ensure_future(kept.get())
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "t-2"


@pytest.mark.parametrize("damage", ["", "x", "{}", '{"value": 1}', '{"value": "t", "ends_at": "later"}'])
async def test_a_damaged_memory_is_as_good_as_none(damage: str) -> None:
    memory = FakeMemory()
    memory.texts["token"] = damage
    assert await keeper(Server(), memory, FakeClock()).get() == "t-1"


class CountingMemory(FakeMemory):
    """Counts how often somebody asks to be alone, which costs a lease of all processes."""

    def __init__(self) -> None:
        super().__init__()
        self.leases = 0

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        self.leases += 1
        async with super().alone(name):
            yield


async def test_many_who_use_or_drop_the_same_token_take_one_lease_each_time() -> None:
    server, memory = Server(), CountingMemory()
    kept = keeper(server, memory, FakeClock())
    await asyncio.gather(*(kept.get() for _ in range(50)))
    assert memory.leases == 1
    await asyncio.gather(*(kept.drop_if("t-1") for _ in range(50)))
    assert memory.leases == 2


async def test_a_token_that_another_process_gave_back_can_be_dropped_again() -> None:
    memory, clock = FakeMemory(), FakeClock()
    server = Server()
    kept = keeper(server, memory, clock)
    assert await kept.get() == "t-1"
    given = memory.texts["token"]
    await kept.drop_if("t-1")
    memory.texts["token"] = given
    assert await kept.get() == "t-1"
    await kept.drop_if("t-1")
    assert await kept.get() == "t-2"
