"""Canned replies: prepared answers, shared by all who serve."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import EVERYBODY, SERVE
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.patches import patched
from hub.api.routes import Routes
from hub.model.content import MAX_TEXT
from hub.model.workspace import CannedReply

routes = Routes("canned-replies")
Shortcut = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Title = Annotated[str, msgspec.Meta(max_length=100)]
Language = Annotated[str, msgspec.Meta(min_length=2, max_length=20)]
Body = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]


class CannedReplyDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new canned reply; `{{customer.name}}` and `{{agent.name}}` are filled in where it is inserted."""

    shortcut: Shortcut
    title: Title = ""
    language: Language = "zh"
    text: Body


class CannedReplyPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a canned reply."""

    shortcut: Shortcut | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    text: Body | UnsetType = UNSET


@routes.on("GET", "/canned-replies", access=EVERYBODY)
async def list_canned_replies(call: Call[Nothing, Paging]) -> Listing[CannedReply]:
    """List the canned replies."""
    return listing(call.services.directory.canned_replies(), call.query)


@routes.on("POST", "/canned-replies", access=SERVE, status=201)
async def create_canned_reply(call: Call[CannedReplyDraft, Nothing]) -> CannedReply:
    """Add a canned reply."""
    draft = call.body
    reply = CannedReply(
        id=call.services.core.ids.new(),
        shortcut=draft.shortcut,
        title=draft.title,
        language=draft.language,
        text=draft.text,
    )
    return await call.services.records.create(reply)


@routes.on("PATCH", "/canned-replies/{id}", access=SERVE)
async def change_canned_reply(call: Call[CannedReplyPatch, Nothing]) -> CannedReply:
    """Change a canned reply."""
    return await call.services.records.update(CannedReply, call.id, lambda present: patched(present, call.body))


@routes.on("DELETE", "/canned-replies/{id}", access=SERVE)
async def remove_canned_reply(call: Call[Nothing, Nothing]) -> None:
    """Remove a canned reply."""
    await call.services.records.remove("canned_reply", call.id)
