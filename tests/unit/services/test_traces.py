"""The trace of a session is in the store: with each decision that was written, and soon after each that was not."""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import commands as c
from hub.services.traces import CANDIDATES, Reason, in_words
from tests.unit.services.floor import floor, person


async def test_an_offer_and_its_step_are_one_commit() -> None:
    async with floor() as f:
        await f.agent("ann", skills={"billing": 3})
        await f.agent("bob", skills={"billing": 1})
        term = await f.lead("ann", "bob")
        session = await f.comes(skills={"billing": 2})
        commits = [one.commit for one in await f.g.store.journal(0, 1000)]
        offers = [one for one in commits if any(tag.type == "session.offered" for tag in one.events)]
        assert [[record.kind for record in one.records] for one in offers] == [["routing_trace"]]
        (step,) = await term.traces.of(session.id)
        assert (step.decision, step.agent_id, step.queue_id) == ("offered", "ann", "default")
        ann, bob = step.candidates
        assert (ann.name, ann.eligible, ann.reasons) == ("Ann", True, ()), "the offer's own unit is no obstacle"
        assert (bob.name, bob.eligible) == ("Bob", False)
        assert bob.reasons == ("skill level: skill billing, needs 2, has 1",)
        assert bob.details == (Reason(code="skill_level", parameters={"skill": "billing", "needs": 2, "has": 1}),)
        assert [one.code for one in step.next] == ["offer_ends"]
        assert session.offer is not None
        assert step.next[0].at == session.offer.expires_at


async def test_what_is_only_said_is_written_in_one_batch() -> None:
    async with floor() as f:
        term = await f.lead()
        sessions = [await f.comes(f"c{number}") for number in range(3)]
        before = await f.g.store.last_position()
        await term.traces.flush()
        assert await f.g.store.last_position() == before + 1
        steps = await term.traces.of(sessions[1].id)
        assert [step.decision for step in steps] == ["waiting", "alert"]
        assert steps[0].reason == Reason(code="no_eligible_agent")
        assert steps[0].position == 2


async def test_the_whole_story_is_told_on_any_node_after_a_change_of_leader() -> None:
    async with floor() as f:
        await f.agent("ann")
        await f.lead("ann")
        session = await f.comes()
        await f.act(session, c.Reject(agent=person("ann")))
        await f.advance(60)
        await f.term.traces.flush()
        await f.term.end()
        term = await f.lead("ann")
        await f.advance(30)
        await term.traces.flush()
        steps = await term.traces.of(session.id)
        assert [step.decision for step in steps] == ["offered", "waiting", "offered", "rescinded", "waiting"]
        assert steps[3].reason == Reason(code="timeout")
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        assert steps[1].candidates[0].details[-1].code == "excluded"


async def test_what_people_did_first_is_told_too_and_is_no_refused_write() -> None:
    async with floor() as f:
        term = await f.lead()
        await f.agent("ann")
        await f.agent("bob")
        await f.agent("cy", is_online=False)
        session = await f.accept(await f.comes(), "ann")
        await f.act(session, c.TransferToAgent(by=person("ann"), to=person("cy")))
        await f.act(session, c.TransferToAgent(by=person("ann"), to=person("bob")))
        await f.advance(30)
        demand = replace(session.demand, skills={"repair": 2})
        await f.act(session, c.TransferToQueue(by=person("ann"), demand=demand, label={"kind": "skills"}))
        await f.act(session, c.Take(agent=person("bob"), force=True))
        await f.act(session, c.Take(agent=person("ann"), force=True))
        await term.traces.flush()
        told = [
            (step.decision, step.agent_id, step.reason.code if step.reason else None)
            for step in await term.traces.of(session.id)
        ]
        assert told == [
            ("offered", "ann", None),
            ("assigned", "ann", None),
            ("transfer_failed", "cy", "not_online"),
            ("offered", "bob", None),
            ("rescinded", "bob", "timeout"),
            ("transfer_failed", "bob", "timeout"),
            ("unassigned", "ann", "transferred"),
            ("waiting", None, "no_eligible_agent"),
            ("alert", None, "no_eligible_agent"),
            ("assigned", "bob", None),
            ("unassigned", "bob", "forced"),
            ("assigned", "ann", None),
        ]
        assert not term.figures.refusals


async def test_a_new_leader_does_not_tell_the_story_again() -> None:
    async with floor() as f:
        await f.lead()
        session = await f.comes()
        await f.term.traces.flush()
        told = await f.term.traces.of(session.id)
        await f.term.end()
        term = await f.lead()
        await term.traces.flush()
        assert [step.decision for step in await term.traces.of(session.id)][: len(told)] == ["waiting", "alert"]
        assert [step.decision for step in await term.traces.of(session.id)].count("waiting") == 1


async def test_of_many_agents_the_nearest_are_told_and_the_number_of_all() -> None:
    async with floor() as f:
        term = await f.lead()
        for number in range(CANDIDATES + 15):
            skills = {"billing": 3} if number >= CANDIDATES else {}
            await f.agent(f"agent{number:02}", skills=skills)
        session = await f.comes(skills={"billing": 3})
        (step,) = await term.traces.of(session.id)
        assert len(step.candidates) == CANDIDATES
        assert step.candidates_total == CANDIDATES + 15
        assert [one.eligible for one in step.candidates] == [True] * 15 + [False] * 15
        assert step.candidates[0].agent_id == step.agent_id


async def test_steps_of_a_leader_who_was_overtaken_are_not_written() -> None:
    async with floor() as f:
        old = await f.lead(node="old")
        session = await f.comes()
        old.is_heard = False
        new = await f.lead(node="new")
        await old.traces.flush()
        assert await new.traces.of(session.id) == ()


def test_reasons_are_plain_words() -> None:
    assert in_words(Reason(code="away")) == "away"
    assert in_words(Reason(code="full", parameters={"used": 2, "capacity": 2.0})) == "full: used 2, capacity 2"
