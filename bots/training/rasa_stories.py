"""Reads Rasa's rules and stories: steps of the customer and of the bot, conditions, checkpoints and alternatives.

Also reads the conversations of a `tests` folder, where a message has both its words and its intent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bots.training.annotations import read_marks
from bots.training.dataset import EntityMark
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
from bots.training.yaml_tree import Faults, Tree
from hub.model.sentences import Sentence

_KINDS = ("intent", "user", "action", "bot", "active_loop", "form", "slot_was_set", "checkpoint", "or")


@dataclass(slots=True)
class StoryReader:
    """Gathers rules and stories from any number of files; `places` tells where each stands, in their order."""

    faults: Faults
    rules: list[Story] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    rule_places: list[Tree] = field(default_factory=list)
    story_places: list[Tree] = field(default_factory=list)

    def read_rules(self, section: Tree) -> None:
        """Read one `rules` section."""
        known = {rule.name: place for rule, place in zip(self.rules, self.rule_places, strict=True)}
        for item in self.faults.sequence(section, "rules"):
            keys = self.faults.mapping(item, "a rule")
            name = self._name(item, keys, "rule")
            if name in known:
                self.faults.add(
                    item,
                    Sentence(
                        "the rule {name!r} stands twice (first in {file}:{line})",
                        name=name,
                        file=known[name].file,
                        line=known[name].line,
                    ),
                )
            if name is None:
                continue
            known[name] = item
            rule = self._story(name, keys)
            self._check_rule(rule, item)
            self.rules.append(rule)
            self.rule_places.append(item)

    def read_stories(self, section: Tree) -> None:
        """Read one `stories` section."""
        for item in self.faults.sequence(section, "stories"):
            keys = self.faults.mapping(item, "a story")
            name = self._name(item, keys, "story")
            if name is not None:
                self.stories.append(self._story(name, keys))
                self.story_places.append(item)

    def _name(self, at: Tree, keys: Mapping[str, Tree], kind: str) -> str | None:
        name = self.faults.word(keys[kind], kind) if kind in keys else ""
        if not name or "steps" not in keys:
            self.faults.add(at, Sentence("a {kind} needs the keys {kind} (its name) and steps", kind=kind))
            return None
        return name

    def _story(self, name: str, keys: Mapping[str, Tree]) -> Story:
        condition = [
            step
            for item in (self.faults.sequence(keys["condition"], "condition") if "condition" in keys else ())
            for step in self._condition(item)
        ]
        metadata = self.faults.mapping(keys["metadata"], "metadata") if "metadata" in keys else {}
        return Story(
            name=name,
            steps=tuple(step for item in self.faults.sequence(keys["steps"], "steps") for step in self._step(item)),
            condition=tuple(condition),
            at_start=self._truth(keys, "conversation_start", otherwise=False),
            waits=self._truth(keys, "wait_for_user_input", otherwise=True),
            metadata={key: value.plain() for key, value in metadata.items()},
        )

    def _truth(self, keys: Mapping[str, Tree], key: str, *, otherwise: bool) -> bool:
        if key not in keys:
            return otherwise
        value = keys[key].plain()
        if not isinstance(value, bool):
            self.faults.add(keys[key], Sentence("{key} must be true or false", key=key))
        return value is True

    def _check_rule(self, rule: Story, at: Tree) -> None:
        if sum(isinstance(step, UserStep) or _has_user(step) for step in rule.steps) > 1:
            self.faults.add(at, Sentence("the rule {name!r} has more than one message of the customer", name=rule.name))
        if any(isinstance(step, CheckpointStep) for step in rule.steps):
            self.faults.add(
                at, Sentence("the rule {name!r} has a checkpoint, which only stories can have", name=rule.name)
            )
        if not any(isinstance(step, ActionStep | SayStep) for step in rule.steps):
            self.faults.add(at, Sentence("the rule {name!r} leads to no action", name=rule.name))

    def _condition(self, at: Tree) -> Iterator[LoopStep | SlotStep]:
        keys = self.faults.mapping(at, "a condition")
        if "active_loop" in keys:
            yield LoopStep(name=keys["active_loop"].text)
        elif "slot_was_set" in keys:
            yield from self._slots(keys["slot_was_set"])
        else:
            self.faults.add(at, "a condition is one of active_loop and slot_was_set")

    def _step(self, at: Tree) -> Iterator[Step]:
        keys = self.faults.mapping(at, "a step")
        kind = next((kind for kind in _KINDS if kind in keys), None)
        match kind:
            case "intent" | "user":
                yield self._user(keys)
            case "action":
                yield ActionStep(name=self.faults.word(keys["action"], "action"))
            case "bot":
                yield SayStep(text=self.faults.word(keys["bot"], "bot").strip())
            case "active_loop" | "form":
                yield LoopStep(name=keys[kind].text)
            case "slot_was_set":
                yield from self._slots(keys["slot_was_set"])
            case "checkpoint":
                yield CheckpointStep(name=self.faults.word(keys["checkpoint"], "checkpoint"))
                if "slot_was_set" in keys:
                    yield from self._slots(keys["slot_was_set"])
            case "or":
                yield self._alternatives(keys["or"])
            case _:
                self.faults.add(at, Sentence("a step needs one of the keys {known}", known=_KINDS))

    def _user(self, keys: Mapping[str, Tree]) -> UserStep:
        text = ""
        marked: tuple[EntityMark, ...] = ()
        if "user" in keys:
            marked_text = self.faults.word(keys["user"], "user").strip()
            text, marked = read_marks(marked_text, keys["user"], self.faults)
        listed = self.faults.sequence(keys["entities"], "entities") if "entities" in keys else ()
        entities = [entity for item in listed for entity in self._entity(item)]
        entities += [
            StepEntity(name=mark.entity, value=mark.value, role=mark.role or "", group=mark.group or "")
            for mark in marked
        ]
        intent = self.faults.word(keys["intent"], "intent") if "intent" in keys else ""
        return UserStep(intent=intent.removeprefix("/"), entities=tuple(dict.fromkeys(entities)), text=text)

    def _entity(self, at: Tree) -> Iterator[StepEntity]:
        if at.map is None:
            yield StepEntity(name=self.faults.word(at, "an entity"))
            return
        given = {key: value for key, value in at.map.items() if key not in ("role", "group")}
        role, group = (at.map[key].text or "" if key in at.map else "" for key in ("role", "group"))
        for name, value in given.items():
            plain = value.plain()
            yield StepEntity(
                name=name, value=plain if isinstance(plain, str | int | float) else None, role=role, group=group
            )

    def _slots(self, at: Tree) -> Iterator[SlotStep]:
        for item in at.items if at.items is not None else (at,):
            if item.map is None:
                yield SlotStep(name=self.faults.word(item, "slot_was_set"), is_any=True)
            for name, value in (item.map or {}).items():
                yield SlotStep(name=name, value=value.plain())

    def _alternatives(self, at: Tree) -> OrStep:
        choices: list[tuple[UserStep | SlotStep, ...]] = []
        for item in self.faults.sequence(at, "or"):
            steps = tuple(self._step(item))
            kept = tuple(step for step in steps if isinstance(step, UserStep | SlotStep))
            if len(kept) != len(steps) or not kept:
                self.faults.add(item, "an alternative of or is a message of the customer or slot_was_set")
            choices.append(kept)
        if len({_is_message(choice) for choice in choices}) > 1:
            self.faults.add(at, "the alternatives of or are all messages, or all slot_was_set")
        return OrStep(choices=tuple(choices))


def _is_message(steps: Sequence[Step]) -> bool:
    return any(isinstance(step, UserStep) for step in steps)


def _has_user(step: Step) -> bool:
    return isinstance(step, OrStep) and any(_is_message(choice) for choice in step.choices)
