"""Kinds of channel: what can be set up, the form for it, and trying settings out before they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hub.api.access import ADMIN, READ_ALL
from hub.api.call import Call, Listing, Nothing
from hub.api.channel_settings import change_settings, check_settings
from hub.api.decoding import refuse
from hub.api.routes import Routes
from hub.errors import NotFound
from hub.model.ids import ChannelId
from hub.model.sentences import Sentence
from hub.model.workspace import Channel, ChannelKind
from hub.ports.abilities import CheckResult, Words
from hub.ports.channel import Capabilities
from hub.ports.manifest import Setting
from hub.services import Services
from hub.services.connectors import join_settings

routes = Routes("channels")


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of channel with the form of its settings; `guide` is Markdown for whoever sets it up."""

    kind: ChannelKind
    name: Words
    summary: Words
    guide: Words
    capabilities: Capabilities
    settings: tuple[Setting, ...]


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to try out; with a channel's id, what is left out is as it is kept there, secrets too."""

    kind: ChannelKind
    settings: Mapping[str, Any] = {}
    channel_id: ChannelId | None = None


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: fine when every check is."""

    ok: bool
    checks: tuple[CheckResult, ...]


@routes.on("GET", "/channel-kinds", access=READ_ALL)
async def list_kinds(call: Call[Nothing, Nothing]) -> Listing[KindView]:
    """List the kinds of channel that can be set up."""
    known = [call.services.manifests[kind] for kind in sorted(call.services.connectors.kinds)]
    return Listing(
        items=tuple(
            KindView(
                kind=one.manifest.kind,
                name=one.manifest.name,
                summary=one.manifest.summary,
                guide=one.guide,
                capabilities=one.manifest.capabilities,
                settings=one.manifest.settings,
            )
            for one in known
        )
    )


@routes.on("POST", "/channels/check", access=ADMIN)
async def check_channel(call: Call[CheckRequest, Nothing]) -> CheckAnswer:
    """Try settings out at the provider; nothing is kept and no customer is written to."""
    wanted, services = call.body, call.services
    if wanted.kind not in services.connectors.kinds:
        raise refuse("kind", Sentence("Channels of kind {kind} come with a later version.", kind=wanted.kind))
    given = wanted.settings
    if wanted.channel_id is not None:
        given = change_settings(_kept(services, wanted.channel_id, wanted.kind), given)
    plain, secrets = check_settings(services.manifests[wanted.kind].manifest, given)
    channel = Channel(
        id=wanted.channel_id or ChannelId(services.core.ids.new()),
        kind=wanted.kind,
        name="",
        settings=plain,
        created_at=services.core.clock.now(),
    )
    checks = tuple(await services.connectors.try_out(channel, join_settings(plain, secrets)))
    return CheckAnswer(ok=all(check.is_ok for check in checks), checks=checks)


def _kept(services: Services, channel_id: ChannelId, kind: ChannelKind) -> dict[str, Any]:
    channel = services.directory.channel(channel_id)
    if channel is None or channel.kind != kind:
        raise NotFound("There is no such channel of this kind.")
    opened = {name: services.secrets.open(sealed) for name, sealed in channel.secrets.items()}
    return join_settings(channel.settings, opened)
