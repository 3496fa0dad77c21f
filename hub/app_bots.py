"""The part of the composition root that names what the bots' folder offers: engines, teacher, moods, model server.

Everything is loaded when it is first needed, since it is half of the time of a start: by one thread at a time, since
two that load parts of one package from different ends wait for each other's.
"""

from __future__ import annotations

import asyncio
import threading

from hub.model.model_server import ModelServerSettings
from hub.model.queues import Feeling
from hub.model.word_search import plain
from hub.model.workspace import Bot
from hub.ports.model_server import ModelServer
from hub.ports.teaching import Teacher
from hub.ports.understanding import BotEngine
from hub.services.bot_engines import Learnt, Ready
from hub.services.bot_secrets import BotSecrets

_LOADING = threading.Lock()


def make_engine(secrets: BotSecrets, encoder: str, bot: Bot, learnt: Learnt | None) -> Ready:
    """Make a bot's engine; called beside the loop, which is why it may load and train."""
    with _LOADING:
        from bots import engines  # noqa: PLC0415
        from bots.engine import IntentEngine  # noqa: PLC0415
        from bots.nlu.onnx_encoder import encoder_at  # noqa: PLC0415
        from bots.teaching.understander import ModelUnderstander  # noqa: PLC0415

    record = secrets.opened(bot)
    engine: BotEngine = (
        engines.make(record, learnt.files, learnt.model, encoder_at(encoder)) if learnt else engines.make(record)
    )
    understander = ModelUnderstander(engine.model) if isinstance(engine, IntentEngine) else None
    return Ready(engine=engine, understander=understander)


def make_teacher(encoder: str) -> Teacher:
    """Make the teacher; called beside the loop, since what it stands on takes long to load."""
    with _LOADING:
        from bots.teaching import Teacher as Shipped  # noqa: PLC0415

    return Shipped(encoder)


def make_model_server(settings: ModelServerSettings, api_key: str) -> ModelServer:
    """Make what speaks to the model server; most workspaces have none, and load nothing for it."""
    with _LOADING:
        from bots.model_server import ChatServer  # noqa: PLC0415

    return ChatServer(settings, api_key)


def read_feeling(text: str, language: str | None) -> tuple[Feeling, tuple[str, ...]]:
    """Read the mood of a message, in whichever of the bots' languages it is."""
    with _LOADING:
        from bots.nlu.emotion import emotion_of  # noqa: PLC0415

    mood = emotion_of(text, language)
    return mood.level, mood.words


def read_alike(text: str) -> str:
    """Return a text as it is looked up: one width, small letters, simplified characters."""
    with _LOADING:
        from bots.nlu.traditional import simplify  # noqa: PLC0415

    return simplify(plain(text))


async def try_encoder(place: str) -> None:
    """Load the encoder that is named, so that a wrong one stops the start and not a training an hour later.

    Raises:
        SettingsError: it cannot be loaded.
    """
    if place:
        with _LOADING:
            from bots.nlu.onnx_encoder import encoder_at  # noqa: PLC0415

        await asyncio.to_thread(encoder_at, place)
