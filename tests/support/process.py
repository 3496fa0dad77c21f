"""A server process that surely ends with the tests.

Three nets: the fixture stops it; it dies with the test process, however that ends (Linux's parent-death signal); and a
server that stays deaf to SIGTERM is killed. Output goes to a file, so a full pipe never stops a server.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

STOP_LIMIT_S = 10.0


class ServerFailed(AssertionError):
    """A server did not start, or did not end as it promises; the message ends with its last lines."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Running(Protocol):
    """A process that was started: what is used of `subprocess.Popen`."""

    @property
    def pid(self) -> int:
        """The process id."""
        ...

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        ...

    def wait(self, timeout: float) -> int:
        """Wait for the end and return the exit code; raises `subprocess.TimeoutExpired`."""
        ...

    def send_signal(self, number: int, /) -> None:
        """Send a signal, unless it has ended."""
        ...

    def kill(self) -> None:
        """Send SIGKILL."""
        ...

    def terminate(self) -> None:
        """Send SIGTERM."""
        ...


class ServerProcess:
    """One program in a process of its own, writing to a log file.

    Start it from the main thread: the parent-death signal is sent when the starting *thread* ends.
    """

    def __init__(self, command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None) -> None:
        """Keep what to start; nothing runs yet."""
        guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        self._command = [*guard, *map(str, command)]
        self._env = None if env is None else dict(env)
        self.log_file = log
        self._process: Running | None = None

    @property
    def pid(self) -> int:
        """The process id of the running program."""
        return self._running().pid

    @property
    def is_running(self) -> bool:
        """Tell whether the program was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """Return everything that the program has written, over all its starts."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def start(self) -> None:
        """Start the program; return before it is ready."""
        if self.is_running:
            raise ServerFailed(f"{self._name} is running already")
        self._process = self._launch()

    def _launch(self) -> Running:
        with self.log_file.open("ab") as out:
            return subprocess.Popen(
                self._command, env=self._env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
            )

    def check_alive(self) -> None:
        """Raise ServerFailed, with the end of the log, when the program has ended."""
        code = self._running().poll()
        if code is not None:
            raise ServerFailed(f"{self._name} ended with exit code {code}\n{self.tail()}")

    def wait_until(self, is_ready: Callable[[], bool], *, limit_s: float) -> None:
        """Wait until `is_ready` holds; raise ServerFailed when the program ends or the time is up."""
        deadline = time.monotonic() + limit_s
        while not is_ready():
            self.check_alive()
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self._name} was not ready after {limit_s} s\n{self.tail()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End the program as a power cut would (SIGKILL), and wait until it is gone."""
        process = self._running()
        process.kill()
        process.wait(STOP_LIMIT_S)

    def hang(self) -> None:
        """Stop the program in its tracks (SIGSTOP): it keeps its connections and answers nothing."""
        self._running().send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a program that hangs go on."""
        self._running().send_signal(signal.SIGCONT)

    def terminate(self, *, limit_s: float = STOP_LIMIT_S) -> int:
        """Ask the program to end (SIGTERM); return its exit code, or raise ServerFailed when it does not end."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_LIMIT_S)
            raise ServerFailed(f"{self._name} did not end in {limit_s} s\n{self.tail()}") from None

    def stop(self) -> None:
        """Make sure that the program is gone; never raises for a program that has ended."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(STOP_LIMIT_S)

    def tail(self, lines: int = 40) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log().splitlines()[-lines:])

    @property
    def _name(self) -> str:
        return " ".join(self._command[:8])

    def _running(self) -> Running:
        if self._process is None:
            raise ServerFailed(f"{self._name} was not started")
        return self._process
