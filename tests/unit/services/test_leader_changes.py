"""Whatever changes of a session that waits, the router hears it, and the wait so far counts on."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.model.ids import AgentId, QueueId
from hub.model.queues import Queue, RoutingSettings
from hub.model.workspace import RelaxStep
from tests.unit.services.floor import floor, person


async def test_changed_skills_find_the_agent_who_has_them() -> None:
    async with floor() as f:
        await f.agent("ann", skills={"billing": 3})
        await f.lead("ann")
        session = await f.comes(skills={"repair": 1})
        assert session.offer is None
        changed = await f.demand(session, skills={"billing": 3})
        assert (await f.now(session.id)).offer is not None
        assert changed.queued_at == session.queued_at


async def test_a_changed_language_and_team_are_heard() -> None:
    async with floor() as f:
        await f.agent("ann", languages=("zh",), team_ids=("north",))
        await f.lead("ann")
        session = await f.comes(language="en")
        assert (await f.demand(session, language="zh", team_id="south")).offer is None
        await f.demand(session, team_id="north")
        assert (await f.now(session.id)).offer is not None


async def test_a_changed_need_does_not_ask_again_for_what_was_relaxed() -> None:
    async with floor() as f:
        await f.lead()
        relax = (RelaxStep(after_s=10, skill="billing", level=1), RelaxStep(after_s=20, skill="billing", level=None))
        session = await f.comes(skills={"billing": 5}, relax=relax)
        await f.advance(12)
        await f.demand(session, team_id="north")
        line = f.leader.engine.line_of(session.id)
        assert line is not None
        assert dict(line.skills) == {"billing": 1, "team:north": 1}
        await f.advance(8)
        line = f.leader.engine.line_of(session.id)
        assert line is not None
        assert dict(line.skills) == {"team:north": 1}


async def test_another_queue_keeps_the_place() -> None:
    async with floor() as f:
        await f.lead()
        first = await f.comes("a")
        await f.advance(1)
        second = await f.comes("b", queue_id="vip")
        assert f.leader.engine.position(first.id) == f.leader.engine.position(second.id) == 1
        await f.demand(first, queue=QueueId("vip"))
        assert f.leader.engine.position(first.id) == 1
        assert f.leader.engine.position(second.id) == 2


async def test_another_need_of_a_session_on_offer_counts_when_it_comes_back() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        session = await f.comes()
        await f.demand(session, skills={"billing": 1}, queue=QueueId("other"))
        await f.act(session, c.Reject(agent=person("ann")))
        line = f.leader.engine.line_of(session.id)
        assert line is not None
        assert (line.queue, dict(line.skills)) == ("other", {"billing": 1})


async def test_changed_settings_keep_the_offer_and_everybody_s_place() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        offered, first, second = [await f.comes(name) for name in ("a", "b", "c")]
        await f.queue(Queue(id=QueueId("default"), name="", placement="pack"))
        await f.g.records.create(RoutingSettings(accept_timeout_s=10))
        await f.configure()
        assert (await f.now(offered.id)).offer == offered.offer
        assert [f.leader.engine.position(one.id) for one in (first, second)] == [1, 2]
        assert (await f.accept(offered, "ann")).agent_id == "ann"
        await f.act(offered, c.Close(by=person("ann")))
        offer = (await f.now(first.id)).offer
        assert offer is not None
        await f.advance(10)
        assert (await f.now(first.id)).offer is None, "the new time to accept"
        assert (await f.activities(offered)).count("offered") == 1


async def test_impossible_hours_leave_what_was_in_force_and_are_told() -> None:
    async with floor() as f:
        hours = await f.office_hours()
        await f.ask(business_hours_id="office")
        await f.agent("ann")
        await f.lead("ann")
        before = f.leader.settings
        assert before.problems == ()
        await f.g.records.update(type(hours), "office", lambda one: replace(one, zone="Middle/Earth"))
        await f.configure()
        after = f.leader.settings
        assert after.config == before.config
        assert [problem.hours_id for problem in after.problems] == ["office"]
        assert "Middle/Earth" in after.problems[0].detail
        assert (await f.comes()).offer is not None, "routing goes on"


async def test_a_new_term_with_impossible_hours_keeps_nobody_waiting() -> None:
    async with floor() as f:
        await f.office_hours(zone="Middle/Earth")
        await f.ask(business_hours_id="office")
        await f.agent("ann")
        await f.lead("ann")
        assert len(f.leader.settings.problems) == 1
        assert (await f.comes()).offer is not None


async def test_transfers_to_a_queue_keep_queue_and_hours() -> None:
    async with floor() as f:
        await f.office_hours()
        await f.ask(business_hours_id="office", queue_id="default")
        await f.agent("ann")
        await f.lead("ann")
        session = await f.accept(await f.comes(), "ann")
        demand = replace(session.demand, skills={"repair": 2}, relax=())
        back = await f.act(session, c.TransferToQueue(by=person("ann"), demand=demand, label={"kind": "skills"}))
        line = f.leader.engine.line_of(session.id)
        assert line is not None
        assert (line.queue, dict(line.skills)) == ("default@office", {"repair": 2})
        assert back.queued_at == session.queued_at
        assert f.leader.engine.used(AgentId("ann")) == 0


async def test_one_device_that_leaves_changes_nothing_and_the_last_begins_the_grace() -> None:
    async with floor() as f:
        ann = await f.agent("ann", capacity=2)
        await f.lead("ann")
        session = await f.accept(await f.comes(), "ann")
        f.leader.see_agent(ann, is_connected=True)
        await f.advance(31)
        assert (await f.now(session.id)).agent_id == "ann"
        f.leader.see_agent(ann, is_connected=False)
        assert (await f.comes("b")).offer is None, "who is gone is offered nothing"
        await f.advance(29)
        assert (await f.now(session.id)).agent_id == "ann"
        await f.advance(1)
        assert (await f.now(session.id)).state == "queued"


async def test_who_let_offers_run_out_is_offered_again_once_online_is_chosen_anew() -> None:
    async with floor() as f:
        ann = await f.agent("ann", capacity=2)
        await f.lead("ann")
        first, second = await f.comes("one"), await f.comes("two")
        await f.advance(31)
        assert f.leader.presence(ann).unresponsive
        await f.advance(61)
        assert (await f.now(first.id)).offer is None, "the pair is not excluded any more, but ann does not answer"
        f.leader.see_agent(ann, is_connected=True)
        assert f.leader.presence(ann).unresponsive, "to be connected is no act"
        f.leader.see_ready(AgentId("ann"))
        await f.advance(1)
        assert not f.leader.presence(ann).unresponsive
        assert [(await f.now(one.id)).offer is not None for one in (first, second)] == [True, True]
