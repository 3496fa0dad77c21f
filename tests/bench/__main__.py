"""`make bench`: webhook → durable → routed → agent's socket, beside a bare durable server in the same run.

The figures to trust are CPU per message (from /proc of the server process) and the ratios between the two servers;
absolute times depend on the machine and on what else runs on it. Never a timed unit test.

The first budgets are 350 µs of CPU a message and 2,000 messages a second sustained, on the machine where the bare
server took 54.6 µs and 14,600 a second (2026-11, two vCPU at 2.6 GHz). They are asked for here in proportion to what
the bare server does in this run.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.bench.load import Listener, Pushes, Result, Run, percentile
from tests.support.clients import Rest, api_push, sign_push, signed_in
from tests.support.hub_process import HubProcess
from tests.support.process import ServerProcess, free_port

CUSTOMERS = 64
RATES = (500, 1000, 2000, 3000, 10_000)
EMAIL, PASSWORD = "bench@example.com", "bench-password"
REFERENCE_CPU_US, REFERENCE_PER_S = 54.6, 14_600.0
BUDGET_CPU_US, BUDGET_PER_S, LATE_SHARE = 350.0, 2_000.0, 0.008
SECRET = "whsec_" + base64.b64encode(b"bench-secret-24-bytes!!!").decode()


@dataclass
class Target:
    """A server under load."""

    name: str
    pid: int
    port: int
    path: str
    socket: str
    hello: str


def cpu_seconds(pid: int) -> float:
    """Return user and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return the memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def start_bare(stack: AsyncExitStack, folder: Path) -> Target:
    """Start the bare server."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare", str(port), str(folder / "bare.db"), SECRET]
    process = ServerProcess(command, log=folder / "bare.log", env=dict(os.environ))
    process.start()
    stack.callback(process.stop)
    await asyncio.sleep(1.0)
    return Target("bare", process.pid, port, "/push", f"http://127.0.0.1:{port}/socket", "hello")


async def start_hub(stack: AsyncExitStack, folder: Path) -> Target:
    """Start the hub with one agent who holds a session of every customer."""
    env = {"HUIKE_ADMIN_EMAIL": EMAIL, "HUIKE_ADMIN_PASSWORD": PASSWORD, "HUIKE_LOG_LEVEL": "warning"}
    hub = await stack.enter_async_context(HubProcess(folder, env=env))
    async with Rest(hub.url) as admin:
        await admin.login(EMAIL, PASSWORD)
        channel = await admin.post("/channels", {"kind": "api", "name": "load", "settings": {"inbound_secret": SECRET}})
        person = {"name": "Load", "roles": ["agent"], "capacity": CUSTOMERS, "languages": [], "skills": {}}
        await admin.post("/agents", {"email": "agent@example.com", "password": PASSWORD, **person, "team_ids": []})
    agent = await stack.enter_async_context(signed_in(hub.url, "agent@example.com", PASSWORD))
    await agent.act("presence.set", status="online")
    path = f"/channels/{channel['id']}/webhook"
    for number in range(CUSTOMERS):
        push_id, body = api_push(f"load-{number}", "hello")
        status, _ = await agent.rest.push(path, body, sign_push(SECRET, push_id, body))
        assert status == 200, status
        offered = await agent.wait(lambda e: e["type"] == "session.offered" and not e.get("taken"))
        offered["taken"] = True
        await agent.act("session.accept", session_id=offered["session_id"])
    token = agent.rest.token
    await agent.disconnect()
    socket = f"http://127.0.0.1:{hub.port}/socket.io/?EIO=4&transport=websocket"
    return Target("huike", hub.process.pid, hub.port, path, socket, f'40/agent,{{"token":"{token}"}}')


async def measure(target: Target, *, rate: float, seconds: float, connections: int) -> tuple[Result, float]:
    """Run one load against a target and return the result and CPU microseconds per accepted message."""
    listener = Listener(target.socket, target.hello)
    await listener.start()
    await asyncio.sleep(0.3)
    pushes = Pushes(f"127.0.0.1:{target.port}", target.path, SECRET, CUSTOMERS)
    before = cpu_seconds(target.pid)
    run = Run(pushes, listener, rate=rate, seconds=seconds)
    await asyncio.gather(*(run.work("127.0.0.1", target.port) for _ in range(connections)))
    result = await run.finish()
    spent = cpu_seconds(target.pid) - before
    await listener.stop()
    return result, spent / max(1, result.accepted) * 1e6


def late_share(result: Result) -> float:
    """Return the share of messages that were seen more than 200 ms after they were due."""
    return sum(1 for value in result.seen_ms if value > 200) / max(1, len(result.seen_ms))


def row(target: Target, label: str, result: Result, cpu: float) -> str:
    """Return one line of the table."""
    late = late_share(result) * 100
    seen = [percentile(result.seen_ms, share) for share in (0.5, 0.95, 0.99)]
    return (
        f"{target.name:6} {label:12} {result.accepted / result.seconds:8.0f} "
        f"{percentile(result.post_ms, 0.5):7.2f} {percentile(result.post_ms, 0.99):8.2f} "
        f"{seen[0]:8.2f} {seen[1]:8.2f} {seen[2]:8.2f} {late:6.2f} {cpu:7.0f} "
        f"{result.refused + result.failed:7} {result.lost:5} {result.doubled:5}"
    )


class Table:
    """Runs loads and prints a line for each."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.failures = 0

    async def run(self, target: Target, label: str, *, rate: float, connections: int) -> tuple[Result, float]:
        """Run one load; return its result and CPU microseconds per message."""
        result, cpu = await measure(target, rate=rate, seconds=self._seconds, connections=connections)
        self.failures += result.lost + result.doubled
        sys.stdout.write(row(target, label, result, cpu) + "\n")
        sys.stdout.flush()
        return result, cpu


