"""Invitations: method, start, organiser, in the forms of Google, Outlook and QQ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.mime.calendar import invite


def _calendar(start: str, *, before: str = "", method: str = "METHOD:REQUEST\r\n") -> str:
    return (
        f"BEGIN:VCALENDAR\r\nPRODID:x\r\n{method}{before}BEGIN:VEVENT\r\n{start}\r\n"
        'ORGANIZER;CN="Li; Wei":MAILTO:li@example.cn\r\nSUMMARY:Plan\\, part\r\n  two\\nnext\r\n'
        "BEGIN:VALARM\r\nSUMMARY:no\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:second\r\nEND:VEVENT\r\n"
    )


ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Beijing\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETTO:+0800\r\n"
    "END:STANDARD\r\nEND:VTIMEZONE\r\n"
)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART:20261122T080000Z", "2026-11-22T08:00:00Z"),
        ("DTSTART;TZID=Asia/Shanghai:20261122T160000", "2026-11-22T08:00:00Z"),
        ("DTSTART;TZID=China Standard Time:20261122T160000", "2026-11-22T08:00:00Z"),
        ("DTSTART;TZID=Beijing:20261122T160000", "2026-11-22T08:00:00Z"),
        ('DTSTART;TZID="Nowhere":20261122T160000', "2026-11-22T16:00:00"),
        ("DTSTART;VALUE=DATE:20261122", "2026-11-22"),
        ("DTSTART:20261399T990000Z", ""),
        ("DTSTART:soon", ""),
    ],
)
def test_the_start_is_read_in_its_zone(start: str, expected: str) -> None:
    found = invite(_calendar(start, before=ZONE))
    assert found is not None
    assert found.start == expected


def test_the_first_event_tells_who_and_what() -> None:
    found = invite(_calendar("DTSTART:20261122T080000Z"))
    assert found is not None
    assert (found.method, found.organizer) == ("REQUEST", "Li; Wei <li@example.cn>")
    assert found.summary == "Plan, part two\nnext"


def test_a_text_without_an_event_is_no_invitation() -> None:
    assert invite("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n") is None
    assert invite("") is None


@given(st.text(alphabet='BEGINVT:;="\r\n DSAR+0189Z', max_size=200))
def test_any_text_is_read(text: str) -> None:
    invite(f"BEGIN:VEVENT\nDTSTART;TZID={text}\nTZID:{text}")
