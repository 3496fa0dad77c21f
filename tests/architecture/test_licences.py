"""Whoever runs Huike owes nobody more than Apache-2.0 asks: nothing under a GNU licence ships with it."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, metadata

from tests.architecture import repository

_COPYLEFT = re.compile(r"\bA?L?GPL|General Public License", re.I)


def test_python_packages_that_ship_are_permissive() -> None:
    lock = (repository.ROOT / "requirements/runtime.txt").read_text()
    names = re.findall(r"^([\w.-]+)==", lock, re.M)
    licences = {name: _licence(name) for name in names}
    assert {name: licence for name, licence in licences.items() if _COPYLEFT.search(licence)} == {}
    assert sum(bool(licence) for licence in licences.values()) > len(names) * 0.8


def test_npm_packages_that_ship_are_permissive() -> None:
    packages = json.loads((repository.ROOT / "agent_ui/package-lock.json").read_text())["packages"]
    shipped = {path: str(entry.get("license", "")) for path, entry in packages.items() if not entry.get("dev")}
    assert {path: licence for path, licence in shipped.items() if _COPYLEFT.search(licence)} == {}


def _licence(name: str) -> str:
    """Return what a package says of its licence; nothing for one that this platform does not need."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ""
    short = [line for key in ("License-Expression", "License") for line in (about.get_all(key) or [])]
    classified = [line for line in (about.get_all("Classifier") or []) if line.startswith("License ::")]
    return " / ".join([text[:200] for text in short] + classified)
