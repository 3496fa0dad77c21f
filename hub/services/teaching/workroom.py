"""A folder between the hub and the process that trains: made for one job, gone with it, also when the hub is killed.

Each is held by a lock that the system lets go of with its process; what nobody holds was left behind, and is cleared at
the next start of any hub on this machine. Whoever sees a lock held leaves the folder alone.
"""

from __future__ import annotations

import fcntl
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Self

PREFIX = "huike-training-"
_LOCK = "held"
_OUT = "model"


class Workroom:
    """The folder of one job; `out` is the place of its model. All of it blocks: to be called in threads."""

    def __init__(self, folder: Path) -> None:
        """Hold the folder until `clear`."""
        self._folder = folder
        self._held = (folder / _LOCK).open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @classmethod
    def make(cls) -> Self:
        """Make a new one in the system's place for such folders."""
        return cls(Path(mkdtemp(prefix=PREFIX)))

    @property
    def out(self) -> Path:
        """Return where the process puts the model."""
        return self._folder / _OUT

    def clear(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._held.close()


def clear_left_behind(place: Path | None = None) -> int:
    """Remove the folders that nobody holds any more, and return how many these were."""
    cleared = 0
    for folder in (place or Path(gettempdir())).glob(f"{PREFIX}*"):
        with suppress(OSError), (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            cleared += 1
    return cleared
