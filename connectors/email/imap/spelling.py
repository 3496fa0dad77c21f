"""How arguments are written for an IMAP server: quoted or literal, folder names in modified UTF-7, days, sets.

Nothing that comes from outside reaches a command line but through `argument`, so no value can begin a second command.

Source: RFC 3501, sections 4.3, 5.1.3 and 9.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_QUOTABLE = re.compile(r"[\x20-\x7e]*\Z")
_MAX_QUOTED = 1000
_RUN = re.compile(r"[^\x20-\x7e]+|&")
_CODED = re.compile(r"&([^-]*)-")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Counted:
    """An argument that is sent as a literal."""

    data: bytes


def argument(text: str) -> bytes | Counted:
    """Return a text as it stands in a command: quoted where that can be, else as a literal in UTF-8."""
    if _QUOTABLE.match(text) and len(text) <= _MAX_QUOTED:
        return b'"' + text.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
    return Counted(text.encode("utf-8", "replace"))


def folder_name(name: str) -> str:
    """Write a folder's name in modified UTF-7."""
    return _RUN.sub(lambda run: "&-" if run[0] == "&" else f"&{_coded(run[0])}-", name)


def read_folder_name(name: str) -> str:
    """Read modified UTF-7; what is none stays as it stands."""
    try:
        return _CODED.sub(_decoded, name)
    except ValueError:
        return name


def _coded(run: str) -> str:
    data = run.encode("utf-16-be", "replace")
    return b64encode(data, b"+,").rstrip(b"=").decode()


def _decoded(match: re.Match[str]) -> str:
    coded = match[1]
    if not coded:
        return "&"
    return b64decode(coded + "=" * (-len(coded) % 4), b"+,", validate=True).decode("utf-16-be")


def day(seconds: float) -> str:
    """Return the day of a time as SEARCH wants it, whatever language the machine speaks."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day}-{_MONTHS[at.month - 1]}-{at.year}"


def uid_set(uids: Iterable[int]) -> str:
    """Write numbers as a set, runs of them as ranges."""
    ranges: list[tuple[int, int]] = []
    for uid in sorted(uids):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], uid)
        else:
            ranges.append((uid, uid))
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)
