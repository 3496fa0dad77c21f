"""What rules and stories see of a slot: whether it is set, and of some types its value. As in Rasa."""

from __future__ import annotations

from bots.training.dataset import Slot

SET = "set"


def feature(slot: Slot, value: object) -> str | None:
    """Return what is seen of a slot's value; None where it is empty.

    Of a text or a list it is seen only that it is there, so a story may name any value in its place.
    """
    if value is None:
        return None
    match slot.type:
        case "bool":
            return "true" if value is True or str(value).lower() in ("true", "1") else "false"
        case "float":
            return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else SET
        case "categorical":
            known = {name.lower() for name in slot.values}
            return str(value).lower() if str(value).lower() in known else "other"
        case "list":
            return SET if value else None
        case _:
            return SET
