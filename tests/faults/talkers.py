"""Visitors and an agent who go on talking whatever happens to the hub, and remember what was promised to them.

A visitor keeps what was not acknowledged and sends it again under the same `client_id`, as the widget does.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.support.clients import AgentClient, HubGone, Json, VisitorClient
from tests.support.patience import PATIENCE_S

REPLY_EVERY = 4


@dataclass
class Talker:
    """A visitor who numbers their messages and waits for each acknowledgement before the next."""

    number: int
    client: VisitorClient
    acked: dict[int, Json] = field(default_factory=dict)

    def text(self, count: int) -> str:
        """Return what the visitor says as number `count`."""
        return f"V{self.number:02}#{count:04}"

    async def talk(self, dice: random.Random, heard: Callable[[], None], last: asyncio.Event) -> None:
        """Send until told that the present message is the last one."""
        count = 0
        while not last.is_set():
            count += 1
            ack = await self._until_acked(count)
            assert ack["ok"], ack
            self.acked[count] = ack
            heard()
            await asyncio.sleep(dice.uniform(0.02, 0.1))  # how fast people write, not how the test waits

    async def _until_acked(self, count: int) -> Json:
        while True:
            try:
                return await self.client.say(self.text(count), client_id=f"{self.number}-{count}")
            except HubGone:
                await self.client.resume()


@dataclass
class Answerer:
    """An agent who accepts whatever is offered and answers every few messages."""

    client: AgentClient
    replies: dict[str, str] = field(default_factory=dict)
    _is_busy: bool = False
    _is_ending: bool = False

    async def work(self) -> None:
        """Act on each event heard, until told to end."""
        place = 0
        while not self._is_ending:
            self._is_busy = False
            event = await self._next(place)
            self._is_busy = True
            place += 1
            if event["type"] == "session.offered":
                await self._until_answered("session.accept", session_id=event["session_id"])
            elif event["type"] == "message.created" and event["data"]["entry"]["direction"] == "in":
                await self._answer(event["session_id"], event["data"]["entry"]["content"]["text"])

    async def end(self, work: asyncio.Task[None]) -> None:
        """Finish the act that is under way, so that what became of it is known, and stop."""
        self._is_ending = True
        if self._is_busy:
            await work
        else:
            await ended(work)

    async def _answer(self, session_id: str, text: str) -> None:
        if int(text.partition("#")[2]) % REPLY_EVERY:
            return
        ack = await self._until_answered("message.send", session_id=session_id, client_id=text, text=f"re {text}")
        if ack["ok"]:
            self.replies[ack["id"]] = f"re {text}"

    async def _next(self, place: int) -> Json:
        client = self.client
        while True:
            line = client.line
            await client.until(lambda line=line: len(client.events) > place or line.gone.is_set(), limit_s=PATIENCE_S)  # type: ignore[misc]
            if len(client.events) > place:
                return client.events[place]
            await client.resume()

    async def _until_answered(self, name: str, **data: str) -> Json:
        while True:
            try:
                return await self.client.act(name, **data)
            except HubGone:
                await self.client.resume()


async def stay_connected(client: AgentClient) -> None:
    """Only listen, and come back after each break, until cancelled."""
    while True:
        assert client.line is not None, "connect first"
        await client.line.gone.wait()
        await client.resume()


async def ended(work: asyncio.Task[None]) -> None:
    """Stop a task; a fault that ended it before is raised."""
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
