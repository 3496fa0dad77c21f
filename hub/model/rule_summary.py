"""A summary of a session made by rules: what the bot learned, what was said last, and how the customer feels. Pure.

It is there without any model server, at once and the same every time, and says nothing that is not in the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hub.model.queues import Feeling
from hub.model.session import Session

Language = Literal["zh", "en"]
_LAST = 3
_QUOTED = 120
_FEELINGS: dict[Feeling, tuple[str, str]] = {
    "unhappy": ("客户有些不满。", "The customer is unhappy."),
    "angry": ("客户情绪激动。", "The customer is angry."),
    "threatening": ("客户表示要投诉或离开。", "The customer threatens to complain or to leave."),
}
_NOT_SHOWN = frozenset({"language"})


def summarise(session: Session, said: Sequence[str], answered: int, language: Language) -> str:
    """Return a summary of a few sentences.

    Args:
        session: The session; what the bot handed over, or has learned so far, comes from it.
        said: What the customer said, oldest first.
        answered: How many answers they got.
        language: In which language to write.
    """
    is_chinese = language == "zh"
    parts = [
        f"客户发来 {len(said)} 条消息，得到 {answered} 次回复。"
        if is_chinese
        else f"{_count(len(said), 'message')} from the customer, {_count(answered, 'answer')}."
    ]
    told = session.handoff.summary if session.handoff is not None else ""
    if told:
        parts.append(told)
    else:
        parts += _learned(session, is_chinese=is_chinese)
        if session.feeling in _FEELINGS:
            parts.append(_FEELINGS[session.feeling][0 if is_chinese else 1])
    if session.tags:
        parts.append(f"标签：{'、'.join(session.tags)}。" if is_chinese else f"Tags: {', '.join(session.tags)}.")
    # What the bot has quoted already is not said twice.
    if last := [_short(text) for text in said if text.strip() and text.strip() not in told][-_LAST:]:
        quoted = "、".join(f"“{text}”" for text in last) if is_chinese else ", ".join(f'"{text}"' for text in last)
        parts.append(f"客户最近说：{quoted}。" if is_chinese else f"The customer said last: {quoted}.")
    return "".join(parts) if is_chinese else " ".join(parts)


def _learned(session: Session, *, is_chinese: bool) -> list[str]:
    topics = list(dict.fromkeys(score.name for score in session.context.intents))
    known = [f"{name} = {value[:_QUOTED]}" for name, value in session.context.slots.items() if name not in _NOT_SHOWN]
    parts: list[str] = []
    if topics:
        parts.append(f"涉及：{'、'.join(topics)}。" if is_chinese else f"About: {', '.join(topics)}.")
    if known:
        parts.append(f"已知：{'；'.join(known)}。" if is_chinese else f"Known: {', '.join(known)}.")
    return parts


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _QUOTED else f"{plain[:_QUOTED]}…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
