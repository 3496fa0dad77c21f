"""When "is typing" may be shown: the platform's rules, so that no call is wasted on what it would refuse.

Only within 30 s of a message either way, for 15 s, not again meanwhile; a message that is sent ends it. What another
process has heard is not known here, and then nothing is shown.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

TypingCommand = Literal["Typing", "CancelTyping"]

_EXCHANGE_S = 30.0
_SHOWN_S = 15.0
_MOST = 10_000


class TypingRules:
    """Knows of each customer when they were last heard or answered, and until when typing is shown."""

    def __init__(self) -> None:
        """Know nobody."""
        self._exchanged: OrderedDict[str, float] = OrderedDict()
        self._shown: OrderedDict[str, float] = OrderedDict()

    def exchanged(self, address: str, now_s: float) -> None:
        """Note that a message came in."""
        _put(self._exchanged, address, now_s)

    def answered(self, address: str, now_s: float) -> None:
        """Note that a message went out, which ends what is shown."""
        _put(self._exchanged, address, now_s)
        self._shown.pop(address, None)

    def command(self, address: str, is_typing: bool, now_s: float) -> TypingCommand | None:
        """Return what to tell the platform now, and count it as told; None for nothing."""
        is_shown = now_s < self._shown.get(address, 0.0)
        if not is_typing:
            self._shown.pop(address, None)
            return "CancelTyping" if is_shown else None
        if is_shown or now_s - self._exchanged.get(address, float("-inf")) >= _EXCHANGE_S:
            return None
        _put(self._shown, address, now_s + _SHOWN_S)
        return "Typing"


def _put(known: OrderedDict[str, float], address: str, at: float) -> None:
    known[address] = at
    known.move_to_end(address)
    if len(known) > _MOST:
        known.popitem(last=False)
