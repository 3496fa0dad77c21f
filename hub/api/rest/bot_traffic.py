"""How a bot fares with real customers: what it did not understand, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from hub.api.access import READ_BOTS, TRAIN
from hub.api.call import Call, Nothing
from hub.api.decoding import refuse
from hub.api.routes import Routes
from hub.model.ids import BotId
from hub.model.reasons import reason
from hub.model.teaching import BotTurnId
from hub.services.teaching.shown import Analytics, Edited, Misunderstood, Talk, TurnState

routes = Routes("bots")
_MOST = 500
Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
TurnIds = Annotated[tuple[Annotated[BotTurnId, msgspec.Meta(max_length=300)], ...], msgspec.Meta(max_length=_MOST)]


class MisunderstoodAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of how many days, and what was done about them."""

    days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 7
    state: TurnState = "open"


class TalkAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Around which message."""

    turn_id: Annotated[BotTurnId, msgspec.Meta(max_length=300)]


class LabelWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The intent that messages have; `texts` are the words with marks, by turn, where they are to be kept so."""

    turn_ids: TurnIds
    intent: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    texts: Annotated[Mapping[str, Annotated[str, msgspec.Meta(max_length=2000)]], msgspec.Meta(max_length=_MOST)] = {}


class AsideWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Messages that nobody needs to look at; `back` brings them back."""

    turn_ids: TurnIds
    back: bool = False


class AsideDone(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to say."""


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first and the last day, by UTC; the last seven days by default."""

    start: Date | None = msgspec.field(name="from", default=None)
    end: Date | None = msgspec.field(name="to", default=None)


@routes.on("GET", "/bots/{id}/misunderstood", access=READ_BOTS)
async def list_misunderstood(call: Call[Nothing, MisunderstoodAsked]) -> Misunderstood:
    """List messages that the bot did not understand, those that are alike together."""
    inbox = call.services.teaching.misunderstood
    return await inbox.groups(BotId(call.id), days=call.query.days, state=call.query.state)


@routes.on("GET", "/bots/{id}/misunderstood/talk", access=READ_BOTS)
async def get_talk(call: Call[Nothing, TalkAsked]) -> Talk:
    """Return what was said around a message that the bot did not understand."""
    return await call.services.teaching.misunderstood.talk(BotId(call.id), call.query.turn_id)


@routes.on("POST", "/bots/{id}/misunderstood/label", access=TRAIN)
async def label_misunderstood(call: Call[LabelWish, Nothing]) -> Edited:
    """Say which intent messages have: they become its examples, in one edit."""
    wish = call.body
    inbox = call.services.teaching.misunderstood
    return await inbox.label(BotId(call.id), wish.turn_ids, wish.intent, texts=wish.texts, by=call.agent)


@routes.on("POST", "/bots/{id}/misunderstood/aside", access=TRAIN)
async def put_misunderstood_aside(call: Call[AsideWish, Nothing]) -> AsideDone:
    """Put messages aside, or bring them back."""
    inbox = call.services.teaching.misunderstood
    await inbox.put_aside(BotId(call.id), call.body.turn_ids, back=call.body.back, by=call.agent)
    return AsideDone()


@routes.on("GET", "/bots/{id}/analytics", access=READ_BOTS)
async def get_bot_analytics(call: Call[Nothing, Period]) -> Analytics:
    """Return the bot's figures of some days."""
    try:
        return await call.services.teaching.analytics.of(BotId(call.id), call.query.start, call.query.end)
    except ValueError as error:
        raise refuse("from", reason(error)) from error
