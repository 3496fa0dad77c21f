"""Makes the engine that a bot's record asks for. `hub.app` is the caller; nothing else needs to know the kinds.

Making reads files and trains, which blocks: call it before the loop runs, or in a thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

import msgspec

from bots.engine import IntentEngine, load_demo
from bots.training import read_files
from hub.errors import InvalidInput
from hub.model.workspace import Bot
from hub.ports.understanding import BotEngine


class IntentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an `intent` bot: a shipped `project`, or the `files` of one of its own (name to YAML text)."""

    project: str | None = None
    files: Mapping[str, str] = {}


def make(record: Bot) -> BotEngine:
    """Make the engine for a bot's record.

    Raises:
        InvalidInput: the settings are wrong, or name no project and no files.
        TrainingFaults: its files have errors.
    """
    match record.engine:
        case "intent":
            return _intent_engine(record)
        case "rasa":
            raise InvalidInput(f"The bot {record.name!r} asks for the engine 'rasa', which this version does not have.")
        case _:
            assert_never(record.engine)


def _intent_engine(record: Bot) -> IntentEngine:
    try:
        settings = msgspec.convert(dict(record.settings), IntentSettings)
    except msgspec.ValidationError as err:
        raise InvalidInput(f"The settings of the bot {record.name!r} are wrong: {err}") from err
    if settings.files:
        return IntentEngine(read_files(settings.files))
    if settings.project == "demo":
        return load_demo()
    raise InvalidInput(f"The bot {record.name!r} needs settings.project (known: 'demo') or settings.files.")
