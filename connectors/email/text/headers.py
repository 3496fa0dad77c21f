"""Header fields written into a text ("From: … Sent: … To: … Subject: …") and the lines that announce an old mail.

Nothing here decides what happens to the lines below. A form or a travel wish also has "From:" and "To:": a block
counts only with an address in it, or with a label that mail programs alone use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.email.text import words
from connectors.email.text.words import Role

_FIELDS_WITHIN = 24
_WRAPPED_LINES = 3
_LABEL_CHARACTERS = 32
_AROUND_LABEL = " *_|>·•"
_ADDRESS = re.compile(r"[^\s@<]@[\w-]+\.|mailto:")
_MOMENT = re.compile(r"\d\D{1,12}\d{1,2}[:.]\d{2}")
_DASHED = re.compile(r"[-_=*—–─]{2,}\s*([^-_=*—–─].{0,60}?)\s*[-_=*—–─]{2,}")
_TOBIT = re.compile(r"Original ?[Mm]essage processed by|Originalnachricht verarbeitet durch", re.IGNORECASE)

Kind = Literal["quote", "forward"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """Lines up to `end` say that an older mail follows, answered or passed on."""

    end: int
    kind: Kind


def find_announcement(seen: Sequence[str], start: int, stop: int) -> Announcement | None:
    """Return the marker or block of header fields that begins with the bare line `start`."""
    if kind := _marker(seen[start]):
        block = _block_after(seen, start + 1, stop)
        return Announcement(block.end if block else start + 1, kind)
    return _find_block(seen, start, stop)


def _marker(line: str) -> Kind | None:
    if len(line) > 120:
        return None
    dashed = _DASHED.fullmatch(line)
    said = (dashed[1] if dashed else line).strip(" *_:：>").casefold()
    if said in words.FORWARDED and (dashed or line.rstrip(" *").endswith((":", "："))):
        return "forward"
    if dashed and said in words.ORIGINAL:
        return "quote"
    if any(asked in said for asked in words.REPLY_ABOVE):
        return "quote"
    return "quote" if _TOBIT.match(line) else None


def _block_after(seen: Sequence[str], start: int, stop: int) -> Announcement | None:
    """Return the fields that follow a marker at once."""
    for index in range(start, min(start + 3, stop)):
        if seen[index]:
            return _find_block(seen, index, stop)
    return None


def field_of(line: str) -> tuple[Role, str] | None:
    """Read one bare line as a header field: what it is and its value."""
    text = line.strip(_AROUND_LABEL)
    head = text[:_LABEL_CHARACTERS]
    for separator in (":", "：", "|"):
        label, found, _ = head.partition(separator)
        if found and (role := words.LABELS.get(label.strip(_AROUND_LABEL).casefold())):
            return role, text[len(label) + 1 :].strip(_AROUND_LABEL)
    return None


def _find_block(seen: Sequence[str], start: int, stop: int) -> Announcement | None:
    first = field_of(seen[start])
    if first is None:
        return None
    fields: dict[Role, str] = {first[0]: first[1]}
    end, unlabelled, role = start + 1, 0, first[0]
    for index in range(start + 1, min(start + _FIELDS_WITHIN, stop)):
        line = seen[index]
        if field := field_of(line):
            role = field[0]
            fields.setdefault(role, field[1])
            end, unlabelled = index + 1, 0
            continue
        unlabelled += not _ADDRESS.search(line)  # Long lists of addresses wrap over many lines.
        if unlabelled > _WRAPPED_LINES or (not line and not _goes_on(seen, index + 1, stop)):
            break
        if (line and len(fields) < 3) or line.endswith((">", ";", ",")):
            fields[role] = f"{fields[role]} {line}"
    return Announcement(end, _kind(fields)) if _is_block(fields) else None


def _goes_on(seen: Sequence[str], index: int, stop: int) -> bool:
    return index < stop and field_of(seen[index]) is not None


def _is_block(fields: dict[Role, str]) -> bool:
    roles = set(fields) - {"other"}
    if "from" not in roles or len(roles) < 3 or not fields["from"] + fields.get("to", ""):
        return False
    if "sent" in roles:
        return True
    if any(_ADDRESS.search(value) for value in fields.values()):
        return bool(roles & {"subject", "date"})
    return {"to", "subject"} <= roles and _MOMENT.search(fields.get("date", "")) is not None


def _kind(fields: dict[Role, str]) -> Kind:
    return "forward" if fields.get("subject", "").casefold().startswith(tuple(words.FORWARD_SUBJECTS)) else "quote"
