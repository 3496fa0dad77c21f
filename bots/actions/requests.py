"""What passes between the dialogue and those who do its actions: a request out, an outcome back. Plain values.

The dialogue is a generator that yields requests and is sent outcomes, so it does no input or output of its own. The
request carries the conversation in the form of rasa-sdk's action protocol; an action that is ours takes the shorter
`ActionCall` from the same request.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from bots.actions.contract import ActionCall

Plain = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """An action to be done; `tracker` is that of the action protocol."""

    name: str
    call: ActionCall
    tracker: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOutcome:
    """What came of an action.

    `rejected`: it says that it is not the one to be done now. `unknown`: nobody serves it. `failed`: it broke, took too
    long or answered nonsense. Events and responses are those of the action protocol.
    """

    status: Literal["done", "rejected", "unknown", "failed"]
    events: Sequence[Plain] = ()
    responses: Sequence[Plain] = ()


Result = TypeVar("Result")
Steps = Generator[ActionRequest, ActionOutcome, Result]
"""A piece of a turn: it may ask for actions while it is worked out."""
