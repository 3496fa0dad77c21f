"""Where the collected mails lie: a folder beside the project, never inside it (their licences forbid to ship them).

A developer without the folder sees the tests skipped with this reason; where CI=true its absence is a failure, so
that no bar passes by not being measured. This module only finds and lists files; it reads no mail.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_PROJECT = Path(__file__).resolve().parents[2]
_FIXTURES = _PROJECT.parent / "shared" / "data" / "fixtures"


def folder(part: str = "") -> Path:
    """Return the folder of the fixtures, or a part of it (`email/zammad`); skip, or fail in CI, where it is absent."""
    found = _FIXTURES / part
    if found.is_dir():
        return found
    reason = f"the collected mails are not here: ../shared/data/fixtures/{part} (see MANIFEST.md there)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def files(part: str, *endings: str) -> list[Path]:
    """Return all files of a part, with subfolders, in order; only those with the endings (`.eml`) where some are given.

    An empty answer fails: a test over no mails would prove nothing.
    """
    under = folder(part).rglob("*")
    found = sorted(path for path in under if path.is_file() and (not endings or path.suffix in endings))
    if not found:
        pytest.fail(f"no {' '.join(endings) or 'files'} in ../shared/data/fixtures/{part}", pytrace=False)
    return found
