"""A what-if played in the process of a long job: unpacks the recorded day, plays it both ways, and counts the waits."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hub.model.ids import QueueId
from hub.services.long_job_process import Progress
from hub.services.recorded_day import Chunk, joined
from hub.services.router_config import read_line_name
from hub.services.what_if_agents import OtherAgents
from hub.services.what_if_relax import OtherRelax, relaxed_otherwise
from routing import events as e
from routing.config import Config, Queue
from routing.waits import Waits
from routing.what_if import what_if

_UNPACKED, _PLAYED = 0.3, 0.95
"""Shares of the work when the day is unpacked, and when it is played."""
_BETWEEN = "\n"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is played: the day's pieces, and what is different. `settings` are fields of the router's `Config`."""

    day: str
    chunks: list[Chunk]
    is_whole: bool
    within_s: float
    settings: Mapping[str, float | None] = {}
    queues: Mapping[str, Queue] = {}
    agents: OtherAgents = OtherAgents()
    relax: OtherRelax = {}


class ClassWaits(msgspec.Struct, frozen=True, kw_only=True):
    """The waits of one queue and priority, as they were and as they would have been."""

    queue_id: QueueId
    priority: int
    before: Waits
    after: Waits


class TotalWaits(msgspec.Struct, frozen=True, kw_only=True):
    """The waits of all."""

    before: Waits
    after: Waits


class WhatIfResult(msgspec.Struct, frozen=True, kw_only=True):
    """Both ways side by side. `complete` is false when a part of the day was not recorded or had other settings."""

    day: str
    sessions: int
    complete: bool
    recorded_s: float
    within_s: float
    total: TotalWaits
    by_class: tuple[ClassWaits, ...]


def play(payload: bytes, progress: Progress) -> bytes:
    """Do the work of one what-if.

    Raises:
        ValueError: there is nothing to play.
    """
    task = msgspec.json.decode(payload, type=Task)
    progress(0.0)
    recorded = joined(task.day, task.chunks, is_whole=task.is_whole)
    if recorded is None or not recorded.log:
        raise ValueError("Nothing was recorded on this day.")
    progress(_UNPACKED)
    found = what_if(
        recorded.log,
        _other(recorded.config, task),
        within_s=task.within_s,
        class_of=_class_of,
        change=lambda fixed: task.agents.apply(relaxed_otherwise(fixed, task.relax)),
        told=lambda share: progress(_UNPACKED + (_PLAYED - _UNPACKED) * share),
    )
    rows = []
    for name, pair in found.by_class.items():
        queue_id, _, priority = name.partition(_BETWEEN)
        rows.append(
            ClassWaits(queue_id=QueueId(queue_id), priority=int(priority), before=pair.before, after=pair.after)
        )
    result = WhatIfResult(
        day=task.day,
        sessions=len({event.session for event, _, _ in recorded.log if isinstance(event, e.SessionQueued)}),
        complete=recorded.is_complete,
        recorded_s=round(recorded.log[-1][1] - recorded.log[0][1], 1),
        within_s=task.within_s,
        total=TotalWaits(before=found.total.before, after=found.total.after),
        by_class=tuple(sorted(rows, key=lambda row: (row.queue_id, row.priority))),
    )
    return msgspec.json.encode(result)


def _other(recorded: Config, task: Task) -> Config:
    queues = {**recorded.queues, **task.queues}
    parts = {name: getattr(recorded, name) for name in Config.__struct_fields__}
    return Config(**{**parts, **task.settings, "queues": queues})


def _class_of(event: e.SessionQueued) -> str:
    return f"{read_line_name(event.queue)[0]}{_BETWEEN}{event.priority}"
