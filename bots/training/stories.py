"""Rules and stories as checked values: conversations as a trainer writes them down, step by step.

A rule says what always follows; a story is an example of a conversation to be remembered. Both are lists of the same
steps. Holds no behaviour: `bots.dialogue` makes both into patterns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntity:
    """An entity that a message of a story holds; the value is for the reader and restricts nothing, as in Rasa."""

    name: str
    value: object = None
    role: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserStep:
    """The customer says something: an intent, or (with an empty intent) exactly these words.

    A step of a test conversation has both.
    """

    intent: str = ""
    entities: tuple[StepEntity, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep:
    """The bot does something."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayStep:
    """The bot says exactly these words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopStep:
    """From here on this form is open, or with None none is."""

    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotStep:
    """From here on a slot has a value; None is empty, and with `is_any` any value will do."""

    name: str
    value: object = None
    is_any: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointStep:
    """The end of one story and the beginning of others."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrStep:
    """One of several things, each a few steps."""

    choices: tuple[tuple[UserStep | SlotStep, ...], ...]


Step = UserStep | ActionStep | SayStep | LoopStep | SlotStep | CheckpointStep | OrStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A rule or a story. `condition`, `at_start` and `waits` are for rules only.

    `at_start`: it holds only at the very beginning of a conversation. `waits` False: after its last step the bot does
    not wait for the customer, so that something else may go on.
    """

    name: str
    steps: tuple[Step, ...]
    condition: tuple[LoopStep | SlotStep, ...] = ()
    at_start: bool = False
    waits: bool = True
    metadata: Mapping[str, object] = field(default_factory=dict)
