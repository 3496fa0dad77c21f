"""What the calls of a bot's teaching answer: the forms that screens and programs are shown. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hub.model.evaluation import Bar, Confusion, Evaluation, IntentScores, Scores
from hub.model.ids import AgentId, BotId, SessionId
from hub.model.session import IntentScore
from hub.model.teaching import BotEdit, BotEditId, BotTurnId, BotVersion, VersionState
from hub.model.timeline import Actor
from hub.model.timestamps import Timestamp
from hub.ports.teaching import Reading

TurnState = Literal["open", "labelled", "aside"]


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a bot, the newest edit behind them, and what is worth noting about them."""

    files: Mapping[str, str]
    revision: str
    notes: tuple[str, ...] = ()


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What other files would make of a bot that is taught now: nothing of it is done yet.

    `notes` is what is worth noting about the new files; `intents_new` and `intents_gone` are names.
    """

    files: Mapping[str, str]
    notes: tuple[str, ...]
    intents_new: tuple[str, ...]
    intents_gone: tuple[str, ...]
    examples_now: int
    examples_then: int


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit came to; `edit` is None when nothing changed."""

    revision: str
    edit: BotEdit | None


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Where the words of a text stand: start and end (exclusive) in code points."""

    words: tuple[tuple[int, int], ...]


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A trained version; `scores` are those of the bot's test set as it was then, null without one.

    Of one that is not `is_kept` only this is left: it can be neither published nor tried.
    """

    id: str
    bot_id: BotId
    n: int
    state: VersionState
    share: float
    is_kept: bool
    created_at: Timestamp
    by: AgentId
    by_name: str
    note: str
    revision: str
    examples: int
    intents: int
    seconds: float
    scores: Scores | None
    published_at: Timestamp | None
    published_by: str


def version_view(version: BotVersion) -> VersionView:
    """Return a version without the names of its blobs."""
    return VersionView(**{name: getattr(version, name) for name in VersionView.__struct_fields__})


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """How a version fares on examples: an evaluation, its outcome in short, and its matrix under both names."""

    examples: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    fallback_rate: float
    accuracy_after_fallback: float
    out_of_scope_recall: float | None
    per_intent: Mapping[str, IntentScores]
    matrix: Mapping[str, Mapping[str, int]]
    confused: tuple[Confusion, ...]
    histogram: tuple[Bar, ...]
    threshold: float
    scores: Scores
    confusion_matrix: Mapping[str, Mapping[str, int]]


def judgement(found: Evaluation) -> Judgement:
    """Return an evaluation as it is shown."""
    return Judgement(**msgspec.structs.asdict(found), scores=found.scores, confusion_matrix=found.matrix)


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A message that two versions take for something else, and how often it came."""

    text: str
    count: int
    was: Reading
    now: Reading


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions on the messages of real customers, the newest; `with` is 0 for the bot as it was given.

    `at_most`: there were more messages than were looked at.
    """

    n: int
    other: int = msgspec.field(name="with")
    messages: int
    same: int
    changed: tuple[Changed, ...]
    at_most: bool


class TurnView(msgspec.Struct, frozen=True, kw_only=True):
    """A message that a bot did not understand; `label` is the intent that it was given since, "" when put aside."""

    id: BotTurnId
    session_id: SessionId
    seq: int
    at: Timestamp
    text: str
    language: str | None
    intents: tuple[IntentScore, ...]
    handoff: str | None
    label: str | None


class TurnGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that are alike, the most typical one first."""

    turns: tuple[TurnView, ...]


class Misunderstood(msgspec.Struct, frozen=True, kw_only=True):
    """What a bot did not understand, by likeness, the largest group first; at most the 500 newest are in the groups.

    `total` counts all; `at_most`: there were more turns in these days than were looked through.
    """

    groups: tuple[TurnGroup, ...]
    total: int
    at_most: bool = False


class TalkLine(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the talk around a turn: who said what; files only by their names, private notes not at all."""

    seq: int
    at: Timestamp
    author: Actor
    text: str


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """The messages shortly before and after one that was not understood, the oldest first."""

    items: tuple[TalkLine, ...]


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """One day of a bot, by UTC; a session that goes on past midnight counts on both days."""

    date: str
    sessions: int
    contained: int
    unhelped: int
    turns: int
    missed: int


class MissedView(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was often not understood, and one turn in which it was."""

    text: str
    count: int
    turn_id: BotTurnId


class IntentTurns(msgspec.Struct, frozen=True, kw_only=True):
    """How many turns were about an intent."""

    name: str
    turns: int


class VersionTurns(msgspec.Struct, frozen=True, kw_only=True):
    """How a version fared; `n` is 0 for the bot as it was given."""

    n: int
    turns: int
    missed: int
    handoffs: int


class Analytics(msgspec.Struct, frozen=True, kw_only=True):
    """A bot in figures. `contained` sessions were helped without a person; `fallback_rate` is missed of all turns.

    `unhelped` sessions had no person either, but of nothing that was said in them the bot understood anything.
    `at_most`: there were more turns, or more sessions of one day, than were looked at.
    """

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    sessions: int
    contained: int
    containment: float
    unhelped: int
    turns: int
    missed: int
    fallback_rate: float
    handoffs: Mapping[str, int]
    by_day: tuple[DayView, ...]
    top_missed: tuple[MissedView, ...]
    intents: tuple[IntentTurns, ...]
    versions: tuple[VersionTurns, ...]
    at_most: bool = False


def edit_number(edit_id: BotEditId | str) -> int:
    """Return the number of an edit, 0 for none; edits of one bot are counted from 1."""
    return int(edit_id.rpartition("/")[2]) if edit_id else 0
