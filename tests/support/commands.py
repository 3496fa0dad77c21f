"""The command `huike` in a process of its own, run to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def huike(*arguments: str | Path, env: Mapping[str, str] | None = None, folder: Path | None = None) -> Ended:
    """Run `huike` with arguments in a folder; the environment is the tests' own without HUIKE_ settings, plus `env`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HUIKE_")}
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", *map(str, arguments)],
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
        text=True,
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr)
