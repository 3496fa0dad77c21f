"""What the bot keeps of a session between turns: plain JSON of bounded size, loaded afresh for each turn.

A memory that some other version or engine wrote and that does not fit is forgotten, not half understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

MAX_SLOTS = 40
MAX_VALUE = 200
"""Longest value of a slot and longest remembered question, in code points."""
MAX_INTENTS = 8
MAX_QUESTIONS = 3
MAX_ROTATIONS = 50

OFFERED = "offered_person"
"""The slot that is set for one turn after the bot has offered a person, so that rules can read a "yes"."""


class Memory(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A working copy for one turn; it changes while the turn is worked out and is then written as plain JSON."""

    v: Literal[1] = 1
    language: str | None = None
    is_disclosed: bool = False
    slots: dict[str, str] = {}
    form: str | None = None
    requested_slot: str | None = None
    misses: int = 0
    turns: int = 0
    intents: list[str] = []
    questions: list[str] = []
    rotations: dict[str, int] = {}

    @classmethod
    def load(cls, kept: Mapping[str, object]) -> Memory:
        """Read what was kept; the first turn's `{}` and anything strange give an empty memory."""
        try:
            return msgspec.convert(dict(kept), cls)
        except msgspec.ValidationError:
            return cls()

    def dump(self) -> dict[str, object]:
        """Write the memory as plain JSON within its bounds, the newest kept."""
        self.intents = self.intents[-MAX_INTENTS:]
        self.questions = self.questions[-MAX_QUESTIONS:]
        self.slots = dict(list(self.slots.items())[-MAX_SLOTS:])
        self.rotations = dict(list(self.rotations.items())[-MAX_ROTATIONS:])
        plain: dict[str, object] = msgspec.to_builtins(self)
        return {"v": self.v, **plain}

    def set_slot(self, name: str, value: str | None) -> None:
        """Set a slot, or empty it with None."""
        if value is None:
            self.slots.pop(name, None)
        else:
            self.slots[name] = value[:MAX_VALUE]

    def remember(self, question: str, intent: str | None) -> None:
        """Keep what the customer said and which intent was seen in it."""
        self.turns += 1
        if question.strip():
            self.questions.append(" ".join(question.split())[:MAX_VALUE])
        if intent is not None and intent not in self.intents[-1:]:
            self.intents.append(intent)

    def leave_form(self) -> None:
        """Give up the open form; the slots that it has filled stay."""
        self.form = None
        self.requested_slot = None
