"""What a mail server's refusal means, by its codes: for a mail that we hand over and for a bounce that comes later.

Texts are never matched here: they change with the server's version and language.

Source: RFC 5321 4.2.3, RFC 3463 and its registry of enhanced status codes.
"""

from __future__ import annotations

import re
from typing import Literal

from hub.model.timeline import Trouble

Stage = Literal["login", "sender", "recipient", "content"]

_ENHANCED = re.compile(r"\s*([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])")
_BY_DETAIL: dict[str, Trouble] = {
    "1.0": "address_invalid",
    "1.1": "address_invalid",
    "1.2": "address_invalid",
    "1.3": "address_invalid",
    "1.4": "address_invalid",
    "1.6": "address_invalid",
    "1.7": "misconfigured",
    "1.8": "misconfigured",
    "1.10": "address_invalid",
    "2.1": "address_invalid",
    "2.2": "limit_reached",
    "2.3": "too_long",
    "3.4": "too_long",
    "4.4": "address_invalid",
    "6.7": "not_supported",
    "7.0": "filtered",
    "7.1": "filtered",
    "7.8": "misconfigured",
    "7.13": "address_invalid",
    "7.26": "filtered",
    "7.27": "misconfigured",
}


def enhanced_status(text: str) -> str:
    """Return the enhanced status code with which a reply begins, or nothing."""
    found = _ENHANCED.match(text)
    return f"{found[1]}.{int(found[2])}.{int(found[3])}" if found else ""


def trouble_of_reply(code: int, status: str, stage: Stage) -> Trouble:
    """Return the kind of a final refusal, from the reply code, the enhanced status and what was being said."""
    if stage == "login" or code in (530, 534, 535, 538):
        return "misconfigured"
    if stage == "sender" and code != 552:
        return "too_long" if status == "5.3.4" else "misconfigured"
    if status and (known := trouble_of_status(status)) != "refused":
        return known
    if code == 552:
        return "too_long"
    if stage == "recipient" and not status and code in (550, 551, 553):
        return "address_invalid"
    return "filtered" if stage == "content" and code in (550, 554) else "refused"


def trouble_of_status(status: str, *, is_hard: bool = False) -> Trouble:
    """Return the kind of a failure from its enhanced status; `is_hard`: the address is known not to work."""
    if is_hard:
        return "address_invalid"
    _, _, detail = status.partition(".")
    known = _BY_DETAIL.get(detail)
    if known is not None:
        return known
    return "filtered" if detail.startswith("7.") else "refused"
