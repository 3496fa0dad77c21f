"""How well marked entities are learnt, on the annotated examples of real Rasa bots: five parts, each tested once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import bots
from bots.nlu.calibration import folds
from bots.nlu.entities import EntityFinder, Lexicon
from bots.nlu.tokenize import cut, normalise
from bots.training.dataset import Domain, Example, Project
from tests.bots import corpora

pytestmark = pytest.mark.slow

_PARTS = 5


def project(name: str) -> Project:
    """Return the examples of a bot, with all entities that are marked in them."""
    folder = corpora.folder(f"rasa_examples/{name}")
    files = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.glob("data/**/*.yml")}
    data = bots.read_files({path: text for path, text in files.items() if "nlu" in path}).data
    entities = sorted({mark.entity for example in data.examples for mark in example.entities})
    return Project(data=data, domain=Domain(entities=tuple(entities)), rules=())


def counts(finder: EntityFinder, examples: list[Example]) -> tuple[int, int, int]:
    """Return how many entities were found rightly, found, and marked; one is right with its name, place and role."""
    right = taken = marked = 0
    for example in examples:
        normalised = normalise(example.text)
        wanted = {(mark.entity, mark.start, mark.end, mark.role) for mark in example.entities}
        entities, _ = finder.find(normalised, cut(normalised.reading))
        found = {(item.name, item.start, item.end, item.role) for item in entities}
        right, taken, marked = right + len(wanted & found), taken + len(found), marked + len(wanted)
    return right, taken, marked


# Measured in 2026-11: 0.89 and 0.82; with the marked phrases alone, as before, it was 0.85 and 0.52.
@pytest.mark.parametrize(("name", "tested", "bar"), [("financial-demo", 5, 0.86), ("rasa-demo", 1, 0.79)])
def test_marked_entities_are_found_in_new_sentences(name: str, tested: int, bar: float) -> None:
    whole = project(name)
    examples = whole.data.examples
    labels = np.array([bool(example.entities) for example in examples], np.intp)
    totals = np.zeros(3)
    for part in folds(labels, _PARTS)[:tested]:
        held_back = frozenset(part)
        seen = tuple(example for number, example in enumerate(examples) if number not in held_back)
        texts = [(example, text := normalise(example.text), cut(text.reading)) for example in seen]
        lexicon = Lexicon.gather(replace(whole.data, examples=seen), whole.domain.entities, is_simplified=True)
        totals += counts(EntityFinder(lexicon).trained(texts), [examples[number] for number in part])
    right, taken, marked = totals
    assert 2 * right / (taken + marked) >= bar
