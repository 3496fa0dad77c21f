"""The teaching port: reads, checks and changes training material, and says what a trained model makes of a text.

Everything here computes and blocks (milliseconds to a second): call it in a thread. Training and cross-validation take
longer and run as long jobs in a process of their own; `work` names the functions that do them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from hub.model.evaluation import Evaluation, Scores
from hub.model.teaching import Dataset, Edit, ExampleView, SetName

Files = Mapping[str, str]
"""Training material: the text of each file by its path."""
WorkName = Literal["train", "cross_validate"]


class TrainTask(msgspec.Struct, frozen=True, kw_only=True):
    """What the process of a training is given: the files, and the file on this machine to write the model into.

    `encoder` is the place of the encoder to train with, as the teacher names it.
    """

    files: Mapping[str, str]
    out: str
    encoder: str = ""


class TrainDone(msgspec.Struct, frozen=True, kw_only=True):
    """What a training gives back; `evaluation` is of the files' own test set, None without one."""

    examples: int
    intents: int
    seconds: float
    evaluation: Evaluation | None = None
    scores: Scores | None = None


class CrossTask(msgspec.Struct, frozen=True, kw_only=True):
    """What the process of a cross-validation is given; it gives back an `Evaluation`."""

    files: Mapping[str, str]
    parts: int = 5
    encoder: str = ""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a text that spoke for or against an intent: where it stands and how much it weighed.

    `kind` is `word`, `letters` or `entity`.
    """

    text: str
    start: int
    end: int
    weight: float
    kind: str


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why an intent got its score: the pieces by weight, greatest first, and what it has without any of them."""

    intent: str
    confidence: float
    pieces: tuple[Piece, ...]
    base: float


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What a model makes of a text and why: its parse in Rasa's form, the words, and the two best intents' reasons."""

    parse: Mapping[str, object]
    words: tuple[tuple[int, int], ...]
    reasons: tuple[Why, ...]
    is_fallback: bool
    belonging: float
    emotion: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a model takes a text for, in short."""

    intent: str
    confidence: float
    is_fallback: bool


class Understander(Protocol):
    """A trained model, immutable."""

    def parse(self, text: str) -> dict[str, object]:
        """Tell what a text means, in the form of Rasa's `/model/parse`."""
        ...

    def explain(self, text: str) -> Explained:
        """Tell what a text means, and why."""
        ...

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Tell what each text is taken for."""
        ...

    def evaluate(self, examples: Sequence[tuple[str, str]]) -> Evaluation:
        """Judge the model by (text, intent) pairs."""
        ...


class Teacher(Protocol):
    """Knows what training material is. Every method is pure and may be called from any thread."""

    @property
    def encoder(self) -> str:
        """Return the place of the encoder that models are trained with, "" where there is none."""
        ...

    def given(self, settings: Mapping[str, object]) -> Files:
        """Return the material that a bot's settings name (a shipped project, or files); {} when they name none."""
        ...

    def check(self, files: Files) -> tuple[str, ...]:
        """Return what is worth noting about the files.

        Raises:
            InvalidInput: they have errors; each fault names `FILE:LINE`.
        """
        ...

    def edit(self, files: Files, edits: Sequence[Edit]) -> dict[str, str]:
        """Return the files after the edits, all of them or none; files that no edit touches keep every byte.

        Raises:
            InvalidInput: an edit cannot be done, or the files would have errors after it.
        """
        ...

    def dataset(self, files: Files) -> Dataset:
        """Return what the studio shows of the files; raises `InvalidInput` when they have errors."""
        ...

    def examples(self, files: Files, part: SetName) -> list[ExampleView]:
        """Return the sentences of one set, in the order of the files."""
        ...

    def unpack(self, archive: bytes, name: str) -> dict[str, str]:
        """Return the files of a zip archive; raises `InvalidInput`."""
        ...

    def pack(self, files: Files) -> bytes:
        """Return a zip archive of the files."""
        ...

    def words(self, text: str, files: Files) -> tuple[tuple[int, int], ...]:
        """Return where the words of a text stand, for marking entities; the bot's own words are never cut apart."""
        ...

    def alike(self, texts: Sequence[str]) -> list[list[int]]:
        """Group texts by likeness: indexes, the largest group first, the most typical text of each group first."""
        ...

    def open(self, model: bytes) -> Understander:
        """Return a trained model from its bytes; raises `InvalidInput` when they are none."""
        ...

    def work(self, name: WorkName) -> str:
        """Return `module:function` of a long job."""
        ...
