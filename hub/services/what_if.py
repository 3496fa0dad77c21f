"""What-if: yesterday's log under other settings, hours, steps or agents, before anybody switches them on.

Works out here what the wished records would come to for the router; playing the day is the long job's.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hub.errors import InvalidInput, NotFound
from hub.model.ids import AgentId, QueueId
from hub.model.long_job import LongJob
from hub.model.queues import DEFAULT_QUEUE, Queue, RoutingSettings
from hub.model.reasons import reason
from hub.model.workspace import BusinessHours
from hub.services.directory import Directory
from hub.services.long_jobs import Assignment, LongJobs
from hub.services.recording import RecordedDay, Recorder
from hub.services.router_config import Lines, every_queue, queue_with, read_line_name
from hub.services.what_if_agents import OtherAgents
from hub.services.what_if_play import Task
from hub.services.what_if_relax import OtherRelax
from routing.config import Config
from routing.config import Queue as Line

KIND = "what_if"
_SETTINGS: Mapping[str, str] = {
    "accept_timeout_s": "accept_timeout",
    "grace_s": "grace",
    "reject_exclusion_s": "reject_exclusion",
    "sticky_hold_s": "sticky_hold",
    "sticky_window_s": "sticky_window",
    "earmark_after_s": "earmark_after",
    "aging_s": "aging_s",
}
"""The settings that the router itself knows, under its names; the others change nothing of a recorded day."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different: whole records as they would be, the settings' names that were wished, agents, steps."""

    settings: RoutingSettings
    wished: tuple[str, ...] = ()
    queues: Mapping[QueueId, Queue] = {}
    hours: Mapping[str, BusinessHours] = {}
    agents: OtherAgents = OtherAgents()
    relax: OtherRelax = {}
    within_s: float | None = None


class WhatIf:
    """Plays recorded days."""

    def __init__(self, directory: Directory, recorder: Recorder, jobs: LongJobs) -> None:
        """Read the recordings; play them as long jobs."""
        self._directory = directory
        self._recorder = recorder
        self._jobs = jobs

    async def days(self) -> list[RecordedDay]:
        """Return the days that can be played, the newest first; on the leader, up to this moment."""
        await self._recorder.flush()
        return await self._recorder.days()

    async def start(self, day: str, wish: Wish, by: AgentId) -> LongJob:
        """Begin to play a day under the wish; its result is a `WhatIfResult`.

        Raises:
            NotFound: nothing was recorded on that day.
            InvalidInput: the wish is impossible for the router; one plain sentence.
            RateLimited: too many jobs wait.
        """
        if day not in {one.day for one in await self.days()}:
            raise NotFound("Nothing was recorded on this day.")
        settings = {_SETTINGS[name]: getattr(wish.settings, name) for name in wish.wished if name in _SETTINGS}
        # What the installation sets where the record says None is in the recording's own settings.
        settings = {name: value for name, value in settings.items() if value is not None or name == "aging_s"}
        try:
            Config(**settings)
            queues = self._lines(wish)
        except ValueError as error:
            raise InvalidInput(reason(error)) from error
        within_s = self._target_s() if wish.within_s is None else wish.within_s

        async def prepare() -> Assignment:
            chunks, is_whole = await self._recorder.chunks(day)
            task = Task(
                day=day,
                chunks=chunks,
                is_whole=is_whole,
                within_s=within_s,
                settings=settings,
                queues=queues,
                agents=wish.agents,
                relax=wish.relax,
            )
            return Assignment(work="hub.services.what_if_play:play", payload=msgspec.json.encode(task))

        return await self._jobs.start(KIND, by, prepare)

    def _target_s(self) -> float:
        queues = every_queue(self._directory.queues())
        return next(queue.target_s for queue in queues if queue.id == DEFAULT_QUEUE)

    def _lines(self, wish: Wish) -> dict[str, Line]:
        """Return the queues of the router that would work otherwise, each under the name that the recording has."""
        hours = {one.id: one for one in self._directory.business_hours()} | dict(wish.hours)
        found: dict[str, Line] = {}
        for name, queue, present in Lines(self._directory).names():
            own = wish.queues.get(queue.id, queue)
            hours_id = read_line_name(name)[1]
            if hours_id == queue.business_hours_id:
                hours_id = own.business_hours_id
            other = hours.get(hours_id or "")
            if (own, other) != (queue, present):
                found[name] = queue_with(own, other)
        return found
