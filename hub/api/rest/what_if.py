"""Trying out: a recorded day under other settings, hours or agents, and how many agents a service level needs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import msgspec

from hub.api.access import LEADERS, READ_ALL
from hub.api.call import Call, Listing, Nothing, Paging, listing
from hub.api.decoding import refuse
from hub.api.patches import patched, sent_fields
from hub.api.rest.business_hours import BusinessHoursPatch
from hub.api.rest.long_jobs import LongJobBegun
from hub.api.rest.queues import QueuePatch
from hub.api.rest.routing_settings import RoutingSettingsPatch
from hub.api.routes import Routes
from hub.errors import InvalidInput
from hub.model.ids import QueueId
from hub.model.queues import Queue
from hub.model.reasons import reason
from hub.model.sentences import Sentence
from hub.model.timestamps import Timestamp, normalise
from hub.model.workspace import BusinessHours, RelaxStep
from hub.services import Services
from hub.services.long_jobs import Assignment
from hub.services.opening import check as check_hours
from hub.services.recording import RecordedDay
from hub.services.router_config import every_queue
from hub.services.staffing_play import StaffingTask
from hub.services.staffing_play import check as check_staffing
from hub.services.what_if import Wish
from hub.services.what_if_agents import AddedAgents, OtherAgents

routes = Routes("routing")
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Steps = Annotated[tuple[RelaxStep, ...], msgspec.Meta(max_length=20)]
_LONGEST_S = 604_800.0
_LEVELS = range(1, 11)


class WhatIfRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different on a recorded day; records are given by id with the fields that change.

    `relax` gives whoever comes to a queue other steps of relaxation than the channels do, or none. `within_s` is the
    time of the service level, the target of the default queue where it is not given.
    """

    day: Day
    settings: RoutingSettingsPatch = RoutingSettingsPatch()
    queues: Mapping[str, QueuePatch] = {}
    hours: Mapping[str, BusinessHoursPatch] = {}
    agents: OtherAgents = OtherAgents()
    relax: Mapping[str, Steps] = {}
    within_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] | None = None


@routes.on("GET", "/routing/days", access=READ_ALL)
async def list_recorded_days(call: Call[Nothing, Paging]) -> Listing[RecordedDay]:
    """List the days that can be played again, the newest first."""
    return listing(await call.services.what_if.days(), call.query)


@routes.on("POST", "/routing/what-if", access=LEADERS, status=202)
async def begin_what_if(call: Call[WhatIfRequest, Nothing]) -> LongJobBegun:
    """Play a recorded day under other settings; the job's result has the waits side by side.

    Customers, talks and refusals stay as they were recorded; who gets whom is decided anew.
    """
    wish = await _wish(call.services, call.body)
    job = await call.services.what_if.start(call.body.day, wish, call.agent.id)
    return LongJobBegun(job_id=job.id)


@routes.on("POST", "/routing/staffing", access=LEADERS, status=202)
async def begin_staffing(call: Call[StaffingTask, Nothing]) -> LongJobBegun:
    """Find how many agents answer a share of the customers in time; the job's result has points for a chart."""
    try:
        check_staffing(call.body)
    except ValueError as error:
        raise InvalidInput(reason(error)) from error
    assignment = Assignment(work="hub.services.staffing_play:play", payload=msgspec.json.encode(call.body))

    async def prepare() -> Assignment:
        return assignment

    job = await call.services.long_jobs.start("staffing", call.agent.id, prepare)
    return LongJobBegun(job_id=job.id)


async def _wish(services: Services, request: WhatIfRequest) -> Wish:
    directory = services.directory
    known = {queue.id: queue for queue in every_queue(directory.queues())}
    queues: dict[QueueId, Queue] = {}
    for name, patch in request.queues.items():
        queue = known.get(QueueId(name))
        if queue is None:
            raise refuse(f"queues.{name}", "There is no such queue.")
        queues[queue.id] = patched(queue, patch)
    hours: dict[str, BusinessHours] = {}
    for name, change in request.hours.items():
        record = directory.find(BusinessHours, name)
        if record is None:
            raise refuse(f"hours.{name}", "There are no such business hours.")
        hours[name] = patched(record, change)
        await asyncio.to_thread(check_hours, hours[name])
    for queue in queues.values():
        hours_id = queue.business_hours_id
        if hours_id is not None and directory.find(BusinessHours, hours_id) is None:
            raise refuse(f"queues.{queue.id}.business_hours_id", "There are no such business hours.")
    return Wish(
        settings=patched(directory.routing_settings(), request.settings),
        wished=tuple(sent_fields(request.settings)),
        queues=queues,
        hours=hours,
        agents=_with_times(request.agents),
        relax={QueueId(name): _sound(name, steps, known) for name, steps in request.relax.items()},
        within_s=request.within_s,
    )


def _sound(name: str, steps: Steps, known: Mapping[QueueId, Queue]) -> Steps:
    if QueueId(name) not in known:
        raise refuse(f"relax.{name}", "There is no such queue.")
    for index, step in enumerate(steps):
        if not 0 <= step.after_s <= _LONGEST_S:
            raise refuse(f"relax.{name}[{index}].after_s", "Give a time from 0 to 604800 seconds.")
        if step.level is not None and step.level not in _LEVELS:
            raise refuse(f"relax.{name}[{index}].level", "Give a level from 1 to 10, or null to drop the skill.")
    return steps


def _with_times(agents: OtherAgents) -> OtherAgents:
    """Return the wish with its times as the hub writes times."""
    added: list[AddedAgents] = []
    for index, one in enumerate(agents.add):
        times = {name: _time(index, name, getattr(one, name)) for name in ("start", "end")}
        added.append(msgspec.structs.replace(one, **times))
    return msgspec.structs.replace(agents, add=tuple(added))


def _time(index: int, name: str, text: str | None) -> Timestamp | None:
    try:
        return None if text is None else normalise(text)
    except ValueError as error:
        raise refuse(
            f"agents.add[{index}].{'from' if name == 'start' else 'to'}", Sentence("{error}.", error=reason(error))
        ) from error
