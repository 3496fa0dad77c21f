"""A checkout works anywhere: no file is tied to one machine or to one place to fetch from, and the locks are whole."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.architecture import repository

# Written in pieces, so that this file passes its own test.
_REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("npmmirror", "com"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("pypi", "tuna"),
    )
]
_MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:work|root|home/\w+|tmp|opt/wheels|opt/pypi)/\w")
_CREDENTIALS = re.compile(r"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----|_auth[T]oken|://\w+:\w+@(?!localhost|127\.)")


def test_no_file_names_a_package_registry() -> None:
    named = [(name, host) for name, text in repository.texts() for host in _REGISTRIES if host in text]
    assert named == []


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [(name, hit[0]) for name, text in repository.texts() for hit in _MACHINE_PATHS.finditer(text)]
    assert found == []


def test_no_file_holds_a_credential() -> None:
    found = [(name, hit[0]) for name, text in repository.texts() for hit in _CREDENTIALS.finditer(text)]
    assert found == []


def test_python_locks_pin_every_package_with_hashes() -> None:
    locks = sorted((repository.ROOT / "requirements").glob("*.txt"))
    assert [lock.stem for lock in locks] == ["build", "dev", "runtime", "ui"]
    for lock in locks:
        entries = re.split(r"\n(?=[a-z])", lock.read_text())[1:]
        assert entries
        assert [entry for entry in entries if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:", entry, re.S)] == []


def test_dev_lock_holds_the_runtime_lock() -> None:
    pins = {
        name: set(re.findall(r"^([\w.-]+==\S+)", (repository.ROOT / f"requirements/{name}.txt").read_text(), re.M))
        for name in ("runtime", "dev")
    }
    assert pins["runtime"] <= pins["dev"]


def test_npm_lock_holds_every_platform_and_no_address() -> None:
    lock = json.loads((repository.ROOT / "agent_ui/package-lock.json").read_text())
    packages: dict[str, dict[str, Any]] = lock["packages"]
    locked = {path.rpartition("node_modules/")[2] for path in packages}
    missing = [
        (path, name)
        for path, entry in packages.items()
        for name in entry.get("optionalDependencies", {})
        if name not in locked
    ]
    assert missing == []
    assert [path for path, entry in packages.items() if "resolved" in entry] == []
    unhashed = [
        path for path, entry in packages.items() if path and "integrity" not in entry and not _is_bundled(entry)
    ]
    assert unhashed == []


def _is_bundled(entry: dict[str, Any]) -> bool:
    return bool(entry.get("inBundle") or entry.get("link"))
