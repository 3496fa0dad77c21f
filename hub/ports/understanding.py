"""The understanding port: a bot that is given what the customer said and answers, and a reader of moods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from hub.model.content import Content
from hub.model.queues import Feeling
from hub.model.session import IntentScore
from hub.model.timestamps import Timestamp


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One turn: what the customer said, and what the bot kept from before (`memory`, {} at the first turn).

    `text` is the words; `payload` is set instead of understanding them when a menu was answered, in Rasa's form
    `/intent{"entity": "value"}`.
    """

    session_id: str
    text: str
    payload: str | None
    language: str | None
    channel_kind: str
    customer_name: str
    is_first: bool
    memory: Mapping[str, object]
    at: Timestamp


class HandoffWish(msgspec.Struct, frozen=True, kw_only=True):
    """The bot asks for a person: why (`asked`, `not_understood`, `angry`, `action`, …) and what it knows."""

    reason: str
    summary: str = ""


class BotAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot says and keeps; memory must be plain JSON.

    `intents` are the five best scores of this turn, best first. `missed`: the bot was not sure what was meant.
    `opening` is how many of the contents open the conversation (that this is a bot) and are said whatever comes after.
    """

    contents: tuple[Content, ...]
    memory: Mapping[str, object]
    intents: tuple[IntentScore, ...] = ()
    slots: Mapping[str, str] = {}
    handoff: HandoffWish | None = None
    missed: bool = False
    opening: int = 0


class BotEngine(Protocol):
    """Answers for one bot. Holds no state of sessions: what must be remembered goes through `memory`."""

    async def respond(self, turn: Turn) -> BotAnswer:
        """Answer one turn. The caller sets a time limit and hands over to a person on any failure."""
        ...


class FeelingReader(Protocol):
    """Reads the mood of one message without looking anything up, within a millisecond however long the message is."""

    def __call__(self, text: str, language: str | None) -> tuple[Feeling, tuple[str, ...]]:
        """Return the mood and the words that show it, as they stand in the text."""
        ...
