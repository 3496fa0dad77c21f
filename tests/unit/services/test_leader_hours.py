"""Outside hours (R13): who waits is turned away once, and waits again at the opening, at the old place."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.ids import QueueId
from hub.model.queues import DEFAULT_QUEUE, Queue
from hub.model.timestamps import seconds_between
from hub.model.workspace import BusinessHours, OpenHours
from tests.unit.services.floor import OFFICE, TO_CLOSING_S, TO_OPENING_S, Floor, floor, person


async def test_the_closing_turns_the_waiting_away_and_the_opening_recalls_them() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.lead()
        session = await f.comes()
        assert f.leader.engine.state_of(session.id) == "waiting"
        await f.advance(TO_CLOSING_S)
        away = await f.now(session.id)
        assert away.state == "queued"
        assert away.offline is not None
        assert away.offline.due_at is not None
        assert seconds_between(f.g.clock.now(), away.offline.due_at) == TO_OPENING_S
        assert f.leader.engine.state_of(session.id) is None, "nobody is looked for"
        await f.advance(TO_OPENING_S - 1)
        assert (await f.now(session.id)).offline is not None
        await f.advance(1)
        back = await f.now(session.id)
        assert back.offline is None
        assert back.queued_at == session.queued_at, "the old place"
        assert f.leader.engine.state_of(session.id) == "waiting"
        assert (await f.activities(session))[-2:] == ["outside_hours", "opening"]
        await f.agent("ann")
        offered = await f.now(session.id)
        assert offered.offer is not None
        assert offered.offer.agent_id == "ann"


async def test_who_comes_to_a_closed_queue_is_turned_away_at_once_and_may_write_on() -> None:
    async with floor() as f:
        await f.office_hours(closed_action="callback")
        await f.ask(business_hours_id="office")
        await f.lead()
        await f.g.clock.advance(TO_CLOSING_S + 30)
        session = await f.comes()
        assert session.offline is not None
        assert session.offline.action == "callback"
        again = await f.comes()
        assert again.id == session.id
        assert again.offline == session.offline, "a further message changes nothing"
        assert (await f.activities(session)).count("outside_hours") == 1


async def test_an_agent_may_take_who_was_turned_away_and_the_opening_then_changes_nothing() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.agent("ann")
        await f.lead("ann")
        await f.g.clock.advance(TO_CLOSING_S + 30)
        session = await f.comes()
        taken = await f.act(session, c.Take(agent=person("ann")))
        assert (taken.state, taken.offline) == ("active", None)
        assert f.leader.engine.used(taken.served_by[0]) == 1
        await f.advance(TO_OPENING_S)
        assert (await f.now(session.id)).state == "active"
        assert "opening" not in await f.activities(session)


async def test_keep_is_noted_once_and_the_wait_goes_on_over_a_change_of_leader() -> None:
    async with floor() as f:
        await f.office_hours(closed_action="keep")
        await f.ask(business_hours_id="office")
        await f.lead()
        await f.g.clock.advance(TO_CLOSING_S + 30)
        session = await f.comes()
        assert session.offline is None
        assert f.leader.engine.state_of(session.id) == "waiting"
        await f.term.end()
        await f.lead()
        assert (await f.activities(session)).count("outside_hours") == 1


async def test_a_new_leader_leaves_alone_who_was_turned_away() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.lead()
        await f.g.clock.advance(TO_CLOSING_S + 30)
        session = await f.comes()
        await f.term.end()
        await f.lead()
        assert f.leader.engine.state_of(session.id) is None
        assert (await f.now(session.id)) == session


async def test_longer_hours_recall_at_once() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.lead()
        await f.g.clock.advance(TO_CLOSING_S + 30)
        session = await f.comes()
        await _change(f, OFFICE[0], replace(OFFICE[0], end="16:02"))
        await f.configure()
        assert (await f.now(session.id)).offline is None
        assert f.leader.engine.state_of(session.id) == "waiting"


async def test_taking_the_hours_from_the_channel_recalls_at_once_and_giving_them_turns_away() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.lead()
        await f.g.clock.advance(TO_CLOSING_S + 30)
        session = await f.comes()
        await f.ask(business_hours_id=None)
        await f.configure()
        assert (await f.now(session.id)).offline is None
        await f.ask(business_hours_id="office")
        await f.configure()
        assert (await f.now(session.id)).offline is not None


async def test_hours_that_end_earlier_turn_away_who_waits_now_and_leave_offers_alone() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.agent("ann")
        await f.lead("ann")
        offered, waiting = await f.comes("first"), await f.comes("second")
        await _change(f, OFFICE[0], replace(OFFICE[0], end="15:00"))
        await f.configure()
        assert (await f.now(waiting.id)).offline is not None
        assert (await f.now(offered.id)).offer == offered.offer
        assert (await f.accept(offered, "ann")).state == "active"


async def test_a_timer_that_finds_the_queue_closed_waits_for_the_opening_of_now() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.lead()
        await f.g.clock.advance(TO_CLOSING_S + 30)
        session = await f.comes()
        await _change(f, OFFICE[1], replace(OFFICE[1], start="16:05"))
        await f.configure()
        await f.g.clock.advance(TO_OPENING_S - 30)
        assert await f.fire_timers() == [120.0]
        await f.advance(120)
        assert (await f.now(session.id)).offline is None


async def test_the_hours_of_the_queue_count_where_the_channel_has_none() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.queue(Queue(id=DEFAULT_QUEUE, name="", business_hours_id="office"))
        await f.queue(Queue(id=QueueId("day-and-night"), name="day and night"))
        await f.lead()
        await f.g.clock.advance(TO_CLOSING_S + 30)
        assert (await f.comes("a")).offline is not None
        assert (await f.comes("b", queue_id="day-and-night")).offline is None


async def _change(f: Floor, old: OpenHours, new: OpenHours) -> None:
    def changed(hours: BusinessHours) -> BusinessHours:
        return replace(hours, hours=tuple(new if one == old else one for one in hours.hours))

    await f.g.records.update(BusinessHours, "office", changed)
