"""A load generator of its own process: signed webhooks over kept-alive connections, and an agent's socket that listens.

Open loop: each push has a time at which it is due, and its latency counts from then, whether or not a connection was
free (no coordinated omission). Written on raw protocols, so that the generator costs less than what it measures.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import aiohttp

MARK = "bench-"
LATE_S = 5.0
"""A push that could not be sent this long after the end of the run is not sent any more."""


@dataclass
class Result:
    """What one run measured; latencies in milliseconds."""

    offered: int = 0
    accepted: int = 0
    refused: int = 0
    failed: int = 0
    seconds: float = 0.0
    post_ms: list[float] = field(default_factory=list)
    seen_ms: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share lies; 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Pushes:
    """Makes signed pushes of the open channel as whole HTTP requests."""

    def __init__(self, host: str, path: str, secret: str, customers: int) -> None:
        self._head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n".encode()
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self._customers = customers
        self._run = time.time_ns()

    def make(self, number: int) -> tuple[str, bytes]:
        """Return the marker of a push and the request."""
        marker = f"{MARK}{self._run}-{number}"
        body = json.dumps(
            {
                "id": marker,
                "at": "2026-11-22T08:00:00Z",
                "customer": {"external_id": f"load-{number % self._customers}", "name": "Load"},
                "content": {"type": "text", "text": f"我的订单到哪了？ {marker}"},
            },
            ensure_ascii=False,
        ).encode()
        stamp = str(int(time.time()))
        signature = base64.b64encode(
            hmac.new(self._key, f"{marker}.{stamp}.".encode() + body, hashlib.sha256).digest()
        ).decode()
        head = (
            f"webhook-id: {marker}\r\nwebhook-timestamp: {stamp}\r\nwebhook-signature: v1,{signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return marker, self._head + head.encode() + body


class Connection(asyncio.Protocol):
    """One kept-alive connection that carries one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._waiting: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Finish the request when its whole answer is there."""
        self._buffer += data
        head, gap, rest = self._buffer.partition(b"\r\n\r\n")
        if not gap:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) < length or self._waiting is None:
            return
        self._buffer = rest[length:]
        waiting, self._waiting = self._waiting, None
        if not waiting.done():
            waiting.set_result(int(head[9:12]))

    def connection_lost(self, _error: Exception | None) -> None:
        """Fail the request under way."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("closed"))

    async def send(self, request: bytes) -> int:
        """Send a request and return the status of its answer."""
        assert self._transport is not None
        if self._transport.is_closing():
            raise ConnectionError("closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting


class Listener:
    """An agent's client on a bare WebSocket that notes when each marker is seen."""

    def __init__(self, url: str, hello: str) -> None:
        self._url = url
        self._hello = hello
        self.seen: dict[str, float] = {}
        self.doubled = 0
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def start(self) -> None:
        """Connect and listen."""
        self._task = asyncio.create_task(self._listen())
        await asyncio.wait_for(self._ready.wait(), 10)

    async def _listen(self) -> None:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(self._url, compress=0, max_msg_size=0) as socket,
        ):
            await socket.send_str(self._hello)
            async for message in socket:
                text = message.data
                if text == "2":
                    await socket.send_str("3")
                elif '"message.created"' in text:
                    self._note(text)
                elif text.startswith(("40", "hello")):
                    self._ready.set()

    def _note(self, text: str) -> None:
        at = text.find(MARK)
        marker = text[at : text.find('"', at)]
        if marker in self.seen:
            self.doubled += 1
        else:
            self.seen[marker] = time.perf_counter()

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


class Run:
    """One load: what was offered, when it was due, and what became of it."""

    def __init__(self, pushes: Pushes, listener: Listener, *, rate: float, seconds: float) -> None:
        self.result = Result()
        self._pushes = pushes
        self._listener = listener
        self._rate = rate
        self._due_at: dict[str, float] = {}
        self._accepted: set[str] = set()
        self._number = 0
        self._began = time.perf_counter()
        self._end = self._began + seconds

    async def work(self, host: str, port: int) -> None:
        """Carry pushes over one connection until the time is up."""
        link: Connection | None = None
        while True:
            mine, self._number = self._number, self._number + 1
            due = self._began + mine / self._rate if self._rate else time.perf_counter()
            if due >= self._end:
                return
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if time.perf_counter() > self._end + LATE_S:
                return
            if link is None:
                _, link = await asyncio.get_running_loop().create_connection(Connection, host, port)
            if not await self._push(link, mine, due):
                link = None

    async def _push(self, link: Connection, number: int, due: float) -> bool:
        marker, request = self._pushes.make(number)
        self._due_at[marker] = due
        self.result.offered += 1
        try:
            status = await asyncio.wait_for(link.send(request), 30)
        except (OSError, TimeoutError):
            self.result.failed += 1
            return False
        if status == 200:
            self.result.accepted += 1
            self._accepted.add(marker)
            self.result.post_ms.append((time.perf_counter() - due) * 1000)
        else:
            self.result.refused += 1
        return True

    @property
    def accepted(self) -> frozenset[str]:
        """Return the markers of the pushes that were answered with 200."""
        return frozenset(self._accepted)

    async def finish(self) -> Result:
        """Wait until everything accepted was seen, at most five seconds, and return the result."""
        result, seen = self.result, self._listener.seen
        result.seconds = time.perf_counter() - self._began
        for _ in range(100):
            if self._accepted <= seen.keys():
                break
            await asyncio.sleep(0.05)
        result.seen_ms = [(seen[one] - self._due_at[one]) * 1000 for one in self._accepted if one in seen]
        result.lost = len(self._accepted - seen.keys())
        result.doubled = self._listener.doubled
        return result
