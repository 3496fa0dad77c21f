"""The watchdog: everybody who waits is seen with a reason, and what is wrong has one alarm until it is over."""

from __future__ import annotations

import asyncio
from dataclasses import replace as with_changes

import pytest
import structlog.testing
from msgspec.structs import replace

from hub.errors import Conflict
from hub.model import commands as c
from hub.model.agent import Agent
from hub.model.alarms import Cause, Subject
from hub.model.commit import Commit
from hub.model.content import Text
from hub.model.ids import AgentId, MessageId, SessionId
from hub.model.queues import DEFAULT_QUEUE, LaneMark, Queue
from hub.model.session import Holder, Session
from hub.model.timestamps import shift
from hub.services.alarms import Alarms
from hub.services.causes import LISTED
from hub.services.leader_calls import LeaderCalls
from hub.services.waiting_list import WaitingQuery
from hub.services.watchdog import Watchdog
from hub.testing.environment import FakeClock
from routing import events as e
from tests.unit.services.floor import Floor, floor, person
from tests.unit.services.watch import watching

FIVE_MINUTES = 300.0


async def _write(f: Floor, session: Session, **changes: object) -> Session:
    """Commit a session with some fields changed, as another part of the hub would."""
    present = await f.now(session.id)
    changed = replace(present, version=present.version + 1, **changes)
    await f.sessions.append(
        Commit(at=f.g.clock.now(), keys=(f"session/{session.id}#{changed.version}",), session=changed)
    )
    await f.settle()
    return changed


async def _say(f: Floor, session: Session, name: str) -> None:
    said = c.Say(agent=person(name), message_id=MessageId(f"said-{f.g.clock.seconds()}"), content=Text(text="好的"))
    await f.act(session, said)


async def test_who_waits_is_listed_longest_first_with_reason_and_numbers() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            await f.agent("ann", skills={"账单": 5}, languages=("zh",))
            await f.agent("bo", skills={"账单": 1}, languages=("zh",))
            served = await f.comes("han", skills={"账单": 3})
            await f.accept(served, "ann")
            first = await f.comes("li")
            await f.g.clock.advance(5)
            offered = await f.comes("mei", skills={})
            items = await watch.waiting()
            assert [one.session_id for one in items] == [first.id, offered.id]
            assert [(one.place, one.reason.code) for one in items] == [("line", "no_room"), ("offer", "offered")]
            assert items[0].qualify.eligible == 1
            assert items[0].qualify.full == 1
            assert (items[0].position, items[0].skills, items[0].waited_s) == (1, {"账单": 3}, 5)
            assert items[1].reason.parameters["agent_name"] == "Bo"
            assert [one.session_id for one in await watch.waiting(reason="offered")] == [offered.id]
            assert await watch.waiting(queue_id="other") == []
            live = await watch.live()
            assert (live.waiting, live.offered, live.active) == (1, 1, 1)
            assert (live.agents.online, live.agents.units, live.agents.free_units) == (2, 2, 0)


async def test_the_list_is_paged_without_a_gap_or_a_repeat() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            wanted = []
            for number in range(7):
                wanted.append((await f.comes(f"c{number}")).id)
                await f.g.clock.advance(number % 2)  # Some came at the very same time.
            found: list[SessionId] = []
            cursor: str | None = None
            while True:
                page = await watch.dog.waiting(WaitingQuery(limit=2, cursor=cursor))
                found += [one.session_id for one in page.items]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert sorted(found) == sorted(wanted)
            assert len(found) == len(set(found))


async def test_a_session_that_the_router_has_lost_is_told_to_it_again() -> None:
    async with floor() as f:
        await f.lead()
        await f.agent("ann", skills={})
        async with watching(f) as watch:
            session = await f.comes(skills={"退款": 1})
            engine = f.leader.engine
            engine.apply(e.SessionClosed(id="a fault of ours", session=session.id), f.g.clock.seconds())
            await watch.look(4)
            assert await watch.waiting() == [], "it may still be on its way"
            await watch.look(8)
            assert engine.state_of(session.id) == "waiting"
            assert [(one.kind, one.severity) for one in watch.all()][-1] == ("unknown_to_router", "critical")
            await watch.look()
            assert "unknown_to_router" not in watch.open()
            [item] = await watch.waiting()
            assert (item.place, item.reason.code) == ("line", "no_eligible_agent")


