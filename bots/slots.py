"""Fills slots from what was understood, by the mappings of the domain. Pure; forms decide what to ask next from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from bots.memory import Memory
from bots.nlu.understanding import Understanding
from bots.training.dataset import Form, Slot, SlotMapping


def extract_slots(slots: Mapping[str, Slot], understood: Understanding, memory: Memory) -> dict[str, str]:
    """Return the slots that this message fills; the first mapping of a slot that gives a value counts."""
    found: dict[str, str] = {}
    for slot in slots.values():
        for mapping in slot.mappings:
            if _applies(mapping, understood.intent, memory):
                value = _value(mapping, understood)
                if value:
                    found[slot.name] = value
                    break
    return found


def trigger_slots(slots: Mapping[str, Slot], form: Form, intent: str) -> dict[str, str]:
    """Return the slots of a form that the intent which opens it fills."""
    return {
        name: mapping.value
        for name in form.required_slots
        for mapping in slots[name].mappings
        if mapping.kind == "from_trigger_intent"
        and mapping.active_loop in ("", form.name)
        and (not mapping.intents or intent in mapping.intents)
        and intent not in mapping.not_intents
    }


def _applies(mapping: SlotMapping, intent: str, memory: Memory) -> bool:
    return (
        (not mapping.intents or intent in mapping.intents)
        and intent not in mapping.not_intents
        and (not mapping.active_loop or mapping.active_loop == memory.form)
        and (not mapping.requested_slot or mapping.requested_slot == memory.requested_slot)
    )


def _value(mapping: SlotMapping, understood: Understanding) -> str:
    match mapping.kind:
        case "from_entity":
            return next(
                (
                    entity.value
                    for entity in understood.entities
                    if entity.name == mapping.entity
                    and (not mapping.role or mapping.role == entity.role)
                    and (not mapping.group or mapping.group == entity.group)
                ),
                "",
            )
        case "from_intent":
            return mapping.value
        case "from_text":
            return understood.text.strip()
        case "custom" | "from_trigger_intent":
            return ""
        case _:
            assert_never(mapping.kind)
