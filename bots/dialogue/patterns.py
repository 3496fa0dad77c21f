"""Makes rules and stories into patterns: "where the last moments were like these, this comes next". Pure.

As in Rasa: a rule begins anywhere and decides nothing before its first own step; a story is taken apart into every one
of its steps, and stories that meet at a checkpoint are put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import assert_never

from bots.dialogue.features import feature
from bots.dialogue.memory import LISTEN, Moment
from bots.training.dataset import Slot
from bots.training.stories import (
    ActionStep,
    CheckpointStep,
    LoopStep,
    OrStep,
    SayStep,
    SlotStep,
    Step,
    Story,
    UserStep,
)

SAY = "say "
"""An action of this beginning says the rest of its name: how `bot: "text"` steps are kept among actions."""
MAX_VARIANTS = 200
"""Most conversations that one rule or story unfolds into by its alternatives."""
MAX_PATHS = 5_000
"""Most ways through checkpoints; more would be stories that nobody meant to write."""

ANY_FORM = "*"
LEAVE_FORM = "action_deactivate_loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """What a moment must be like; None, an empty set and ANY_FORM do not restrict. A slot's None is "empty"."""

    intent: str | None = None
    entities: frozenset[str] = frozenset()
    text: str = ""
    after: str | None = None
    form: str | None = ANY_FORM
    slots: Mapping[str, str | None] = field(default_factory=dict)

    def fits(self, moment: Moment) -> bool:
        """Tell whether a moment is like this."""
        said = moment.said
        return (
            self.after in (None, moment.after)
            and (self.intent is None or self.intent in (said.intent, said.intent.partition("/")[0]))
            and self.form in (ANY_FORM, moment.form)
            and (not self.text or self.text == said.text)
            and self.entities.issubset(said.entities)
            and all(moment.slots.get(name) == wanted for name, wanted in self.slots.items())
        )

    @property
    def weight(self) -> int:
        """Return how much this asks for; of two that fit, the heavier one was meant."""
        plain = (self.intent is not None, self.after is not None, bool(self.text), self.form != ANY_FORM)
        return sum(plain) + len(self.entities) + len(self.slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The last moments, oldest first, and the action that follows; `turns` is set where it must be the beginning."""

    moments: tuple[Like, ...]
    action: str
    name: str
    turns: int | None = None

    @property
    def weight(self) -> tuple[int, int]:
        """Return how far back it looks and how much it asks for."""
        return len(self.moments), sum(moment.weight for moment in self.moments)


def rule_patterns(rules: Iterable[Story], slots: Mapping[str, Slot]) -> Iterator[Pattern]:
    """Yield the patterns of rules."""
    for rule in rules:
        for steps in _variants(rule.steps):
            yield from _Walk(rule.name, slots).rule(rule, steps)


def story_patterns(stories: Sequence[Story], slots: Mapping[str, Slot]) -> Iterator[Pattern]:
    """Yield the patterns of stories, joined at their checkpoints."""
    for name, steps in _joined(stories):
        for variant in _variants(steps):
            yield from _Walk(name, slots).story(variant)


class _Walk:
    """Goes through the steps of one conversation and notes where the bot decides."""

    def __init__(self, name: str, slots: Mapping[str, Slot]) -> None:
        self._name = name
        self._slots = slots
        self._now = Like()
        self._past: list[Like] = []
        self._turns = 0

    def rule(self, rule: Story, steps: Sequence[Step]) -> Iterator[Pattern]:
        for condition in rule.condition:
            self._set(condition)
        opened = self._now.form if self._now.form != ANY_FORM else None
        for pattern in self._steps(steps, opened=opened, waits=rule.waits):
            yield replace(pattern, turns=self._turns) if rule.at_start else pattern

    def story(self, steps: Sequence[Step]) -> Iterator[Pattern]:
        yield from self._steps(steps, opened=None, waits=True)

    def _steps(self, steps: Sequence[Step], *, opened: str | None, waits: bool) -> Iterator[Pattern]:
        for step in steps:
            match step:
                case UserStep():
                    if self._now.after not in (None, LISTEN):
                        yield self._decide(LISTEN)
                    self._turns += 1
                    entities = frozenset(entity.name for entity in step.entities)
                    text = "" if step.intent else step.text
                    self._now = replace(
                        self._now, intent=step.intent or None, entities=entities, text=text, after=LISTEN
                    )
                case ActionStep() | SayStep():
                    action = step.name if isinstance(step, ActionStep) else SAY + step.text
                    if self._now.after is not None:
                        yield self._decide(action)
                    form = None if action == LEAVE_FORM else self._now.form
                    self._now = replace(self._now, after=action, form=form)
                case LoopStep() | SlotStep():
                    self._set(step)
                    if opened and self._now.form is None and self._now.after is None:
                        # A rule that begins with the end of its form: what it waits for is the form itself.
                        self._now = replace(self._now, after=opened)
                case CheckpointStep() | OrStep():
                    raise AssertionError("checkpoints and alternatives are unfolded before")
                case _:
                    assert_never(step)
        if waits and self._now.after is not None:
            yield self._decide(LISTEN)

    def _decide(self, action: str) -> Pattern:
        self._past.append(self._now)
        return Pattern(moments=tuple(self._past), action=action, name=self._name)

    def _set(self, step: LoopStep | SlotStep) -> None:
        if isinstance(step, LoopStep):
            self._now = replace(self._now, form=step.name)
            return
        slot = self._slots.get(step.name)
        if slot is None or not slot.influences or slot.type == "any":
            return
        seen = "set" if step.is_any else feature(slot, step.value)
        self._now = replace(self._now, slots={**self._now.slots, step.name: seen})


def _variants(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Yield the steps once for each choice among their alternatives."""
    parts: list[tuple[tuple[Step, ...], ...]] = [
        step.choices if isinstance(step, OrStep) else ((step,),) for step in steps
    ]
    for number, picked in enumerate(product(*parts)):
        if number >= MAX_VARIANTS:
            return
        yield [step for part in picked for step in part]


def _joined(stories: Sequence[Story]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Yield every way from the beginning of a story through checkpoints to an end; none is passed twice on one way."""
    follows: dict[str, list[tuple[str, tuple[Step, ...], str | None]]] = {}
    for story in stories:
        for begin, steps, end in _pieces(story):
            follows.setdefault(begin, []).append((story.name, steps, end))
    paths = 0
    waiting = [(name, steps, end, frozenset[str]()) for name, steps, end in follows.get("", ())]
    while waiting and paths < MAX_PATHS:
        name, steps, end, passed = waiting.pop(0)
        onward = follows.get(end, ()) if end is not None and end not in passed else ()
        if not onward:
            paths += 1
            yield name, steps
        for next_name, next_steps, next_end in onward:
            together = f"{name} / {next_name}"
            waiting.append((together, steps + next_steps, next_end, passed | {end or ""}))


def _pieces(story: Story) -> Iterator[tuple[str, tuple[Step, ...], str | None]]:
    """Yield a story cut at its checkpoints: where each piece begins ("" is anew), its steps, and where it ends."""
    begin = ""
    steps: list[Step] = []
    for step in story.steps:
        if not isinstance(step, CheckpointStep):
            steps.append(step)
        elif not any(isinstance(known, UserStep | ActionStep | SayStep | OrStep) for known in steps):
            begin = step.name
        else:
            yield begin, tuple(steps), step.name
            begin, steps = step.name, []
    if steps:
        yield begin, tuple(steps), None
