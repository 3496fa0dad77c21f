"""Questions to the leader: answered once and in time wherever they are asked, or refused as temporary trouble."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from hub.errors import NotFound, Unavailable
from hub.services.dispatch import Dispatch
from hub.services.leader_calls import LeaderCalls
from hub.services.presences import Presences
from hub.services.sessions import Sessions
from tests.unit.services.floor import Floor, floor


def _calls(f: Floor, node: str, *, is_leading: bool = False) -> LeaderCalls:
    calls = LeaderCalls(replace(f.g.core, node=node))
    calls.is_leading = lambda: is_leading
    return calls


async def _loud(payload: bytes) -> bytes:
    return payload.upper()


async def test_the_leader_answers_on_every_node() -> None:
    async with floor() as f:
        leader, other = _calls(f, "leader", is_leading=True), _calls(f, "other")
        leader.answer("loud", _loud)
        other.answer("loud", _loud)
        assert await leader.ask("loud", b"here") == b"HERE"
        assert await other.ask("loud", b"there") == b"THERE"


async def test_without_a_leader_the_question_ends_in_time() -> None:
    async with floor() as f:
        with pytest.raises(Unavailable, match="does not answer"):
            await _calls(f, "other").ask("loud", limit_s=0.01)


async def test_a_slow_answer_ends_in_time() -> None:
    async with floor() as f:

        async def never(_payload: bytes) -> bytes:
            await asyncio.Event().wait()
            return b""

        leader, other = _calls(f, "leader", is_leading=True), _calls(f, "other")
        leader.answer("never", never)
        for calls in (leader, other):
            with pytest.raises(Unavailable):
                await calls.ask("never", limit_s=0.01)


async def test_what_the_leader_cannot_answer_is_said() -> None:
    async with floor() as f:

        async def refuse(_payload: bytes) -> bytes:
            raise NotFound("There is no such thing.")

        async def break_down(_payload: bytes) -> bytes:
            raise KeyError("a name that is nobody's business")

        leader, other = _calls(f, "leader", is_leading=True), _calls(f, "other")
        leader.answer("refuse", refuse)
        leader.answer("break", break_down)
        with pytest.raises(Unavailable, match="no such thing"):
            await other.ask("refuse")
        with pytest.raises(Unavailable, match="could not answer"), capture_logs() as told:
            await other.ask("break")
        assert [one["event"] for one in told] == ["leader.no_answer"]


async def test_a_node_that_does_not_route_tells_decisions_as_the_leader_does() -> None:
    async with floor() as f:
        core = replace(f.g.core, is_sole_writer=False)
        leading, other = (
            Dispatch(
                replace(core, node=node), Sessions(core), f.g.directory, Presences(core, f.g.directory, f.g.records)
            )
            for node in ("one", "two")
        )
        f.g.core.bus.subscribe(leading.hear)
        running = asyncio.create_task(leading.run())
        await f.settle()
        session = await f.comes(skills={"billing": 2})
        assert leading.router_figures.decisions["Waiting"] == 1
        await f.g.clock.advance(1)
        assert leading.router_figures.waiting == 1
        assert [step.decision for step in await other.trace(session.id)] == ["waiting", "alert"]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert leading.router_figures.waiting is None


async def test_the_front_is_the_beginning_of_all_who_wait() -> None:
    async with floor() as f:
        await f.lead()
        for number in range(12):
            await f.comes(f"c{number}", skills={"billing": number % 3 + 1}, priority=(5, 1, 9)[number % 3])
        engine = f.leader.engine
        assert engine.waiting_count == 12
        assert engine.front(5) == engine.waiting()[:5]
        assert engine.front(50) == engine.waiting()
