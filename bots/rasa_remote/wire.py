"""What a Rasa server sends, read into typed values and contents; nothing in it is taken on trust. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bots.dialogue.responses import contents_of
from bots.training.dataset import Button
from hub.model.content import Content
from hub.model.session import IntentScore

MAX_CONTENTS = 10
_MAX_SLOTS = 40
_MAX_VALUE = 200


class RemoteIntent(msgspec.Struct, frozen=True):
    """An intent with its share; null where a message was a command."""

    name: str | None = None
    confidence: float | None = None


class LatestMessage(msgspec.Struct, frozen=True):
    """What was understood of the last message."""

    intent: RemoteIntent = RemoteIntent()
    intent_ranking: tuple[RemoteIntent, ...] = ()


class Tracker(msgspec.Struct, frozen=True):
    """The conversation as the server keeps it."""

    slots: Mapping[str, object] = {}
    events: tuple[dict[str, object], ...] = ()
    latest_message: LatestMessage = LatestMessage()
    paused: bool = False


class _Button(msgspec.Struct, frozen=True):
    title: str
    payload: str | None = None


class _Message(msgspec.Struct, frozen=True):
    text: str | None = None
    image: str | None = None
    attachment: object = None
    buttons: tuple[_Button, ...] | None = None
    quick_replies: tuple[_Button, ...] | None = None
    custom: object = None


trackers = msgspec.json.Decoder(Tracker)
messages = msgspec.json.Decoder(tuple[_Message, ...])


def contents_from(answer: bytes) -> list[Content]:
    """Return what the server says.

    Raises:
        msgspec.MsgspecError: it is not the form of the REST channel.
    """
    contents: list[Content] = []
    for message in messages.decode(answer):
        custom = message.custom if isinstance(message.custom, Mapping) else {}
        buttons = [
            Button(title=button.title, payload=button.payload or button.title)
            for button in (*(message.buttons or ()), *(message.quick_replies or ()))
        ]
        contents += contents_of(
            text=message.text or str(custom.get("text") or ""),
            image=_address(message.image),
            link=_address(message.attachment),
            buttons=buttons,
        )
    return contents[:MAX_CONTENTS]


def handoff_from(answer: bytes) -> str | None:
    """Return the reason where a message of the server asks for a person: `custom: {handoff: REASON}`, or true."""
    for message in messages.decode(answer):
        if isinstance(message.custom, Mapping) and message.custom.get("handoff"):
            wanted = message.custom["handoff"]
            return wanted if isinstance(wanted, str) else "action"
    return None


def actions_in(events: Sequence[Mapping[str, object]]) -> list[str]:
    """Return the actions among some events, in order."""
    names = (event.get("name") for event in events if event.get("event") == "action")
    return [name for name in names if isinstance(name, str)]


def scores_of(message: LatestMessage) -> tuple[IntentScore, ...]:
    """Return the five best intents of a message, best first; a fallback keeps the first place that Rasa gave it."""
    ranking = message.intent_ranking or (message.intent,)
    found = [
        IntentScore(name=intent.name, confidence=round(min(1.0, max(0.0, intent.confidence or 0.0)), 4))
        for intent in ranking[:10]
        if intent.name
    ]
    top = message.intent.name
    return tuple(sorted(found, key=lambda score: (score.name != top, -score.confidence)))[:5]


def slots_of(tracker: Tracker) -> dict[str, str]:
    """Return the slots that are set, as texts of bounded length."""
    told = {name: value for name, value in tracker.slots.items() if value not in (None, "", [], {})}
    internal = ("requested_slot", "session_started_metadata")
    return {
        name: (value if isinstance(value, str) else msgspec.json.encode(value).decode())[:_MAX_VALUE]
        for name, value in list(told.items())[:_MAX_SLOTS]
        if name not in internal
    }


def _address(given: object) -> str:
    return given if isinstance(given, str) and given.startswith(("https://", "http://")) else ""
