"""Long jobs: how far one is, its result, and ending it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.api.access import staff
from hub.api.call import Call, Nothing
from hub.api.routes import Routes
from hub.errors import Forbidden
from hub.model.agent import Agent
from hub.model.evaluation import Evaluation
from hub.model.long_job import LongJob, LongJobId, LongJobState
from hub.model.timestamps import Timestamp
from hub.services.staffing_play import StaffingResult
from hub.services.teaching.shown import VersionView
from hub.services.what_if_play import WhatIfResult

routes = Routes("jobs")
_OWNERS = staff("admin", "supervisor", "trainer")


RESULT_FORMS: tuple[type[msgspec.Struct], ...] = (WhatIfResult, StaffingResult, VersionView, Evaluation)
"""What the results of the kinds of jobs are."""
ResultShown = Annotated[
    msgspec.Raw,
    msgspec.Meta(
        extra_json_schema={
            "oneOf": [*({"$ref": f"#/components/schemas/{form.__name__}"} for form in RESULT_FORMS), {"type": "null"}]
        }
    ),
]


class LongJobView(msgspec.Struct, frozen=True, kw_only=True):
    """A long job: `progress` from 0 to 1, then `result`, or `error` in one sentence."""

    id: LongJobId
    kind: str
    state: LongJobState
    progress: float
    result: ResultShown
    error: str | None
    created_at: Timestamp
    ended_at: Timestamp | None


class LongJobBegun(msgspec.Struct, frozen=True, kw_only=True):
    """The job that was begun: ask for it by its id."""

    job_id: LongJobId


@routes.on("GET", "/jobs/{id}", access=_OWNERS)
async def get_long_job(call: Call[Nothing, Nothing]) -> LongJobView:
    """Return a job as it stands, from any node."""
    return _view(_own(await call.services.long_jobs.get(LongJobId(call.id)), call.agent))


@routes.on("DELETE", "/jobs/{id}", access=_OWNERS, status=200)
async def cancel_long_job(call: Call[Nothing, Nothing]) -> LongJobView:
    """End a job wherever it runs; one that is over stays as it is."""
    job = _own(await call.services.long_jobs.get(LongJobId(call.id)), call.agent)
    return _view(await call.services.long_jobs.cancel(job.id))


def _own(job: LongJob, agent: Agent) -> LongJob:
    if job.by != agent.id and not agent.has("admin"):
        raise Forbidden("This job was begun by somebody else.")
    return job


def _view(job: LongJob) -> LongJobView:
    return LongJobView(
        id=job.id,
        kind=job.kind,
        state=job.state,
        progress=job.progress,
        result=job.result,
        error=job.error if job.said is None else job.said.sentence,
        created_at=job.created_at,
        ended_at=job.ended_at,
    )
