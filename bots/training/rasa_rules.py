"""Reads Rasa's rules into "this intent leads to these actions, where these conditions hold".

Two shapes cover what rules say: an intent with the actions that follow it, and the end of a form with the actions that
follow that. Stories are noted and left for a dialogue that remembers them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bots.training.dataset import Rule, TrainingFault
from bots.training.yaml_tree import Faults, Tree


@dataclass(slots=True)
class RuleReader:
    """Gathers rules from any number of files."""

    faults: Faults
    notes: list[TrainingFault] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    places: dict[str, Tree] = field(default_factory=dict)

    def read(self, section: Tree) -> None:
        """Read one `rules` section."""
        for item in self.faults.sequence(section, "rules"):
            keys = self.faults.mapping(item, "a rule")
            name = self.faults.word(keys["rule"], "rule") if "rule" in keys else ""
            if not name or "steps" not in keys:
                self.faults.add(item, "a rule needs the keys rule (its name) and steps")
                continue
            if name in self.places:
                self.faults.add(item, f"the rule {name!r} stands twice (first at line {self.places[name].line})")
            self.places[name] = item
            self._rule(name, item, keys)

    def _rule(self, name: str, at: Tree, keys: Mapping[str, Tree]) -> None:
        loop, slots = self._conditions(keys)
        steps = [self.faults.mapping(step, "a step") for step in self.faults.sequence(keys["steps"], "steps")]
        intents = [number for number, step in enumerate(steps) if "intent" in step]
        unused = sorted({key for step in steps for key in step} & {"checkpoint", "or", "user", "bot"})
        if unused:
            self._note(at, f"the rule {name!r} uses {unused}, which is not used: the rule is left out")
        elif len(intents) > 1:
            self.faults.add(at, f"the rule {name!r} has more than one message of the customer")
        elif intents == [0]:
            intent = self.faults.word(steps[0]["intent"], "intent")
            self._add(Rule(name=name, intent=intent, actions=self._actions(steps[1:]), loop=loop, slots=slots), at)
        elif loop and steps and "action" in steps[0] and not intents:
            self._add(Rule(name=name, intent=None, actions=self._actions(steps[1:]), loop=loop, slots=slots), at)
        else:
            self._note(at, f"the rule {name!r} neither begins with an intent nor ends a form: it is left out")

    def _add(self, rule: Rule, at: Tree) -> None:
        if not rule.actions:
            self.faults.add(at, f"the rule {rule.name!r} leads to no action")
        self.rules.append(rule)

    def _actions(self, steps: Sequence[Mapping[str, Tree]]) -> tuple[str, ...]:
        return tuple(self.faults.word(step["action"], "action") for step in steps if "action" in step)

    def _conditions(self, keys: Mapping[str, Tree]) -> tuple[str | None, tuple[tuple[str, str | None], ...]]:
        loop: str | None = None
        slots: list[tuple[str, str | None]] = []
        for item in self.faults.sequence(keys["condition"], "condition") if "condition" in keys else ():
            condition = self.faults.mapping(item, "a condition")
            if "active_loop" in condition:
                loop = condition["active_loop"].text or ""
            elif "slot_was_set" in condition:
                for entry in self.faults.sequence(condition["slot_was_set"], "slot_was_set"):
                    slots.extend((slot, value.text) for slot, value in self.faults.mapping(entry, "a slot").items())
            else:
                self.faults.add(item, "a condition is one of active_loop and slot_was_set")
        return loop, tuple(slots)

    def _note(self, at: Tree, message: str) -> None:
        self.notes.append(TrainingFault(file=at.file, line=at.line, message=message))
