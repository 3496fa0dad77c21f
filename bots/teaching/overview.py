"""All that a bot is taught, as the studio shows it: intents with their numbers and ailments, words, answers, forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bots.teaching.draft import Draft
from bots.teaching.example_lines import texts_of
from bots.teaching.health import ailments
from bots.teaching.material import read_whole
from bots.teaching.responses import draft_of
from bots.teaching.uses import answer_rule, stories_by_action, stories_by_intent
from bots.training.dataset import Example, Project
from hub.model.teaching import Dataset, IntentOverview, ResponseView, SlotView

_TITLES = {"zh": "label_zh", "en": "label_en"}
"""The metadata of an intent that hold its name for people, by language."""


def overview(files: Mapping[str, str]) -> Dataset:
    """Return what there is to see of a bot's files.

    Raises:
        InvalidInput: they have errors.
    """
    project, tests = read_whole(files)
    domain = project.domain
    words = _words(files)
    said = stories_by_action(project)
    return Dataset(
        language=project.config.language,
        threshold=project.config.threshold,
        intents=_intents(project, tests),
        entities=tuple(dict.fromkeys((*domain.entities, *_marked(project)))),
        synonyms=words["synonym"],
        lookups=words["lookup"],
        regexes=words["regex"],
        responses=tuple(
            ResponseView(name=name, variations=tuple(map(draft_of, variations)), used_in=tuple(said.get(name, ())))
            for name, variations in domain.responses.items()
        ),
        slots=tuple(
            SlotView(
                name=slot.name,
                type=slot.type,
                forms=tuple(form.name for form in domain.forms.values() if slot.name in form.required_slots),
            )
            for slot in domain.slots.values()
        ),
        forms={form.name: form.required_slots for form in domain.forms.values()},
        actions=domain.actions,
        notes=tuple(note.sentence for note in project.notes),
    )


def _intents(project: Project, tests: tuple[Example, ...]) -> tuple[IntentOverview, ...]:
    counts = Counter(example.intent for example in project.data.examples)
    tested = Counter(example.intent for example in tests)
    questions = {name.partition("/")[0] for name in counts if "/" in name}
    listed = (name for name in project.domain.intents if name not in questions)
    names = list(dict.fromkeys((*listed, *counts)))
    ailing, used = ailments(project, names), stories_by_intent(project)
    answers: dict[str, str] = {}
    for rule in project.rules:
        if (answer := answer_rule(rule)) is not None:
            answers.setdefault(*answer)
    metadata = project.data.intent_metadata
    return tuple(
        IntentOverview(
            name=name,
            title={
                language: metadata[name][key]
                for language, key in _TITLES.items()
                if name in metadata and key in metadata[name]
            },
            examples=counts[name],
            tests=tested[name],
            health=tuple(ailing[name]),
            answer=answers.get(name, answers.get(name.partition("/")[0])),
            used_in=tuple(dict.fromkeys((*used.get(name, ()), *used.get(name.partition("/")[0], ())))),
        )
        for name in names
    )


def _words(files: Mapping[str, str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return synonyms, word lists and regexes as they stand; the values of marked entities are not among them."""
    found: dict[str, dict[str, tuple[str, ...]]] = {"synonym": {}, "lookup": {}, "regex": {}}
    for item in Draft(files).nlu_items():
        if item.kind in found:
            known = found[item.kind].get(item.name, ())
            found[item.kind][item.name] = tuple(dict.fromkeys((*known, *texts_of(item))))
    return found


def _marked(project: Project) -> list[str]:
    return [mark.entity for example in project.data.examples for mark in example.entities]
