"""An invitation in a mail (text/calendar): what the reader of a session must know of it, no more.

Understands what RFC 5545 needs for that: folded lines, parameters, the first event. It keeps no calendar and answers
no invitation. Zones are looked up in the zone files: call it where files may be read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

_MAX_TEXT = 1_000_000
_MAX_LINES = 20_000
_LINE = re.compile(r"([A-Za-z0-9-]{1,60})((?:;[A-Za-z0-9-]{1,60}=(?:\"[^\"]*+\"|[^:;\"]*+))*+):(.*)")
_PARAMETER = re.compile(r";([A-Za-z0-9-]{1,60})=(?:\"([^\"]*+)\"|([^:;\"]*+))")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
_ESCAPED = re.compile(r"\\(.)")
_WINDOWS_ZONES = {
    "china standard time": "Asia/Shanghai", "taipei standard time": "Asia/Taipei", "tokyo standard time": "Asia/Tokyo",
    "korea standard time": "Asia/Seoul", "singapore standard time": "Asia/Singapore",
    "gmt standard time": "Europe/London",
    "w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris",
    "central europe standard time": "Europe/Budapest", "central european standard time": "Europe/Warsaw",
    "fle standard time": "Europe/Kyiv", "russian standard time": "Europe/Moscow", "india standard time": "Asia/Kolkata",
    "eastern standard time": "America/New_York", "central standard time": "America/Chicago",
    "mountain standard time": "America/Denver", "pacific standard time": "America/Los_Angeles",
    "aus eastern standard time": "Australia/Sydney", "greenwich standard time": "UTC",
}  # fmt: skip
"""Exchange names zones its own way; here are those of most people who write to Chinese companies."""


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation; `start` is UTC where the zone is known, else the local time or the day as it was written."""

    method: str = ""
    start: str = ""
    organizer: str = ""
    summary: str = ""


class _Property(NamedTuple):
    params: dict[str, str]
    value: str


_NOTHING = _Property({}, "")


class _Calendar:
    """What was gathered from the lines up to the end of the first event."""

    def __init__(self) -> None:
        self.method = ""
        self.event: dict[str, _Property] = {}
        self.offsets: dict[str, timedelta] = {}
        self._inside: list[str] = []
        self._zone = ""

    def read(self, text: str) -> None:
        """Read the lines; what is no property is passed over."""
        unfolded = re.sub(r"\r?\n[ \t]", "", text[:_MAX_TEXT])
        for line in unfolded.split("\n")[:_MAX_LINES]:
            match = _LINE.match(line.rstrip("\r"))
            if match is None:
                continue
            params = {one[1].upper(): one[2] or one[3] or "" for one in _PARAMETER.finditer(match[2])}
            self._take(match[1].upper(), _Property(params, match[3].strip()))
            if self.event and not self._inside:
                return

    def _take(self, name: str, found: _Property) -> None:
        component = self._inside[-1] if self._inside else ""
        match name, component:
            case "BEGIN", _:
                self._inside = [*self._inside[-9:], found.value.upper()]
            case "END", "VEVENT":
                self._inside = []
            case "END", _:
                self._inside = self._inside[:-1]
            case "METHOD", "VCALENDAR":
                self.method = found.value.upper()
            case "TZID", "VTIMEZONE":
                self._zone = found.value
            case "TZOFFSETTO", "STANDARD" | "DAYLIGHT":
                self._add_offset(found.value)
            case _, "VEVENT":
                self.event.setdefault(name, found)

    def _add_offset(self, text: str) -> None:
        if (match := _OFFSET.match(text)) is not None:
            sign = -1 if match[1] == "-" else 1
            offset = sign * timedelta(hours=int(match[2]), minutes=int(match[3]))
            # A zone with two offsets changes its clocks: when, is not read here.
            known = self.offsets.setdefault(self._zone, offset)
            if known != offset:
                self.offsets[self._zone] = timedelta.max


def invite(text: str) -> Invite | None:
    """Return the first event of a calendar text; nothing when there is none. Never raises."""
    calendar = _Calendar()
    calendar.read(text)
    event = calendar.event
    if not event:
        return None
    summary = event.get("SUMMARY", _NOTHING).value
    return Invite(
        method=calendar.method[:40],
        start=_start(event.get("DTSTART", _NOTHING), calendar.offsets),
        organizer=_organizer(event.get("ORGANIZER", _NOTHING)),
        summary=_ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], summary)[:1000],
    )


def _start(start: _Property, offsets: dict[str, timedelta]) -> str:
    match = _TIME.match(start.value)
    if match is None:
        return ""
    year, month, day, hour, minute, second, is_utc = match.groups()
    try:
        if hour is None:
            return datetime(int(year), int(month), int(day), tzinfo=UTC).date().isoformat()
        local = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}")
        zone = UTC if is_utc else _zone(start.params.get("TZID", ""), offsets)
        return f"{local.replace(tzinfo=zone).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if zone else local.isoformat()
    except (ValueError, OverflowError):
        return ""


def _zone(name: str, offsets: dict[str, timedelta]) -> tzinfo | None:
    known = _WINDOWS_ZONES.get(name.lower(), name)
    try:
        return ZoneInfo(known)
    except (ValueError, OSError, LookupError):
        pass  # Not a zone that anybody knows: the mail may explain it.
    offset = offsets.get(name, timedelta.max)
    return timezone(offset) if abs(offset) < timedelta(days=1) else None


def _organizer(organizer: _Property) -> str:
    address = re.sub(r"(?i)^mailto:", "", organizer.value)
    name = organizer.params.get("CN", "").strip()
    return (f"{name} <{address}>" if name and name != address else address)[:400]
