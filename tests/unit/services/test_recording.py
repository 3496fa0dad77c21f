"""A day that was recorded can be played: alone, whole over a change of leader, and for a month."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_parts

from hub.model import commands as c
from hub.model.ids import QueueId
from hub.model.queues import Queue
from hub.model.timestamps import shift
from hub.services.recorded_day import joined, pack, unpack
from hub.services.recording import KEPT_DAYS, Recorder
from hub.testing.environment import FakeClock
from routing import events as e
from routing.what_if import what_if
from tests.unit.services.floor import Floor, floor, person

DAY = "2026-01-05"


async def test_what_happened_is_there_and_plays_to_the_same_waits() -> None:
    async with floor() as f:
        await f.agent("ann")
        term = await f.lead("ann")
        waiting = await f.comes("early")
        await f.advance(2)
        await f.accept(waiting, "ann")
        late = await f.comes("late")
        await f.advance(7)
        await f.act(waiting, c.Close(by=person("ann")))
        await f.advance(3)
        await f.accept(late, "ann")
        await term.recorder.write()
        (day,) = await term.recorder.days()
        assert (day.day, day.sessions) == (DAY, 2)
        found = await term.recorder.log(DAY)
        assert found is not None
        assert found.is_complete
        compared = what_if(found.log, found.config)
        assert compared.total.before == compared.total.after
        assert compared.total.before.answered == 2
        assert compared.total.before.mean_s == pytest.approx(6.0)


async def test_the_parts_of_two_terms_play_as_one_day() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        held = await f.accept(await f.comes("held"), "ann")
        gone = await f.comes("gone")
        waiting = await f.comes("waiting")
        await f.term.recorder.write()
        await f.term.end()
        await f.act(gone, c.Close(by=person("boss"), force=True))
        await f.g.clock.advance(2)
        term = await f.lead("ann")
        await f.act(held, c.Close(by=person("ann")))
        await f.advance(1)
        await f.accept(waiting, "ann")
        await term.recorder.write()
        found = await term.recorder.log(DAY)
        assert found is not None
        assert not found.is_complete, "nobody saw what happened between the terms"
        compared = what_if(found.log, found.config)
        assert compared.total.before.answered == 2
        assert compared.total.before.gave_up == 1
        (day,) = await term.recorder.days()
        assert day.sessions == 3 + 1, "who waits over a change of leader comes to both"


async def test_a_new_day_begins_with_what_is_there() -> None:
    async with floor() as f:
        await f.agent("ann")
        term = await f.lead("ann")
        await f.accept(await f.comes("held"), "ann")
        await f.comes("waiting")
        tomorrow = f.g.clock.seconds() + 86_400
        term.recorder.note(e.Tick(id="new day"), tomorrow)
        await term.recorder.write()
        chunks, is_whole = await term.recorder.chunks("2026-01-06")
        assert is_whole
        events = [event for event, _, _ in unpack(chunks[0].steps)]
        assert [type(event).__name__ for event in events] == [
            "AgentOnline",
            "SessionRestored",
            "SessionQueued",
            "Tick",
        ]
        assert chunks[0].begins is not None
        assert chunks[0].opening == 3
        assert chunks[0].sessions == 0
        assert [day.day for day in await term.recorder.days()] == ["2026-01-06", DAY]


async def test_a_day_that_begins_amid_the_work_is_told_as_it_was() -> None:
    async with floor() as f:
        await f.agent("ann", skills={"tech": 1})
        await f.agent("bob", skills={"music": 1})
        term = await f.lead("ann", "bob")
        early = await f.accept(await f.comes("early"), "ann")
        await f.act(early, c.Close(by=person("ann")))
        await f.advance(86_400)
        first = await f.comes("first")
        assert first.offer is not None
        assert first.offer.agent_id == "bob", "who begins the day with an empty memory would choose ann"
        await f.advance(3)
        await f.accept(first, "bob")
        second = await f.comes("second", skills={"tech": 1})
        await f.advance(5)
        await f.accept(second, "ann")
        await f.advance(40)
        await f.act(first, c.Close(by=person("bob")))
        await term.recorder.write()
        found = await term.recorder.log("2026-01-06")
        assert found is not None
        before = what_if(found.log, found.config).total.before
        assert (before.answered, before.gave_up) == (2, 0)
        assert before.mean_s == pytest.approx(4.0)


async def test_pieces_from_before_decisions_were_kept_are_left_out() -> None:
    async with floor() as f:
        term = await f.lead()
        await f.comes("a")
        await term.recorder.write()
        (chunk,), _ = await term.recorder.chunks(DAY)
        old = with_parts(chunk, steps="")
        assert joined(DAY, [old], is_whole=True) is None
        mixed = joined(DAY, [old, chunk], is_whole=True)
        assert mixed is not None
        assert not mixed.is_complete


async def test_other_settings_begin_a_part() -> None:
    async with floor() as f:
        await f.agent("ann")
        term = await f.lead("ann")
        await f.comes("a")
        await f.queue(Queue(id=QueueId("default"), name="", placement="pack"))
        await f.configure()
        await f.comes("b")
        await term.recorder.write()
        chunks, _ = await term.recorder.chunks(DAY)
        assert [chunk.begins is not None for chunk in chunks] == [True, True]
        found = await term.recorder.log(DAY)
        assert found is not None
        assert found.config.queue("default").placement == "pack"
        assert not found.is_complete


async def test_a_missing_piece_is_told() -> None:
    async with floor() as f:
        term = await f.lead()
        for name in ("a", "b"):
            await f.comes(name)
            await term.recorder.write()
        store = f.g.store
        records = await store.recent_records("routing_log", f"{DAY}/")
        assert len(records) == 2
        await f.g.records.put_plain("routing_log", records[0].id, None)
        assert (await term.recorder.chunks(DAY))[1] is False


async def test_days_older_than_a_month_are_removed() -> None:
    async with floor() as f:
        term = await f.lead()
        await f.comes("a")
        await term.recorder.write()
        later = _at(f, KEPT_DAYS * 86_400.0)
        await later.forget_old()
        assert len(await term.recorder.days()) == 1
        later = _at(f, (KEPT_DAYS + 1) * 86_400.0)
        await later.forget_old()
        assert await term.recorder.days() == []
        assert await f.g.store.recent_records("routing_log", "") == []


async def test_a_store_that_cannot_write_costs_pieces_and_never_memory() -> None:
    async with floor() as f:
        term = await f.lead()
        await f.comes("a")
        await term.recorder.write()
        for number in range(100_000):
            term.recorder.note(e.Tick(id=f"t{number}"), f.g.clock.seconds())
        await term.recorder.write()
        chunks, is_whole = await term.recorder.chunks(DAY)
        assert len(chunks) <= 70
        assert not is_whole


def test_a_cut_recording_is_refused() -> None:
    text = pack([(e.Tick(id="a"), 1.0, ())])
    assert unpack(text) == [(e.Tick(id="a"), 1.0, ())]
    with pytest.raises(ValueError, match="cut off"):
        unpack(text[:-8])
    with pytest.raises(ValueError, match="no recording"):
        unpack("AAAA")


def _at(f: Floor, seconds: float) -> Recorder:
    """Return a recorder that runs so much later."""
    return Recorder(replace(f.g.core, clock=FakeClock(shift(f.g.clock.now(), seconds))))
