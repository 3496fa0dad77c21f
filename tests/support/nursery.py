"""Hubs that start in a moment: one process loads the hub's code once and is split in two for each hub.

Loading the code takes two seconds of a processor, which a suite that starts hundreds of hubs would pay hundreds of
times. Everything after it happens as ever, in a process of the hub's own: the command line is read, the store is
opened, signals end it. How the command itself starts is asked of `huike` in tests/flows/test_serve.py.

`python -m tests.support.nursery` is the process that is split; it must stay without threads and without a loop.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.process import STOP_LIMIT_S, Running, ServerFailed, ServerProcess

_PR_SET_PDEATHSIG = 1
_LOOK_S = 0.005


class Nursery:
    """The process that is split, as the tests see it."""

    def __init__(self) -> None:
        """Start it; it loads the code while others go on."""
        guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HUIKE_")}
        kept["OPENBLAS_NUM_THREADS"] = "1"
        self._process = subprocess.Popen(
            [*guard, sys.executable, "-u", "-m", "tests.support.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=kept,
        )
        self._turn = threading.Lock()

    def bear(self, words: Sequence[str], log: Path, env: Mapping[str, str]) -> Newborn:
        """Start `huike` with these words; its output goes to the end of the log."""
        answer = self._ask({"words": list(words), "log": str(log), "env": dict(env)})
        return Newborn(self, int(answer["pid"]))

    def exit_code(self, pid: int) -> int | None:
        """Return the exit code of a hub that has ended, once; None while it runs."""
        code: int | None = self._ask({"pid": pid})["code"]
        return code

    def end(self) -> None:
        """End the process, and with it whatever it bore."""
        self._process.kill()
        self._process.wait(STOP_LIMIT_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        with self._turn:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise ServerFailed("the nursery has ended: its error stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Newborn:
    """One hub of the nursery, with the part of `subprocess.Popen` that `ServerProcess` uses."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        """Keep whose child it is: only the nursery learns how it ends."""
        self.pid = pid
        self._nursery = nursery
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        if self._code is None:
            self._code = self._nursery.exit_code(self.pid)
        return self._code

    def wait(self, timeout: float) -> int:
        """Wait for the end and return the exit code; raises `subprocess.TimeoutExpired`."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"hub {self.pid}", timeout)
            time.sleep(_LOOK_S)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class NurseryProcess(ServerProcess):
    """A hub that a nursery bears, in the place of a command that is run."""

    def __init__(self, nursery: Nursery, words: Sequence[str], *, log: Path, env: Mapping[str, str]) -> None:
        """Keep what to start; nothing runs yet."""
        super().__init__(["huike", *words], log=log, env=env)
        self._nursery = nursery
        self._words = tuple(words)
        self._variables = dict(env)

    def _launch(self) -> Running:
        return self._nursery.bear(self._words, self.log_file, self._variables)


def _main() -> int:
    # All that any hub of the tests loads before it reads its settings, and the drivers of both stores.
    import hub.app  # noqa: PLC0415  # only in the process that is split
    import hub.bus.redis  # noqa: PLC0415  # the same
    import hub.cli.serve  # noqa: PLC0415  # the same
    import hub.store.gridfs  # noqa: PLC0415  # the same
    import hub.store.mongo_store  # noqa: F401, PLC0415  # the same
    from bots.engine import load_demo  # noqa: PLC0415  # the same
    from hub.cli.main import main  # noqa: PLC0415  # the same

    # The demo bot learns for seconds, and always the same: the hubs find it ready.
    load_demo()

    assert threading.active_count() == 1, "a thread does not come along when a process is split"
    while line := sys.stdin.buffer.readline():
        question = json.loads(line)
        if "pid" in question:
            pid, status = os.waitpid(question["pid"], os.WNOHANG)
            _answer({"code": os.waitstatus_to_exitcode(status) if pid else None})
            continue
        pid = os.fork()
        if not pid:
            _become(Path(question["log"]), question["env"])
            return main(question["words"])
        _answer({"pid": pid})
    return 0


def _answer(answer: dict[str, int | None]) -> None:
    # Past Python's buffers, of which a child would have a copy.
    os.write(1, json.dumps(answer).encode() + b"\n")


def _become(log: Path, env: Mapping[str, str]) -> None:
    """Give a newborn its own environment and output, and let it die with the nursery."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(source, target)
    os.close(out)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(env)


if __name__ == "__main__":
    sys.exit(_main())
