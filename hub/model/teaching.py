"""What bots are taught: their files and who changed them, their versions, and what they made of real messages.

The files are Rasa's, kept as they were given; a change made in the studio rewrites only the files that it touches. A
version is a trained model with the files behind it, both of which never change; its state says who it answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NewType

import msgspec

from hub.model.evaluation import Scores
from hub.model.ids import AgentId, BotId, SessionId
from hub.model.session import IntentScore
from hub.model.timestamps import Timestamp

BotEditId = NewType("BotEditId", str)
BotTurnId = NewType("BotTurnId", str)
VersionState = Literal["draft", "canary", "live", "retired"]
SetName = Literal["training", "test"]
"""Examples to learn from, and examples that are only ever tested with (files under `tests/`)."""


class BotFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a bot's training material; `id` is `BOT_ID/PATH`."""

    id: str
    version: int = 1
    text: str


class FileChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit did to one file: the lines from `line` (counted from 1, in the file as it was) that gave way.

    A file that is new has `was_absent`, one that is gone has `is_absent`; either way all its lines stand here.
    """

    path: str
    line: int
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    was_absent: bool = False
    is_absent: bool = False


class LabelChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit did to the label of a message that was not understood."""

    turn_id: BotTurnId
    was: str | None
    now: str | None


