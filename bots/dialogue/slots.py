"""Fills slots from what was understood, by the mappings of the domain. Pure; forms decide what to ask next from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from bots.dialogue.memory import Memory
from bots.nlu.understanding import Understanding
from bots.training.dataset import Form, Slot, SlotMapping


def extract_slots(
    slots: Mapping[str, Slot], form: Form | None, understood: Understanding, memory: Memory
) -> dict[str, object]:
    """Return the slots that this message fills; the first mapping of a slot that gives a value counts.

    Args:
        slots: The slots of the domain.
        form: The open form. From an intent that it ignores, its slots take nothing.
        understood: What was understood; its text is what mappings from text take.
        memory: What is known: the form that is open and the slot that it asks for.
    """
    deaf = form.required_slots if form is not None and understood.intent in form.ignored_intents else ()
    found: dict[str, object] = {}
    for slot in slots.values():
        for mapping in () if slot.name in deaf else slot.mappings:
            value = _value(slot, mapping, understood) if _applies(mapping, understood.intent, memory) else None
            if value is not None and value != "":
                found[slot.name] = value
                break
    return found


def trigger_slots(slots: Mapping[str, Slot], form: Form, intent: str) -> dict[str, object]:
    """Return the slots of a form that the intent which opens it fills."""
    return {
        name: mapping.value
        for name in form.required_slots
        for mapping in slots[name].mappings
        if mapping.kind == "from_trigger_intent"
        and (not mapping.conditions or any(condition.active_loop == form.name for condition in mapping.conditions))
        and _means(mapping, intent)
    }


def custom_actions(slots: Mapping[str, Slot], memory: Memory) -> list[str]:
    """Return the actions that fill slots by custom mappings here, each once."""
    return list(
        dict.fromkeys(
            mapping.action
            for slot in slots.values()
            for mapping in slot.mappings
            if mapping.kind == "custom" and mapping.action and _holds(mapping, memory)
        )
    )


def _applies(mapping: SlotMapping, intent: str, memory: Memory) -> bool:
    return _means(mapping, intent) and _holds(mapping, memory)


def _means(mapping: SlotMapping, intent: str) -> bool:
    names = (intent, intent.partition("/")[0])
    return (not mapping.intents or any(name in mapping.intents for name in names)) and not any(
        name in mapping.not_intents for name in names
    )


def _holds(mapping: SlotMapping, memory: Memory) -> bool:
    return not mapping.conditions or any(
        condition.active_loop == (memory.form or "") and condition.requested_slot in (None, memory.requested_slot)
        for condition in mapping.conditions
    )


def _value(slot: Slot, mapping: SlotMapping, understood: Understanding) -> object:
    match mapping.kind:
        case "from_entity":
            values: list[object] = [
                entity.value
                for entity in understood.entities
                if entity.name == mapping.entity
                and mapping.role == (entity.role or "")
                and mapping.group == (entity.group or "")
            ]
            if slot.type == "list":
                return values or None
            return values[0] if values else None
        case "from_intent":
            return mapping.value
        case "from_text":
            return understood.text.strip()
        case "custom" | "from_trigger_intent":
            return None
        case _:
            assert_never(mapping.kind)
