"""A whole hub in a process of its own, as a user runs it: started, killed, started again, ended."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self

import aiohttp

from tests.support.nursery import Nursery, NurseryProcess
from tests.support.process import STOP_LIMIT_S, ServerFailed, ServerProcess, free_port

READY_LIMIT_S = 60.0


class HubProcess:
    """`huike serve` on a port of its own.

    The environment is that of the tests without its HUIKE_ settings, plus `env`. The port and the data folder stay
    the same over restarts. Used as `async with`, leaving the block ends the process for sure; that it ends *well*
    is asked by `end`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        port: int | None = None,
        nursery: Nursery | None = None,
    ) -> None:
        """Prepare a hub with its data and log in `folder`; `options` go to `huike serve`.

        With a nursery it need not load its code; without, it is started as a user starts it.
        """
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = folder / "data"
        words = ["serve", "--host", "127.0.0.1", "--port", str(self.port), "--data", str(self.data), *options]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HUIKE_")}
        # Unbuffered: what a killed hub has logged must be in the file.
        environment = {**kept, "PYTHONUNBUFFERED": "1", "HUIKE_LOG": "text", **(env or {})}
        log = folder / f"hub-{self.port}.log"
        self.process = (
            NurseryProcess(nursery, words, log=log, env=environment)
            if nursery is not None
            else ServerProcess([sys.executable, "-m", "hub.cli", *words], log=log, env=environment)
        )

    async def __aenter__(self) -> Self:
        """Start the hub and wait until it takes work."""
        try:
            await self.start()
        except BaseException:
            self.process.stop()
            raise
        return self

    async def __aexit__(self, *_failure: object) -> None:
        """Make sure that the hub is gone."""
        await asyncio.to_thread(self.process.stop)

    async def start(self, *, limit_s: float = READY_LIMIT_S) -> float:
        """Start, wait for /readyz, and return how many seconds it took."""
        began = time.monotonic()
        self.process.start()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as client:
            while not await self._is_ready(client):
                self.process.check_alive()
                if time.monotonic() - began > limit_s:
                    raise ServerFailed(f"the hub was not ready after {limit_s} s\n{self.log_tail()}")
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def kill(self) -> None:
        """End the hub as a power cut would (kill -9)."""
        await asyncio.to_thread(self.process.kill)

    async def restart(self) -> float:
        """Start again on the same port and data; return how many seconds it took."""
        return await self.start()

    async def end(self) -> None:
        """Ask the hub to end and check its promise: exit code 0 within ten seconds of SIGTERM."""
        code = await asyncio.to_thread(self.process.terminate, limit_s=STOP_LIMIT_S)
        if code != 0:
            raise ServerFailed(f"the hub ended with exit code {code} after SIGTERM\n{self.log_tail()}")

    async def refusal(self, *, limit_s: float = READY_LIMIT_S) -> tuple[int, str]:
        """Start a hub that must refuse to start; return its exit code and what it said."""
        self.process.start()
        began = time.monotonic()
        while self.process.is_running:
            if time.monotonic() - began > limit_s:
                await asyncio.to_thread(self.process.stop)
                raise ServerFailed(f"the hub went on running\n{self.log_tail()}")
            await asyncio.sleep(0.02)
        return await asyncio.to_thread(self.process.terminate), self.process.log()

    def log_tail(self, lines: int = 60) -> str:
        """Return the last lines of the log."""
        return self.process.tail(lines)

    async def _is_ready(self, client: aiohttp.ClientSession) -> bool:
        try:
            async with client.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


class StartHub(Protocol):
    """What the fixture `start_hub` gives: start one more hub, wait until it is ready, stop it after the test."""

    async def __call__(
        self, *, env: Mapping[str, str] | None = None, options: Sequence[str] = (), folder: Path = ...
    ) -> HubProcess:
        """Start a hub; hubs that share a `folder` share their data."""
        ...
