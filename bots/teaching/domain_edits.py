"""Edits of what the bot says, and of the slots that its forms ask for.

What a draft of a variation cannot say (links, custom payloads, ids) stays with the variation that it changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from bots.teaching.draft import Draft
from bots.teaching.intent_edits import listed
from bots.teaching.names import check_name, check_response
from bots.teaching.responses import draft_of, plain_of
from bots.teaching.surgery import child, child_here, refuse_shared
from bots.teaching.uses import needs_of_response
from bots.training.dataset import Variation
from bots.training.rasa_responses import response_name
from hub.errors import InvalidInput
from hub.model.sentences import Sentence
from hub.model.teaching import VariationDraft


def set_response(draft: Draft, name: str, variations: Sequence[VariationDraft]) -> None:
    """Set the ways to say a response; none removes it, unless something says it."""
    project = draft.project()
    known = project.domain.responses.get(response_name(name), ())
    places = _places(draft, name)
    if not variations:
        needs = list(needs_of_response(project, name))
        if needs and places:
            raise InvalidInput(
                Sentence("{needs} still says {name!r}: change that first.", needs=listed(needs), name=name)
                if len(needs) == 1
                else Sentence("{needs} still say {name!r}: change that first.", needs=listed(needs), name=name)
            )
        for path, key in places:
            draft.drop_from_section(path, "responses", key)
        return
    for number, variation in enumerate(variations, start=1):
        if not (variation.text.strip() or variation.image or variation.buttons) and not _has_more(known, number - 1):
            raise InvalidInput(
                Sentence(
                    "Variation {number} of {name!r} says nothing: write a text or remove it.", number=number, name=name
                )
            )
    if not places:
        check_response(name)
        path = draft.largest("responses") or draft.domain_file()
        draft.put_in_section(path, "responses", name, [plain_of(variation) for variation in variations])
        return
    path, key = places[-1]
    _change(draft, path, key, known, variations)


def set_form(draft: Draft, name: str, required_slots: Sequence[str]) -> None:
    """Set which slots a form asks for; a slot that is new is a text filled by what the customer says."""
    if not required_slots:
        raise InvalidInput(Sentence("The form {name!r} asks for nothing: name at least one slot.", name=name[:100]))
    if len(set(required_slots)) < len(required_slots):
        raise InvalidInput(Sentence("The form {name!r} asks for a slot twice.", name=name[:100]))
    project = draft.project()
    forms = list(draft.named("forms", name))
    if not forms:
        check_name(name, "a form")
    for slot in required_slots:
        if slot not in project.domain.slots:
            check_name(slot, "a slot")
            mapping = {"type": "from_text", "conditions": [{"active_loop": name, "requested_slot": slot}]}
            value = {"type": "text", "influence_conversation": False, "mappings": [mapping]}
            draft.put_in_section(draft.largest("slots") or draft.domain_file(), "slots", slot, value)
    if not forms:
        path = draft.largest("forms") or draft.domain_file()
        draft.put_in_section(path, "forms", name, {"required_slots": list(required_slots)})
        return
    form = project.domain.forms[name]
    if form.required_slots == tuple(required_slots):
        return
    path = forms[-1][0]
    section = draft.document(path).section("forms")
    at = child_here(section, name)
    if not isinstance(at, MappingNode) or not isinstance(child_here(at, "required_slots"), SequenceNode):
        raise InvalidInput(
            Sentence("The form {name!r} is written as before Rasa 3: change it in {path}.", name=name, path=path)
        )
    document = draft.document(path)
    with draft.cutting(path):
        refuse_shared(at)
        splices = document.put(at, "required_slots", list(required_slots))
    draft.change(path, splices)


def _places(draft: Draft, name: str) -> list[tuple[str, str]]:
    """Return the files that have a response, with its key there; the last one is what the bot says."""
    names = dict.fromkeys((name, name.removeprefix("utter_")) if "/" in name else (name,))
    return [
        (path, key)
        for path in draft.paths()
        for key in names
        if (section := draft.document(path).section("responses")) is not None and child(section, key) is not None
    ]


def _change(
    draft: Draft, path: str, key: str, known: Sequence[Variation], variations: Sequence[VariationDraft]
) -> None:
    """Change the variations that differ, add what is more and remove what is left over."""
    items = _variations(draft, path, key)
    if not isinstance(items, SequenceNode) or items.anchor or len(items.value) != len(known):
        draft.put_in_section(path, "responses", key, [plain_of(variation) for variation in variations])
        return
    document = draft.document(path)
    with draft.cutting(path):
        splices = [
            document.replace_item(items, number, plain_of(variation, known[number]))
            for number, variation in enumerate(variations[: len(known)])
            if variation != draft_of(known[number])
        ]
        splices += document.remove(items, range(len(variations), len(known)))
        added = [plain_of(variation) for variation in variations[len(known) :]]
        splices += document.append(items, added) if added else []
    draft.change(path, splices)


def _variations(draft: Draft, path: str, key: str) -> Node | None:
    return child_here(draft.document(path).section("responses"), key)


def _has_more(known: Sequence[Variation], number: int) -> bool:
    return number < len(known) and bool(known[number].link or known[number].custom is not None)
