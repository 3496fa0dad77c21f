"""Checks that what rules and stories name is there: intents, responses, forms. Pure; the reader tells where it stands.

Actions are not checked: they may be served by an action server that the files do not describe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bots.training.dataset import Domain, TrainingData
from bots.training.stories import ActionStep, LoopStep, OrStep, Step, Story, UserStep
from hub.model.sentences import Sentence

BUILT_IN_INTENTS = frozenset({"nlu_fallback", "restart", "back", "session_start", "out_of_scope"})
BUILT_IN_LOOPS = frozenset({"action_two_stage_fallback"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Everything that a rule or story may name."""

    intents: frozenset[str]
    said: frozenset[str]
    forms: frozenset[str]

    @classmethod
    def of(cls, data: TrainingData, domain: Domain) -> Names:
        """Gather the names of a project; a retrieval intent may be named with or without its question."""
        intents = {example.intent for example in data.examples} | set(domain.intents)
        return cls(
            intents=frozenset(intents | {name.partition("/")[0] for name in intents} | BUILT_IN_INTENTS),
            said=frozenset(
                {name.partition("/")[0] for name in domain.responses} | set(domain.responses) | set(domain.actions)
            ),
            forms=frozenset(domain.forms) | BUILT_IN_LOOPS,
        )


def check_story(story: Story, names: Names) -> Iterator[Sentence]:
    """Yield what is wrong with a rule or story, as the end of a sentence that names it."""
    for step in (*story.condition, *_flat(story.steps)):
        match step:
            case UserStep(intent=intent) if intent and intent not in names.intents:
                yield Sentence("names the unknown intent {intent!r}", intent=intent)
            case LoopStep(name=str(loop)) if loop not in names.forms:
                yield Sentence("names the unknown form {loop!r}", loop=loop)
            case ActionStep(name=action) if action.startswith("utter_") and action not in names.said:
                yield Sentence("uses the response {action!r}, which does not exist", action=action)
            case _:
                pass


def _flat(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, OrStep):
            for choice in step.choices:
                yield from choice
        else:
            yield step
