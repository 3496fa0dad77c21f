"""What was wrong with a mail, each kind told once: a mail with ten thousand faults must not fill the log."""

from __future__ import annotations

MAX_FAULTS = 50


class Faults:
    """A bounded list of sentences without repetition, in the order in which they came up."""

    def __init__(self) -> None:
        self._told: dict[str, None] = {}

    def add(self, text: str) -> None:
        """Note a fault, unless it is known or there are too many; nothing is noted for an empty text."""
        if text and len(self._told) < MAX_FAULTS:
            self._told.setdefault(text)

    def all(self) -> tuple[str, ...]:
        """Return the faults."""
        return tuple(self._told)
