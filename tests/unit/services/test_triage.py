"""Triage: what the rules and the mood of an arrival come to in its session, from the first message on."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from hub.app_bots import read_feeling
from hub.model import commands as c
from hub.model.content import Email, MailFacts, MailPerson, Text
from hub.model.ids import BotId, QueueId, RuleId, TeamId
from hub.model.queues import DEFAULT_QUEUE, OverflowStep, Queue, RoutingRule, RuleThen, RuleWhen
from hub.model.session import Session
from hub.model.timeline import SYSTEM
from hub.model.workspace import Bot, BusinessHours, Channel, Team
from hub.services.default_rules import USUAL, add_usual_rules
from hub.services.timers import Timers
from hub.services.triage import Triage
from tests.unit.services.ground import CHANNEL, Ground, ground

BOT = BotId("b1")


async def _rule(made: Ground, name: str, when: RuleWhen | None = None, **then: Any) -> None:
    rule = RoutingRule(id=RuleId(name), name=name, when=when or RuleWhen(), then=RuleThen(**then))
    await made.records.create(rule)


async def _with_bot(made: Ground, **routing: Any) -> None:
    await made.records.create(Bot(id=BOT, name="Bot", settings={"project": "demo"}))
    await _routing(made, bot_id=BOT, **routing)


async def _routing(made: Ground, **changes: Any) -> None:
    def change(channel: Channel) -> Channel:
        return replace(channel, routing=replace(channel.routing, **changes))

    await made.records.update(Channel, CHANNEL, change)


async def _session(made: Ground, text: str, event_id: str = "e1") -> Session:
    return await made.session(await made.receive(text=text, event_id=event_id))


async def test_a_rule_sends_new_sessions_to_people_or_to_a_bot_and_says_where() -> None:
    async with ground() as made:
        await _with_bot(made)
        await made.records.create(Queue(id=QueueId("q1"), name="Sales", overflow=(OverflowStep(after_s=30),)))
        await made.records.create(Team(id=TeamId("t1"), name="Sales"))
        sells = {"queue_id": QueueId("q1"), "team_id": TeamId("t1"), "skills": {"sales": 4}, "language": "en"}
        await _rule(made, "sales", RuleWhen(words=("bulk order",)), first="person", priority=3, **sells)
        session = await _session(made, "A bulk order please")
        demand = session.demand
        assert (session.state, session.bot_id) == ("queued", None)
        assert (demand.queue, demand.team_id, demand.skills, demand.language) == ("q1", "t1", {"sales": 4}, "en")
        assert (demand.priority, demand.overflow) == (3, (OverflowStep(after_s=30),))


async def test_without_rules_the_channel_decides_and_what_is_gone_is_left_out() -> None:
    async with ground() as made:
        await _with_bot(made)
        gone: dict[str, Any] = {"bot_id": BotId("gone"), "team_id": TeamId("gone"), "queue_id": QueueId("gone")}
        await _rule(made, "old", first="bot", **gone)
        session = await _session(made, "hello")
        assert (session.state, session.bot_id, session.demand.team_id) == ("bot", BOT, None)
        assert session.demand.queue == DEFAULT_QUEUE


async def test_closed_hours_choose_who_is_first() -> None:
    async with ground() as made:
        await _with_bot(made, business_hours_id="h1")
        await made.records.create(BusinessHours(id="h1", name="never", zone="UTC"))
        await _rule(made, "open", RuleWhen(hours="open"), first="person")
        assert (await _session(made, "hello")).state == "bot"


async def test_later_words_raise_and_call_a_person_but_standing_rules_do_not_speak_again() -> None:
    async with ground() as made:
        await _with_bot(made)
        await _rule(made, "everybody", priority=3)
        await _rule(made, "angry", RuleWhen(feelings=("angry",)), priority=2, first="person")
        first = await _session(made, "你好")
        assert (first.state, first.demand.priority, first.feeling) == ("bot", 3, "calm")
        lowered = c.Label(by=SYSTEM, priority=8, force=True)
        await made.sessions.act(first.id, lowered)
        second = await _session(made, "在吗", "e2")
        assert second.demand.priority == 8, "what a person set stays"
        third = await _session(made, "气死我了", "e3")
        assert (third.state, third.demand.priority, third.feeling) == ("queued", 2, "angry")
        assert third.handoff is not None
        assert third.handoff.reason == "rule"


async def test_a_changed_rule_speaks_at_once_and_a_removed_one_no_more() -> None:
    async with ground() as made:
        await _rule(made, "r", RuleWhen(words=("退款",)), priority=2)
        assert (await _session(made, "退款")).demand.priority == 2
        await made.records.update(
            RoutingRule, "r", lambda rule: replace(rule, then=RuleThen(lane="reviewed"), when=RuleWhen(words=("退款",)))
        )
        changed = await _session(made, "退款", "e2")
        assert changed.lane is not None
        assert changed.lane.rule == "r"
        await made.records.remove("routing_rule", "r")
        await made.sessions.act(changed.id, c.Close(by=SYSTEM, force=True))
        assert (await _session(made, "退款", "e3")).lane is None


async def test_machines_start_no_emergency_and_subjects_are_read() -> None:
    async with ground() as made:
        await add_usual_rules(made.records, made.directory)
        writer = MailFacts(from_=MailPerson(address="wang@example.cn"))
        mail = Email(subject="FIRE in the warehouse", text="please call", email=writer)
        robot = await made.session(await made.hear(content=Text(text="起火"), is_automatic=True))
        assert (robot.lane, robot.feeling) == (None, None)
        person = await made.session(await made.hear(content=mail, event_id="e2", address="wang@example.cn"))
        assert person.lane is not None
        assert (person.lane.lane, person.lane.because) == ("emergency", "fire")


async def test_a_mood_that_cannot_be_read_fails_no_arrival() -> None:
    async with ground() as made:

        def broken(text: str, language: str | None) -> Any:
            raise RuntimeError(text, language)

        triage = Triage(made.directory, broken)
        assert triage.mood("你好", "zh") == (None, ())
        assert triage.mood("  ", "zh") == (None, ())


async def test_the_usual_rules_are_added_once_and_again_after_they_were_removed() -> None:
    async with ground() as made:
        await _rule(made, "mine", priority=3)
        added = await add_usual_rules(made.records, made.directory)
        assert [rule.id for rule in added] == ["mine", *(rule.id for rule in USUAL)]
        assert await add_usual_rules(made.records, made.directory) == added
        await made.records.remove("routing_rule", "usual-threat")
        again = await add_usual_rules(made.records, made.directory)
        assert [rule.id for rule in again] == [rule.id for rule in added]


async def test_a_team_that_does_not_answer_is_widened_by_its_timer() -> None:
    async with ground() as made:
        await made.records.create(Team(id=TeamId("t1"), name="Sales"))
        await made.records.create(Queue(id=DEFAULT_QUEUE, name="", overflow=(OverflowStep(after_s=30),)))
        await _rule(made, "team", team_id=TeamId("t1"))
        session = await _session(made, "hello")
        timers = Timers(made.core, made.sessions, made.directory)
        assert await made.work("timer", timers.fire) == []
        await made.clock.advance(31)
        assert await made.work("timer", timers.fire) == [None]
        assert (await made.sessions.get(session.id)).demand.team_id is None


async def test_the_mood_of_a_long_message_is_heard_at_its_beginning_and_its_end() -> None:
    async with ground() as made:
        triage = Triage(made.directory, read_feeling)
        filler = "这是订单的情况说明。" * 400
        assert triage.mood(filler, "zh")[0] == "calm"
        assert triage.mood(f"你们的服务太差了，我等了三天还没有发货！{filler}", "zh")[0] != "calm"
        assert triage.mood(f"{filler}你们的服务太差了，我要去投诉你们！", "zh")[0] != "calm"
