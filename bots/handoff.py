"""Words what the bot tells the person who takes over, in the customer's language."""

from __future__ import annotations

from collections.abc import Mapping

from bots.memory import OFFERED, Memory
from bots.responses import LANGUAGE_SLOT
from hub.ports.understanding import HandoffWish

_NOT_SHOWN = frozenset({LANGUAGE_SLOT, OFFERED})


def wish(reason: str, memory: Memory, labels: Mapping[str, str]) -> HandoffWish:
    """Return the wish for a person, with a summary of the intents seen, what is known, and what was asked last.

    Args:
        reason: Why a person is needed: `asked`, `not_understood`, `angry` or `action`.
        memory: What the session's memory holds at the end of this turn.
        labels: Names of intents for people, in the customer's language. Intents without one (a greeting, a "yes") are
            no topics; a bot without any names shows all intents as they are called.
    """
    topics = [intent for intent in memory.intents if not labels or intent in labels]
    intents = list(dict.fromkeys(labels.get(intent, intent) for intent in topics))
    known = [f"{name.replace('_', ' ')} = {value}" for name, value in memory.slots.items() if name not in _NOT_SHOWN]
    last = memory.questions[-1] if memory.questions else ""
    sentences = (
        _chinese(intents, known, memory.turns, last)
        if memory.language == "zh"
        else _english(intents, known, memory.turns, last)
    )
    return HandoffWish(reason=reason, summary=sentences)


def _chinese(intents: list[str], known: list[str], turns: int, last: str) -> str:
    parts = [f"客户与机器人对话 {turns} 轮。"]
    if intents:
        parts.append(f"涉及：{'、'.join(intents)}。")
    if known:
        parts.append(f"已知：{'；'.join(known)}。")
    if last:
        parts.append(f"最后一句：“{last}”")
    return "".join(parts)


def _english(intents: list[str], known: list[str], turns: int, last: str) -> str:
    parts = [f"{turns} {'turn' if turns == 1 else 'turns'} with the bot."]
    if intents:
        parts.append(f"About: {', '.join(intents)}.")
    if known:
        parts.append(f"Known: {'; '.join(known)}.")
    if last:
        parts.append(f'Last said: "{last}"')
    return " ".join(parts)
