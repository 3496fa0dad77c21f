"""Whether a channel is open now, and when it opens again: what its customers see and what rules ask for."""

from __future__ import annotations

import msgspec
import structlog

from hub.model.queues import DEFAULT_QUEUE, ClosedAction, Queue
from hub.model.timestamps import Timestamp, from_seconds, to_seconds
from hub.model.workspace import BusinessHours, Channel
from hub.services.directory import Directory
from hub.services.opening import opening_of
from routing.hours import is_open, next_change

log = structlog.get_logger()


class HoursNow(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel stands: closed, `action` is what happens to who writes and `opens_at` when that ends, if ever."""

    open: bool
    action: ClosedAction | None = None
    opens_at: Timestamp | None = None


OPEN = HoursNow(open=True)


class Hours:
    """Answers for channels by the records of now."""

    def __init__(self, directory: Directory) -> None:
        """Read the directory at each question."""
        self._directory = directory

    def of(self, channel: Channel) -> BusinessHours | None:
        """Return the business hours of a channel, or else those of its queue."""
        queue = self._directory.find(Queue, channel.routing.queue_id or DEFAULT_QUEUE)
        found = channel.routing.business_hours_id or (queue.business_hours_id if queue else None)
        return self._directory.find(BusinessHours, found) if found else None

    def now(self, channel: Channel, at: Timestamp) -> HoursNow | None:
        """Return how a channel stands at a time; None where nothing ever closes it."""
        hours = self.of(channel)
        if hours is None:
            return None
        try:
            queue, seconds = opening_of(hours), to_seconds(at)
            if is_open(queue, seconds):
                return OPEN
            change = next_change(queue, seconds)
        except ValueError as error:
            # Hours that cannot be kept close nothing: the router goes on without them too.
            log.warning("hours.wrong", hours=hours.id, why=str(error))
            return None
        opens_at = None if change is None else from_seconds(change)
        return HoursNow(open=False, action=hours.closed_action, opens_at=opens_at)
