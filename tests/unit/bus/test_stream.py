"""However commits arrive, a stream tells each once and in the order of the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from hub.bus.stream import CommitStream
from hub.errors import Unavailable
from hub.model.commit import Committed, EventTag
from hub.ports.bus import Published
from hub.store.memory import MemoryStore
from hub.testing.builders import a_commit
from hub.testing.bus_ground import place
from hub.testing.environment import FakeClock, SeededIds

_COUNT = 12
_ENOUGH_S = 10.0


class FlakyStore(MemoryStore):
    """A store that cannot be reached for a while."""

    is_away = False

    async def journal(self, after: int, limit: int) -> Sequence[Committed]:
        if self.is_away:
            raise Unavailable("away")
        return await super().journal(after, limit)


async def _filled(store: MemoryStore) -> list[Committed]:
    await store.open()
    return [await store.append(a_commit(f"k{number}#1")) for number in range(_COUNT)]


async def _started(store: MemoryStore, clock: FakeClock) -> tuple[CommitStream, list[Published]]:
    stream, heard = CommitStream(store, clock), list[Published]()
    stream.subscribe(heard.append)
    await stream.open()
    return stream, heard


@given(st.lists(st.lists(st.integers(0, _COUNT - 1), max_size=5), max_size=20), st.integers(0, _COUNT))
def test_every_arrival_ends_in_the_journals_order(arrivals: list[list[int]], early: int) -> None:
    """Late, twice, in any order or never: what is told is the journal, and at every moment its beginning."""

    async def play() -> None:
        store, clock = MemoryStore(SeededIds("s")), FakeClock()
        await store.open()
        stream, heard = await _started(store, clock)
        made = await _filled(store)
        for number, arrival in enumerate(arrivals):
            stream.offer([made[index] for index in arrival])
            assert [published.position for published in heard] == list(range(1, len(heard) + 1))
            if number == early:
                await clock.advance(0.06)
        await clock.advance(_ENOUGH_S)
        assert [published.commit for published in heard] == [committed.commit for committed in made]
        await stream.close()

    asyncio.run(play())


async def test_what_arrives_in_order_is_told_at_once() -> None:
    """The embedded path needs no turn of the loop: whoever publishes has told when it returns."""
    store, clock = MemoryStore(SeededIds("s")), FakeClock()
    await store.open()
    stream, heard = await _started(store, clock)
    made = await _filled(store)
    stream.offer(made[:7])
    assert len(heard) == 7
    await stream.close()


async def test_a_place_that_stays_empty_holds_nobody_up() -> None:
    """News of an empty place is enough; neither time nor the journal is needed."""
    store, clock = FlakyStore(SeededIds("s")), FakeClock()
    await store.open()
    stream, heard = await _started(store, clock)
    made = await _filled(store)
    store.is_away = True
    stream.offer([made[0], made[2]])
    assert [published.position for published in heard] == [1]
    stream.skip([2, 4])
    stream.offer([made[4]])
    assert [published.position for published in heard] == [1, 3, 5]
    await stream.close()


async def test_a_journal_that_is_away_only_delays() -> None:
    """A gap is closed once the journal can be read again, and nothing is told out of turn meanwhile."""
    store, clock = FlakyStore(SeededIds("s")), FakeClock()
    await store.open()
    stream, heard = await _started(store, clock)
    made = await _filled(store)
    store.is_away = True
    stream.offer(made[5:])
    await clock.advance(_ENOUGH_S)
    assert heard == []
    store.is_away = False
    await clock.advance(_ENOUGH_S)
    assert [published.commit for published in heard] == [committed.commit for committed in made]
    await stream.close()


async def test_a_crowd_is_served_from_memory() -> None:
    """Recent cursors are read without the journal; older ones with it."""
    store, clock = FlakyStore(SeededIds("s")), FakeClock()
    await store.open()
    stream = CommitStream(store, clock, tail=3)
    heard: list[Published] = []
    stream.subscribe(heard.append)
    await stream.open()
    told = (EventTag(type="record.changed", data={}),)
    made = [await store.append(a_commit(f"k{number}#1", events=told)) for number in range(_COUNT)]
    stream.offer(made)
    store.is_away = True
    recent = await stream.read(place(heard[-3], 0), 10)
    assert recent == heard[-2:]
    store.is_away = False
    old = await stream.read(place(heard[0], 0), 100)
    assert old == heard[1:]
    await stream.close()
