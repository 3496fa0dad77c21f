"""An agent with several devices: one that leaves changes nothing, and with the last one the grace begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from hub.model.ids import AgentId
from hub.services.dispatch import Dispatch
from hub.services.presences import Presences
from hub.services.sessions import Sessions
from tests.unit.services.floor import Floor, floor

ANN = AgentId("ann")


@asynccontextmanager
async def _routing() -> AsyncIterator[tuple[Floor, Presences]]:
    """Run a whole dispatch with two devices of one agent, who has taken a session."""
    async with floor() as f:
        core = replace(f.g.core, is_sole_writer=False)
        presences = Presences(core, f.g.directory, f.g.records)
        dispatch = Dispatch(core, Sessions(core), f.g.directory, presences)
        f.g.core.bus.subscribe(dispatch.hear)
        works = [asyncio.create_task(dispatch.run()), asyncio.create_task(presences.run())]
        await f.agent("ann", capacity=2)
        await presences.connected(ANN, "telephone")
        await presences.connected(ANN, "computer")
        await f.g.clock.advance(1)
        yield f, presences
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)


async def test_one_of_two_devices_may_leave() -> None:
    async with _routing() as (f, presences):
        session = await f.accept(await f.comes("a"), "ann")
        await presences.disconnected(ANN, "telephone")
        await f.g.clock.advance(35)
        assert (await f.now(session.id)).agent_id == ANN
        assert (await f.comes("b")).offer is not None, "and is offered more"


async def test_with_the_last_device_the_grace_begins() -> None:
    async with _routing() as (f, presences):
        session = await f.accept(await f.comes("a"), "ann")
        await presences.disconnected(ANN, "telephone")
        await f.g.clock.advance(10)
        await presences.disconnected(ANN, "computer")
        await f.g.clock.advance(29)
        assert (await f.now(session.id)).agent_id == ANN
        assert (await f.comes("b")).offer is None
        await f.g.clock.advance(2)
        assert (await f.now(session.id)).state == "queued"


async def test_a_device_that_comes_back_within_the_grace_changes_nothing() -> None:
    async with _routing() as (f, presences):
        session = await f.accept(await f.comes("a"), "ann")
        for device in ("telephone", "computer"):
            await presences.disconnected(ANN, device)
        await f.g.clock.advance(25)
        await presences.connected(ANN, "tablet")
        await f.g.clock.advance(30)
        assert (await f.now(session.id)).agent_id == ANN
