"""Fixtures of the browser tests: the built front end is there, and pictures go where a person can look at them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import agent_ui


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that keeps the pictures; it is known when this folder is named on the command line."""
    parser.addoption("--screenshots", metavar="DIR", default=None, help="keep the pictures of the key views in DIR")


@pytest.fixture(scope="session", autouse=True)
def _front_end_is_built() -> None:
    """Without the built front end there is nothing to look at: fail where everything must run, skip elsewhere."""
    if (agent_ui.DIST / "index.html").is_file():
        return
    remedy = "the front end is not built: `python -m agent_ui.build`"
    if os.environ.get("CI") == "true":
        pytest.fail(remedy, pytrace=False)
    pytest.skip(remedy)


@pytest.fixture
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder for pictures: what `--screenshots` says; else one that is not there, and none are made."""
    chosen = request.config.getoption("--screenshots", default=None)
    if chosen is None:
        return tmp_path / "no-pictures"
    folder = Path(chosen)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
