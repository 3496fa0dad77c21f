"""One leader after the other: what was promised before goes on, and who was overtaken writes nothing more."""

from __future__ import annotations

from hub.model import commands as c
from hub.model.ids import AgentId
from hub.model.session import Session
from hub.model.timestamps import seconds_between, to_seconds
from hub.model.workspace import RelaxStep
from tests.unit.services.floor import Floor, floor, person


async def test_an_open_offer_ends_at_its_own_time_under_the_next_leader() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        session = await f.comes()
        offer = session.offer
        assert offer is not None
        await f.advance(20)
        await f.term.end()
        await f.lead("ann")
        await f.advance(9)
        assert (await f.now(session.id)).offer == offer
        await f.advance(1)
        assert (await f.now(session.id)).offer is None
        assert f.g.clock.seconds() == to_seconds(offer.expires_at)


async def test_an_offer_waits_for_an_agent_whose_socket_is_on_its_way_back() -> None:
    async with floor() as f:
        ann = await f.agent("ann")
        await f.lead("ann")
        session = await f.comes()
        await f.term.end()
        await f.lead()
        assert (await f.now(session.id)).offer == session.offer
        waiting = await f.comes("other")
        assert waiting.offer is None, "nothing new goes to somebody who is not there"
        f.leader.see_agent(ann, is_connected=True)
        assert (await f.accept(session, "ann")).state == "active"


async def test_an_agent_who_does_not_come_back_loses_the_sessions_after_the_grace() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        session = await f.accept(await f.comes(), "ann")
        await f.term.end()
        await f.lead()
        await f.advance(29.9)
        assert (await f.now(session.id)).state == "active"
        await f.advance(0.1)
        back = await f.now(session.id)
        assert back.state == "queued"
        assert back.demand.priority == session.demand.priority - 1
        assert f.leader.engine.state_of(session.id) == "waiting"


async def test_an_agent_who_is_back_within_the_grace_keeps_the_sessions() -> None:
    async with floor() as f:
        ann = await f.agent("ann")
        await f.lead("ann")
        session = await f.accept(await f.comes(), "ann")
        await f.term.end()
        await f.lead()
        await f.advance(20)
        f.leader.see_agent(ann, is_connected=True)
        await f.advance(60)
        assert (await f.now(session.id)).agent_id == "ann"


async def test_steps_of_relaxation_count_from_the_first_asking() -> None:
    async with floor() as f:
        await f.agent("ann", skills={"billing": 2})
        await f.lead("ann")
        relax = (RelaxStep(after_s=40, skill="billing", level=2),)
        session = await f.comes(skills={"billing": 5}, relax=relax)
        await f.advance(30)
        await f.term.end()
        await f.lead("ann")
        await f.advance(9)
        assert (await f.now(session.id)).offer is None
        await f.advance(1)
        assert (await f.now(session.id)).offer is not None
        await f.term.end()
        await f.lead("ann")
        assert f.leader.engine.line_of(session.id) is not None
        await f.advance(30)
        bob = await f.agent("bob", skills={"billing": 3})
        again = await f.now(session.id)
        assert again.offer is not None
        assert again.offer.agent_id == bob.id, "what was relaxed before the change of leader stays relaxed"


async def test_who_declined_is_not_asked_again_by_the_next_leader() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        session = await f.comes()
        await f.advance(5)
        await f.act(session, c.Reject(agent=person("ann")))
        await f.advance(20)
        await f.term.end()
        await f.lead("ann")
        assert (await f.now(session.id)).offer is None
        await f.advance(39.9)
        assert (await f.now(session.id)).offer is None
        await f.advance(0.1)
        again = await f.now(session.id)
        assert again.offer is not None, "a minute after the rejection"
        await f.advance(30)
        timed_out = await f.now(session.id)
        assert timed_out.offer is None
        assert [one.agent_id for one in timed_out.declined] == ["ann"], "each agent once, with the latest time"
        await f.term.end()
        await f.lead("ann")
        assert (await f.now(session.id)).offer is None


async def test_steps_that_are_to_come_are_taken_after_an_offer_of_a_former_leader() -> None:
    async with floor() as f:
        await f.agent("ann", skills={"billing": 5})
        await f.lead("ann")
        relax = (RelaxStep(after_s=10, skill="billing", level=4), RelaxStep(after_s=60, skill="billing"))
        session = await f.comes(skills={"billing": 5}, relax=relax)
        await f.advance(20)
        await f.term.end()
        await f.lead("ann")
        await f.agent("bob")
        await f.act(session, c.Reject(agent=person("ann")))
        assert dict(f.leader.engine.line_of(session.id).skills) == {"billing": 4}  # type: ignore[union-attr] # it waits
        await f.advance(39.9)
        assert (await f.now(session.id)).offer is None
        await f.advance(0.2)
        offer = (await f.now(session.id)).offer
        assert offer is not None
        assert offer.agent_id == "bob"


