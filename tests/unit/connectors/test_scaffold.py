"""A new connector from the template is whole from its first minute."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connectors import scaffold
from hub.errors import Conflict, InvalidInput, NotFound

ROOT = Path(scaffold.__file__).resolve().parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", ".mypy_cache")
    for name in ("hub", "connectors", "tests/contracts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    return tmp_path


def test_it_passes_its_own_contract_at_once(checkout: Path) -> None:
    written = scaffold.create("night_line", checkout)
    names = {str(path.relative_to(checkout)) for path in written}
    assert {"connectors/night_line/wire.py", "tests/contracts/test_channel_night_line.py"} <= names
    texts = [path.read_text(encoding="utf-8") for path in written]
    assert [text for text in texts if "template" in text.lower()] == []
    options = ["-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "--import-mode=importlib", "--rootdir=."]
    test = "tests/contracts/test_channel_night_line.py"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, test],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_is_left_to_do_names_files_that_are_there() -> None:
    steps = scaffold.next_steps("night_line")
    assert '"night_line": NightLineConnector' in steps
    named = re.findall(r"[\w/]+/[\w/]+\.(?:py|json)", steps)
    assert len(named) >= 4
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_a_connector_is_never_overwritten(checkout: Path) -> None:
    with pytest.raises(Conflict):
        scaffold.create("api", checkout)


@pytest.mark.parametrize("name", ["", "Line", "9line", "a b", "../x", "line_", "a__b", "class", "x" * 31, "line\n"])
def test_a_bad_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        scaffold.create(name, tmp_path)


def test_it_says_where_it_works(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="checkout"):
        scaffold.create("line", tmp_path)
