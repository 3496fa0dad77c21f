"""Bots as plain records; what they are taught has calls of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import READ_BOTS, TRAIN
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.patches import patched
from hub.api.routes import Routes
from hub.errors import NotFound
from hub.model.ids import BotId
from hub.model.workspace import Bot
from hub.services.bot_secrets import shown_settings

routes = Routes("bots")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Engine = Literal["intent", "rasa"]


class BotDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new bot."""

    name: Name
    engine: Engine = "intent"
    settings: Mapping[str, Any] = {}


class BotPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a bot; `settings` are replaced whole, but secrets that are not sent stay.

    A secret stays as long as the address it goes to; an empty one, or null, takes it away.
    """

    name: Name | UnsetType = UNSET
    engine: Engine | UnsetType = UNSET
    settings: Mapping[str, Any] | UnsetType = UNSET


class BotView(msgspec.Struct, frozen=True, kw_only=True):
    """A bot; `secrets_set` names the secret settings that are set. They are never shown."""

    id: BotId
    version: int
    name: str
    engine: Engine
    settings: Mapping[str, Any]
    secrets_set: tuple[str, ...]


@routes.on("GET", "/bots", access=READ_BOTS)
async def list_bots(call: Call[Nothing, Paging]) -> Listing[BotView]:
    """List the bots."""
    page = listing(call.services.directory.bots(), call.query)
    return Listing(items=tuple(_view(bot) for bot in page.items), next_cursor=page.next_cursor)


@routes.on("POST", "/bots", access=TRAIN, status=201)
async def create_bot(call: Call[BotDraft, Nothing]) -> BotView:
    """Add a bot."""
    draft = call.body
    bot = Bot(id=BotId(call.services.core.ids.new()), name=draft.name, engine=draft.engine, settings=draft.settings)
    return _view(await call.services.records.create(call.services.bot_secrets.sealed(bot)))


@routes.on("GET", "/bots/{id}", access=READ_BOTS)
async def get_bot(call: Call[Nothing, Nothing]) -> BotView:
    """Return a bot."""
    bot = call.services.directory.bot(BotId(call.id))
    if bot is None:
        raise NotFound("There is no such bot.")
    return _view(bot)


@routes.on("PATCH", "/bots/{id}", access=TRAIN)
async def change_bot(call: Call[BotPatch, Nothing]) -> BotView:
    """Change a bot."""
    secrets = call.services.bot_secrets

    def change(present: Bot) -> Bot:
        return secrets.sealed(patched(present, call.body), present)

    return _view(await call.services.records.update(Bot, call.id, change))


def _view(bot: Bot) -> BotView:
    settings, names = shown_settings(bot)
    return BotView(
        id=bot.id, version=bot.version, name=bot.name, engine=bot.engine, settings=settings, secrets_set=names
    )
