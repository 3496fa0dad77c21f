"""Who needs an intent or a response: the rules, stories, forms, slots and buttons that name it. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bots.training.dataset import Domain, Project
from bots.training.stories import ActionStep, OrStep, Step, Story, UserStep
from hub.model.sentences import Sentence


def stories_by_intent(project: Project) -> dict[str, list[str]]:
    """Return the names of the rules and stories by the intents that they name."""
    found: dict[str, dict[str, None]] = {}
    for story in (*project.rules, *project.stories):
        for step in flat(story.steps):
            if isinstance(step, UserStep) and step.intent:
                found.setdefault(step.intent, {})[story.name] = None
    return {intent: list(names) for intent, names in found.items()}


def stories_by_action(project: Project) -> dict[str, list[str]]:
    """Return the names of the rules and stories by what they do."""
    found: dict[str, dict[str, None]] = {}
    for story in (*project.rules, *project.stories):
        for step in flat(story.steps):
            if isinstance(step, ActionStep):
                found.setdefault(step.name, {})[story.name] = None
    return {action: list(names) for action, names in found.items()}


def needs_of_intent(project: Project, intent: str) -> Iterator[Sentence]:
    """Yield what names an intent, each as the end of a sentence."""
    for kind, stories in ((Sentence.of("rule"), project.rules), (Sentence.of("story"), project.stories)):
        for story in stories:
            if any(isinstance(step, UserStep) and step.intent == intent for step in flat(story.steps)):
                yield Sentence("the {kind} {name!r}", kind=kind, name=story.name)
    domain = project.domain
    for slot in domain.slots.values():
        if any(intent in (*mapping.intents, *mapping.not_intents) for mapping in slot.mappings):
            yield Sentence("the slot {name!r}", name=slot.name)
    for form in domain.forms.values():
        if intent in form.ignored_intents:
            yield Sentence("the form {name!r}", name=form.name)
    for name in _with_button(domain, intent):
        yield Sentence("a button of {name!r}", name=name)


def needs_of_response(project: Project, response: str) -> Iterator[Sentence]:
    """Yield what says a response, each as the end of a sentence."""
    for kind, stories in ((Sentence.of("rule"), project.rules), (Sentence.of("story"), project.stories)):
        for story in stories:
            if any(isinstance(step, ActionStep) and step.name == response for step in flat(story.steps)):
                yield Sentence("the {kind} {name!r}", kind=kind, name=story.name)
    for form in project.domain.forms.values():
        for slot in form.required_slots:
            if response in (f"utter_ask_{form.name}_{slot}", f"utter_ask_{slot}"):
                yield Sentence("the form {name!r}", name=form.name)


def command_intent(payload: str) -> str:
    """Return the intent of a button's payload (`/intent{…}`), "" where it is plain words."""
    return payload[1:].partition("{")[0].partition("@")[0].strip() if payload.startswith("/") else ""


def answer_rule(rule: Story) -> tuple[str, str] | None:
    """Return intent and response of a rule of one message and one answer, None for any other rule."""
    match rule.steps:
        case (UserStep(intent=intent, entities=()), ActionStep(name=action)) if (
            intent and action.startswith("utter_") and not rule.condition and not rule.at_start and rule.waits
        ):
            return intent, action
        case _:
            return None


def flat(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield every step, those of alternatives too."""
    for step in steps:
        if isinstance(step, OrStep):
            for choice in step.choices:
                yield from choice
        else:
            yield step


def _with_button(domain: Domain, intent: str) -> Iterator[str]:
    for name, variations in domain.responses.items():
        if any(command_intent(button.payload) == intent for item in variations for button in item.buttons):
            yield name