class BotEdit(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the training material, in the order of `id` (`BOT_ID/NNNNNNNN`).

    `kind` is the tag of the edit (or `files`, `import`, `undo`, `label`), `about` the intent, response or file that
    it is about, `count` how many examples, `labels` the messages that it labelled. An edit that was undone names the
    edit that did it.
    """

    id: BotEditId
    version: int = 1
    at: Timestamp
    by: AgentId
    by_name: str
    kind: str
    about: str = ""
    count: int = 0
    changes: tuple[FileChange, ...] = ()
    labels: tuple[LabelChange, ...] = ()
    undone_by: BotEditId | None = None


class BotVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A trained version of a bot; `id` is `BOT_ID/NNNNNN`, `n` counts from 1.

    `model` and `files` name blobs, which are gone where `is_kept` is false. `share` is the part of the sessions that a
    canary answers, 0 to 1. `revision` is the edit that was the newest when the files were taken. `scores` are those of
    the bot's own test set, None without one; `training_scores` come from cross-validation.
    """

    id: str
    version: int = 1
    bot_id: BotId
    n: int
    state: VersionState = "draft"
    share: float = 0.0
    created_at: Timestamp
    by: AgentId
    by_name: str
    note: str = ""
    model: str
    files: str
    is_kept: bool = True
    revision: str = ""
    examples: int = 0
    intents: int = 0
    seconds: float = 0.0
    scores: Scores | None = None
    published_at: Timestamp | None = None
    published_by: str = ""


class BotTurnNote(msgspec.Struct, frozen=True, kw_only=True):
    """What a bot made of one message; `id` is `BOT_ID/TIME-SESSION_ID-SEQ`, so that they sort by time.

    The words stay in the timeline, at `seq` of the session. `n` is the version that answered, 0 for a bot without one.
    `missed`: the bot was not sure, or handed over because it did not understand. `label` is the intent that a trainer
    gave it, `""` when it was put aside; None while nobody has looked.
    """

    id: BotTurnId
    version: int = 1
    session_id: SessionId
    seq: int
    at: Timestamp
    n: int = 0
    language: str | None = None
    intents: tuple[IntentScore, ...] = ()
    missed: bool = False
    is_choice: bool = False
    handoff: str | None = None
    label: str | None = None
    labelled_by: str = ""


# ---------------------------------------------------------------------------------------------------------------- edits


class _Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    pass


class AddExamples(_Edit, frozen=True, kw_only=True, tag="add_examples"):
    """Add sentences to an intent, which is made when it is new; entities are marked as in Rasa: `[上海](city)`.

    A sentence that the intent has already is left out; empty lines too.
    """

    intent: str
    texts: tuple[str, ...]
    set: SetName = "training"


class RemoveExamples(_Edit, frozen=True, kw_only=True, tag="remove_examples"):
    """Take sentences out of an intent, each given as it stands, with its marks."""

    intent: str
    texts: tuple[str, ...]
    set: SetName = "training"


class ChangeExample(_Edit, frozen=True, kw_only=True, tag="change_example"):
    """Put a sentence in the place of another one: other words, other marks."""

    intent: str
    old: str
    new: str
    set: SetName = "training"


class MoveExamples(_Edit, frozen=True, kw_only=True, tag="move_examples"):
    """Give sentences of one intent to another one."""

    intent: str
    to: str
    texts: tuple[str, ...]
    set: SetName = "training"


class AddIntent(_Edit, frozen=True, kw_only=True, tag="add_intent"):
    """Add an intent without examples to the domain; `title` is its name for people, by language."""

    name: str


class RenameIntent(_Edit, frozen=True, kw_only=True, tag="rename_intent"):
    """Rename an intent wherever it stands: examples, domain, rules, stories, tests."""

    name: str
    to: str


class RemoveIntent(_Edit, frozen=True, kw_only=True, tag="remove_intent"):
    """Remove an intent with its examples; refused while rules or stories need it."""

    name: str


class SetSynonym(_Edit, frozen=True, kw_only=True, tag="set_synonym"):
    """Say which words mean a value; none removes it."""

    value: str
    texts: tuple[str, ...]


class SetLookup(_Edit, frozen=True, kw_only=True, tag="set_lookup"):
    """Set the words of a lookup table (an entity by its name); none removes it."""

    name: str
    words: tuple[str, ...]


class SetRegex(_Edit, frozen=True, kw_only=True, tag="set_regex"):
    """Set the patterns of a regex; none removes it."""

    name: str
    patterns: tuple[str, ...]


class ButtonDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A choice under a response."""

    title: str
    payload: str


class VariationDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to say a response; `conditions` are slots and the values that they must have."""

    text: str = ""
    image: str = ""
    buttons: tuple[ButtonDraft, ...] = ()
    channel: str = ""
    conditions: Mapping[str, str | bool | float | None] = {}


class SetResponse(_Edit, frozen=True, kw_only=True, tag="set_response"):
    """Set the ways to say a response (`utter_…`); none removes it, which is refused while something says it."""

    name: str
    variations: tuple[VariationDraft, ...]


class AnswerIntent(_Edit, frozen=True, kw_only=True, tag="answer_intent"):
    """Say a response whenever an intent comes: a rule of one message and one answer. None removes that rule."""

    intent: str
    response: str | None


class SetForm(_Edit, frozen=True, kw_only=True, tag="set_form"):
    """Set which slots a form asks for, in order; a slot that is new is a text filled by what the customer says."""

    name: str
    required_slots: tuple[str, ...]


class WriteFile(_Edit, frozen=True, kw_only=True, tag="write_file"):
    """Put a text in the place of a file; None removes it."""

    path: str
    text: str | None


Edit = (
    AddExamples
    | RemoveExamples
    | ChangeExample
    | MoveExamples
    | AddIntent
    | RenameIntent
    | RemoveIntent
    | SetSynonym
    | SetLookup
    | SetRegex
    | SetResponse
    | AnswerIntent
    | SetForm
    | WriteFile
)


# ------------------------------------------------------------------------------------------------- what there is to see

Ailment = Literal["few_examples", "duplicate", "confused_with", "no_answer", "not_in_domain"]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that ails an intent: `other` is the intent it concerns, `texts` the sentences that show it."""

    kind: Ailment
    other: str = ""
    texts: tuple[str, ...] = ()


class IntentOverview(msgspec.Struct, frozen=True, kw_only=True):
    """An intent with its numbers; `answer` is the response of its one-message rule, `used_in` rules and stories."""

    name: str
    title: Mapping[str, str] = {}
    examples: int
    tests: int
    health: tuple[Health, ...] = ()
    answer: str | None = None
    used_in: tuple[str, ...] = ()


class ExampleView(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of an intent: `marked` as it stands in the file, `text` without marks; offsets in code points."""

    intent: str
    marked: str
    text: str
    entities: tuple[MarkView, ...] = ()
    duplicate_of: tuple[str, ...] = ()


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    """An entity marked in a sentence; `end` is exclusive."""

    entity: str
    start: int
    end: int
    value: str
    role: str | None = None
    group: str | None = None


class SlotView(msgspec.Struct, frozen=True, kw_only=True):
    """A slot, and the forms that ask for it."""

    name: str
    type: str
    forms: tuple[str, ...] = ()


class ResponseView(msgspec.Struct, frozen=True, kw_only=True):
    """A response with its variations, and the rules and stories that say it."""

    name: str
    variations: tuple[VariationDraft, ...]
    used_in: tuple[str, ...] = ()


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """All that a bot is taught, as the studio shows it; sentences are asked for by themselves."""

    language: str
    threshold: float
    intents: tuple[IntentOverview, ...]
    entities: tuple[str, ...]
    synonyms: Mapping[str, tuple[str, ...]]
    lookups: Mapping[str, tuple[str, ...]]
    regexes: Mapping[str, tuple[str, ...]]
    responses: tuple[ResponseView, ...]
    slots: tuple[SlotView, ...]
    forms: Mapping[str, tuple[str, ...]]
    actions: tuple[str, ...]
    notes: tuple[str, ...] = ()
