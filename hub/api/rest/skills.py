"""Skills: what agents can do; `name` is the key that routing compares, `label` is shown, by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import ADMIN, EVERYBODY
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.patches import patched
from hub.api.rest.names import keep_unique
from hub.api.routes import Routes
from hub.model.workspace import Skill

routes = Routes("skills")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Label = Mapping[Annotated[str, msgspec.Meta(max_length=20)], Annotated[str, msgspec.Meta(max_length=100)]]


class SkillDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new skill."""

    name: Name
    label: Label = {}


class SkillPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a skill; its name stays, since agents and channels refer to it."""

    label: Label | UnsetType = UNSET


@routes.on("GET", "/skills", access=EVERYBODY)
async def list_skills(call: Call[Nothing, Paging]) -> Listing[Skill]:
    """List the skills."""
    return listing(call.services.directory.skills(), call.query)


@routes.on("POST", "/skills", access=ADMIN, status=201)
async def create_skill(call: Call[SkillDraft, Nothing]) -> Skill:
    """Add a skill."""
    keep_unique(call.services.directory.skills(), call.body.name)
    skill = Skill(id=call.services.core.ids.new(), name=call.body.name, label=call.body.label)
    return await call.services.records.create(skill)


@routes.on("PATCH", "/skills/{id}", access=ADMIN)
async def change_skill(call: Call[SkillPatch, Nothing]) -> Skill:
    """Change how a skill is shown."""
    return await call.services.records.update(Skill, call.id, lambda present: patched(present, call.body))


@routes.on("DELETE", "/skills/{id}", access=ADMIN)
async def remove_skill(call: Call[Nothing, Nothing]) -> None:
    """Remove a skill; agents keep their levels of it."""
    await call.services.records.remove("skill", call.id)
