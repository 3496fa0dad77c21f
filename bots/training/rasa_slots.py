"""Reads the slots of Rasa's domain: their types, first values, and the mappings that fill them.

Also reads the mappings that stood under forms before Rasa 3, so that older bots can be taken in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import get_args

from bots.training.dataset import MappingCondition, MappingKind, Slot, SlotMapping
from bots.training.yaml_tree import Faults, Tree
from hub.model.sentences import Sentence

SLOT_TYPES = ("text", "bool", "float", "list", "categorical", "any")
_OLD_TYPES = {
    "unfeaturized": "any",
    "rasa.shared.core.slots.TextSlot": "text",
    "rasa.shared.core.slots.BooleanSlot": "bool",
}
_KINDS: tuple[MappingKind, ...] = get_args(MappingKind)


def read_slot(name: str, at: Tree, faults: Faults) -> Slot:
    """Read one slot."""
    keys = faults.mapping(at, Sentence("the slot {name!r}", name=name))
    kind = _word(keys, "type", faults) or "text"
    kind = _OLD_TYPES.get(kind, kind)
    if kind not in SLOT_TYPES and "." not in kind:
        faults.add(
            keys["type"],
            Sentence(
                "the slot {name!r} has the type {kind!r}; known are {known}", name=name, kind=kind, known=SLOT_TYPES
            ),
        )
    initial = keys.get("initial_value")
    listed = faults.sequence(keys["mappings"], "mappings") if "mappings" in keys else ()
    mappings = [read_mapping(name, item, faults) for item in listed]
    return Slot(
        name=name,
        type=kind,
        initial_value=initial.plain() if initial is not None and not initial.is_null else None,
        influences=_truth(keys, "influence_conversation", faults, otherwise=kind != "any"),
        values=_words(keys, "values", faults),
        range=(_number(keys, "min_value", faults, 0.0), _number(keys, "max_value", faults, 1.0)),
        mappings=tuple(mapping for mapping in mappings if mapping is not None),
    )


def read_mapping(slot: str, at: Tree, faults: Faults) -> SlotMapping | None:
    """Read one mapping of a slot; a wrong one is noted as a fault and gives None."""
    keys = faults.mapping(at, "a mapping")
    kind = _word(keys, "type", faults)
    known = next((name for name in _KINDS if name == kind), None)
    if known is None:
        faults.add(
            at,
            Sentence(
                "a mapping of the slot {slot!r} has the type {kind!r}; known are {known}",
                slot=slot,
                kind=kind,
                known=_KINDS,
            ),
        )
        return None
    if known == "from_entity" and "entity" not in keys:
        faults.add(at, Sentence("a mapping of the slot {slot!r} from an entity does not say which entity", slot=slot))
    if known in ("from_intent", "from_trigger_intent") and "value" not in keys:
        faults.add(at, Sentence("a mapping of the slot {slot!r} from an intent does not say which value", slot=slot))
    return SlotMapping(
        kind=known,
        entity=_word(keys, "entity", faults),
        role=_word(keys, "role", faults),
        group=_word(keys, "group", faults),
        value=keys["value"].plain() if "value" in keys and not keys["value"].is_null else None,
        intents=_words(keys, "intent", faults),
        not_intents=_words(keys, "not_intent", faults),
        conditions=tuple(_conditions(keys, faults)),
        action=_word(keys, "action", faults),
    )


def of_form(mapping: SlotMapping, form: str, slot: str) -> SlotMapping:
    """Return a mapping that stood under a form (before Rasa 3) as one of the slot, where the form asks for it."""
    asked = None if mapping.kind == "from_entity" else slot
    return replace(mapping, conditions=(MappingCondition(active_loop=form, requested_slot=asked),))


def _conditions(keys: Mapping[str, Tree], faults: Faults) -> Iterator[MappingCondition]:
    for item in faults.sequence(keys["conditions"], "conditions") if "conditions" in keys else ():
        condition = faults.mapping(item, "a condition")
        if "active_loop" not in condition:
            faults.add(item, "a condition of a mapping needs active_loop")
        yield MappingCondition(
            active_loop=_word(condition, "active_loop", faults),
            requested_slot=_word(condition, "requested_slot", faults) or None,
        )


def _word(keys: Mapping[str, Tree], key: str, faults: Faults) -> str:
    at = keys.get(key)
    return "" if at is None or at.is_null else faults.word(at, key)


def _words(keys: Mapping[str, Tree], key: str, faults: Faults) -> tuple[str, ...]:
    """Read a value that may be one word or a list of words."""
    at = keys.get(key)
    if at is None or at.is_null:
        return ()
    return tuple(faults.word(item, key) for item in at.items) if at.items is not None else (faults.word(at, key),)


def _truth(keys: Mapping[str, Tree], key: str, faults: Faults, *, otherwise: bool) -> bool:
    if key not in keys:
        return otherwise
    value = keys[key].plain()
    if not isinstance(value, bool):
        faults.add(keys[key], Sentence("{key} must be true or false", key=key))
    return value is True


def _number(keys: Mapping[str, Tree], key: str, faults: Faults, otherwise: float) -> float:
    if key not in keys:
        return otherwise
    value = keys[key].plain()
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.add(keys[key], Sentence("{key} must be a number", key=key))
        return otherwise
    return float(value)
