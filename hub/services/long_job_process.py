"""A long job's own process: reads the work from standard input, does it, and writes progress and result as lines.

`main` is run with MODULE:FUNCTION as the only argument. It gives way to everything else on the machine, and
ends as soon as the hub that started it is gone. It knows nothing of stores, services or settings.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from hub.model.kept_sentences import KeptSentence, kept
from hub.model.reasons import reason

Progress = Callable[[float], None]
Work = Callable[[bytes, Progress], bytes]
"""Takes JSON, tells how far it is, and returns JSON; ValueError is the caller's mistake, said in one sentence."""

NICE = 15
LENGTH_BYTES = 8


NOTHING = msgspec.Raw(b"null")


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of what the process says: how far it is, or the end of it."""

    progress: float | None = None
    result: msgspec.Raw = NOTHING
    error: KeptSentence | None = None


def main() -> None:
    """Do the work named on the command line."""
    os.nice(NICE)
    lines = sys.stdout.buffer
    payload = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES)))
    threading.Thread(target=_end_with_the_hub, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        result = _found(sys.argv[1])(payload, lambda share: _say(lines, Said(progress=share)))
    except ValueError as error:
        _say(lines, Said(error=kept(reason(error))))
    else:
        _say(lines, Said(result=msgspec.Raw(result)))


def _found(name: str) -> Work:
    module, _, function = name.partition(":")
    work: Work = getattr(importlib.import_module(module), function)
    return work


def _end_with_the_hub(stream: BinaryIO) -> None:
    """Wait for the end of the input: the hub holds it open for as long as it lives and wants the work."""
    stream.read()
    os._exit(1)


def _say(lines: BinaryIO, said: Said) -> None:
    lines.write(msgspec.json.encode(said) + b"\n")
    lines.flush()
