"""Timers: what happens to a session when time passes. Durable, so that nothing depends on a process staying alive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from hub.errors import Conflict
from hub.model import commands as c
from hub.model.commit import Job
from hub.model.session import Session
from hub.model.timeline import SYSTEM
from hub.model.timestamps import seconds_between
from hub.services.core import Core
from hub.services.jobs import REMOVE, Outcome
from hub.services.sessions import Sessions


class Timers:
    """Does what timers ask for, by their names."""

    def __init__(self, core: Core, sessions: Sessions) -> None:
        """Know the timers of sessions."""
        self._core = core
        self._sessions = sessions
        self._rules: dict[str, Callable[[Session], Awaitable[Outcome]]] = {
            "session.idle": self._idle,
            "wrap_up.end": self._end_wrap_up,
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

    async def _close(self, session: Session, state: str, reason: str) -> Outcome:
        def make(now: Session) -> c.Command | None:
            return c.Close(by=SYSTEM, reason=reason) if now.state == state else None

        try:
            await self._sessions.act(session.id, make)
        except Conflict:
            return REMOVE
        return REMOVE
