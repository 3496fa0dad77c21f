"""Timers: what happens to a session when time passes. Durable, so that nothing depends on a process staying alive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hub.errors import Conflict
from hub.model import commands as c
from hub.model.commit import Job
from hub.model.decide_hours import OPENING
from hub.model.decide_talk import OVERFLOW
from hub.model.session import Session
from hub.model.timeline import SYSTEM
from hub.model.timestamps import seconds_between
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.jobs import REMOVE, Outcome
from hub.services.router_config import queue_of
from hub.services.sessions import Sessions
from hub.services.zones import load_zones
from routing.hours import is_open, next_change

_AGAIN_S = 15.0


_NEVER_OPENS_S = 86_400.0
"""Until a queue that has no next opening is looked at again; changed hours are heard of by the router at once."""


class Timers:
    """Does what timers ask for, by their names."""

    def __init__(self, core: Core, sessions: Sessions, directory: Directory) -> None:
        """Know the timers of sessions."""
        self._directory = directory
        self._core = core
        self._sessions = sessions
        self._rules: dict[str, Callable[[Session], Awaitable[Outcome]]] = {
            "session.idle": self._idle,
            "wrap_up.end": self._end_wrap_up,
            OPENING: self._recall,
            OVERFLOW: self._widen,
        }

    async def fire(self, job: Job) -> Outcome:
        """Do what a due timer asks for; a name that this version does not know is dropped."""
        rule = self._rules.get(job.name)
        if rule is None or job.session_id is None:
            return REMOVE
        session = await self._sessions.get(job.session_id)
        return REMOVE if not session.is_open else await rule(session)

    async def _idle(self, session: Session) -> Outcome:
        quiet = seconds_between(session.last_message_at or session.created_at, self._core.clock.now())
        left = self._core.session.bot_idle_s - quiet
        if session.state != "bot":
            return Outcome(retry_in=self._core.session.bot_idle_s)
        if left > 0:
            return Outcome(retry_in=left)
        return await self._close(session, "bot", "idle")

    async def _end_wrap_up(self, session: Session) -> Outcome:
        return await self._close(session, "wrap_up", "wrap_up")

    async def _widen(self, session: Session) -> Outcome:
        """Open a waiting session to others; one that is held out to somebody is looked at again soon."""
        if session.state == "offered" or session.offline is not None:
            return Outcome(retry_in=_AGAIN_S)
        if session.state == "queued":
            gone = tuple(
                step.team_id
                for step in session.demand.overflow
                if step.team_id is not None and self._directory.team(step.team_id) is None
            )
            command = c.Overflow(gone=gone)
            await self._sessions.act(session.id, lambda now: command if now.state == "queued" else None)
        return REMOVE

    async def _recall(self, session: Session) -> Outcome:
        """Take up a session that was turned away; where the hours have changed meanwhile, at the opening of now."""
        if session.offline is None:
            return REMOVE
        await load_zones(self._directory)
        now = self._core.clock.seconds()
        queue = queue_of(self._directory, session)
        if not is_open(queue, now):
            change = next_change(queue, now)
            return Outcome(retry_in=_NEVER_OPENS_S if change is None else change - now)
        try:
            await self._sessions.act(session.id, c.Recall())
        except Conflict:
            return REMOVE
        return REMOVE

    async def _close(self, session: Session, state: str, reason: str) -> Outcome:
        def make(now: Session) -> c.Command | None:
            return c.Close(by=SYSTEM, reason=reason) if now.state == state else None

        try:
            await self._sessions.act(session.id, make)
        except Conflict:
            return REMOVE
        return REMOVE
