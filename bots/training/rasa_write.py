"""Writes a project back as Rasa's files, so that reading them gives the same project again.

Pure: from values to texts by file name. What a trainer's own files held beyond the project's values (comments, the
order of sections) is not here; whoever wants the files as they were keeps the files.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import assert_never

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from bots.training.annotations import write_marks
from bots.training.dataset import Config, Project, TrainingData
from bots.training.domain_form import Plain, domain_form
from bots.training.stories import (
    ActionStep,
    CheckpointStep,
    LoopStep,
    OrStep,
    SayStep,
    SlotStep,
    Step,
    StepEntity,
    Story,
    UserStep,
)

_VERSION = "3.1"


def write_files(project: Project) -> dict[str, str]:
    """Return the files of a project by name; sections that would be empty are left out."""
    files: dict[str, Plain] = {
        "config.yml": dict(project.documents.get("config", {})) or _config(project.config),
        "endpoints.yml": dict(project.documents.get("endpoints", {})),
        "domain.yml": domain_form(project.domain),
        "data/nlu.yml": {"nlu": list(_nlu(project.data))},
        "data/rules.yml": {"rules": [_story("rule", rule) for rule in project.rules]},
        "data/stories.yml": {"stories": [_story("story", story) for story in project.stories]},
    }
    for name in ("data/nlu.yml", "data/rules.yml", "data/stories.yml"):
        files[name] = {"version": _VERSION, **files[name]} if any(files[name].values()) else {}
    return {name: _dump(content) for name, content in files.items() if content}


def _config(config: Config) -> Plain:
    fallback: Plain = {
        "name": "FallbackClassifier",
        "threshold": config.threshold,
        "ambiguity_threshold": config.ambiguity_threshold,
    }
    return {
        "recipe": "default.v1",
        "language": config.language,
        "simplify_traditional": config.simplify_traditional,
        "pipeline": [fallback],
        "policies": [
            {"name": "AugmentedMemoizationPolicy", "max_history": config.max_history},
            {"name": "RulePolicy", "core_fallback_action_name": config.fallback_action},
        ],
    }


# ------------------------------------------------------------------------------------------------------------ examples


def _nlu(data: TrainingData) -> Iterator[Plain]:
    told: set[str] = set()
    for intent, examples in groupby(data.examples, key=lambda example: example.intent):
        item: Plain = {"intent": intent}
        if intent in data.intent_metadata and intent not in told:
            item["metadata"] = dict(data.intent_metadata[intent])
        told.add(intent)
        item["examples"] = _examples(write_marks(example.text, example.entities) for example in examples)
        yield item
    values: dict[str, list[str]] = {}
    for text, value in data.synonyms.items():
        values.setdefault(value, []).append(text)
    for value, texts in values.items():
        yield {"synonym": value, "examples": _examples(texts)}
    for name, patterns in groupby(data.patterns, key=lambda pattern: pattern.name):
        yield {"regex": name, "examples": _examples(pattern.regex for pattern in patterns)}
    for name, words in data.lookups.items():
        yield {"lookup": name, "examples": _examples(words)}


def _examples(texts: Iterable[str]) -> object:
    """Return examples as Rasa's block of lines, or as a list where one of them would not survive as a line."""
    listed = list(texts)
    if all(len(text.splitlines()) == 1 and text == text.strip() for text in listed):
        return LiteralScalarString("".join(f"- {text}\n" for text in listed))
    return [{"text": text} for text in listed]


# ---------------------------------------------------------------------------------------------------- rules and stories


def _story(kind: str, story: Story) -> Plain:
    form: Plain = {kind: story.name}
    if story.metadata:
        form["metadata"] = dict(story.metadata)
    if story.condition:
        form["condition"] = [_step(step) for step in story.condition]
    if story.at_start:
        form["conversation_start"] = True
    if not story.waits:
        form["wait_for_user_input"] = False
    form["steps"] = [_step(step) for step in story.steps]
    return form


def _step(step: Step) -> Plain:
    match step:
        case UserStep():
            form: Plain = {"user": step.text} if step.text else {}
            form |= {"intent": step.intent} if step.intent else {}
            return form | ({"entities": [_entity(entity) for entity in step.entities]} if step.entities else {})
        case ActionStep():
            return {"action": step.name}
        case SayStep():
            return {"bot": step.text}
        case LoopStep():
            return {"active_loop": step.name}
        case SlotStep():
            return {"slot_was_set": [_slot(step)]}
        case CheckpointStep():
            return {"checkpoint": step.name}
        case OrStep():
            return {"or": [_choice(choice) for choice in step.choices]}
        case _:
            assert_never(step)


def _slot(step: SlotStep) -> object:
    return step.name if step.is_any else {step.name: step.value}


def _choice(steps: Sequence[UserStep | SlotStep]) -> Plain:
    slots = [_slot(step) for step in steps if isinstance(step, SlotStep)]
    return {"slot_was_set": slots} if slots else _step(steps[0])


def _entity(entity: StepEntity) -> object:
    more = {key: text for key, text in (("role", entity.role), ("group", entity.group)) if text}
    return entity.name if entity.value is None and not more else {entity.name: entity.value, **more}


def _dump(content: Mapping[str, object]) -> str:
    yaml = YAML()
    yaml.width = 4_096
    yaml.allow_unicode = True
    written = io.StringIO()
    yaml.dump(dict(content), written)
    return written.getvalue()
