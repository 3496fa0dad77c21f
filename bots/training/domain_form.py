"""Writes a domain as Rasa's own plain form: what an action server is sent, and what an exported domain.yml holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bots.training.dataset import Domain, Slot, SlotMapping, Variation

Plain = dict[str, object]


def domain_form(domain: Domain) -> Plain:
    """Return the domain as plain JSON in Rasa's form; keys that would be empty are there, as action servers expect."""
    session = domain.session
    form: Plain = {
        "version": "3.1",
        "intents": _listed(domain.intents, domain.intent_options),
        "entities": _listed(domain.entities, domain.entity_options),
        "slots": {name: _slot(slot) for name, slot in domain.slots.items()},
        "responses": {name: [_variation(item) for item in found] for name, found in domain.responses.items()},
        "forms": {
            name: {"required_slots": list(form.required_slots)}
            | ({"ignored_intents": list(form.ignored_intents)} if form.ignored_intents else {})
            for name, form in domain.forms.items()
        },
        "actions": _listed(domain.actions, domain.action_options),
        "e2e_actions": list(domain.e2e_actions),
    }
    if session is not None:
        form["session_config"] = {
            "session_expiration_time": session.expires_after_minutes,
            "carry_over_slots_to_new_session": session.carries_slots,
        }
    if domain.settings:
        form["config"] = dict(domain.settings)
    return form


def _listed(names: Sequence[str], options: Mapping[str, Mapping[str, object]]) -> list[object]:
    return [{name: dict(options[name])} if name in options else name for name in names]


def _slot(slot: Slot) -> Plain:
    form: Plain = {"type": slot.type, "influence_conversation": slot.influences}
    if slot.initial_value is not None:
        form["initial_value"] = slot.initial_value
    if slot.values:
        form["values"] = list(slot.values)
    if slot.range != (0.0, 1.0):
        form["min_value"], form["max_value"] = slot.range
    form["mappings"] = [_mapping(mapping) for mapping in slot.mappings]
    return form


def _mapping(mapping: SlotMapping) -> Plain:
    form: Plain = {"type": mapping.kind}
    texts = {"entity": mapping.entity, "role": mapping.role, "group": mapping.group, "action": mapping.action}
    form |= {key: text for key, text in texts.items() if text}
    lists = {"intent": mapping.intents, "not_intent": mapping.not_intents}
    form |= {key: list(names) for key, names in lists.items() if names}
    if mapping.value is not None:
        form["value"] = mapping.value
    if mapping.conditions:
        form["conditions"] = [
            {"active_loop": condition.active_loop or None}
            | ({"requested_slot": condition.requested_slot} if condition.requested_slot is not None else {})
            for condition in mapping.conditions
        ]
    return form


def _variation(variation: Variation) -> Plain:
    texts = {
        "text": variation.text,
        "image": variation.image,
        "attachment": variation.link,
        "channel": variation.channel,
    }
    form: Plain = {key: text for key, text in texts.items() if text}
    if variation.buttons:
        form["buttons"] = [{"title": button.title, "payload": button.payload} for button in variation.buttons]
    if variation.conditions:
        form["condition"] = [{"type": "slot", "name": name, "value": value} for name, value in variation.conditions]
    if variation.custom is not None:
        form["custom"] = variation.custom
    return form | dict(variation.more)
