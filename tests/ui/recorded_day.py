"""A day that the hub itself records for the tests: several customers at once and one agent with room for one."""

from __future__ import annotations

import asyncio

from tests.flows.workspace import Workspace
from tests.support.clients import Json

CUSTOMERS = 5
_TALK_S = 0.5


async def record_a_day(made: Workspace, channel: Json) -> None:
    """Let them all come, and Cai serve them one after the other; Cai is made for this."""
    await made.person("cai", capacity=1)
    async with made.signed_in("cai") as agent:
        for number in range(CUSTOMERS):
            await made.push(channel, f"c{number}", "您好")
        closed: set[str] = set()
        while len(closed) < CUSTOMERS:
            offered = await agent.wait(lambda e: e["type"] == "session.offered" and e["session_id"] not in closed)
            session_id = offered["session_id"]
            assert (await agent.act("session.accept", session_id=session_id))["ok"]
            await asyncio.sleep(_TALK_S)  # The talk, which the others wait for.
            await agent.rest.post(f"/sessions/{session_id}/close")
            closed.add(session_id)
