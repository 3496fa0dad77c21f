"""What waiting customers are told, in their language. Plain sentences; every promise comes in as it was decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hub.model.queue_notices import Notice
from hub.model.routing_rules import same_language
from hub.model.session import Session
from hub.model.timestamps import Timestamp, to_seconds

Language = Literal["zh", "en"]
PLACE = "{opens_at}"
"""Stands in a channel's own text for when we open again."""


def language_of(session: Session, channel_locale: str = "") -> Language:
    """Return the language in which to tell a customer something: theirs, else that of their words, else the channel's.

    Chinese where nothing tells.
    """
    for known in (session.customer_language, session.demand.language):
        if known:
            return "zh" if same_language(known, "zh") else "en"
    said = session.last_message.text if session.last_message else ""
    if any("\u4e00" <= letter <= "\u9fff" for letter in said):
        return "zh"
    if channel_locale and channel_locale != "auto":
        return "zh" if same_language(channel_locale, "zh") else "en"
    return "en" if sum(letter.isalpha() for letter in said) > 1 else "zh"


def waiting_text(notice: Notice, language: Language) -> str:
    """Return the sentence that tells a customer how they wait."""
    return _chinese(notice) if language == "zh" else _english(notice)


def _chinese(notice: Notice) -> str:
    place = "您是下一位" if notice.position == 1 else f"您排在第 {notice.position} 位"
    time = "" if notice.promise_s is None else f"，预计 {duration(notice.promise_s, 'zh')}内接通"
    match notice.why:
        case "first":
            return f"正在为您转接人工客服：{place}{time or '，我们会尽快接待您'}。"
        case "late":
            why = "有更紧急的客户需要先接待，" if notice.overtaken else ""
            return f"抱歉，{why}等待时间比预计的长。现在{place}{time or '，暂时无法给出准确时间，我们会尽快接待您'}。"
        case "next":
            return f"感谢等待：{place}{time}。"


def _english(notice: Notice) -> str:
    place = "you are next" if notice.position == 1 else f"you are number {notice.position} in line"
    time = "" if notice.promise_s is None else f", and should be answered within {duration(notice.promise_s, 'en')}"
    match notice.why:
        case "first":
            return f"We are finding somebody for you: {place}{time or ', and we will answer as soon as we can'}."
        case "late":
            why = "More urgent customers had to go first, and the" if notice.overtaken else "The"
            unknown = "; we cannot give a good time now, and will answer as soon as we can"
            return f"Sorry: {_lower(why)} wait is longer than we said. Now {place}{time or unknown}."
        case "next":
            return f"Thank you for waiting: {place}{time}."


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def duration(seconds: float, language: Language) -> str:
    """Return a whole number of minutes as people say it."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if language == "zh":
        return " ".join(
            part for part in (f"{hours} 小时" if hours else "", f"{minutes} 分钟" if minutes else "") if part
        )
    parts = (_count(hours, "hour"), _count(minutes, "minute"))
    return " and ".join(part for part in parts if part)


def _count(number: int, word: str) -> str:
    return "" if not number else f"{number} {word}" if number == 1 else f"{number} {word}s"


def closed_text(
    action: Literal["message", "callback"],
    language: Language,
    *,
    own: str = "",
    now: Timestamp,
    opens_at: Timestamp | None,
    zone: str,
) -> str:
    """Return what a customer is told who writes outside hours; `own` is the channel's text instead of ours."""
    when = moment(opens_at, now, zone, language) if opens_at else ""
    if own:
        return own.replace(PLACE, when or ("营业时间" if language == "zh" else "opening time"))
    if language == "zh":
        said = f"现在不是服务时间，我们将在{when}恢复服务" if when else "现在不是服务时间，恢复服务后"
        said = f"您好，{said}{'，届时' if when else ''}会按顺序回复您，您的消息已经保存。"
        return f"{said}如需回电，请回复您的电话号码和方便的时间。" if action == "callback" else said
    said = f"We are closed now and open again {when}." if when else "We are closed now."
    said = f"Hello. {said} Your message is kept, and we will answer in turn when we are back."
    if action == "callback":
        said += " If you would like a call, reply with your phone number and a good time."
    return said


def moment(at: Timestamp, now: Timestamp, zone: str, language: Language) -> str:
    """Return a time near now as people say it, in the zone of the opening hours."""
    there = ZoneInfo(zone)
    then, today = (datetime.fromtimestamp(to_seconds(one), there) for one in (at, now))
    clock = then.strftime("%H:%M")
    days = (then.date() - today.date()) // timedelta(days=1)
    if language == "zh":
        day = {0: "今天", 1: "明天"}.get(days) or f"{then.month} 月 {then.day} 日"
        return f"{day} {clock} "
    day = {0: "today", 1: "tomorrow"}.get(days) or f"on {then.day} {_MONTHS[then.month - 1]}"
    return f"{day} at {clock}"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