async def test_an_offer_that_does_not_end_is_told_of_and_ended() -> None:
    async with floor() as f:
        await f.lead()
        await f.agent("ann")
        async with watching(f) as watch:
            session = await f.comes()
            engine = f.leader.engine
            assert (await watch.waiting())[0].place == "offer"
            engine.apply(e.SessionClosed(id="a fault of ours", session=session.id), f.g.clock.seconds())
            await watch.look(38)
            assert "unknown_to_router" not in watch.open()
            await watch.look(4)
            assert "unknown_to_router" in [one.kind for one in watch.all()]
            await watch.look(4)
            assert engine.state_of(session.id) is not None
            assert "unknown_to_router" not in watch.open()


async def test_another_node_is_told_what_the_leader_knows() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            session = await f.comes()
            core = with_changes(f.g.core, node="other")
            other = Watchdog(core, f.g.directory, Alarms(core), LeaderCalls(core))
            page = await other.waiting(WaitingQuery())
            assert [one.session_id for one in page.items] == [session.id]
            assert await other.live() == await watch.dog.live()


async def test_the_longest_wait_is_that_of_somebody_who_waits_now() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        async with watching(f) as watch:
            assert watch.dog.longest_wait_s() == 0
            first = await f.comes("first")
            assert watch.dog.longest_wait_s() == 0, "an offer is no wait"
            second = await f.comes("second")
            await f.advance(7)
            await f.comes("third")
            assert watch.dog.longest_wait_s() == 7
            await f.accept(first, "ann")
            await f.act(second, c.Close(by=person("sue"), force=True))
            await f.advance(3)
            assert watch.dog.longest_wait_s() == 3
        assert watch.dog.longest_wait_s() == 0, "a term that is over watches nobody"


async def test_a_question_to_a_new_leader_is_answered_when_the_store_has_been_read() -> None:
    async with floor() as f:
        await f.lead()
        session = await f.comes()
        calls = LeaderCalls(f.g.core)
        calls.is_leading = lambda: True
        dog = Watchdog(f.g.core, f.g.directory, Alarms(f.g.core), calls)
        asked = asyncio.create_task(dog.waiting(WaitingQuery()))
        figures = asyncio.create_task(dog.live())
        await asyncio.sleep(0)
        assert not asked.done()
        term = asyncio.create_task(dog.run(f.leader))
        assert [one.session_id for one in (await asked).items] == [session.id]
        assert (await figures).queues[0].waiting == 1
        term.cancel()
        await asyncio.wait([term])
        late = asyncio.create_task(dog.waiting(WaitingQuery()))
        await asyncio.sleep(0)
        assert not late.done(), "of a term that is over nothing is told"
        late.cancel()


async def test_an_agent_who_leaves_a_customer_without_an_answer_is_told_of_once() -> None:
    async with floor() as f:
        await f.lead()
        await f.agent("ann")
        async with watching(f) as watch:
            session = await f.accept(await f.comes(), "ann")
            await _say(f, session, "ann")
            assert await watch.waiting() == []
            await f.comes()
            await watch.look(FIVE_MINUTES - 60)
            await f.comes()
            assert await watch.waiting() == [], "not yet five minutes"
            await watch.look(62)
            [item] = await watch.waiting()
            assert (item.place, item.reason.code) == ("agent", "unanswered")
            assert item.waited_s >= FIVE_MINUTES, "the second message does not make the wait shorter"
            assert watch.open() == ["unanswered"]
            await watch.look(60)
            assert len(watch.all()) == 1
            await _say(f, session, "ann")
            assert await watch.waiting() == []
            await watch.look()
            assert watch.open() == []
            assert watch.all()[0].parameters["agent_name"] == "Ann"


