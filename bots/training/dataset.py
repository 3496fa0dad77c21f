"""What a bot is trained from, as checked values: examples, entities, domain and rules.

The forms follow Rasa 3.6 (`nlu`, `domain`, `rules`), so a project of Rasa's reads into them and nothing is ours alone.
Holds no behaviour: the classifier, the extractors and the dialogue are built from these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from hub.errors import FieldFault, InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFault:
    """One thing that is wrong in a file; `line` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class TrainingFaults(InvalidInput):
    """The training files cannot be used: each fault says file, line and what is wrong."""

    code = "training-data"
    title = "The training files have errors"

    def __init__(self, found: Sequence[TrainingFault]) -> None:
        """Keep all faults; the sentence shows the first and how many more there are."""
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        fields = [FieldFault(field=f"{fault.file}:{fault.line}", message=fault.message) for fault in found]
        super().__init__(f"{found[0]}{more}", faults=fields)
        self.found = tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityMark:
    """An entity marked in an example; `start` and `end` (exclusive) count code points of the plain text."""

    entity: str
    start: int
    end: int
    value: str
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One sentence of an intent, without its marks."""

    text: str
    intent: str
    entities: tuple[EntityMark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regex with the name it is listed under."""

    name: str
    regex: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """Everything under `nlu`; synonyms lead from text in lower case to a value."""

    examples: tuple[Example, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    intent_metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice under a response: what is shown, and what comes back."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One way to say a response. It is said only where all `conditions` (slot, value) hold and the channel agrees."""

    text: str = ""
    image: str = ""
    link: str = ""
    buttons: tuple[Button, ...] = ()
    channel: str = ""
    conditions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMapping:
    """How a slot is filled. Empty fields do not restrict; `active_loop` and `requested_slot` are its conditions."""

    kind: Literal["from_entity", "from_intent", "from_trigger_intent", "from_text", "custom"]
    entity: str = ""
    role: str = ""
    group: str = ""
    value: str = ""
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    active_loop: str = ""
    requested_slot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A slot and its ways of being filled, tried in order."""

    name: str
    initial_value: str | None = None
    mappings: tuple[SlotMapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: the slots that it asks for, in order."""

    name: str
    required_slots: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What the bot knows and says."""

    intents: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    slots: Mapping[str, Slot] = field(default_factory=dict)
    responses: Mapping[str, tuple[Variation, ...]] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An intent leads to actions, where the conditions hold.

    `intent` None is the end of the form `loop`: its `actions` follow when the form is full. `loop` "" means "no form
    open", None "whatever form". A slot condition with value None asks that the slot is empty.
    """

    name: str
    intent: str | None
    actions: tuple[str, ...]
    loop: str | None = None
    slots: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What is read of config.yml: the bot's own language and the two thresholds of Rasa's FallbackClassifier.

    `simplify_traditional` (a key of ours) reads traditional Chinese characters as simplified ones.
    """

    language: str = "zh"
    threshold: float = 0.3
    ambiguity_threshold: float = 0.1
    simplify_traditional: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A whole bot as read from its files. `notes` say what was read but is not used."""

    data: TrainingData
    domain: Domain
    rules: tuple[Rule, ...]
    config: Config = Config()
    notes: tuple[TrainingFault, ...] = ()
