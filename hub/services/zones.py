"""Time zones, read from disk beside the event loop: afterwards every look at them costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from hub.services.directory import Directory

_LOADED: dict[str, ZoneInfo] = {}
"""Kept for ever, so that `ZoneInfo` finds them in memory; there are some six hundred in the world."""
_UNKNOWN: set[str] = set()
"""Names that no zone had when they were last looked for."""


async def load_zones(directory: Directory) -> None:
    """Load the zones of all business hours; unknown names are left for the check that says so."""
    missing = {hours.zone for hours in directory.business_hours()} - _LOADED.keys()
    _UNKNOWN.clear()
    if missing:
        _LOADED.update(await asyncio.to_thread(_load, missing))
        _UNKNOWN.update(missing - _LOADED.keys())


def is_unknown(name: str) -> bool:
    """Tell whether a zone was looked for in vain, so that nobody need look again beside the disk."""
    return name in _UNKNOWN


def _load(names: Iterable[str]) -> dict[str, ZoneInfo]:
    loaded: dict[str, ZoneInfo] = {}
    for name in names:
        try:
            loaded[name] = ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            continue
    return loaded
