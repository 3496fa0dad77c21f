"""Queues: where waiting customers stand, and how each line is worked."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import ADMIN, EVERYBODY
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.decoding import refuse
from hub.api.patches import patched
from hub.api.rest.names import keep_unique
from hub.api.routes import Routes
from hub.errors import Conflict, InvalidInput, NotFound
from hub.model.ids import QueueId
from hub.model.queues import DEFAULT_QUEUE, OverflowStep, Queue, Seconds
from hub.model.sentences import Sentence
from hub.model.workspace import BusinessHours
from hub.services import Services
from hub.services.router_config import every_queue

routes = Routes("queues")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Steps = Annotated[tuple[OverflowStep, ...], msgspec.Meta(max_length=20)]


class QueueDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new queue."""

    name: Name
    business_hours_id: str | None = None
    prefer: Literal["level"] | None = None
    placement: Literal["spread", "pack"] = "spread"
    target_s: Seconds = 120
    overflow: Steps = ()
    notices: bool = True


class QueuePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a queue."""

    name: Name | UnsetType = UNSET
    business_hours_id: str | UnsetType | None = UNSET
    prefer: Literal["level"] | UnsetType | None = UNSET
    placement: Literal["spread", "pack"] | UnsetType = UNSET
    target_s: Seconds | UnsetType = UNSET
    overflow: Steps | UnsetType = UNSET
    notices: bool | UnsetType = UNSET


@routes.on("GET", "/queues", access=EVERYBODY)
async def list_queues(call: Call[Nothing, Paging]) -> Listing[Queue]:
    """List the queues; `default` is always there, at version 0 while nobody has changed it."""
    return listing(every_queue(call.services.directory.queues()), call.query)


@routes.on("POST", "/queues", access=ADMIN, status=201)
async def create_queue(call: Call[QueueDraft, Nothing]) -> Queue:
    """Add a queue."""
    draft, services = call.body, call.services
    keep_unique(services.directory.queues(), draft.name)
    _check(services, draft.business_hours_id, draft.overflow)
    queue = Queue(id=QueueId(services.core.ids.new()), **msgspec.structs.asdict(draft))
    return await services.records.create(queue)


@routes.on("GET", "/queues/{id}", access=EVERYBODY)
async def get_queue(call: Call[Nothing, Nothing]) -> Queue:
    """Return a queue."""
    return _found(call.services, call.id)


@routes.on("PATCH", "/queues/{id}", access=ADMIN)
async def change_queue(call: Call[QueuePatch, Nothing]) -> Queue:
    """Change a queue; the first change of `default` makes its record."""
    patch, services = call.body, call.services
    present = _found(services, call.id)
    keep_unique(services.directory.queues(), patch.name, besides=call.id)
    _check(
        services,
        None if isinstance(patch.business_hours_id, UnsetType) else patch.business_hours_id,
        () if isinstance(patch.overflow, UnsetType) else patch.overflow,
    )
    if present.version == 0:
        try:
            return await services.records.create(msgspec.structs.replace(patched(present, patch), version=1))
        except Conflict as error:
            if error.type != "exists":
                raise
    return await services.records.update(Queue, call.id, lambda queue: patched(queue, patch))


@routes.on("DELETE", "/queues/{id}", access=ADMIN)
async def remove_queue(call: Call[Nothing, Nothing]) -> None:
    """Remove a queue that nothing leads to any more; who waits in it waits on, as in a queue without settings."""
    if call.id == DEFAULT_QUEUE:
        raise Conflict("The default queue is always there.", code="default-queue")
    directory = call.services.directory
    used = [channel.name for channel in directory.channels() if channel.routing.queue_id == call.id]
    used += [rule.name for rule in directory.routing_rules() if rule.then.queue_id == call.id]
    if used:
        raise Conflict(Sentence("The queue is still used by: {used}.", used=used[:5]), code="in-use")
    await call.services.records.remove("queue", call.id)


def _found(services: Services, queue_id: str) -> Queue:
    for queue in every_queue(services.directory.queues()):
        if queue.id == queue_id:
            return queue
    raise NotFound("There is no such queue.")


def _check(services: Services, hours_id: str | None, overflow: tuple[OverflowStep, ...]) -> None:
    faults: list[InvalidInput] = []
    if hours_id is not None and services.directory.find(BusinessHours, hours_id) is None:
        faults.append(refuse("business_hours_id", "There are no such business hours."))
    for index, step in enumerate(overflow):
        if step.team_id is not None and services.directory.team(step.team_id) is None:
            faults.append(refuse(f"overflow[{index}].team_id", "There is no such team."))
    if faults:
        raise InvalidInput(faults[0].detail, faults=[fault for error in faults for fault in error.faults])
