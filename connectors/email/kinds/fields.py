"""Reads the fields of `message/delivery-status`, and of every text that looks like it.

Servers leave out the blank line between the blocks, the address type, the status, or the MIME label: a block begins
with a blank line or with a field that it has already. This module judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from connectors.email.kinds.judgement import Action
from connectors.email.kinds.words import ADDRESS, lines_of

_NAMES = frozenset(
    {
        "final-recipient", "original-recipient", "action", "status", "diagnostic-code", "remote-mta", "reporting-mta",
        "last-attempt-date", "will-retry-until", "x-actual-recipient", "final-log-id", "original-envelope-id",
    }
)  # fmt: skip
_RECIPIENTS = ("final-recipient", "original-recipient", "x-actual-recipient")
_FIELD = re.compile(r"([A-Za-z][\w-]{2,40})[ \t]*:[ \t]*(.*)")
_ACTIONS: dict[str, Action] = {
    "failed": "failed", "fail": "failed", "failure": "failed", "error": "failed", "expired": "failed",
    "delayed": "delayed", "delay": "delayed", "deferred": "delayed", "delivered": "delivered",
    "deliverable": "delivered", "relayed": "relayed", "expanded": "expanded",
}  # fmt: skip
_MAX_BLOCKS = 200
_DIAGNOSTIC_LIMIT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a report says of one recipient. Texts are as they were written; `type` is that of the diagnostic."""

    recipient: str
    action: Action
    status: str
    type: str
    diagnostic: str
    category: str = ""


def blocks(texts: Iterable[str]) -> tuple[Block, ...]:
    """Return the recipients' blocks of all texts, in order, each recipient once."""
    found: dict[str, Block] = {}
    for text in texts:
        for fields in _groups(text):
            block = _block(fields)
            if block and len(found) < _MAX_BLOCKS:
                found.setdefault(block.recipient.lower(), block)
    return tuple(found.values())


def has_blocks(text: str) -> bool:
    """Tell whether a text holds a block with a recipient and what was done."""
    return any(_is_whole(fields) for fields in _groups(text))


def _is_whole(fields: dict[str, str]) -> bool:
    return any(name in fields for name in _RECIPIENTS) and ("action" in fields or "diagnostic-code" in fields)


def _groups(text: str) -> list[dict[str, str]]:
    groups: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    last = ""
    for line in lines_of(text):
        if not line.strip():
            if _is_whole(fields):
                groups.append(fields)
                fields = {}
            last = ""
            continue
        name, value = _field(line)
        if name:
            if _begins_block(fields, name, value):
                groups.append(fields)
                fields = {}
            if name not in fields:
                fields[name] = value
            last = name
        elif last and line[0] not in "-=>" and len(fields[last]) < _DIAGNOSTIC_LIMIT:
            # Continued lines often lack their white space.
            fields[last] += " " + line.strip()
    groups.append(fields)
    return groups


def _begins_block(fields: dict[str, str], name: str, value: str) -> bool:
    if name in fields:
        return name in {"action", "final-recipient"}
    known = {_address(fields[one]).lower() for one in _RECIPIENTS if one in fields}
    return name in _RECIPIENTS and _is_whole(fields) and _address(value).lower() not in known


def _field(line: str) -> tuple[str, str]:
    found = _FIELD.match(line) if line[0] not in " \t" else None
    if not found:
        return "", ""
    name = found.group(1).lower()
    # An unknown field (X-..., Arrival-Date) ends the one before it, and is kept under its name, unread.
    return (name, found.group(2).strip()) if name in _NAMES or name.startswith("x-") or "-" in name else ("", "")


def _block(fields: dict[str, str]) -> Block | None:
    if not _is_whole(fields):
        return None
    kind, _, said = fields.get("diagnostic-code", "").partition(";")
    typed = bool(said) and " " not in kind.strip()
    action = fields.get("action", "failed").split(" ")[0].strip("();,").lower()
    return Block(
        recipient=next((address for name in _RECIPIENTS if (address := _address(fields.get(name, "")))), ""),
        action=_ACTIONS.get(action, "failed"),
        status=fields.get("status", ""),
        type=kind.strip().lower() if typed else "",
        category=fields.get("x-powermta-bouncecategory", "").strip().lower(),
        diagnostic=(said if typed else fields.get("diagnostic-code", "")).strip()[:_DIAGNOSTIC_LIMIT],
    )


def _address(value: str) -> str:
    _, _, address = value.rpartition(";")
    address = address.strip().strip("<>").strip()
    found = ADDRESS.search(address)
    written = address.startswith('"') or found is None or ("@" in address and not address.isascii())
    return address if written or found is None else found.group()
