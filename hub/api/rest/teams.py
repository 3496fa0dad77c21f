"""Teams: groups of agents that sessions can be transferred to."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import ADMIN, EVERYBODY
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.patches import patched
from hub.api.rest.names import keep_unique, must_exist
from hub.api.routes import Routes
from hub.model.ids import TeamId
from hub.model.workspace import Team

routes = Routes("teams")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class TeamDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new team."""

    name: Name


class TeamPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a team."""

    name: Name | UnsetType = UNSET


@routes.on("GET", "/teams", access=EVERYBODY)
async def list_teams(call: Call[Nothing, Paging]) -> Listing[Team]:
    """List the teams."""
    return listing(call.services.directory.teams(), call.query)


@routes.on("POST", "/teams", access=ADMIN, status=201)
async def create_team(call: Call[TeamDraft, Nothing]) -> Team:
    """Add a team."""
    keep_unique(call.services.directory.teams(), call.body.name)
    return await call.services.records.create(Team(id=TeamId(call.services.core.ids.new()), name=call.body.name))


@routes.on("PATCH", "/teams/{id}", access=ADMIN)
async def change_team(call: Call[TeamPatch, Nothing]) -> Team:
    """Rename a team."""
    must_exist(call.services.directory.find(Team, call.id))
    keep_unique(call.services.directory.teams(), call.body.name, besides=call.id)
    return await call.services.records.update(Team, call.id, lambda present: patched(present, call.body))


@routes.on("DELETE", "/teams/{id}", access=ADMIN)
async def remove_team(call: Call[Nothing, Nothing]) -> None:
    """Remove a team."""
    await call.services.records.remove("team", call.id)
