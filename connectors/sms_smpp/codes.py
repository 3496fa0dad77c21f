"""What SMPP's statuses mean for a message: kinds of trouble, each with a plain sentence.

Source: SMPP 3.4, section 5.1.3.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.model.timeline import Trouble
from hub.ports.channel import SendDelayed, SendRefused

THROTTLED, QUEUE_FULL = 0x58, 0x14
TEMPORARY = 0x64
_LATER = frozenset({THROTTLED, QUEUE_FULL, TEMPORARY, 0x08, 0x04, 0x05, 0x0D, 0xFE})
"""Also a system error, a bind that is gone or in use, and a failure of delivery that the carrier calls so."""
_MEANINGS: Mapping[int, tuple[Trouble, str]] = {
    0x01: ("too_long", "The carrier finds the message too long."),
    0x0A: ("misconfigured", "The carrier does not take this sender."),
    0x48: ("misconfigured", "The carrier does not take this sender."),
    0x49: ("misconfigured", "The carrier does not take this sender."),
    0x0B: ("address_invalid", "The carrier finds the number not valid."),
    0x50: ("address_invalid", "The carrier finds the number not valid."),
    0x51: ("address_invalid", "The carrier finds the number not valid."),
    0x0E: ("misconfigured", "The carrier does not accept the password."),
    0x0F: ("misconfigured", "The carrier does not know the system_id."),
    0x53: ("misconfigured", "The carrier does not take the system_type."),
    0x66: ("filtered", "The carrier rejected the message."),
}


def raise_unless_ok(status: int) -> None:
    """Return for a yes.

    Raises:
        SendDelayed: the carrier asks for patience or is in trouble: nothing was taken.
        SendRefused: it never takes this.
    """
    if status == 0:
        return
    if status in _LATER:
        raise SendDelayed(f"The carrier asks for patience (SMPP status 0x{status:X}).")
    trouble, reason = _MEANINGS.get(status, ("refused", "The carrier refused."))
    raise SendRefused(f"{reason} (SMPP status 0x{status:X})", trouble)
