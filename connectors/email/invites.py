"""Reading the calendar part of a mail: what is invited to, when, by whom. Pure; anything unreadable is left out.

Only the first event counts, since the entry shows one line of it; the whole calendar stays among the files.

Source: RFC 5545.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from hub.model.content import MailInvite

_LIMIT = 200_000
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"(?P<name>[A-Za-z-]+)(?P<parameters>(?:;[^:;\"]*(?:\"[^\"]*\")?)*):(?P<value>.*)")
_ZONE = re.compile(r';TZID="?([^";:]+)', re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_ESCAPE = re.compile(r"\\([nN,;\\])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    name: str
    parameters: str
    value: str


def read_invite(calendar: str) -> MailInvite | None:
    """Return what a calendar part invites to; None when it is no calendar with a method."""
    lines = _lines(calendar)
    method = next((line.value.strip().upper() for line in lines if line.name == "METHOD"), "")
    if not method or not any(line.name == "BEGIN" and line.value.strip().upper() == "VCALENDAR" for line in lines):
        return None
    event = _first_event(lines)
    return MailInvite(
        method=method[:40],
        start=_start(event.get("DTSTART"), lines),
        organizer=_organizer(event.get("ORGANIZER")),
        summary=_plain(event["SUMMARY"].value)[:500] if "SUMMARY" in event else "",
    )


def _lines(calendar: str) -> list[_Line]:
    texts = _FOLD.sub("", calendar[:_LIMIT]).splitlines()
    found = (_LINE.fullmatch(text[:4000].strip()) for text in texts)
    return [
        _Line(name=line["name"].upper(), parameters=line["parameters"], value=line["value"]) for line in found if line
    ]


def _first_event(lines: list[_Line]) -> dict[str, _Line]:
    """Return the fields of the first event itself; those of its alarms do not count."""
    event: dict[str, _Line] = {}
    inside: list[str] = []
    for line in lines:
        if line.name == "BEGIN":
            inside.append(line.value.strip().upper())
        elif line.name == "END":
            if inside and inside.pop() == "VEVENT":
                break
        elif inside and inside[-1] == "VEVENT":
            event.setdefault(line.name, line)
    return event


def _start(line: _Line | None, lines: list[_Line]) -> str:
    """Write the start in RFC 3339; a day stays a day, and a time without a known zone stays without one."""
    stamp = _STAMP.fullmatch(line.value.strip()) if line is not None else None
    if line is None or stamp is None:
        return ""
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in stamp.groups()[:6])
    try:
        at = datetime(year, month, day, hour, minute, min(second, 59))
        if stamp[4] is None:
            return at.date().isoformat()
        zone = UTC if stamp[7] else _zone(line.parameters, lines)
        return at.isoformat() if zone is None else at.replace(tzinfo=zone).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return ""


def _zone(parameters: str, lines: list[_Line]) -> tzinfo | None:
    named = _ZONE.search(parameters)
    if named is None:
        return None
    try:
        return ZoneInfo(named[1].strip())
    except (ValueError, OSError, LookupError):
        # Outlook has names of its own for zones; the calendar says what it means by them.
        return _described_zone(named[1].strip(), lines)


def _described_zone(name: str, lines: list[_Line]) -> tzinfo | None:
    is_named = False
    for line in lines:
        if line.name == "TZID":
            is_named = line.value.strip() == name
        elif line.name == "TZOFFSETTO" and is_named and (offset := _OFFSET.match(line.value.strip())):
            delta = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            return timezone(-delta if offset[1] == "-" else delta)
    return None


def _organizer(line: _Line | None) -> str:
    if line is None:
        return ""
    value = line.value.strip()
    return value[7:] if value.lower().startswith("mailto:") else value


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], text).strip()
