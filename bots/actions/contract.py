"""The form of a shipped action: what it is given and what it gives back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from hub.model.timestamps import Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """What an action knows: the slots, the language of the conversation and the time of the turn.

    `candidates` are the slots that a form's check is to look at: what was just said, already among the slots.
    """

    slots: Mapping[str, object]
    language: str
    at: Timestamp
    candidates: Mapping[str, object] = field(default_factory=dict)

    def text(self, slot: str) -> str:
        """Return a slot as text, empty where it is not set."""
        value = self.slots.get(slot)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A response to say, with the values of its places."""

    response: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """What an action did: what is to be said, and slots to set (None empties)."""

    sayings: tuple[Saying, ...] = ()
    slots: Mapping[str, object] = field(default_factory=dict)


Action = Callable[[ActionCall], Awaitable[ActionResult]]
"""An error of its own, or taking too long, leads to a person."""
