"""Words what the bot tells the person who takes over, in the customer's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bots.dialogue.memory import OFFERED, Memory, Mood
from bots.dialogue.responses import LANGUAGE_SLOT
from hub.ports.understanding import HandoffWish

_NOT_SHOWN = frozenset({LANGUAGE_SLOT, OFFERED})
_LONGEST_VALUE = 100
_MOODS_ZH: Mapping[Mood, str] = {
    "unhappy": "客户有些不满。",
    "angry": "客户情绪激动。",
    "threatening": "客户表示要投诉或离开。",
}
_MOODS_EN: Mapping[Mood, str] = {
    "unhappy": "The customer is unhappy.",
    "angry": "The customer is angry.",
    "threatening": "The customer threatens to complain or to leave.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What there is to tell, in words of the customer's language."""

    turns: int
    intents: list[str]
    known: list[str]
    tried: list[str]
    questions: list[str]
    mood: Mood


def wish(reason: str, memory: Memory, labels: Mapping[str, str], titles: Mapping[str, str]) -> HandoffWish:
    """Return the wish for a person, with a summary: topics, what is known, what was tried, the mood, the last words.

    Args:
        reason: Why a person is needed: `asked`, `not_understood`, `angry` or `action`.
        memory: What the session's memory holds at the end of this turn.
        labels: Names of intents for people, in the customer's language. Intents without one (a greeting, a "yes") are
            no topics; a bot without any names shows all intents as they are called.
        titles: Names of slots and actions for people.
    """
    topics = [intent for intent in memory.intents if not labels or intent in labels]
    facts = _Facts(
        turns=memory.turns,
        intents=list(dict.fromkeys(labels.get(intent, intent) for intent in topics)),
        known=[
            f"{_title(name, titles)} = {str(value)[:_LONGEST_VALUE]}"
            for name, value in memory.slots.items()
            if name not in _NOT_SHOWN
        ],
        tried=[_title(name, titles) for name in memory.tried],
        questions=memory.questions[-3:],
        mood=memory.mood,
    )
    return HandoffWish(reason=reason, summary=_chinese(facts) if memory.language == "zh" else _english(facts))


def _title(name: str, titles: Mapping[str, str]) -> str:
    return titles.get(name) or name.removeprefix("action_").replace("_", " ")


def _chinese(facts: _Facts) -> str:
    parts = [f"客户与机器人对话 {facts.turns} 轮。"]
    if facts.intents:
        parts.append(f"涉及：{'、'.join(facts.intents)}。")
    if facts.known:
        parts.append(f"已知：{'；'.join(facts.known)}。")
    if facts.tried:
        parts.append(f"已尝试：{'、'.join(facts.tried)}。")
    if facts.mood in _MOODS_ZH:
        parts.append(_MOODS_ZH[facts.mood])
    if facts.questions:
        quoted = "、".join(f"“{question}”" for question in facts.questions)
        parts.append(f"最近的话：{quoted}")
    return "".join(parts)


def _english(facts: _Facts) -> str:
    parts = [f"{facts.turns} {'turn' if facts.turns == 1 else 'turns'} with the bot."]
    if facts.intents:
        parts.append(f"About: {', '.join(facts.intents)}.")
    if facts.known:
        parts.append(f"Known: {'; '.join(facts.known)}.")
    if facts.tried:
        parts.append(f"Tried: {', '.join(facts.tried)}.")
    if facts.mood in _MOODS_EN:
        parts.append(_MOODS_EN[facts.mood])
    if facts.questions:
        quoted = ", ".join(f'"{question}"' for question in facts.questions)
        parts.append(f"Last said: {quoted}")
    return " ".join(parts)
