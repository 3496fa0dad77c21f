"""Careful reading of JSON whose types nobody promises: what is missing or of another type is empty, never an error."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import TypeAlias

Item: TypeAlias = "Mapping[str, object]"

_ODD = re.compile("[\0\ud800-\udfff]")
"""NUL and half surrogates: they can be written in JSON, and neither stored nor sent on."""
_LAST_S = 253_402_300_799
"""The end of the year 9999: later times cannot be written."""


def decode(body: bytes) -> object:
    """Return the JSON in a body; half surrogates and bytes that are no UTF-8 become the replacement character.

    One broken character of one customer must not stop the whole page, so this does not use the strict decoder.

    Raises:
        ValueError: it is not JSON at all.
    """
    try:
        return _clean(json.loads(body.decode("utf-8", "replace"), strict=False))
    except RecursionError:
        raise ValueError("The answer is nested too deep.") from None


def fields(value: object) -> Item:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def word(item: Item, name: str) -> str:
    """Return a text, or a number as text; anything else is empty."""
    value = item.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(item: Item, name: str) -> int | None:
    """Return a whole number, also one that is written as text or as a switch."""
    value = item.get(name)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 20:
        return int(value)
    return None


def degrees(item: Item, name: str, most: float) -> float | None:
    """Return degrees from minus to plus `most`, also written as text."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and abs(found) <= most else None


def seconds(item: Item, name: str) -> int | None:
    """Return a POSIX time that can be kept."""
    found = number(item, name)
    return found if found is not None and 0 < found <= _LAST_S else None


def kept(value: object, limit: int) -> str:
    """Return a value as JSON to be looked at, of at most so many characters."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)[:limit]


def _clean(value: object) -> object:
    match value:
        case str():
            return _ODD.sub("\ufffd", value)
        case dict():
            return {_ODD.sub("\ufffd", str(name)): _clean(inner) for name, inner in value.items()}
        case list():
            return [_clean(inner) for inner in value]
        case _:
            return value