async def test_a_session_that_was_held_for_its_agent_is_not_held_again() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        first = await f.accept(await f.comes("li"), "ann")
        await f.act(first, c.Close(by=person("ann")))
        await f.accept(await f.comes("other"), "ann")
        session = await f.comes("li")
        assert f.leader.engine.state_of(session.id) == "held"
        await f.advance(21)
        await f.term.end()
        await f.lead("ann")
        assert f.leader.engine.state_of(session.id) == "waiting"
        bob = await f.agent("bob")
        offer = (await f.now(session.id)).offer
        assert offer is not None
        assert offer.agent_id == bob.id


async def test_the_most_urgent_are_offered_first_after_a_restart() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead()
        normal = await f.comes("a")
        urgent = await f.comes("b", priority=0)
        await f.term.end()
        await f.lead("ann")
        assert (await f.now(normal.id)).offer is None
        assert (await f.now(urgent.id)).offer is not None


async def test_a_transfer_that_was_on_offer_can_still_be_accepted() -> None:
    async with floor() as f:
        session = await _transferring(f)
        offer = session.offer
        assert offer is not None
        await f.term.end()
        await f.lead("ann", "bob")
        moved = await f.accept(session, "bob")
        assert moved.agent_id == "bob"
        assert (f.leader.engine.used(AgentId("ann")), f.leader.engine.used(AgentId("bob"))) == (0, 1)


async def test_a_transfer_that_was_on_offer_ends_at_its_own_time() -> None:
    async with floor() as f:
        session = await _transferring(f)
        await f.advance(10)
        await f.term.end()
        await f.lead("ann", "bob")
        await f.advance(19)
        assert (await f.now(session.id)).transfer is not None
        await f.advance(1)
        kept = await f.now(session.id)
        assert (kept.transfer, kept.offer, kept.agent_id) == (None, None, "ann")


async def test_a_transfer_that_was_not_offered_yet_is_offered_by_the_next_leader() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.agent("bob")
        await f.lead("ann", "bob")
        session = await f.comes()
        assert session.offer is not None
        name = session.offer.agent_id
        other = "bob" if name == "ann" else "ann"
        session = await f.accept(session, name)
        await f.term.end()
        await f.act(session, c.TransferToAgent(by=person(name), to=person(other)))
        await f.lead("ann", "bob")
        offered = await f.now(session.id)
        assert offered.offer is not None
        assert offered.offer.agent_id == other


async def test_a_leader_who_was_overtaken_between_decision_and_write_writes_nothing() -> None:
    async with floor() as f:
        await f.agent("ann", is_online=True)
        old = await f.lead("ann", node="old")
        old.store.gate.clear()
        session = await f.comes()
        assert old.store.held == 1, "decided, and not written"
        old.is_heard = False
        new = await f.lead("ann", node="new")
        offered = await f.now(session.id)
        assert offered.offer is not None
        assert offered.epoch == new.leader.epoch
        old.store.gate.set()
        await f.settle()
        assert old.figures.refusals["stale-epoch"] == 1
        assert old.leader.deposed.is_set()
        assert await f.now(session.id) == offered
        assert (await f.activities(session)).count("offered") == 1


async def test_a_leader_killed_between_decision_and_write_leaves_no_trace_and_no_gap() -> None:
    async with floor() as f:
        await f.agent("ann")
        old = await f.lead("ann", node="old")
        old.store.gate.clear()
        session = await f.comes()
        assert old.store.held == 1
        await old.end()
        assert (await f.now(session.id)).offer is None
        assert await old.traces.of(session.id) == ()
        await f.lead("ann", node="new")
        offered = await f.now(session.id)
        assert offered.offer is not None
        assert seconds_between(f.g.clock.now(), offered.offer.expires_at) == 30
        assert (await f.activities(session)).count("offered") == 1


async def test_a_paused_leader_that_wakes_up_changes_nothing() -> None:
    async with floor() as f:
        await f.agent("ann")
        old = await f.lead("ann", node="old")
        session = await f.comes()
        old.is_heard = False
        await f.g.clock.advance(18)
        await f.lead("ann", node="new")
        taken = await f.accept(session, "ann")
        await f.g.clock.advance(12)
        old.leader.tick()
        await f.settle()
        assert old.figures.refusals["stale-epoch"] == 1, "it ended an offer that is none any more"
        assert await f.now(session.id) == taken
        assert old.leader.deposed.is_set()


async def test_who_waits_is_offered_once_each_by_the_next_leader() -> None:
    async with floor() as f:
        await f.agent("ann", capacity=3)
        await f.lead()
        sessions = [await f.comes(f"c{number}") for number in range(3)]
        await f.term.end()
        await f.lead("ann")
        for session in sessions:
            assert (await f.activities(session)).count("offered") == 1


async def _transferring(f: Floor) -> Session:
    await f.agent("ann")
    await f.lead("ann")
    session = await f.accept(await f.comes(), "ann")
    await f.agent("bob")
    return await f.act(session, c.TransferToAgent(by=person("ann"), to=person("bob")))
