"""Reads Rasa's domain: intents, entities, slots with mappings, responses, forms, actions and the session's length.

Domains of several files are merged, as Rasa does: a later name replaces an earlier one of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bots.training.dataset import Domain, Form, SessionConfig, Slot, SlotMapping, TrainingFault, Variation
from bots.training.rasa_responses import read_response, response_name
from bots.training.rasa_slots import of_form, read_mapping, read_slot
from bots.training.yaml_tree import Faults, Tree
from hub.model.sentences import Sentence

_LISTS = ("intents", "entities", "actions", "e2e_actions")
DOMAIN_KEYS = frozenset({*_LISTS, "slots", "responses", "forms", "session_config"})

Options = dict[str, dict[str, object]]


@dataclass(slots=True)
class DomainReader:
    """Gathers a domain from any number of files."""

    faults: Faults
    notes: list[TrainingFault] = field(default_factory=list)
    names: dict[str, Options] = field(default_factory=lambda: {key: {} for key in _LISTS})
    slots: dict[str, Slot] = field(default_factory=dict)
    responses: dict[str, tuple[Variation, ...]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    form_places: dict[str, Tree] = field(default_factory=dict)
    session: SessionConfig | None = None
    settings: dict[str, object] = field(default_factory=dict)
    _unmapped: dict[str, Tree] = field(default_factory=dict)

    def read(self, keys: Mapping[str, Tree]) -> None:
        """Read the keys of one file that belong to a domain."""
        for key in _LISTS:
            if key in keys:
                self._names(key, keys[key])
        for key, read_one in (("slots", self._slot), ("responses", self._response), ("forms", self._form)):
            if key in keys:
                for name, at in self.faults.mapping(keys[key], key).items():
                    read_one(name, at)
        if "session_config" in keys:
            self._session(keys["session_config"])
        if "config" in keys:
            self.settings.update(
                {name: at.plain() for name, at in self.faults.mapping(keys["config"], "config").items()}
            )

    def domain(self) -> Domain:
        """Return what was gathered."""
        for name, at in self._unmapped.items():
            if not self.slots[name].mappings:
                self._fill_from_entity(name, at)
        return Domain(
            intents=tuple(self.names["intents"]),
            entities=tuple(self.names["entities"]),
            actions=tuple(self.names["actions"]),
            e2e_actions=tuple(self.names["e2e_actions"]),
            intent_options=_given(self.names["intents"]),
            entity_options=_given(self.names["entities"]),
            action_options=_given(self.names["actions"]),
            slots=dict(self.slots),
            responses=dict(self.responses),
            forms=dict(self.forms),
            session=self.session,
            settings=dict(self.settings),
        )

    def _names(self, key: str, at: Tree) -> None:
        """Read a list whose items are names, or mappings of one name to its options."""
        known = self.names[key]
        here: set[str] = set()
        for item in self.faults.sequence(at, key):
            for name, options in (
                item.map or {self.faults.word(item, Sentence("an item of {key}", key=key)): item}
            ).items():
                if name in here:
                    self.faults.add(item, Sentence("{name!r} stands twice among the {key}", name=name, key=key))
                here.add(name)
                found = options.plain() if options.map is not None else {}
                known[name] = found if isinstance(found, dict) else {}

    def _slot(self, name: str, at: Tree) -> None:
        self.slots[name] = read_slot(name, at, self.faults)
        if "mappings" not in (at.map or {}):
            self._unmapped[name] = at

    def _fill_from_entity(self, name: str, at: Tree) -> None:
        """Give a slot without mappings the one that it had before Rasa 3: the entity of its own name, if it exists."""
        fills_itself = (at.map or {}).get("auto_fill")
        if name in self.names["entities"] and (fills_itself is None or fills_itself.plain() is not False):
            mapping = SlotMapping(kind="from_entity", entity=name)
            self.slots[name] = replace(self.slots[name], mappings=(mapping,))
            self._note(
                at,
                Sentence(
                    "the slot {name!r} has no mappings: the entity of its name fills it, as before Rasa 3", name=name
                ),
            )
        else:
            self._note(at, Sentence("the slot {name!r} has no mappings: no message fills it", name=name))

    def _response(self, name: str, at: Tree) -> None:
        self.responses[response_name(name)] = read_response(name, at, self.faults)

    def _form(self, name: str, at: Tree) -> None:
        keys = self.faults.mapping(at, Sentence("the form {name!r}", name=name))
        required = keys.get("required_slots")
        ignored = self._listed(keys, "ignored_intents")
        if required is not None and required.items is not None:
            slots = tuple(self.faults.word(item, "a required slot") for item in required.items)
        else:
            slots = self._old_form(name, at, (required.map or {}) if required is not None else keys)
        self.form_places[name] = at
        self.forms[name] = Form(name=name, required_slots=slots, ignored_intents=ignored)

    def _old_form(self, form: str, at: Tree, keys: Mapping[str, Tree]) -> tuple[str, ...]:
        """Read a form as before Rasa 3, where each slot stands with its mappings."""
        listed = {slot: place for slot, place in keys.items() if slot != "ignored_intents"}
        if not listed or any(place.items is None for place in listed.values()):
            self.faults.add(at, Sentence("the form {form!r} needs required_slots, a list", form=form))
            return ()
        for slot, place in listed.items():
            read = [read_mapping(slot, item, self.faults) for item in place.items or ()]
            more = tuple(of_form(mapping, form, slot) for mapping in read if mapping is not None)
            known = self.slots.get(slot, Slot(name=slot))
            self.slots[slot] = replace(known, mappings=(*known.mappings, *more))
        self._note(
            at,
            Sentence(
                "the form {form!r} holds its slots' mappings, as before Rasa 3: they are read as the slots'", form=form
            ),
        )
        return tuple(listed)

    def _listed(self, keys: Mapping[str, Tree], key: str) -> tuple[str, ...]:
        at = keys.get(key)
        if at is None or at.is_null:
            return ()
        items = at.items if at.items is not None else (at,)
        return tuple(self.faults.word(item, key) for item in items)

    def _session(self, at: Tree) -> None:
        keys = self.faults.mapping(at, "session_config")
        minutes: object = keys["session_expiration_time"].plain() if "session_expiration_time" in keys else 60
        carries = keys["carry_over_slots_to_new_session"].plain() if "carry_over_slots_to_new_session" in keys else True
        if isinstance(minutes, bool) or not isinstance(minutes, int | float) or minutes < 0:
            self.faults.add(at, "session_expiration_time must be a number of minutes, 0 for never")
            minutes = 60
        self.session = SessionConfig(expires_after_minutes=float(minutes), carries_slots=carries is not False)

    def _note(self, at: Tree, message: str) -> None:
        self.notes.append(TrainingFault(file=at.file, line=at.line, message=message))


def _given(options: Options) -> Options:
    return {name: given for name, given in options.items() if given}
