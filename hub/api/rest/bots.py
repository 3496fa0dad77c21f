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

routes = Routes("bots")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Engine = Literal["intent", "rasa"]


class BotDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new bot."""

    name: Name
    engine: Engine = "intent"
    settings: Mapping[str, Any] = {}


class BotPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a bot; `settings` are replaced whole."""

    name: Name | UnsetType = UNSET
    engine: Engine | UnsetType = UNSET
    settings: Mapping[str, Any] | UnsetType = UNSET


@routes.on("GET", "/bots", access=READ_BOTS)
async def list_bots(call: Call[Nothing, Paging]) -> Listing[Bot]:
    """List the bots."""
    return listing(call.services.directory.bots(), call.query)


@routes.on("POST", "/bots", access=TRAIN, status=201)
async def create_bot(call: Call[BotDraft, Nothing]) -> Bot:
    """Add a bot."""
    draft = call.body
    bot = Bot(id=BotId(call.services.core.ids.new()), name=draft.name, engine=draft.engine, settings=draft.settings)
    return await call.services.records.create(bot)


@routes.on("GET", "/bots/{id}", access=READ_BOTS)
async def get_bot(call: Call[Nothing, Nothing]) -> Bot:
    """Return a bot."""
    bot = call.services.directory.bot(BotId(call.id))
    if bot is None:
        raise NotFound("There is no such bot.")
    return bot


@routes.on("PATCH", "/bots/{id}", access=TRAIN)
async def change_bot(call: Call[BotPatch, Nothing]) -> Bot:
    """Change a bot."""
    return await call.services.records.update(Bot, call.id, lambda present: patched(present, call.body))
