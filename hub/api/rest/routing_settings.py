"""The settings of the router that hold for all queues."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from hub.api.access import ADMIN, READ_ALL
from hub.api.call import Call, Nothing
from hub.api.patches import patched
from hub.api.routes import Routes
from hub.errors import Conflict
from hub.model.queues import RoutingSettings, Seconds

routes = Routes("routing-settings")
Positive = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class RoutingSettingsPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; null means the installation's value, or (`aging_s`) strict priorities."""

    accept_timeout_s: Annotated[float, msgspec.Meta(ge=5, le=600)] | UnsetType | None = UNSET
    grace_s: Annotated[float, msgspec.Meta(ge=0, le=600)] | UnsetType | None = UNSET
    reject_exclusion_s: Seconds | UnsetType = UNSET
    sticky_hold_s: Seconds | UnsetType = UNSET
    sticky_window_s: Seconds | UnsetType = UNSET
    earmark_after_s: Seconds | UnsetType = UNSET
    aging_s: Positive | UnsetType | None = UNSET
    unanswered_after_s: Annotated[float, msgspec.Meta(ge=30, le=604_800)] | UnsetType = UNSET
    emergency_target_s: Positive | UnsetType = UNSET
    review_skill: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | UnsetType = UNSET


@routes.on("GET", "/routing-settings", access=READ_ALL)
async def get_routing_settings(call: Call[Nothing, Nothing]) -> RoutingSettings:
    """Return the router's settings."""
    return call.services.directory.routing_settings()


@routes.on("PATCH", "/routing-settings", access=ADMIN)
async def change_routing_settings(call: Call[RoutingSettingsPatch, Nothing]) -> RoutingSettings:
    """Change the router's settings; they hold at once."""
    services = call.services
    present = services.directory.find(RoutingSettings, "default")
    if present is None:
        try:
            return await services.records.create(replace(patched(RoutingSettings(), call.body), version=1))
        except Conflict as error:
            if error.type != "exists":
                raise
    return await services.records.update(RoutingSettings, "default", lambda settings: patched(settings, call.body))
