"""Reads Rasa's domain: intents, entities, slots with mappings, responses with variations, forms and actions.

Domains of several files are merged, as Rasa does. What Rasa allows and this bot does not use is noted, not refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from bots.training.dataset import Button, Domain, Form, Slot, SlotMapping, TrainingFault, Variation
from bots.training.yaml_tree import Faults, Tree

DOMAIN_KEYS = frozenset({"intents", "entities", "slots", "responses", "forms", "actions"})

_MappingKind = Literal["from_entity", "from_intent", "from_trigger_intent", "from_text", "custom"]
_MAPPING_KINDS: tuple[_MappingKind, ...] = get_args(_MappingKind)
_VARIATION_KEYS = frozenset(
    {"text", "image", "attachment", "buttons", "quick_replies", "channel", "condition", "id", "metadata"}
)


@dataclass(slots=True)
class DomainReader:
    """Gathers a domain from any number of files."""

    faults: Faults
    notes: list[TrainingFault] = field(default_factory=list)
    names: dict[str, dict[str, None]] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    responses: dict[str, tuple[Variation, ...]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    form_places: dict[str, Tree] = field(default_factory=dict)

    def read(self, keys: Mapping[str, Tree]) -> None:
        """Read the keys of one file that belong to a domain."""
        for key in ("intents", "entities", "actions"):
            if key in keys:
                self._names(key, keys[key])
        for key, read_one in (("slots", self._slot), ("responses", self._response), ("forms", self._form)):
            if key in keys:
                for name, at in self.faults.mapping(keys[key], key).items():
                    read_one(name, at)

    def domain(self) -> Domain:
        """Return what was gathered."""
        return Domain(
            intents=tuple(self.names.get("intents", ())),
            entities=tuple(self.names.get("entities", ())),
            actions=tuple(self.names.get("actions", ())),
            slots=dict(self.slots),
            responses=dict(self.responses),
            forms=dict(self.forms),
        )

    def _names(self, key: str, at: Tree) -> None:
        """Read a list whose items are names, or mappings of one name to its options (which are not used)."""
        known = self.names.setdefault(key, {})
        for item in self.faults.sequence(at, key):
            for name in item.map or {self.faults.word(item, f"an item of {key}"): item}:
                known[name] = None

    def _slot(self, name: str, at: Tree) -> None:
        keys = self.faults.mapping(at, f"the slot {name!r}")
        if "mappings" not in keys:
            note = f"the slot {name!r} has no mappings: no message fills it"
            self.notes.append(TrainingFault(file=at.file, line=at.line, message=note))
        initial = keys.get("initial_value")
        listed = self.faults.sequence(keys["mappings"], "mappings") if "mappings" in keys else ()
        mappings = [self._mapping(name, item) for item in listed]
        self.slots[name] = Slot(
            name=name,
            initial_value=initial.text if initial else None,
            mappings=tuple(mapping for mapping in mappings if mapping is not None),
        )

    def _mapping(self, slot: str, at: Tree) -> SlotMapping | None:
        keys = self.faults.mapping(at, "a mapping")
        kind = self._word(keys, "type")
        known = next((name for name in _MAPPING_KINDS if name == kind), None)
        if known is None:
            self.faults.add(at, f"a mapping of the slot {slot!r} has the type {kind!r}; known are {_MAPPING_KINDS}")
            return None
        if known == "from_entity" and "entity" not in keys:
            self.faults.add(at, f"a mapping of the slot {slot!r} from an entity does not say which entity")
        conditions = keys["conditions"].items or () if "conditions" in keys else ()
        condition = self.faults.mapping(conditions[0], "a condition") if conditions else {}
        return SlotMapping(
            kind=known,
            entity=self._word(keys, "entity"),
            role=self._word(keys, "role"),
            group=self._word(keys, "group"),
            value=self._word(keys, "value"),
            intents=self._words(keys, "intent"),
            not_intents=self._words(keys, "not_intent"),
            active_loop=self._word(condition, "active_loop"),
            requested_slot=self._word(condition, "requested_slot"),
        )

    def _response(self, name: str, at: Tree) -> None:
        found = [self._variation(name, item) for item in self.faults.sequence(at, f"the response {name!r}")]
        if not found:
            self.faults.add(at, f"the response {name!r} has no variation")
        self.responses[name] = tuple(found)

    def _variation(self, name: str, at: Tree) -> Variation:
        keys = self.faults.mapping(at, f"a variation of {name!r}")
        unused = sorted(set(keys) - _VARIATION_KEYS)
        if unused:
            self.notes.append(TrainingFault(file=at.file, line=at.line, message=f"{name}: {unused} is not used"))
        buttons: list[Button] = []
        for key in ("buttons", "quick_replies"):
            for item in keys[key].items or () if key in keys else ():
                button = self.faults.mapping(item, "a button")
                if "title" not in button or "payload" not in button:
                    self.faults.add(item, f"a button of {name!r} needs a title and a payload")
                buttons.append(Button(title=self._word(button, "title"), payload=self._word(button, "payload")))
        return Variation(
            text=self._word(keys, "text").strip(),
            image=self._word(keys, "image"),
            link=self._word(keys, "attachment"),
            buttons=tuple(buttons),
            channel=self._word(keys, "channel"),
            conditions=self._conditions(name, keys),
        )

    def _conditions(self, response: str, keys: Mapping[str, Tree]) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for item in self.faults.sequence(keys["condition"], "condition") if "condition" in keys else ():
            condition = self.faults.mapping(item, "a condition")
            if self._word(condition, "type") != "slot" or "name" not in condition or "value" not in condition:
                self.faults.add(item, f"a condition of {response!r} needs type: slot, a name and a value")
            found.append((self._word(condition, "name"), self._word(condition, "value")))
        return tuple(found)

    def _form(self, name: str, at: Tree) -> None:
        keys = self.faults.mapping(at, f"the form {name!r}")
        required = keys.get("required_slots")
        if required is None or required.items is None:
            self.faults.add(at, f"the form {name!r} needs required_slots, a list")
            return
        self.form_places[name] = at
        self.forms[name] = Form(
            name=name, required_slots=tuple(self.faults.word(item, "a required slot") for item in required.items)
        )

    def _word(self, keys: Mapping[str, Tree], key: str) -> str:
        at = keys.get(key)
        return "" if at is None or at.is_null else self.faults.word(at, key)

    def _words(self, keys: Mapping[str, Tree], key: str) -> tuple[str, ...]:
        """Read a value that may be one word or a list of words."""
        at = keys.get(key)
        if at is None or at.is_null:
            return ()
        return tuple(self.faults.word(item, key) for item in at.items) if at.items is not None else (at.text or "",)
