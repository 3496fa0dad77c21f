"""The sentences of a bot as the studio lists them: as they stand, without marks, and where else they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bots.nlu.tokenize import normalise
from bots.nlu.word_lists import lower
from bots.teaching.material import read_project, read_test_set
from bots.training.dataset import Example
from hub.model.teaching import ExampleView, MarkView, SetName


def sentences(files: Mapping[str, str], part: SetName) -> list[ExampleView]:
    """Return the sentences of one set, in the order of the files.

    Raises:
        TrainingFaults: the files have errors.
    """
    examples = read_test_set(files) if part == "test" else read_project(files).data.examples
    intents = intents_by_sentence(examples)
    return [
        ExampleView(
            intent=example.intent,
            marked=example.marked,
            text=example.text,
            entities=tuple(
                MarkView(
                    entity=mark.entity,
                    start=mark.start,
                    end=mark.end,
                    value=mark.value,
                    role=mark.role,
                    group=mark.group,
                )
                for mark in example.entities
            ),
            duplicate_of=tuple(intent for intent in intents[bare(example.text)] if intent != example.intent),
        )
        for example in examples
    ]


def intents_by_sentence(examples: Sequence[Example]) -> dict[str, dict[str, None]]:
    """Return the intents of each sentence, whatever its case, marks and width of letters."""
    found: dict[str, dict[str, None]] = {}
    for example in examples:
        found.setdefault(bare(example.text), {})[example.intent] = None
    return found


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """Return what makes a sentence the same as another one: its letters and digits, in one case and width."""
    reading = lower(normalise(text).reading)
    return "".join(letter for letter in reading if letter.isalnum()) or reading.strip()
