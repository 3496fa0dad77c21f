"""What the administrator's records come to for the router: queues with their hours, and the settings for all of them.

No input or output. A queue of the router is one pair of a queue and business hours, because channels bring hours of
their own to a queue. Records that cannot be kept never stop the routing: what was in force before goes on, or the queue
is open, and the problem is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from hub.model.ids import ChannelId, QueueId
from hub.model.queues import DEFAULT_QUEUE, Queue, RoutingSettings
from hub.model.sentences import Sentence
from hub.model.session import Session
from hub.model.timestamps import Timestamp, from_seconds
from hub.model.workspace import BusinessHours
from hub.services.directory import Directory
from hub.services.opening import opening_of
from hub.services.zones import is_unknown
from hub.settings import SessionSettings
from routing import config as r
from routing.hours import is_open, next_change

_BETWEEN = "@"


class QueueProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A queue whose hours the router cannot keep, and why."""

    queue_id: QueueId
    hours_id: str | None
    detail: str


class Configured(msgspec.Struct, frozen=True, kw_only=True):
    """The router's settings, and the records that could not be kept in them."""

    config: r.Config
    problems: tuple[QueueProblem, ...] = ()


def line_name(queue_id: QueueId, hours_id: str | None) -> str:
    """Return the router's name of a queue under business hours; `read_line_name` reads it back."""
    return f"{queue_id}{_BETWEEN}{hours_id}" if hours_id else str(queue_id)


def read_line_name(name: str) -> tuple[QueueId, str | None]:
    """Return the queue and the business hours of a queue of the router."""
    queue_id, _, hours_id = name.partition(_BETWEEN)
    return QueueId(queue_id), hours_id or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What of a session decides in which queue of the router it waits."""

    queue_id: QueueId
    hours_id: str | None
    channels: tuple[ChannelId, ...]
    reply_to: ChannelId | None


def place_of(session: Session) -> Place:
    """Return what of a session decides in which queue of the router it waits."""
    return Place(
        queue_id=session.demand.queue,
        hours_id=session.demand.hours_id,
        channels=tuple(session.routes),
        reply_to=session.reply_channel_id,
    )


class Lines:
    """In which queue of the router each session waits, by the records of now."""

    def __init__(self, directory: Directory) -> None:
        """Read the directory at each question."""
        self._directory = directory

    def of(self, session: Session) -> str:
        """Return the router's queue of a session."""
        return self.at(place_of(session))

    def at(self, place: Place) -> str:
        """Return the router's queue of a session by what decides it."""
        queue = self._directory.find(Queue, place.queue_id)
        own = queue.business_hours_id if queue else None
        return line_name(place.queue_id, self._channel_hours(place) or own)

    def _channel_hours(self, place: Place) -> str | None:
        """Return the hours with which the session came while a channel of it has them, else its reply channel's."""
        channels = [self._directory.channel(one) for one in place.channels]
        hours = {channel.routing.business_hours_id for channel in channels if channel}
        if place.hours_id in hours or not hours:
            return place.hours_id
        reply = self._directory.channel(place.reply_to) if place.reply_to else None
        return reply.routing.business_hours_id if reply else None

    def names(self) -> list[tuple[str, Queue, BusinessHours | None]]:
        """Return every queue of the router that the records allow, each with its records."""
        hours = {one.id: one for one in self._directory.business_hours()}
        of_channels = {channel.routing.business_hours_id for channel in self._directory.channels()} - {None}
        found = []
        for queue in every_queue(self._directory.queues()):
            for hours_id in sorted(of_channels | {queue.business_hours_id or ""}, key=str):
                name = line_name(queue.id, hours_id)
                found.append((name, queue, hours.get(hours_id or "")))
        return found


def every_queue(kept: Iterable[Queue]) -> list[Queue]:
    """Return the queues with the one that is always there first, as nobody has changed it if it has no record."""
    queues = {queue.id: queue for queue in kept}
    default = queues.pop(DEFAULT_QUEUE, Queue(id=DEFAULT_QUEUE, version=0, name=""))
    return [default, *queues.values()]


def configured(directory: Directory, installation: SessionSettings, running: r.Config | None = None) -> Configured:
    """Return the router's settings by the records of now; `running` are those in force, which wrong records leave."""
    problems: list[QueueProblem] = []
    before: Mapping[str, r.Queue] = running.queues if running else {}
    queues: dict[str, r.Queue] = {}
    for name, queue, hours in Lines(directory).names():
        made = _kept(queue, hours)
        if isinstance(made, ValueError):
            hours_id = read_line_name(name)[1]
            problems.append(QueueProblem(queue_id=queue.id, hours_id=hours_id, detail=str(made)))
            made = before.get(name, r.ALWAYS_OPEN)
        if made != r.ALWAYS_OPEN:
            queues[name] = made
    config = _config(directory.routing_settings(), installation, queues)
    return Configured(config=config, problems=tuple(problems))


def _kept(queue: Queue, hours: BusinessHours | None) -> r.Queue | ValueError:
    if hours is not None and is_unknown(hours.zone):
        return ValueError(
            Sentence("The time zone {zone!r} is unknown; use a name like Asia/Shanghai.", zone=hours.zone)
        )
    try:
        return queue_with(queue, hours)
    except ValueError as error:
        return error


def queue_with(queue: Queue, hours: BusinessHours | None) -> r.Queue:
    """Return how the router works a queue under business hours; raises ValueError where they are impossible."""
    made = r.Queue(prefer=queue.prefer, placement=queue.placement)
    return opening_of(hours, made) if hours is not None else made


def _config(settings: RoutingSettings, installation: SessionSettings, queues: Mapping[str, r.Queue]) -> r.Config:
    accept, grace = settings.accept_timeout_s, settings.grace_s
    return r.Config(
        accept_timeout=installation.accept_timeout_s if accept is None else accept,
        grace=installation.grace_s if grace is None else grace,
        reject_exclusion=settings.reject_exclusion_s,
        sticky_hold=settings.sticky_hold_s,
        sticky_window=settings.sticky_window_s,
        earmark_after=settings.earmark_after_s,
        aging_s=settings.aging_s,
        queues=queues,
    )


def queue_of(directory: Directory, session: Session) -> r.Queue:
    """Return the router's settings of the queue in which a session waits; open where the records are impossible."""
    queue_id, hours_id = read_line_name(Lines(directory).of(session))
    queue = directory.find(Queue, queue_id) or Queue(id=queue_id, name="")
    hours = directory.find(BusinessHours, hours_id) if hours_id else None
    made = _kept(queue, hours)
    return r.ALWAYS_OPEN if isinstance(made, ValueError) else made


def is_line_open(config: r.Config, name: str, now: float) -> bool:
    """Tell whether a queue of the router is open at a moment."""
    return is_open(config.queue(name), now)


def next_opening(config: r.Config, name: str, now: float) -> Timestamp | None:
    """Return when a closed queue of the router opens; None if it never does."""
    change = next_change(config.queue(name), now)
    return None if change is None else from_seconds(change)
