"""Tags: labels for sessions and customers."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import EVERYBODY, LEADERS
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.patches import patched
from hub.api.rest.names import keep_unique, must_exist
from hub.api.routes import Routes
from hub.model.workspace import Tag

routes = Routes("tags")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Color = Annotated[str, msgspec.Meta(max_length=30, pattern=r"^[#a-zA-Z0-9-]*$")]


class TagDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new tag; the colour is a token name of the design system or `#rrggbb`."""

    name: Name
    color: Color = "neutral"


class TagPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a tag."""

    name: Name | UnsetType = UNSET
    color: Color | UnsetType = UNSET


@routes.on("GET", "/tags", access=EVERYBODY)
async def list_tags(call: Call[Nothing, Paging]) -> Listing[Tag]:
    """List the tags."""
    return listing(call.services.directory.tags(), call.query)


@routes.on("POST", "/tags", access=LEADERS, status=201)
async def create_tag(call: Call[TagDraft, Nothing]) -> Tag:
    """Add a tag."""
    keep_unique(call.services.directory.tags(), call.body.name)
    tag = Tag(id=call.services.core.ids.new(), name=call.body.name, color=call.body.color)
    return await call.services.records.create(tag)


@routes.on("PATCH", "/tags/{id}", access=LEADERS)
async def change_tag(call: Call[TagPatch, Nothing]) -> Tag:
    """Change a tag."""
    must_exist(call.services.directory.find(Tag, call.id))
    keep_unique(call.services.directory.tags(), call.body.name, besides=call.id)
    return await call.services.records.update(Tag, call.id, lambda present: patched(present, call.body))


@routes.on("DELETE", "/tags/{id}", access=LEADERS)
async def remove_tag(call: Call[Nothing, Nothing]) -> None:
    """Remove a tag; what carries it keeps it."""
    await call.services.records.remove("tag", call.id)
