"""Ids of the demonstration: made from names, so that telling it twice meets what the first telling wrote."""

from __future__ import annotations

from hashlib import sha256

from hub.model.timestamps import Timestamp, to_seconds


def demo_id(at: Timestamp, name: str, *, place: int = 0) -> str:
    """Return the id of the thing `name` made at a time; like every id it sorts by time, and then by `place`."""
    return f"{int(to_seconds(at) * 1000) + place:012x}{sha256(name.encode()).hexdigest()[:20]}"
