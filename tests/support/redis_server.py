"""A real Redis server on a free port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import shutil
import socket
from pathlib import Path

from tests.support.process import ServerProcess, free_port

START_LIMIT_S = 60.0


def find_redis() -> str | None:
    """Return the path of redis-server, or None where it is not installed."""
    return shutil.which("redis-server")


class RedisServer:
    """One Redis, empty at first.

    With `keep=True` every write is on disk before it is answered, so a killed server comes back with all of it;
    without, nothing is written and a restart begins empty.
    """

    def __init__(self, folder: Path, *, keep: bool = False) -> None:
        """Choose a port and write down the command; `start` runs it."""
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        options += ["--appendonly", "yes", "--appendfsync", "always"] if keep else ["--appendonly", "no"]
        self._process = ServerProcess([find_redis() or "redis-server", *options], log=folder / "redis.log")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process.start()
        self._process.wait_until(self._answers, limit_s=START_LIMIT_S)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._process.kill()

    def restart(self) -> None:
        """Start again on the same port and folder, after `kill` or `stop`."""
        self.start()

    def stop(self) -> None:
        """Make sure that the server is gone."""
        self._process.stop()

    def _answers(self) -> bool:
        # A plain PING on a socket: the client library would retry for a minute.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as peer:
            peer.sendall(b"PING\r\n")
            return peer.recv(16).startswith(b"+PONG")
        return False
