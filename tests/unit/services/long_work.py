"""Work for the tests of long jobs; each function is found by its name in a process of its own."""

from __future__ import annotations

import os
import time

import msgspec

from hub.services.long_job_process import Progress


def double(payload: bytes, progress: Progress) -> bytes:
    """Return twice the number, and how nice the process is."""
    progress(0.5)
    return msgspec.json.encode({"twice": 2 * msgspec.json.decode(payload, type=int), "nice": os.nice(0)})


def refuse(payload: bytes, progress: Progress) -> bytes:
    """Find that it cannot be done."""
    raise ValueError(f"There is no {payload.decode()}.")


def die(payload: bytes, progress: Progress) -> bytes:
    """End without a word."""
    os._exit(3)


def tarry(payload: bytes, progress: Progress) -> bytes:
    """Tell its own number, then never end by itself."""
    progress(0.25)
    path = msgspec.json.decode(payload, type=str)
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123 - as little as can be imported
        file.write(str(os.getpid()))
    time.sleep(3600)
    return b"null"