async def test_a_silent_bot_is_told_of() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            session = await f.comes()
            bot = Holder(kind="bot", id="b1", name="Bot")
            await _write(f, session, state="bot", holder=bot, bot_asked_seq=1, bot_id="b1")
            await watch.look(58)
            assert await watch.waiting() == []
            await watch.look(4)
            [item] = await watch.waiting()
            assert (item.place, item.reason.code) == ("bot", "bot_silent")
            assert watch.open() == ["bot_silent"]
            await _write(f, session, bot_done_seq=1)
            await watch.look()
            assert (watch.open(), await watch.waiting()) == ([], [])


async def test_too_long_a_wait_has_one_alarm_for_the_queue() -> None:
    async with floor() as f:
        await f.queue(Queue(id=DEFAULT_QUEUE, name="默认", target_s=60))
        await f.lead()
        await f.agent("ann")
        async with watching(f) as watch:
            await f.accept(await f.comes("han"), "ann")
            first, _ = await f.comes("li"), await f.comes("mei")
            await watch.look(58)
            assert watch.open() == []
            await watch.look(4)
            [alarm] = watch.all()
            assert (alarm.kind, alarm.subject) == ("wait_over_target", Subject(kind="queue", id="default", name="默认"))
            assert alarm.parameters == {"target_s": 60, "session_id": first.id}
            await watch.look(60)
            assert len(watch.all()) == 1, "once, however many wait"
            await f.agent("bo", capacity=5)
            for session in (first, _):
                await f.accept(session, "bo")
            await watch.look()
            assert watch.open() == []
            live = await watch.live()
            assert live.answered_15min == 3
            assert live.in_target_share_15min == round(1 / 3, 4)
            await watch.look(901)
            assert (await watch.live()).answered_15min == 0


async def test_nobody_online_is_one_alarm_and_not_one_for_each_need() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            await f.comes("li", skills={"a": 1})
            await f.comes("mei", skills={"b": 1})
            await watch.look()
            assert watch.open() == ["nobody_online"]
            assert watch.all()[0].parameters == {"waiting": 2}
            await f.agent("ann", skills={"a": 1})
            await watch.look()
            assert watch.open() == ["no_eligible_agent"]
            assert watch.all()[-1].parameters["skills"] == "b 1"


async def test_outside_hours_is_a_reason_and_no_trouble() -> None:
    async with floor() as f:
        await f.office_hours(hours=())
        await f.office_hours("late", closed_action="keep")
        await f.ask(business_hours_id="late")
        await f.lead()
        async with watching(f) as watch:
            await f.g.clock.advance(70)  # The break has begun.
            session = await f.comes()
            await watch.look()
            [item] = await watch.waiting()
            assert (item.session_id, item.place, item.reason.code) == (session.id, "closed", "outside_hours")
            assert [step.code for step in item.next] == ["queue_opens"]
            assert watch.open() == []
            await f.queue(Queue(id=DEFAULT_QUEUE, name="默认", business_hours_id="office"))
            await watch.look()
            assert watch.open() == ["queue_without_hours"]


async def test_an_emergency_that_nobody_answered_in_time_is_critical() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            session = await f.comes()
            due = shift(f.g.clock.now(), 900)
            mark = LaneMark(lane="emergency", rule="急", because="起火", at=f.g.clock.now(), due_at=due)
            await _write(f, session, lane=mark)
            await watch.look(898)
            assert "emergency_overdue" not in watch.open()
            await watch.look(4)
            alarm = next(one for one in watch.all() if one.kind == "emergency_overdue")
            assert (alarm.severity, alarm.parameters["because"]) == ("critical", "起火")
            await f.agent("ann")
            await f.accept(session, "ann")
            await watch.look()
            assert "emergency_overdue" in watch.open(), "taken is not answered"
            await _say(f, session, "ann")
            await watch.look()
            assert "emergency_overdue" not in watch.open()


