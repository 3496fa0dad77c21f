"""Receivers run where they should, hand over exactly once, and keep their cursor with what they handed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from hub.errors import VersionConflict
from hub.model.commit import Commit
from hub.model.content import Text
from hub.model.customer import Identity
from hub.model.workspace import Channel
from hub.ports.abilities import Intake, Words
from hub.ports.channel import Inbound, Sender
from hub.services.health import Health
from hub.services.receivers import LEASE_S, Receivers
from tests.unit.services.ground import CHANNEL, FilesConnector, Ground, ground

SAID: Words = {"zh-CN": "密码不对", "en": "The password is wrong."}


def a_message(number: int) -> Inbound:
    identity = Identity(kind="email", value="li@example.cn", verified=True)
    return Inbound(
        event_id=f"e{number}",
        kind="message",
        occurred_at="2026-01-05T08:00:00.000Z",  # type: ignore[arg-type]
        sender=Sender(address="li@example.cn", identities=(identity,)),
        content=Text(text=f"text {number}"),
    )


class Puller(FilesConnector):
    """Hands its intake to the test and waits to be cancelled."""

    is_exclusive = True

    def __init__(self) -> None:
        super().__init__()
        self.intakes: list[Intake] = []
        self.ended = 0

    async def receive(self, intake: Intake) -> None:
        self.intakes.append(intake)
        try:
            await asyncio.Event().wait()
        finally:
            self.ended += 1


@asynccontextmanager
async def receiving(nodes: int = 1) -> AsyncIterator[tuple[Ground, Puller, list[asyncio.Task[None]], Health]]:
    puller = Puller()
    async with ground(puller) as on:
        tasks, health = [], Health(on.core, on.records)
        for _ in range(nodes):
            receivers = Receivers(on.core, on.directory, on.connectors, on.inbounds, health)
            on.core.bus.subscribe(receivers.hear)
            tasks.append(asyncio.create_task(receivers.run()))
        await on.clock.advance(0.1)
        try:
            yield on, puller, tasks, health
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def texts(on: Ground) -> list[str]:
    return [message.content.text for one in await on.store.journal(0, 1000) for message in one.commit.messages]


async def last_commit(on: Ground) -> Commit:
    return (await on.store.journal(0, 1000))[-1].commit


async def test_the_cursor_stands_in_the_commit_of_the_last_message() -> None:
    async with receiving() as (on, puller, _, _):
        intake = puller.intakes[0]
        assert await intake.cursor() is None
        await intake.take([a_message(1), a_message(2)], cursor="p2")
        commit = await last_commit(on)
        assert [message.content.text for message in commit.messages] == ["text 2"]
        assert [record.kind for record in commit.records] == ["channel_cursor"]
        assert await intake.cursor() == "p2"


async def test_a_repeated_page_changes_nothing_but_the_cursor() -> None:
    async with receiving() as (on, puller, _, _):
        intake = puller.intakes[0]
        await intake.cursor()
        await intake.take([a_message(1), a_message(2)])
        await intake.take([a_message(1), a_message(2)], cursor="p2")
        await intake.take([], cursor="p3")
        assert await texts(on) == ["text 1", "text 2"]
        assert await intake.cursor() == "p3"


async def test_a_receiver_that_was_overtaken_cannot_move_the_cursor_back() -> None:
    async with receiving() as (on, puller, _, _):
        await on.records.update(Channel, CHANNEL, lambda channel: replace(channel, name="Renamed"))
        await on.clock.advance(LEASE_S)
        old, new = puller.intakes
        await old.cursor()
        await old.take([a_message(1)], cursor="p1")
        await new.cursor()
        await new.take([], cursor="p5")
        with pytest.raises(VersionConflict):
            await old.take([a_message(2)], cursor="p2")
        assert await new.cursor() == "p5"


async def test_one_node_receives_and_another_takes_over() -> None:
    async with receiving(nodes=2) as (on, puller, tasks, _):
        assert len(puller.intakes) == 1
        await on.clock.advance(LEASE_S * 2)
        assert len(puller.intakes) == 1
        tasks[0].cancel()
        await on.clock.advance(LEASE_S * 2)
        assert len(puller.intakes) == 2


async def test_a_word_in_a_push_wakes_the_receiver() -> None:
    async with receiving() as (on, puller, _, _):
        waiting = asyncio.create_task(puller.intakes[0].wait(600))
        await on.clock.advance(1)
        assert not waiting.done()
        await on.hear(kind="lifecycle", content=None, wake="token-1")
        await on.clock.advance(1)
        assert await waiting == ["token-1"]


async def test_a_changed_channel_gets_a_fresh_receiver_and_a_removed_one_none() -> None:
    async with receiving() as (on, puller, _, _):
        await on.records.update(Channel, CHANNEL, lambda channel: replace(channel, name="Renamed"))
        await on.clock.advance(LEASE_S)
        assert (len(puller.intakes), puller.ended) == (2, 1)
        await on.records.remove("channel", CHANNEL)
        await on.clock.advance(LEASE_S)
        assert (len(puller.intakes), puller.ended) == (2, 2)


async def test_an_outage_is_told_to_every_node_and_so_is_its_end() -> None:
    async with receiving() as (on, puller, _, health):
        intake, elsewhere = puller.intakes[0], Health(on.core, on.records)
        intake.works()
        intake.fails(SAID)
        intake.fails(SAID)
        await on.clock.advance(1)
        outage = await elsewhere.outage(CHANNEL)
        assert outage is not None
        assert outage.said == SAID
        assert health.figures(CHANNEL).last_error is not None
        intake.works()
        await on.clock.advance(1)
        assert await elsewhere.outage(CHANNEL) is None