async def compare(bare: Target, hub: Target, table: Table) -> None:
    """Measure the hub beside the bare server, and print what the budgets ask in proportion to it."""
    plain, plain_cpu = await table.run(bare, "closed 64", rate=0, connections=64)
    _, hub_cpu = await table.run(hub, "closed 64", rate=0, connections=64)
    asked = BUDGET_PER_S / REFERENCE_PER_S * plain.accepted / plain.seconds
    sustained, _ = await table.run(hub, f"open {asked:.0f}/s", rate=asked, connections=256)
    for rate in RATES:
        for target in (bare, hub):
            await table.run(target, f"open {rate}/s", rate=rate, connections=min(256, rate))
    late = late_share(sustained) * 100
    sys.stdout.write(
        f"CPU a message: {hub_cpu / plain_cpu:.1f} times the bare server's "
        f"(budget {BUDGET_CPU_US / REFERENCE_CPU_US:.1f} times)\n"
        f"{asked:.0f}/s, in proportion to 2,000: {late:.2f} % later than 200 ms (budget {LATE_SHARE * 100:.1f} %)\n"
        f"memory of the hub after all: {resident_mb(hub.pid):.0f} MB\n"
    )


async def main(seconds: float) -> int:
    """Start both servers, run everything and return 1 when a message was lost or came twice."""
    with tempfile.TemporaryDirectory(prefix="huike-bench-") as name:
        async with AsyncExitStack() as stack:
            bare, hub = await start_bare(stack, Path(name)), await start_hub(stack, Path(name))
            sys.stdout.write(
                f"{os.cpu_count()} cores, load generator on the same; times in ms; e2e = push due → agent's socket\n"
                "server load          msg/s post50  post99    e2e50    e2e95    e2e99  >200ms% us/msg  refused lost"
                " twice\n"
            )
            table = Table(seconds)
            await compare(bare, hub, table)
            return 1 if table.failures else 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 8.0)))
