"""The form of a shipped action: what it is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hub.model.timestamps import Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """What an action knows: the slots, the language of the conversation and the time of the turn."""

    slots: Mapping[str, str]
    language: str
    at: Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A response to say, with the values of its places."""

    response: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """What an action did: what is to be said, and slots to set (None empties)."""

    sayings: tuple[Saying, ...] = ()
    slots: Mapping[str, str | None] = field(default_factory=dict)


Action = Callable[[ActionCall], ActionResult]
"""Must be pure and quick; an error of its own leads to a person."""
