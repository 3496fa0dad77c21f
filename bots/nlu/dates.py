"""Reads dates, Chinese and English: 2026年3月5日, 3月5号, 明天, 下周三, `5 March 2026`, `March 5th`, `next Friday`.

There is no clock here, so what depends on today stays relative: `today+1`, `weekday+1:3` (Wednesday of next week).
Dates that the calendar does not have (February 30th) are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bots.nlu.numbers import ZH_DIGITS, Reading, chinese

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_WEEKDAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
_ZH_WEEKDAYS = {letter: number for number, letter in enumerate("一二三四五六日", 1)} | {"天": 7}
_ZH_DAYS = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2,
    "大后天": 3,
}  # fmt: skip
_EN_DAYS = {"day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "day after tomorrow": 2}
_ZH_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "": 0, "下": 1, "下下": 2}
_FIGURE = rf"(?:\d{{1,2}}|[{''.join(ZH_DIGITS)}十]{{1,3}})"

_DATE = re.compile(
    rf"(?P<iso>(?<![\d./-])(?P<iy>(?:19|20)\d\d)(?P<sep>[-/.])(?P<im>\d{{1,2}})(?P=sep)(?P<id>\d{{1,2}})(?![\d./-]*\d))"
    rf"|(?P<zh>(?:(?P<zy>(?:19|20)\d\d|[{''.join(ZH_DIGITS)}]{{4}})年)?(?P<zm>{_FIGURE})月(?P<zd>{_FIGURE})[日号號]?)"
    rf"|(?P<dmy>\b(?P<dd>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<dm>{_MONTH})\b\.?(?:,? (?P<dy>(?:19|20)\d\d)\b)?)"
    rf"|(?P<mdy>\b(?P<mm>{_MONTH})\.? (?P<md>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<my>(?:19|20)\d\d)\b)?)"
    rf"|(?P<day>{'|'.join(sorted(_ZH_DAYS, key=len, reverse=True))})"
    rf"|\b(?P<enday>{'|'.join(_EN_DAYS)})\b"
    r"|(?P<zhweek>上上|下下|上|下|这|本)?个?(?:星期|礼拜|周)(?P<zhweekday>[一二三四五六日天])"
    r"|\b(?P<enweek>last|this|next|on)? ?(?P<enweekday>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?day\b",
    re.IGNORECASE,
)


def read_dates(text: str) -> Iterator[Reading]:
    """Yield the dates of a text: ISO 8601 (`--03-05` without a year), or relative to today."""
    for match in _DATE.finditer(text):
        value = _relative(match) or _calendar(match)
        if value:
            yield Reading(start=match.start(), end=match.end(), value=value)


def _relative(match: re.Match[str]) -> str:
    if match["day"] or match["enday"]:
        days = _ZH_DAYS[match["day"]] if match["day"] else _EN_DAYS[match["enday"].lower()]
        return f"today{days:+d}" if days else "today"
    if match["zhweekday"]:
        return f"weekday{_ZH_WEEKS[match['zhweek'] or '']:+d}:{_ZH_WEEKDAYS[match['zhweekday']]}"
    if match["enweekday"]:
        weeks = {"last": -1, "next": 1}.get((match["enweek"] or "").lower(), 0)
        return f"weekday{weeks:+d}:{_WEEKDAYS[match['enweekday'].lower()]}"
    return ""


def _calendar(match: re.Match[str]) -> str:
    year, month, day = _parts(match)
    try:
        date(year or 2000, month, day)
    except ValueError:
        return ""
    return f"{year:04d}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"


def _parts(match: re.Match[str]) -> tuple[int, int, int]:
    if match["iso"]:
        return int(match["iy"]), int(match["im"]), int(match["id"])
    if match["zh"]:
        return _figure(match["zy"]), _figure(match["zm"]), _figure(match["zd"])
    if match["dmy"]:
        return int(match["dy"] or 0), _MONTHS[match["dm"][:3].lower()], int(match["dd"])
    return int(match["my"] or 0), _MONTHS[match["mm"][:3].lower()], int(match["md"])


def _figure(words: str | None) -> int:
    if not words:
        return 0
    return int(words) if words.isascii() else int(chinese(words) or 0)
