"""What every engine behind the understanding port must keep, as functions that take a maker of engines.

For makers of bots, in this repository and outside: call each function of `CHECKS` from whatever runs your tests. The
maker is called on the event loop, so load files and train before, or make it return what is loaded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from hub.model.content import MAX_TEXT, Content
from hub.model.timestamps import Timestamp
from hub.ports.understanding import BotAnswer, BotEngine, Turn
from hub.testing.expect import holds, same

MakeEngine = Callable[[], BotEngine]
Check = Callable[[MakeEngine], Awaitable[None]]

TIME_LIMIT_S = 5.0
"""How long a turn may take at most; the hub hands over to a person after it."""
MAX_MEMORY = 65_536
"""Most bytes of memory, as JSON. It is written to the journal with every turn."""
MAX_CONTENTS = 10
"""Most messages of one turn."""

_CHINESE = ("你好", "我的订单到哪了", "HK20260001", "谢谢", "今天天气怎么样", "人工")
_ENGLISH = ("hello", "where is my order", "HK20260001", "thank you", "what is the weather like", "human")


def first_turn(text: str, *, language: str | None = None, payload: str | None = None) -> Turn:
    """Return the first turn of a session."""
    return Turn(
        session_id="session-1",
        text=text,
        payload=payload,
        language=language,
        channel_kind="webchat",
        customer_name="Lin",
        is_first=True,
        memory={},
        at=Timestamp("2026-11-22T08:00:00.000Z"),
    )


def next_turn(before: Turn, answer: BotAnswer, text: str, *, payload: str | None = None) -> Turn:
    """Return the turn that follows an answer, with the memory as a store would give it back."""
    memory = msgspec.json.decode(msgspec.json.encode(answer.memory), type=dict[str, object])
    return msgspec.structs.replace(before, text=text, payload=payload, is_first=False, memory=memory)


async def answers_both_languages(make: MakeEngine) -> None:
    """Every turn of a Chinese and of an English conversation gets something to read, within the limit."""
    for language, texts in (("zh-CN", _CHINESE), ("en", _ENGLISH)):
        for turn, answer in await _converse(make(), texts, language):
            holds(answer.contents or answer.handoff, f"nothing was answered to {turn.text!r}")


async def memory_is_plain_json(make: MakeEngine) -> None:
    """Memory survives being written as JSON and read again, unchanged, and stays within its bound."""
    for _, answer in await _converse(make(), (*_CHINESE, *_ENGLISH) * 4, "zh-CN"):
        written = msgspec.json.encode(answer.memory)
        holds(len(written) <= MAX_MEMORY, f"memory has grown to {len(written)} bytes")
        same(msgspec.json.decode(written), dict(answer.memory), "memory, written and read again")


async def keeps_no_state_of_its_own(make: MakeEngine) -> None:
    """The same turn gets the same answer, whatever was said in between, and the turn's memory is left as it was."""
    engine = make()
    steps = await _converse(engine, _CHINESE, "zh-CN")
    await _converse(engine, _ENGLISH, "en")
    for turn, answer in steps:
        before = msgspec.json.encode(turn.memory)
        again = await _respond(engine, turn)
        same(again, answer, f"the answer to the same turn {turn.text!r}")
        same(msgspec.json.encode(turn.memory), before, "the memory that the engine was given, after its answer")


async def bears_any_text(make: MakeEngine) -> None:
    """Empty, endless, wordless and broken texts are answered too."""
    engine = make()
    short = ("", " ", "\n", "\x00", "😀😀", "?!…", "\u200b\u202e")
    for text in (*short, "a" * MAX_TEXT, "订单" * (MAX_TEXT // 2), "1" * MAX_TEXT):
        answer = await _respond(engine, first_turn(text))
        holds(answer.contents or answer.handoff, f"nothing was answered to a text of {len(text)} characters")


async def bears_any_payload(make: MakeEngine) -> None:
    """Payloads that no menu of the bot ever had are answered too."""
    engine = make()
    for payload in ("/", "/no_such_intent", '/greet{"x": ', '/greet{"x": [1]}', "/greet@high", "no slash", "/" * 500):
        answer = await _respond(engine, first_turn("", payload=payload))
        holds(answer.contents or answer.handoff, f"nothing was answered to the payload {payload[:40]!r}")


async def bears_strange_memory(make: MakeEngine) -> None:
    """A memory that another engine or an older version left is no reason to fail."""
    engine = make()
    strange: tuple[dict[str, object], ...] = (
        {"v": 99},
        {"slots": 1},
        {"something": {"else": [None]}},
        {"turns": "x"},
        {"language": "xx"},
    )
    for memory in strange:
        turn = msgspec.structs.replace(first_turn("HK20260001"), memory=memory, is_first=False)
        answer = await _respond(engine, turn)
        holds(answer.contents or answer.handoff, "nothing was answered")


async def answers_are_well_formed(make: MakeEngine) -> None:
    """Contents can be stored and shown, scores are from 0 to 1 and best first, slots are texts."""
    for _, answer in await _converse(make(), (*_CHINESE, *_ENGLISH), None):
        holds(len(answer.contents) <= MAX_CONTENTS, f"{len(answer.contents)} messages in one turn")
        written = msgspec.json.encode(answer.contents)
        same(msgspec.json.decode(written, type=tuple[Content, ...]), answer.contents, "contents read again")
        holds(all(len(content.text) <= MAX_TEXT for content in answer.contents), "a message is too long")
        holds(all(0 <= score.confidence <= 1 for score in answer.intents), f"scores outside 0 to 1: {answer.intents}")
        holds(all(isinstance(value, str) for value in answer.slots.values()), f"a slot is no text: {answer.slots}")


CHECKS: tuple[Check, ...] = (
    answers_both_languages,
    memory_is_plain_json,
    keeps_no_state_of_its_own,
    bears_any_text,
    bears_any_payload,
    bears_strange_memory,
    answers_are_well_formed,
)
"""One check for each promise of the port, to be called one by one."""


async def _converse(engine: BotEngine, texts: tuple[str, ...], language: str | None) -> list[tuple[Turn, BotAnswer]]:
    turn = first_turn(texts[0], language=language)
    steps: list[tuple[Turn, BotAnswer]] = []
    for number, text in enumerate(texts):
        if number:
            turn = next_turn(turn, steps[-1][1], text)
        steps.append((turn, await _respond(engine, turn)))
    return steps


async def _respond(engine: BotEngine, turn: Turn) -> BotAnswer:
    async with asyncio.timeout(TIME_LIMIT_S):
        return await engine.respond(turn)
