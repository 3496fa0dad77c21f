"""The folder of a training is gone with its job, and after a hub that was killed with the next start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hub.services.teaching.workroom import PREFIX, Workroom, clear_left_behind

_WORKS = """
import sys
from pathlib import Path
from hub.services.teaching.workroom import Workroom
room = Workroom(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / f"{PREFIX}abc"
    made.mkdir()
    return made


def test_a_folder_is_gone_with_its_job(folder: Path) -> None:
    room = Workroom(folder)
    room.out.write_bytes(b"model")
    assert clear_left_behind(folder.parent) == 0, "it is held"
    assert room.out.read_bytes() == b"model"
    room.clear()
    assert not folder.exists()


def test_what_a_killed_hub_left_is_cleared_and_nothing_else(folder: Path) -> None:
    other = folder.parent / "somebody-else"
    other.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", _WORKS, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert clear_left_behind(folder.parent) == 0
        process.kill()
    assert clear_left_behind(folder.parent) == 1
    assert not folder.exists()
    assert other.exists()
