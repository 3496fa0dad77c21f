"""Channels: configured accounts on providers. Their secrets are sealed here and never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from hub.api.access import ADMIN, READ_ALL
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.channel_settings import change_settings, check_settings
from hub.api.decoding import refuse
from hub.api.routes import Routes
from hub.api.settings import ApiSettings
from hub.errors import InvalidInput, NotFound
from hub.model.ids import ChannelId
from hub.model.queues import DEFAULT_QUEUE
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel, ChannelKind, ChannelRouting
from hub.ports.abilities import Words
from hub.ports.manifest import Setting
from hub.ports.store import SessionQuery
from hub.services import Services
from hub.services.connectors import join_settings
from hub.services.health import LastError

routes = Routes("channels")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


_LANGUAGES: tuple[Literal["zh-CN", "en"], ...] = ("zh-CN", "en")
_WAITING_SHOWN = 100
_PAUSED: Mapping[str, Words] = {
    "person": {
        "zh-CN": "已暂停发送：消息会等待，点“恢复”后继续发送。",
        "en": "Sending is paused: messages wait until you resume.",
    },
    "failing": {
        "zh-CN": "对方已连续一天无法接收，已自动暂停。请检查设置，再点“恢复”。",
        "en": "The receiver failed for a whole day, so sending was paused. Check the settings, then resume.",
    },
}


class ChannelDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new channel; the fields of `settings` depend on the kind."""

    kind: ChannelKind
    name: Name
    settings: Mapping[str, Any] = {}
    routing: ChannelRouting = ChannelRouting()


class ChannelPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change: settings field by field (null: back to the default), routing as a whole."""

    name: Name | UnsetType = UNSET
    settings: Mapping[str, Any] | UnsetType = UNSET
    routing: ChannelRouting | UnsetType = UNSET


class ChannelHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the channel works, and if not, what to do.

    `waiting` counts messages whose sending has been put off.
    """

    state: Literal["ok", "incomplete", "failing", "paused", "unavailable"]
    detail: str = ""
    said: Words | None = None
    last_inbound_at: Timestamp | None = None
    last_outbound_at: Timestamp | None = None
    last_error: LastError | None = None
    waiting: int = 0


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A channel; `secrets_set` names the secret settings that are set."""

    id: ChannelId
    kind: ChannelKind
    name: str
    settings: Mapping[str, Any]
    secrets_set: tuple[str, ...]
    routing: ChannelRouting
    webhook_url: str
    health: ChannelHealth
    created_at: Timestamp


@routes.on("GET", "/channels", access=READ_ALL)
async def list_channels(call: Call[Nothing, Paging]) -> Listing[ChannelView]:
    """List the channels."""
    page = listing(call.services.directory.channels(), call.query)
    views = [await channel_view(call.services, call.settings, channel) for channel in page.items]
    return Listing(items=tuple(views), next_cursor=page.next_cursor)


@routes.on("POST", "/channels", access=ADMIN, status=201)
async def create_channel(call: Call[ChannelDraft, Nothing]) -> ChannelView:
    """Add a channel."""
    draft, services = call.body, call.services
    if draft.kind not in services.connectors.kinds:
        raise refuse("kind", Sentence("Channels of kind {kind} come with a later version.", kind=draft.kind))
    _check_routing(services, draft.routing)
    plain, secrets = check_settings(services.manifests[draft.kind].manifest, draft.settings)
    channel = Channel(
        id=ChannelId(services.core.ids.new()),
        kind=draft.kind,
        name=draft.name,
        settings=plain,
        secrets=_sealed(services, secrets),
        routing=draft.routing,
        created_at=services.core.clock.now(),
    )
    return await channel_view(services, call.settings, await services.records.create(channel))


@routes.on("GET", "/channels/{id}", access=READ_ALL)
async def get_channel(call: Call[Nothing, Nothing]) -> ChannelView:
    """Return a channel."""
    return await channel_view(call.services, call.settings, _found(call.services, call.id))


@routes.on("PATCH", "/channels/{id}", access=ADMIN)
async def change_channel(call: Call[ChannelPatch, Nothing]) -> ChannelView:
    """Change a channel."""
    patch, services = call.body, call.services
    _found(services, call.id)
    if not isinstance(patch.routing, UnsetType):
        _check_routing(services, patch.routing)

    def change(present: Channel) -> Channel:
        after = present
        if not isinstance(patch.name, UnsetType):
            after = replace(after, name=patch.name)
        if not isinstance(patch.routing, UnsetType):
            after = replace(after, routing=patch.routing)
        if not isinstance(patch.settings, UnsetType):
            after = _with_settings(services, after, patch.settings)
        return after

    return await channel_view(services, call.settings, await services.records.update(Channel, call.id, change))


@routes.on("DELETE", "/channels/{id}", access=ADMIN)
async def remove_channel(call: Call[Nothing, Nothing]) -> None:
    """Remove a channel; its conversations stay."""
    await call.services.records.remove("channel", call.id)


def _found(services: Services, channel_id: str) -> Channel:
    channel = services.directory.channel(ChannelId(channel_id))
    if channel is None:
        raise NotFound("There is no such channel.")
    return channel


def _sealed(services: Services, secrets: Mapping[str, str]) -> dict[str, str]:
    return {name: services.secrets.seal(value) for name, value in secrets.items()}


def _with_settings(services: Services, channel: Channel, change: Mapping[str, Any]) -> Channel:
    opened = {name: services.secrets.open(sealed) for name, sealed in channel.secrets.items()}
    given = change_settings(join_settings(channel.settings, opened), change)
    plain, secrets = check_settings(services.manifests[channel.kind].manifest, given)
    kept = {name: channel.secrets[name] for name, value in secrets.items() if opened.get(name) == value}
    fresh = _sealed(services, {name: value for name, value in secrets.items() if name not in kept})
    return replace(channel, settings=plain, secrets={**kept, **fresh})


def _check_routing(services: Services, routing: ChannelRouting) -> None:
    faults: list[InvalidInput] = []
    if routing.bot_id is not None and services.directory.bot(routing.bot_id) is None:
        faults.append(refuse("routing.bot_id", "There is no such bot."))
    known_hours = {hours.id for hours in services.directory.business_hours()}
    if routing.business_hours_id is not None and routing.business_hours_id not in known_hours:
        faults.append(refuse("routing.business_hours_id", "There are no such business hours."))
    if routing.queue_id not in (None, DEFAULT_QUEUE, *(queue.id for queue in services.directory.queues())):
        faults.append(refuse("routing.queue_id", "There is no such queue."))
    for skill, level in routing.skills.items():
        if not 1 <= level <= 10:
            faults.append(refuse(f"routing.skills.{skill}", "A level is from 1 to 10."))
    if not 0 <= routing.priority <= 9:
        faults.append(refuse("routing.priority", "A priority is from 0 (urgent) to 9 (low)."))
    if not 0 <= routing.weight <= 100:
        faults.append(refuse("routing.weight", "A weight is from 0 to 100 units of capacity."))
    if faults:
        raise InvalidInput(faults[0].detail, faults=[fault for error in faults for fault in error.faults])


async def channel_view(services: Services, settings: ApiSettings, channel: Channel) -> ChannelView:
    """Return a channel with its health of the moment; never its secrets."""
    return ChannelView(
        id=channel.id,
        kind=channel.kind,
        name=channel.name,
        settings=channel.settings,
        secrets_set=tuple(sorted(channel.secrets)),
        routing=channel.routing,
        webhook_url=_webhook_url(services, settings, channel),
        health=await _health(services, channel),
        created_at=channel.created_at,
    )


def _webhook_url(services: Services, settings: ApiSettings, channel: Channel) -> str:
    url = f"{settings.public_url.rstrip('/')}/channels/{channel.id}/webhook"
    if channel.kind in ("sms_aliyun", "sms_tencent") and (sealed := channel.secrets.get("callback_token")):
        return f"{url}?token={quote(services.secrets.open(sealed), safe='')}"
    return url


async def _health(services: Services, channel: Channel) -> ChannelHealth:
    figures = services.health.figures(channel.id)
    seen = ChannelHealth(
        state="ok",
        last_inbound_at=figures.last_inbound_at or await _last_inbound(services, channel),
        last_outbound_at=figures.last_outbound_at,
        last_error=figures.last_error,
    )
    if channel.kind not in services.connectors.kinds:
        return replace(seen, state="unavailable", detail="This version has no connector for this kind.")
    if missing := _missing(services, channel):
        detail = f"Set {missing[0].name}: {missing[0].help.get('en', '')}"
        said: Words = {
            language: f"{missing[0].label[language]}: {missing[0].help[language]}" for language in _LANGUAGES
        }
        return replace(seen, state="incomplete", detail=detail, said=said)
    waiting = await services.deliveries.waiting(channel.id, _WAITING_SHOWN)
    seen = replace(seen, waiting=len(waiting))
    if channel.pause is not None:
        return replace(
            seen, state="paused", detail=_PAUSED[channel.pause.reason]["en"], said=_PAUSED[channel.pause.reason]
        )
    if (outage := await services.health.outage(channel.id)) is not None:
        return replace(seen, state="failing", detail=outage.said.get("en", ""), said=outage.said)
    if waiting and (tries := waiting[0].attempts):
        return replace(seen, state="failing", detail=tries[-1].reason or "")
    return seen


async def _last_inbound(services: Services, channel: Channel) -> Timestamp | None:
    """Return when a customer last wrote on a channel that has been silent since this node started."""
    newest = await services.core.store.sessions(SessionQuery(channel_id=channel.id, limit=1))
    route = newest.items[0].routes.get(channel.id) if newest.items else None
    return route.last_inbound_at if route else None


def _missing(services: Services, channel: Channel) -> list[Setting]:
    """Return the settings without which the channel cannot work."""
    given = {*channel.secrets, *_paths(channel.settings)}
    manifest = services.manifests[channel.kind].manifest
    return [setting for setting in manifest.settings if setting.required and setting.name not in given]


def _paths(settings: Mapping[str, object], group: str = "") -> list[str]:
    """Return the names of the settings that hold something, those of groups with a dot."""
    found: list[str] = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found += _paths(value, f"{group}{name}.")
        if value not in (None, "", (), []):
            found.append(f"{group}{name}")
    return found
