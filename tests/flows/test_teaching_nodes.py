"""Two nodes on real Redis and MongoDB: what is taught and published on one answers on both."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from tests.flows.test_nodes import pair
from tests.flows.test_teaching import FILES, Studio, _eventually, _until_answer
from tests.flows.workspace import Workspace, workspace
from tests.support.hub_process import StartHub


async def test_what_is_published_on_one_node_answers_on_both(
    start_hub: StartHub, tmp_path: Path, mongo_url: str, redis_url: str
) -> None:
    async with pair(start_hub, tmp_path, mongo_url, redis_url) as both:
        bot = await both.made.admin.post("/bots", {"name": "Shop", "engine": "intent"})
        channel = await both.made.channel(bot_id=bot["id"])
        here = Studio(both.made, bot)
        await here.put(FILES)
        await here.train()
        async with workspace(both.second.url) as other:
            there = Studio(other, bot)
            # Each of both adds sentences at the same time: none is lost.
            vans = [f"van number {number}" for number in range(6)]
            edits = [{"kind": "add_examples", "intent": "parking", "texts": [van]} for van in vans]
            await asyncio.gather(
                *((here, there)[at % 2].post("edits", {"edits": [edit]}) for at, edit in enumerate(edits))
            )
            kept = (await there.get("training"))["files"]["nlu.yml"]
            assert all(van in kept for van in vans)
            await there.publish(1)
            for made in (both.made, other):
                await _answers_everywhere(made, channel["id"])
            # Both at once: one of them is live afterwards, on both nodes.
            await here.train()
            await there.train()
            await asyncio.gather(
                here.publish(2, force=True, reason="race"), there.publish(3, force=True, reason="race")
            )
            # The other's word arrives a moment later.
            await _eventually(partial(_settled, here))
            await _eventually(partial(_settled, there))


async def _settled(studio: Studio) -> bool | None:
    """Tell whether the race is over here: one version is live, and no other may answer."""
    states = sorted(one["state"] for one in (await studio.get("versions"))["items"])
    return states == ["live", "retired", "retired"] or None


async def _answers_everywhere(made: Workspace, channel_id: str) -> None:
    await _until_answer(made, {"id": channel_id}, "when are you open?", "nine to six")
