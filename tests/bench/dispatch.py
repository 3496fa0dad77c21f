"""`python -m tests.bench.dispatch`: an agent closes a session; when does the next customer stand on their screen?

A whole hub, 200 agents on sockets of their own, 2,000 customers waiting. Measured from the moment at which the agent's
client sends the close to the moment at which the offer of the next session is on that agent's socket: authorisation,
commit of the close, the router's decision, commit of the offer, fan-out. Agents work at a steady pace (open loop).
Every customer must be offered once, to one agent. The budget is 50 ms at p99.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import secrets
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import uvloop

from tests.bench.__main__ import EMAIL, PASSWORD, SECRET, cpu_seconds, resident_mb
from tests.bench.load import Connection, Pushes, percentile
from tests.support.clients import Json, Rest, RestError
from tests.support.hub_process import HubProcess

BUDGET_MS = 50.0
LIMIT_S = 60.0


@dataclass
class Desk:
    """An agent's client on a bare WebSocket, beside a kept-alive REST connection."""

    url: str
    token: str
    http: aiohttp.ClientSession
    offers: asyncio.Queue[tuple[str, float]] = field(default_factory=asyncio.Queue)
    _count: int = 0
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _acks: dict[int, asyncio.Future[Json]] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Connect and go online."""
        address = f"{self.url}/socket.io/?EIO=4&transport=websocket"
        self._socket = await self.http.ws_connect(address, compress=0, max_msg_size=0)
        await self._socket.send_str(f'40/agent,{{"token":"{self.token}"}}')
        self._task = asyncio.create_task(self._listen(self._socket))
        await asyncio.wait_for(self._ready.wait(), LIMIT_S)
        ack = await self.emit("presence.set", {"status": "online"})
        assert ack["ok"], ack

    async def stop(self) -> None:
        """Leave."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    async def emit(self, name: str, data: Json) -> Json:
        """Send an event and return its acknowledgement."""
        assert self._socket is not None
        self._count += 1
        number = self._count
        ack: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[number] = ack
        await self._socket.send_str(f"42/agent,{number}{json.dumps([name, data])}")
        return await asyncio.wait_for(ack, LIMIT_S)

    async def accept(self, session_id: str) -> None:
        """Take the session that is offered."""
        ack = await self.emit("session.accept", {"session_id": session_id})
        assert ack["ok"], ack

    async def close(self, session_id: str) -> float:
        """Close a session; return the moment at which the request was sent."""
        sent = time.perf_counter()
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.post(f"{self.url}/api/v1/sessions/{session_id}/close", json={}, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        return sent

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            text: str = message.data
            now = time.perf_counter()
            if text == "2":
                await socket.send_str("3")
            elif text.startswith("40/agent"):
                self._ready.set()
            elif text.startswith("43/agent,"):
                number, _, body = text[9:].partition("[")
                self._acks.pop(int(number)).set_result(json.loads("[" + body)[0])
            elif '"session.offered"' in text:
                event = json.loads(text[text.index("[") :])[1]
                if event["type"] == "session.offered":
                    self.offers.put_nowait((event["session_id"], now))


@dataclass
class Figures:
    """What one run measured."""

    waits_ms: list[float] = field(default_factory=list)
    offered: Counter[str] = field(default_factory=Counter)


async def make_people(url: str, count: int, http: aiohttp.ClientSession) -> tuple[list[Desk], str]:
    """Make agents with room for one session each, and an open channel; return desks and the channel's id."""
    desks = []
    async with Rest(url) as admin:
        await admin.login(EMAIL, PASSWORD)
        settings = {"inbound_secret": SECRET}
        channel = await admin.post("/channels", {"kind": "api", "name": "load", "settings": settings})
        for number in range(count):
            person = {"name": f"Agent {number}", "roles": ["agent"], "capacity": 1, "languages": [], "skills": {}}
            email = f"agent{number}@example.com"
            await admin.post("/agents", {"email": email, "password": PASSWORD, **person, "team_ids": []})
            async with Rest(url) as mine:
                await patiently_sign_in(mine, email)
                assert mine.token is not None
                desks.append(Desk(url, mine.token, http))
    return desks, str(channel["id"])


async def patiently_sign_in(mine: Rest, email: str) -> None:
    """Sign in, at the pace that the hub allows one address."""
    while True:
        try:
            await mine.login(email, PASSWORD)
        except RestError as refusal:
            if refusal.status != 429:
                raise
            await asyncio.sleep(1.0)
        else:
            return


async def queue_customers(hub: HubProcess, channel_id: str, count: int) -> None:
    """Let so many customers write once."""
    pushes = Pushes(f"127.0.0.1:{hub.port}", f"/channels/{channel_id}/webhook", SECRET, count)
    _, link = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", hub.port)
    for number in range(count):
        status = await link.send(pushes.make(number)[1])
        assert status == 200, status


async def work(desk: Desk, session_id: str, first: float, every_s: float, until: float, figures: Figures) -> None:
    """Talk for a while, close, measure until the next offer, and accept it."""
    due = first
    while True:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if time.perf_counter() > until:
            return
        sent = await desk.close(session_id)
        session_id, seen = await asyncio.wait_for(desk.offers.get(), LIMIT_S)
        figures.offered[session_id] += 1
        figures.waits_ms.append((seen - sent) * 1000)
        await desk.accept(session_id)
        due += every_s


async def run(agents: int, waiting: int, per_second: float, seconds: float) -> int:
    """Run it all; return the exit code."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        env = {
            "HUIKE_ADMIN_EMAIL": EMAIL,
            "HUIKE_ADMIN_PASSWORD": PASSWORD,
            "HUIKE_LOG_LEVEL": "warning",
            "HUIKE_SECRET_KEY": base64.b64encode(secrets.token_bytes(24)).decode(),
        }
        hub = await stack.enter_async_context(HubProcess(folder, env=env))
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        sys.stdout.write(f"{agents} agents, {waiting} waiting, {per_second:g} closes a second for {seconds:g} s\n")
        desks, channel_id = await make_people(hub.url, agents, http)
        await queue_customers(hub, channel_id, waiting + agents)
        figures, held = Figures(), []
        for desk in desks:
            await desk.start()
            stack.push_async_callback(desk.stop)
            # Taken at once: who lets an offer run out gets no more.
            session_id, _ = await asyncio.wait_for(desk.offers.get(), LIMIT_S)
            await desk.accept(session_id)
            figures.offered[session_id] += 1
            held.append(session_id)
        before, began = cpu_seconds(hub.process.pid), time.perf_counter() + 2.0
        every_s = agents / per_second
        await asyncio.gather(
            *(
                work(desk, session_id, began + number / per_second, every_s, began + seconds, figures)
                for number, (desk, session_id) in enumerate(zip(desks, held, strict=True))
            )
        )
        spent = (cpu_seconds(hub.process.pid) - before) / max(1, len(figures.waits_ms)) * 1e3
        twice = [session for session, count in figures.offered.items() if count > 1]
        p50, p95, p99 = (percentile(figures.waits_ms, share) for share in (0.5, 0.95, 0.99))
        sys.stdout.write(
            f"{len(figures.waits_ms)} closes: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms, "
            f"max {max(figures.waits_ms, default=0):.1f} ms; {spent:.1f} ms of CPU each; "
            f"{resident_mb(hub.process.pid):.0f} MB; offered twice: {len(twice)}\n"
        )
        is_good = not twice and bool(figures.waits_ms) and p99 <= BUDGET_MS
        sys.stdout.write(f"budget {BUDGET_MS:g} ms at p99: {'met' if is_good else 'NOT met'}\n")
        return 0 if is_good else 1


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--waiting", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=40.0)
    parser.add_argument("--seconds", type=float, default=45.0)
    given = parser.parse_args()
    if given.rate * given.seconds > given.waiting:
        parser.error("more closes than customers: fewer seconds, a lower rate or more waiting")
    return uvloop.run(run(given.agents, given.waiting, given.rate, given.seconds))


if __name__ == "__main__":
    sys.exit(main())
