"""Measures parses through the hub's REST: a closed loop of kept-alive connections against one process on one core.

Run as `python -m tests.bench.parsing`. It starts the hub, pins its loop to the first core and itself to the others, and
asks a demo bot its own test sentences. Prints parses a second and what each costs the hub in processor time, beside
what a message costs the bare server of `tests.bench` in the same run: 1,500 a second are asked for on the machine on
which that took 54.6 µs, and in proportion to it elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import uvloop

from tests.bench.__main__ import EMAIL, PASSWORD, REFERENCE_CPU_US, cpu_seconds, measure, start_bare
from tests.bench.load import Connection, percentile
from tests.support.clients import Rest
from tests.support.hub_process import HubProcess
from tests.unit.bots.held_out import sentences

CONNECTIONS = 8
_SECONDS = 8.0
BUDGET_CPU_US = 1e6 / 1500


async def bare_cpu_us() -> float:
    """Return the processor time that a message costs the bare server now, in microseconds."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bare = await start_bare(stack, folder)
        _, cpu = await measure(bare, rate=0, seconds=_SECONDS, connections=64)
    return cpu


async def main() -> None:
    """Start the hub, ask it, and print two lines."""
    bare = await bare_cpu_us()
    env = {"HUIKE_ADMIN_EMAIL": EMAIL, "HUIKE_ADMIN_PASSWORD": PASSWORD, "HUIKE_LOG_LEVEL": "warning"}
    with tempfile.TemporaryDirectory() as folder:
        async with HubProcess(Path(folder), env=env) as hub, Rest(hub.url) as admin:
            await admin.login(EMAIL, PASSWORD)
            assert admin.token is not None
            bot = await admin.post("/bots", {"name": "Bench", "engine": "intent", "settings": {"project": "demo"}})
            os.sched_setaffinity(hub.process.pid, {0})
            os.sched_setaffinity(0, os.sched_getaffinity(0) - {0} or {0})
            texts = [text for language in ("zh", "en") for _, text in sentences(language)]
            requests = [_request(hub.port, f"/api/v1/bots/{bot['id']}/parse", admin.token, text) for text in texts]
            await asyncio.gather(*(_ask(hub.port, requests, 0.5, []) for _ in range(CONNECTIONS)))
            spent: list[float] = []
            before, start = cpu_seconds(hub.process.pid), time.monotonic()
            await asyncio.gather(*(_ask(hub.port, requests, _SECONDS, spent) for _ in range(CONNECTIONS)))
            seconds, cpu = time.monotonic() - start, cpu_seconds(hub.process.pid) - before
    sys.stdout.write(
        f"{len(spent) / seconds:.0f} parses/s, {cpu / len(spent) * 1e6:.0f} us of the hub's core each "
        f"({cpu / seconds:.0%} busy), p50 {percentile(spent, 0.5):.2f} ms, p95 {percentile(spent, 0.95):.2f} ms\n"
        f"{cpu / len(spent) * 1e6 / bare:.1f} times a message of the bare server ({bare:.0f} us); "
        f"budget {BUDGET_CPU_US / REFERENCE_CPU_US:.1f} times\n"
    )


def _request(port: int, path: str, token: str, text: str) -> bytes:
    body = json.dumps({"text": text}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _ask(port: int, requests: list[bytes], seconds: float, spent: list[float]) -> None:
    """Ask one request after the other on one connection; add how many milliseconds each took."""
    transport, link = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    until = time.monotonic() + seconds
    number = 0
    while (start := time.monotonic()) < until:
        status = await asyncio.wait_for(link.send(requests[number % len(requests)]), 30)
        if status != 200:
            raise RuntimeError(f"the hub answered {status}")
        spent.append((time.monotonic() - start) * 1e3)
        number += 1
    transport.close()


if __name__ == "__main__":
    uvloop.run(main())
