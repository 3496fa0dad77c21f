"""What belongs to the repository: the files that git keeps, or would keep."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("hub", "connectors", "bots", "routing", "agent_ui")
_BINARY = {".png", ".jpg", ".gif", ".ico", ".woff2", ".mp3", ".eml", ".amr", ".silk", ".zip", ".pdf"}


def files() -> list[Path]:
    """List the files of the repository, new ones included, ignored ones not."""
    listed = subprocess.run(
        # A checkout may belong to another user than the one who tests it.
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    names = listed.stdout.decode().split("\0")
    return sorted(path for name in names if name and (path := ROOT / name).is_file())


def texts() -> Iterator[tuple[str, str]]:
    """Give the relative name and the text of each text file."""
    for path in files():
        if path.suffix not in _BINARY:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8", errors="replace")


def python_sources(*folders: str) -> list[Path]:
    """List the Python files below some top-level folders."""
    return [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]
