"""The live figures of the queues: one row a queue, from the wait board, the engine and the records."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from hub.model.ids import QueueId
from hub.model.queues import Queue
from hub.model.timestamps import Timestamp, from_seconds, to_seconds
from hub.model.workspace import BusinessHours
from hub.services.opening import opening_of
from hub.services.router_config import Lines, every_queue
from hub.services.wait_board import QueueBoard
from hub.services.waiting_list import Watched
from routing.hours import is_open, next_change
from routing.standing import Staff


class QueueHours(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a queue is open by its own hours, None without any, and when that changes."""

    open: bool | None = None
    changes_at: Timestamp | None = None


class LiveQueue(msgspec.Struct, frozen=True, kw_only=True):
    """One queue at this moment; the rolling figures are those of the last 15 minutes."""

    id: QueueId
    name: str
    waiting: int
    offered: int
    active: int
    longest_wait_s: float
    mean_wait_s_15min: float
    answered_15min: int
    in_target_share_15min: float
    target_s: float
    agents: Staff
    hours: QueueHours


class LiveQueues(msgspec.Struct, frozen=True, kw_only=True):
    """All queues, and how many sessions stand in a line."""

    at: Timestamp
    queues: tuple[LiveQueue, ...]
    items_total: int


@dataclass(slots=True)
class _Known:
    """What was worked out of a record of hours, good until it changes or the clock passes the change."""

    hours: BusinessHours
    told: QueueHours


class HoursClock:
    """Knows of each record of business hours whether it is open; worked out once for each change."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    async def of(self, hours: BusinessHours | None, now: float) -> QueueHours:
        """Return whether the hours are open at a moment."""
        if hours is None:
            return QueueHours()
        known = self._known.get(hours.id)
        if known is None or known.hours != hours or _is_past(known.told.changes_at, now):
            # Looking a year ahead takes milliseconds, and a zone may be read from disk.
            told = await asyncio.to_thread(_told, hours, now)
            known = self._known[hours.id] = _Known(hours, told)
        return known.told


def _is_past(at: Timestamp | None, now: float) -> bool:
    return at is not None and to_seconds(at) <= now


def _told(hours: BusinessHours, now: float) -> QueueHours:
    try:
        queue = opening_of(hours)
    except ValueError:
        return QueueHours()
    change = next_change(queue, now)
    return QueueHours(open=is_open(queue, now), changes_at=None if change is None else from_seconds(change))


async def live_queues(watched: Watched, clock: HoursClock) -> LiveQueues:
    """Return the live figures of every queue."""
    directory = watched.directory
    names: dict[QueueId, list[str]] = {}
    for name, queue, _ in Lines(directory).names():
        names.setdefault(queue.id, []).append(name)
    rows = []
    for queue in every_queue(directory.queues()):
        hours = directory.find(BusinessHours, queue.business_hours_id) if queue.business_hours_id else None
        told = await clock.of(hours, watched.now)
        rows.append(_row(watched, queue, names.get(queue.id, []), told))
    total = sum(len(queue.line) for queue in watched.board.queues.values())
    return LiveQueues(at=from_seconds(watched.now), queues=tuple(rows), items_total=total)


def _row(watched: Watched, queue: Queue, names: list[str], hours: QueueHours) -> LiveQueue:
    board = watched.board.queues.get(queue.id) or QueueBoard()
    answered, mean_s, share = board.answers.figures(watched.now, queue.target_s)
    longest = watched.now - board.line.first()[0] if board.line else 0.0
    return LiveQueue(
        id=queue.id,
        name=queue.name,
        waiting=len(board.line),
        offered=board.offered,
        active=board.active,
        longest_wait_s=round(max(0.0, longest), 1),
        mean_wait_s_15min=round(mean_s, 1),
        answered_15min=answered,
        in_target_share_15min=round(share, 4),
        target_s=queue.target_s,
        agents=watched.engine.staff(names),
        hours=hours,
    )
