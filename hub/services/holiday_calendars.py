"""The holiday calendars that come with Huike, one file each in `hub/data/holidays`, as the notices were published.

A year whose notice is not out yet has no file; an administrator gives its data with the import instead.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

from hub.model.holidays import HolidayCalendar

_FOLDER = Path(__file__).parent.parent / "data" / "holidays"


@lru_cache(maxsize=1)
def shipped() -> tuple[HolidayCalendar, ...]:
    """Return the calendars by id; they are read once, from disk, so call it beside the event loop."""
    read = (msgspec.json.decode(path.read_bytes(), type=HolidayCalendar) for path in _FOLDER.glob("*.json"))
    return tuple(sorted(read, key=lambda calendar: calendar.id))
