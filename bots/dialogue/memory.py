"""What the bot keeps of a session between turns: plain JSON of bounded size, loaded afresh for each turn.

A memory that some other version or engine wrote and that does not fit is forgotten, not half understood.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, get_args

import msgspec

from bots.training.rasa_config import MAX_HISTORY

MAX_SLOTS = 100
MAX_VALUE = 1_000
"""Longest value of a slot, in code points or (where it is no text) in bytes of JSON."""
MAX_VALUES = 32_000
"""Most bytes of all slots together; beyond it the oldest are forgotten."""
MAX_QUESTION = 200
MAX_NAME = 100
"""Longest name that comes from outside: of an entity, an action, a slot."""
MAX_MEMORY = 60_000
"""Most bytes of a memory; where it is more, the way back is forgotten, and most of the history."""
MAX_SHORT_HISTORY = 3
MAX_INTENTS = 8
MAX_QUESTIONS = 3
MAX_TRIED = 5
MAX_ROTATIONS = 50
MAX_MENU = 20
MAX_TURNS_BACK = 2

LISTEN = "action_listen"
TWO_STAGE = "action_two_stage_fallback"
"""Stands in the place of a form while the two stages last."""
OFFERED = "offered_person"
"""The slot that is set for one turn after the bot has offered a person, so that rules can read a "yes"."""


Mood = Literal["calm", "unhappy", "angry", "threatening"]
MOODS: tuple[Mood, ...] = get_args(Mood)
"""From the best to the worst: of a conversation the worst is remembered."""


class Said(msgspec.Struct, frozen=True, array_like=True):
    """A message of the customer as rules and stories see it; `text` is kept only where a story names these words."""

    intent: str = ""
    entities: tuple[str, ...] = ()
    text: str = ""


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """Where the conversation stood before the bot decided what to do next.

    `slots` are the features of those slots that rules and stories ask for; `by_rule`: a rule or an open form decided.
    """

    said: Said
    after: str
    form: str | None
    slots: Mapping[str, str]
    by_rule: bool = False


class TurnBack(msgspec.Struct, frozen=True, array_like=True):
    """How to go back behind a turn: the values that it changed, as they were, and the form as it stood."""

    slots: Mapping[str, object]
    form: str | None
    requested_slot: str | None


class Choice(msgspec.Struct, frozen=True, array_like=True):
    """One entry of the menu shown last."""

    label: str
    payload: str


class Memory(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A working copy for one turn; it changes while the turn is worked out and is then written as plain JSON.

    `below` is the form, and what it asks for, that waits until the two stages of the fallback are over.
    """

    v: Literal[1] = 1
    language: str | None = None
    is_disclosed: bool = False
    mood: Mood = "calm"
    slots: dict[str, object] = {}
    form: str | None = None
    requested_slot: str | None = None
    below: tuple[str, str | None] | None = None
    said: Said = Said()
    after: str = LISTEN
    history: list[Moment] = []
    clarified: list[str] = []
    menu: list[Choice] = []
    misses: int = 0
    turns: int = 0
    at: str = ""
    intents: list[str] = []
    questions: list[str] = []
    tried: list[str] = []
    rotations: dict[str, int] = {}
    back: list[TurnBack] = []

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
        self.tried = self.tried[-MAX_TRIED:]
        self.slots = _bounded(self.slots)
        self.rotations = dict(list(self.rotations.items())[-MAX_ROTATIONS:])
        self.history = self.history[-MAX_HISTORY:]
        self.menu = self.menu[:MAX_MENU]
        self.back = self.back[-MAX_TURNS_BACK:]
        written = msgspec.json.encode(self)
        if len(written) > MAX_MEMORY:
            self.back, self.history = [], self.history[-MAX_SHORT_HISTORY:]
            written = msgspec.json.encode(self)
        plain: dict[str, object] = msgspec.json.decode(written)
        return {"v": self.v, **plain}

    def set_slot(self, name: str, value: object) -> None:
        """Set a slot, or empty it with None. What is too long or no JSON is cut, or left out."""
        if isinstance(value, str):
            value = value[:MAX_VALUE]
        elif not isinstance(value, bool | int | float | None) and not _is_small(value):
            value = None
        if value is None:
            self.slots.pop(name, None)
        else:
            self.slots[name] = value

    def remember(self, question: str, intent: str | None) -> None:
        """Keep what the customer said and which intent was seen in it."""
        self.turns += 1
        if question.strip():
            self.questions.append(" ".join(question.split())[:MAX_QUESTION])
        if intent is not None and intent not in self.intents[-1:]:
            self.intents.append(intent)

    def note_mood(self, mood: Mood) -> None:
        """Keep the worst mood of the conversation."""
        self.mood = max(self.mood, mood, key=MOODS.index)

    def leave_form(self) -> None:
        """Give up the open form; the slots that it has filled stay."""
        self.form = None
        self.requested_slot = None
        self.below = None

    def forget_unknown_form(self, known: Collection[str]) -> None:
        """Give up a form that the bot does not have any more: another version has begun it, and a new one answers."""
        open_forms = {self.form, self.below[0] if self.below else None} - {None, TWO_STAGE}
        if not open_forms <= set(known):
            self.leave_form()
            self.history, self.back, self.after = [], [], LISTEN


def _is_small(value: object) -> bool:
    try:
        return len(msgspec.json.encode(value)) <= MAX_VALUE * 4
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False


def _bounded(slots: Mapping[str, object]) -> dict[str, object]:
    """Return the newest slots that fit together."""
    kept: dict[str, object] = {}
    left = MAX_VALUES
    for name, value in list(slots.items())[: -MAX_SLOTS - 1 : -1]:
        left -= len(name) + len(msgspec.json.encode(value))
        if left >= 0:
            kept[name] = value
    return dict(reversed(kept.items()))
