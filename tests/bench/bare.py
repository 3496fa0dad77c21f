"""A bare durable server to compare with: verify, write one row durably, tell one WebSocket, answer.

No identities, sessions, routing, rights or outbox: the least that any honest hub must do for a message. SQLite with
`synchronous=FULL` and group commit in a writer thread, the same aiohttp and uvloop as the hub.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import queue
import sqlite3
import sys
import threading

import msgspec
import uvloop
from aiohttp import web


class Writer:
    """Commits everything that waits in one transaction."""

    def __init__(self, path: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: queue.SimpleQueue[tuple[str, bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        self._path = path
        threading.Thread(target=self._run, daemon=True).start()

    def put(self, key: str, body: bytes) -> asyncio.Future[None]:
        """Return a future that is done when the row is durable."""
        done = self._loop.create_future()
        self._waiting.put((key, body, done))
        return done

    def _run(self) -> None:
        base = sqlite3.connect(self._path, isolation_level=None)
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        base.execute("CREATE TABLE IF NOT EXISTS m (n INTEGER PRIMARY KEY, k TEXT UNIQUE, b BLOB)")
        while True:
            batch = [self._waiting.get()]
            while not self._waiting.empty() and len(batch) < 256:
                batch.append(self._waiting.get())
            base.execute("BEGIN")
            base.executemany("INSERT OR IGNORE INTO m (k, b) VALUES (?, ?)", [(k, b) for k, b, _ in batch])
            base.execute("COMMIT")
            self._loop.call_soon_threadsafe(self._done, [done for _, _, done in batch])

    @staticmethod
    def _done(futures: list[asyncio.Future[None]]) -> None:
        for future in futures:
            if not future.done():
                future.set_result(None)


async def main(port: int, path: str, secret: str) -> None:
    """Serve until killed."""
    writer = Writer(path)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    sockets: set[web.WebSocketResponse] = set()

    async def push(request: web.Request) -> web.Response:
        body = await request.read()
        headers = request.headers
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        good = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(good, headers["webhook-signature"]):
            return web.Response(status=401)
        message = msgspec.json.decode(body)
        await writer.put(message["id"], body)
        told = msgspec.json.encode(["event", {"type": "message.created", "data": message}]).decode()
        for socket in sockets:
            await socket.send_str(told)
        return web.json_response({"id": message["id"]})

    async def listen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        sockets.add(socket)
        await socket.send_str("hello")
        async for _ in socket:
            pass
        sockets.discard(socket)
        return socket

    app = web.Application()
    app.router.add_post("/push", push)
    app.router.add_get("/socket", listen)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
