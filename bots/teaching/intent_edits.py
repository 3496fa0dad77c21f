"""Edits of intents: added, removed, and answered by one response."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from bots.teaching.draft import Draft
from bots.teaching.names import check_name, know_intent
from bots.teaching.surgery import children, items_of, refuse_shared, word
from bots.teaching.uses import answer_rule, needs_of_intent
from bots.training.stories import Story, UserStep
from hub.errors import InvalidInput
from hub.model.sentences import Sentence

_RULES_FILE = "data/rules.yml"
_SHOWN = 3


def add_intent(draft: Draft, name: str) -> None:
    """Add an intent without examples to the domain."""
    if draft.knows_intent(name):
        raise InvalidInput(Sentence("There is an intent {name!r} already.", name=name))
    check_name(name)
    know_intent(draft, name)


def remove_intent(draft: Draft, name: str) -> None:
    """Remove an intent with its examples; refused while something needs it."""
    if not draft.knows_intent(name):
        raise InvalidInput(Sentence("There is no intent {name!r}.", name=name))
    needs = list(needs_of_intent(draft.project(), name))
    if needs:
        raise InvalidInput(
            Sentence("{needs} still needs the intent {name!r}: change that first.", needs=listed(needs), name=name)
            if len(needs) == 1
            else Sentence("{needs} still need the intent {name!r}: change that first.", needs=listed(needs), name=name)
        )
    for path in draft.paths(None):
        numbers = [
            item.number for item in draft.nlu_items(None) if (item.path, item.kind, item.name) == (path, "intent", name)
        ]
        section = draft.document(path).section("nlu")
        if numbers and isinstance(section, SequenceNode) and len(numbers) == len(section.value):
            draft.empty_section(path, "nlu")
        else:
            draft.remove_items(path, "nlu", numbers)
    for path in draft.paths():
        _leave_out(draft, path, name)


def answer_intent(draft: Draft, intent: str, response: str | None) -> None:
    """Say a response whenever an intent comes; None removes the rule that does."""
    project = draft.project()
    own = [rule for rule in project.rules if (answer := answer_rule(rule)) is not None and answer[0] == intent]
    if response is None:
        for rule in own:
            _remove_rule(draft, rule.name)
        return
    if not draft.knows_intent(intent):
        raise InvalidInput(Sentence("There is no intent {name!r}.", name=intent))
    if not response.startswith("utter_"):
        raise InvalidInput(
            Sentence("{response!r} is no response: its name begins with utter_.", response=response[:100])
        )
    if own:
        _change_answer(draft, own[0].name, response)
        return
    others = [rule.name for rule in project.rules if not rule.condition and _begins_with(rule, intent)]
    if others:
        raise InvalidInput(
            Sentence(
                "The rule {rule!r} answers {intent!r} and does more than say one response: change it in its file.",
                rule=others[0],
                intent=intent,
            )
        )
    name, number = f"answer {intent}", 1
    while any(rule.name == name for rule in project.rules):
        number += 1
        name = f"answer {intent} ({number})"
    steps = [{"intent": intent}, {"action": response}]
    draft.add_to_list(draft.largest("rules") or _RULES_FILE, "rules", [{"rule": name, "steps": steps}])


def listed(needs: Sequence[Sentence]) -> Sentence:
    """Write what needs something as the beginning of a sentence, the first few of many."""
    shown = [needs[0].capital(), *needs[1:_SHOWN]]
    if len(needs) <= _SHOWN:
        return Sentence("{shown}", shown=shown)
    return Sentence("{shown} and {more} more", shown=shown, more=len(needs) - _SHOWN)


def _begins_with(rule: Story, intent: str) -> bool:
    return bool(rule.steps) and isinstance(rule.steps[0], UserStep) and rule.steps[0].intent == intent


def _leave_out(draft: Draft, path: str, name: str) -> None:
    """Take an intent out of the list of a domain."""
    section = draft.document(path).section("intents")
    numbers = [
        number
        for number, item in enumerate(items_of(section))
        if (isinstance(item, ScalarNode) and word(item) == name)
        or (isinstance(item, MappingNode) and list(children(item)) == [name])
    ]
    if numbers and len(numbers) == len(items_of(section)):
        draft.empty_section(path, "intents")
    else:
        draft.remove_items(path, "intents", numbers)


def _rules_named(draft: Draft, name: str) -> Iterator[tuple[str, int, MappingNode]]:
    for path, document in draft.documents():
        for number, item in enumerate(items_of(document.section("rules"))):
            if isinstance(item, MappingNode) and word(children(item).get("rule")) == name:
                yield path, number, item


def _remove_rule(draft: Draft, name: str) -> None:
    for path, number, _ in list(_rules_named(draft, name)):
        if len(items_of(draft.document(path).section("rules"))) == 1:
            draft.empty_section(path, "rules")
        else:
            draft.remove_items(path, "rules", [number])


def _change_answer(draft: Draft, rule: str, response: str) -> None:
    for path, _, item in list(_rules_named(draft, rule)):
        action = next(
            found for step in items_of(children(item)["steps"]) if (found := children(step).get("action")) is not None
        )
        if isinstance(action, ScalarNode) and word(action) != response:
            document = draft.document(path)
            with draft.cutting(path):
                refuse_shared(item, children(item)["steps"], action)
                splice = document.replace_scalar(action, response)
            draft.change(path, [splice])
