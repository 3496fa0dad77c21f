"""Kill -9 at any moment loses nothing that was acknowledged, and doubles nothing that was sent again."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack

from tests.faults.talkers import Answerer, Talker, ended, stay_connected
from tests.flows.workspace import ENV, Workspace, workspace
from tests.support.clients import AgentClient, Json
from tests.support.hub_process import HubProcess, StartHub

VISITORS = 20
KILLS = 8
SECRET_KEY = "a key for tests, thirty-two bytes"


class Pulse:
    """Counts acknowledgements and wakes up whoever waits for a number of them."""

    def __init__(self) -> None:
        self.count = 0
        self._news = asyncio.Event()

    def beat(self) -> None:
        self.count += 1
        self._news.set()

    async def more(self, count: int) -> None:
        """Wait for so many acknowledgements from now on."""
        wanted = self.count + count
        async with asyncio.timeout(30):
            while self.count < wanted:
                self._news.clear()
                await self._news.wait()


async def _kill_again_and_again(hub: HubProcess, pulse: Pulse, dice: random.Random) -> None:
    for _ in range(KILLS):
        await pulse.more(dice.randint(5, 100))
        await hub.kill()
        await hub.restart()
    await pulse.more(2 * VISITORS)


def _check_talker(talker: Talker, timeline: list[Json]) -> None:
    """Everything acknowledged is there exactly once, under the promised id and number, in the visitor's order."""
    said = [entry for entry in timeline if entry["kind"] == "message" and entry["direction"] == "in"]
    kept = {entry["content"]["text"]: entry for entry in said}
    for count, ack in talker.acked.items():
        entry = kept.get(talker.text(count))
        assert entry is not None, f"lost: {talker.text(count)}"
        assert (entry["id"], entry["seq"]) == (ack["id"], ack["seq"])
    texts = [entry["content"]["text"] for entry in said]
    assert texts == [talker.text(count) for count in range(1, len(talker.acked) + 1)]
    assert [entry["seq"] for entry in timeline] == list(range(1, len(timeline) + 1))
    shown = {entry["seq"]: entry["id"] for entry in timeline if entry["kind"] == "message"}
    assert {seq: entry["id"] for seq, entry in talker.client.messages.items()} == shown


async def _check_all(made: Workspace, talkers: list[Talker], ann: Answerer, eve: AgentClient) -> None:
    created: Counter[str] = Counter()
    for talker in talkers:
        sessions = await made.admin.get("/sessions", customer_id=talker.client.customer_id or "")
        assert len(sessions["items"]) == 1, "a restart opens no second session"
        timeline = await made.timeline(sessions["items"][0]["id"])
        messages = [entry for entry in timeline if entry["kind"] == "message"]
        # What comes after the last message (an offer, a transfer) is no affair of the visitor's.
        await talker.client.until(lambda seq=messages[-1]["seq"], t=talker: max(t.client.messages) >= seq)  # type: ignore[misc]
        _check_talker(talker, timeline)
        created.update(entry["id"] for entry in messages)
        replies = {entry["id"]: entry["content"]["text"] for entry in messages if entry["direction"] == "out"}
        assert replies.items() <= ann.replies.items()
    await eve.until(lambda: len(_created(eve)) >= len(created))
    assert Counter(_created(eve)) == created, "each message exactly once over all lives"
    assert set(ann.replies) <= set(created)
    assert (eve.resyncs, ann.client.resyncs) == (0, 0)


def _created(client: AgentClient) -> list[str]:
    return [event["data"]["entry"]["id"] for event in client.events if event["type"] == "message.created"]


async def _survive(start_hub: StartHub, env: Mapping[str, str], seed: int) -> None:
    hub = await start_hub(env={**ENV, **env})
    dice, pulse, last = random.Random(seed), Pulse(), asyncio.Event()
    async with workspace(hub.url) as made, AsyncExitStack() as stack:
        channel = await made.channel()
        await made.person("eve", roles=("supervisor",))
        await made.person("ann", capacity=VISITORS)
        eve = await stack.enter_async_context(made.signed_in("eve", online=False))
        ann = Answerer(await stack.enter_async_context(made.signed_in("ann")))
        talkers = [Talker(n, await stack.enter_async_context(made.visitor(channel))) for n in range(VISITORS)]
        listening, answering = asyncio.create_task(stay_connected(eve)), asyncio.create_task(ann.work())
        try:
            async with asyncio.TaskGroup() as group:
                for talker in talkers:
                    group.create_task(talker.talk(random.Random(seed + talker.number), pulse.beat, last))
                await _kill_again_and_again(hub, pulse, dice)
                last.set()
            await ann.end(answering)
            await _check_all(made, talkers, ann, eve)
        finally:
            answering.cancel()
            await ended(listening)


async def test_eight_kills_lose_and_double_nothing_on_the_embedded_hub(start_hub: StartHub) -> None:
    await _survive(start_hub, {}, seed=8)


async def test_eight_kills_lose_and_double_nothing_on_mongodb_and_redis(
    start_hub: StartHub, mongo_url: str, redis_url: str
) -> None:
    env = {"HUIKE_STORE": mongo_url, "HUIKE_BUS": redis_url, "HUIKE_SECRET_KEY": SECRET_KEY}
    await _survive(start_hub, env, seed=9)
