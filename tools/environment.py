"""Make the virtual environment of a checkout and keep it equal to the lock files.

It must run on a bare machine, so it uses the standard library only, and it must be quick when nothing
changed: each finished step leaves a stamp with the hash of what it read, and a step whose stamp fits is
passed over.

    python3 -m tools.environment runtime ui     what `make serve` needs
    python3 -m tools.environment dev ui         what `make test` needs
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tools import system_packages

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 22
INSTALL_LIMIT_S = 900


class SetupError(Exception):
    """The machine lacks something that we cannot install; the message says what to do, in one line."""


class Step(NamedTuple):
    """One call of pip, repeated only when the file that it reads has changed.

    A named tuple, because a Python too old for us must get as far as the message that says so.
    """

    name: str
    reads: str
    includes: tuple[str, ...] = ()

    @property
    def stamp(self) -> Path:
        """The file that says on which state of `reads` this step was done."""
        return VENV / f"huike-{self.name}.stamp"

    def fingerprint(self) -> str:
        """Hash everything that the result depends on."""
        digest = hashlib.sha256(f"{sys.version} {ROOT}".encode())
        digest.update((ROOT / self.reads).read_bytes())
        return digest.hexdigest()


# The build tools come first and from their own lock, so that building a package fetches nothing unlocked.
STEPS = {
    "build": Step(name="build", reads="requirements/build.txt"),
    "runtime": Step(name="runtime", reads="requirements/runtime.txt"),
    # The lock of dev holds that of runtime, at the same versions.
    "dev": Step(name="dev", reads="requirements/dev.txt", includes=("runtime",)),
    "ui": Step(name="ui", reads="requirements/ui.txt"),
    "project": Step(name="project", reads="pyproject.toml"),
}


def main(wanted: list[str]) -> int:
    """Bring the environment to the wanted parts; return the exit code."""
    try:
        if unknown := set(wanted) - {"runtime", "dev", "ui"}:
            raise SetupError(f"unknown part {', '.join(sorted(unknown))}; known are runtime, dev and ui")
        make_environment()
        plan = ["build", *wanted, "project"]
        if "ui" in plan and not (VENV / "bin" / "node").exists() and node_is_new_enough():
            plan.remove("ui")
        for name in plan:
            install(STEPS[name])
    except (SetupError, subprocess.SubprocessError) as err:
        print(f"setup: {err}", file=sys.stderr)
        return 1
    return 0


def make_environment() -> None:
    """Create .venv where there is none, or where the Python that made it is gone."""
    if sys.version_info < OLDEST_PYTHON:
        have = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(f"Huike needs Python 3.11 or newer, this is {have}: run make with PYTHON=python3.11")
    if PYTHON.exists() and (VENV / "bin" / "pip").exists():
        return
    report("making .venv")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, capture_output=True, timeout=INSTALL_LIMIT_S, check=False).returncode == 0:
        return
    # Debian keeps ensurepip in a package of its own.
    install_by_apt("python3-venv")
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_LIMIT_S, check=False)
    if done.returncode != 0:
        raise SetupError(f"python3 -m venv failed: {(done.stdout + done.stderr).strip()}")


def install_by_apt(package: str) -> None:
    """Install one system package when we may; otherwise say which one is missing."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(f"a system package is missing: sudo apt-get install {package}")
    system_packages.install([package])


def install(step: Step) -> None:
    """Run one step unless its stamp says that it was run on the same file."""
    if step.stamp.is_file() and step.stamp.read_text() == step.fingerprint():
        return
    report(f"installing {step.name} ({step.reads})")
    what = ["--no-deps", "-e", "."] if step.name == "project" else ["--require-hashes", "-r", step.reads]
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run([*command, "--no-build-isolation", *what], cwd=ROOT, timeout=INSTALL_LIMIT_S, check=False)
    if done.returncode != 0:
        raise SetupError(f"pip could not install the part {step.name}; its message is above")
    for finished in (step, *(STEPS[name] for name in step.includes)):
        finished.stamp.write_text(finished.fingerprint())


def node_is_new_enough() -> bool:
    """Tell whether PATH has a Node.js, with npm, that builds the front end."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=30, check=False)
    found = re.match(r"v(\d+)\.", done.stdout)
    return found is not None and int(found[1]) >= OLDEST_NODE


def report(text: str) -> None:
    """Tell the person at the terminal what takes time."""
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