async def test_what_the_stream_did_not_tell_is_found_by_reading_the_store() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            known = await f.comes("li")
            watch.is_heard = False
            unheard = await f.comes("mei")
            await f.act(known, c.Close(by=person("sue"), force=True))
            watch.is_heard = True
            assert unheard.id not in [one.session_id for one in await watch.waiting()]
            await watch.look(605)
            assert [one.session_id for one in await watch.waiting()] == [unheard.id]


async def test_a_spoilt_board_is_made_anew_and_nobody_notices() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            wanted = [(await f.comes(name)).id for name in ("li", "mei")]
            with structlog.testing.capture_logs() as log:
                watch.dog._board.queues.clear()  # A mistake of ours, whichever it be.
                wanted.append((await f.comes("han")).id)
                await f.act(await f.now(wanted[0]), c.Close(by=person("sue"), force=True))
            assert [one["event"] for one in log if one["log_level"] == "error"] == ["watchdog.failed"]
            await watch.look()
            assert [one.session_id for one in await watch.waiting()] == wanted[1:]
            assert watch.open() == ["nobody_online"]


async def test_a_flood_of_one_kind_becomes_one_alarm_beyond_the_listed() -> None:
    async with floor() as f:
        await f.lead()
        async with watching(f) as watch:
            bot = Holder(kind="bot", id="b1", name="Bot")
            for number in range(LISTED + 5):
                session = await f.comes(f"c{number}")
                await _write(f, session, state="bot", holder=bot, bot_asked_seq=1)
            await watch.look(120)
            kinds = [alarm.subject.kind for alarm in watch.alarms.known(only_open=True)]
            assert kinds.count("session") == LISTED
            [router] = [one for one in watch.all() if one.subject.kind == "router"]
            assert router.parameters == {"sessions": LISTED + 5}


async def test_the_next_leader_raises_nothing_twice_and_the_old_one_is_refused() -> None:
    async with floor() as f:
        old = await f.lead()
        async with watching(f) as watch:
            await f.comes()
            await watch.look()
            [alarm] = watch.all()
        await f.lead(node="other")
        async with watching(f) as again:
            await again.look(10)
            assert again.all() == [alarm]
            cause = Cause(kind="bot_silent", subject=Subject(kind="session", id="s1"))
            with pytest.raises(Conflict, match="newer router") as refused:
                await again.alarms.settle([cause], old.leader.epoch)
            assert refused.value.type == "stale-epoch"


async def test_an_alarm_is_acknowledged_once_whoever_is_second_and_forgotten_after_a_month() -> None:
    async with floor() as f:
        await f.lead()
        sue = Agent(
            id=AgentId("sue"), email="s@x.cn", name="Sue", password_hash="", roles=("supervisor",),
            created_at=f.g.clock.now(),
        )  # fmt: skip
        tom = replace(sue, id=AgentId("tom"), name="Tom")
        one, other = Alarms(f.g.core), Alarms(f.g.core)
        cause = Cause(kind="bot_silent", subject=Subject(kind="session", id="s1"))
        await one.settle([cause], f.leader.epoch)
        await other.load()
        [alarm] = one.known()
        first = await one.acknowledge(alarm.id, sue)
        second = await other.acknowledge(alarm.id, tom)
        assert (first.acknowledged_by, second.acknowledged_by_name) == ("sue", "Sue")
        # The leader has not heard of it yet: its first clearing finds another version, its second one is right.
        await one.settle([], f.leader.epoch)
        await one.settle([], f.leader.epoch)
        [kept] = one.known()
        assert kept.cleared_at is not None
        assert kept.acknowledged_by == "sue"
        assert one.known(only_open=True) == []
        later = Alarms(with_changes(f.g.core, clock=FakeClock(shift(f.g.clock.now(), 31 * 86_400))))
        await later.load()
        await later.settle([], f.leader.epoch)
        assert later.known() == []
        assert await f.g.store.records("alarm") == []
