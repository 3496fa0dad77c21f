"""What a bot is trained from, as checked values: examples, entities, the domain, and the whole project.

The forms follow Rasa 3.6, so a project of Rasa's reads into them whole and is written back the same; rules and stories
are in `stories`. Holds no behaviour: the classifier, the extractors and the dialogue are built from these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bots.training.stories import Story
from hub.errors import FieldFault, InvalidInput
from hub.model.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFault:
    """One thing that is wrong in a file; `line` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Sentence:
        """Return the fault with its place."""
        message = Sentence.of(self.message)
        return Sentence("{file}:{line}: {message}", file=self.file, line=self.line, message=message)


class TrainingFaults(InvalidInput):
    """The training files cannot be used: each fault says file, line and what is wrong."""

    code = "training-data"
    title = "The training files have errors"

    def __init__(self, found: Sequence[TrainingFault]) -> None:
        """Keep all faults; the sentence shows the first and how many more there are."""
        first, more = found[0].sentence, len(found) - 1
        said = Sentence("{first} (and {more} more)", first=first, more=more) if more else first
        fields = [FieldFault(field=f"{fault.file}:{fault.line}", message=fault.message) for fault in found]
        super().__init__(said, faults=fields)
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
    """One sentence of an intent, without its marks; `marked` is how it stands in its file, which is no part of it."""

    text: str
    intent: str
    entities: tuple[EntityMark, ...] = ()
    marked: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regex with the name it is listed under; where it stands is no part of what it is."""

    name: str
    regex: str
    file: str = field(compare=False)
    line: int = field(compare=False)


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
    """One way to say a response. It is said only where all `conditions` (slot, value) hold and the channel agrees.

    `custom` is what a channel of the trainer's own would show; of it the bot says what stands under `text`. `more`
    holds what is kept for Rasa only (`id`, `metadata`, `elements`).
    """

    text: str = ""
    image: str = ""
    link: str = ""
    buttons: tuple[Button, ...] = ()
    channel: str = ""
    conditions: tuple[tuple[str, object], ...] = ()
    custom: object = None
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingCondition:
    """Where a mapping holds: the form that is open ("" is none), and the slot asked for (None is any)."""

    active_loop: str
    requested_slot: str | None = None


MappingKind = Literal["from_entity", "from_intent", "from_trigger_intent", "from_text", "custom"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMapping:
    """How a slot is filled. Empty fields do not restrict; of several `conditions` one must hold.

    `action` is the action that fills a slot with a custom mapping.
    """

    kind: MappingKind
    entity: str = ""
    role: str = ""
    group: str = ""
    value: object = None
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    conditions: tuple[MappingCondition, ...] = ()
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A slot and its ways of being filled, tried in order.

    `type` is one of Rasa's (text, bool, float, list, categorical, any) or the path of a class, which reads as `any`.
    Only a slot that `influences` the conversation is seen by rules and stories.
    """

    name: str
    type: str = "text"
    initial_value: object = None
    influences: bool = True
    values: tuple[str, ...] = ()
    range: tuple[float, float] = (0.0, 1.0)
    mappings: tuple[SlotMapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: the slots that it asks for, in order, and the intents from which it takes nothing."""

    name: str
    required_slots: tuple[str, ...]
    ignored_intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """When a conversation counts as a new one: minutes of silence (0 is never), and whether slots live on."""

    expires_after_minutes: float = 60
    carries_slots: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What the bot knows and says. The `options` hold, by name, what stands beside a name in its list."""

    intents: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    slots: Mapping[str, Slot] = field(default_factory=dict)
    responses: Mapping[str, tuple[Variation, ...]] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    e2e_actions: tuple[str, ...] = ()
    intent_options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    entity_options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    action_options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    session: SessionConfig | None = None
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What is read of config.yml: the bot's language, the thresholds of Rasa's FallbackClassifier, the stories' reach.

    `simplify_traditional` (a key of ours) reads traditional Chinese characters as simplified ones. `max_history` is how
    many steps back a story looks; `fallback_action` is what follows where no rule and no story knows what to do.
    """

    language: str = "zh"
    threshold: float = 0.3
    ambiguity_threshold: float = 0.1
    simplify_traditional: bool = True
    max_history: int = 5
    fallback_action: str = "action_default_fallback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A whole bot as read from its files.

    `documents` are config.yml and endpoints.yml as they stand, by key, for writing them back. `notes` say what was read
    but is not used; they are no part of what the bot is.
    """

    data: TrainingData
    domain: Domain
    rules: tuple[Story, ...]
    stories: tuple[Story, ...] = ()
    config: Config = Config()
    documents: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    notes: tuple[TrainingFault, ...] = field(default=(), compare=False)
