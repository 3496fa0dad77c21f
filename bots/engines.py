"""Makes the engine that a bot's record asks for. `hub.app` is the caller; nothing else needs to know the kinds.

Making reads files and trains, which blocks: call it before the loop runs, or in a thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar, assert_never

import msgspec

from bots.actions import ActionServer, DemoOffice, Doer, FirstOf, HttpOffice, Shipped, shop_actions
from bots.actions.server import TIME_LIMIT_S
from bots.engine import IntentEngine, default_responses, load_demo
from bots.nlu import Model, read_model
from bots.nlu.encoder import SentenceEncoder
from bots.rasa_remote import RasaEngine, RasaSettings
from bots.teaching import given
from bots.training import read_files
from bots.training.domain_form import domain_form
from hub.errors import InvalidInput
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.model.workspace import Bot
from hub.ports.understanding import BotEngine

Settings = TypeVar("Settings")
Address = Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s]+")]


class ActionEndpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rasa-sdk action server: the address of its webhook, its bearer token, and how long to wait for one action."""

    url: Address
    token: str = ""
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=4.5)] = TIME_LIMIT_S


class BackOffice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the shipped shop actions look orders up; the demo shop's own orders where it is not set."""

    url: Address


class IntentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an `intent` bot: a shipped `project`, or the `files` of one of its own (name to YAML text).

    What the bot is taught later takes their place. Actions are done by its action server, and by the shipped ones where
    that has none of the name.
    """

    project: str | None = None
    files: Mapping[str, str] = {}
    action_endpoint: ActionEndpoint | None = None
    back_office: BackOffice | None = None


def make(
    record: Bot,
    files: Mapping[str, str] | None = None,
    model: bytes | None = None,
    encoder: SentenceEncoder | None = None,
) -> BotEngine:
    """Make the engine for a bot's record.

    Args:
        record: The bot.
        files: What it is taught; None takes what its settings name.
        model: The model that was trained on these files; None trains one now, without an encoder.
        encoder: The encoder of this installation, for models that were trained with it.

    Raises:
        InvalidInput: the settings are wrong, name no project and no files, or the model cannot be read.
        TrainingFaults: its files have errors.
    """
    match record.engine:
        case "intent":
            return _intent_engine(record, files, None if model is None else read_model(model, encoder))
        case "rasa":
            return RasaEngine(_settings(record, RasaSettings), default_responses())
        case _:
            assert_never(record.engine)


def _settings(record: Bot, kind: type[Settings]) -> Settings:
    try:
        return msgspec.convert(dict(record.settings), kind)
    except msgspec.ValidationError as err:
        raise InvalidInput(
            Sentence("The settings of the bot {name!r} are wrong: {error}", name=record.name, error=reason(err))
        ) from err


def _intent_engine(record: Bot, files: Mapping[str, str] | None, model: Model | None) -> IntentEngine:
    settings = _settings(record, IntentSettings)
    if files is None and not settings.files and settings.project == "demo":
        engine = load_demo()
    else:
        engine = _taught(record, given(record.settings) if files is None else files, model)
    if settings.action_endpoint is None and settings.back_office is None:
        return engine
    return IntentEngine(engine.project, engine.model, doer=_doer(engine, settings))


def _taught(record: Bot, files: Mapping[str, str], model: Model | None) -> IntentEngine:
    if not files:
        raise InvalidInput(
            Sentence("The bot {name!r} needs settings.project (known: 'demo') or settings.files.", name=record.name)
        )
    return IntentEngine(read_files(files), model)


def _doer(engine: IntentEngine, settings: IntentSettings) -> Doer:
    office = HttpOffice(settings.back_office.url) if settings.back_office else DemoOffice()
    shipped = Shipped(shop_actions(office))
    endpoint = settings.action_endpoint
    if endpoint is None:
        return shipped
    domain = domain_form(engine.project.domain)
    server = ActionServer(endpoint.url, domain, token=endpoint.token, time_limit_s=endpoint.timeout_s)
    return FirstOf(server, shipped)
