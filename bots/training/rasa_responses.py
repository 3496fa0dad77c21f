"""Reads the responses of Rasa's domain and of its training files, with conditions, channels, buttons and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bots.training.dataset import Button, Variation
from bots.training.yaml_tree import Faults, Tree
from hub.model.sentences import Sentence

_KEYS = frozenset({"text", "image", "attachment", "buttons", "quick_replies", "channel", "condition", "custom"})
_KEPT = frozenset({"id", "metadata", "elements", "button_type"})


def response_name(name: str) -> str:
    """Return a response's full name; answers of retrieval intents may stand as `faq/ask_x` only."""
    return f"utter_{name}" if "/" in name and not name.startswith("utter_") else name


def read_response(name: str, at: Tree, faults: Faults) -> tuple[Variation, ...]:
    """Read the variations of one response."""
    found = tuple(
        _variation(name, item, faults) for item in faults.sequence(at, Sentence("the response {name!r}", name=name))
    )
    if not found:
        faults.add(at, Sentence("the response {name!r} has no variation", name=name))
    return found


def _variation(name: str, at: Tree, faults: Faults) -> Variation:
    keys = faults.mapping(at, Sentence("a variation of {name!r}", name=name))
    for key in keys.keys() - _KEYS - _KEPT:
        faults.add(keys[key], Sentence("{name}: {key!r} is no part of a response", name=name, key=key))
    return Variation(
        text=_word(keys, "text", faults).strip(),
        image=_word(keys, "image", faults),
        link=_word(keys, "attachment", faults),
        buttons=tuple(_buttons(name, keys, faults)),
        channel=_word(keys, "channel", faults),
        conditions=tuple(_conditions(name, keys, faults)),
        custom=keys["custom"].plain() if "custom" in keys else None,
        more={key: keys[key].plain() for key in keys if key in _KEPT},
    )


def _buttons(name: str, keys: Mapping[str, Tree], faults: Faults) -> Iterator[Button]:
    for key in ("buttons", "quick_replies"):
        for item in faults.sequence(keys[key], key) if key in keys else ():
            button = faults.mapping(item, "a button")
            if "title" not in button or "payload" not in button:
                faults.add(item, Sentence("a button of {name!r} needs a title and a payload", name=name))
            yield Button(title=_word(button, "title", faults), payload=_word(button, "payload", faults))


def _conditions(response: str, keys: Mapping[str, Tree], faults: Faults) -> Iterator[tuple[str, object]]:
    for item in faults.sequence(keys["condition"], "condition") if "condition" in keys else ():
        condition = faults.mapping(item, "a condition")
        if _word(condition, "type", faults) != "slot" or "name" not in condition or "value" not in condition:
            faults.add(
                item, Sentence("a condition of {response!r} needs type: slot, a name and a value", response=response)
            )
        else:
            yield _word(condition, "name", faults), condition["value"].plain()


def _word(keys: Mapping[str, Tree], key: str, faults: Faults) -> str:
    at = keys.get(key)
    return "" if at is None or at.is_null else faults.word(at, key)
