"""Notices: waiting customers are told their place, how long it takes, and when we open again. Never twice the same.

Runs on the leader, who alone knows the places. What was told is kept in the session (`Session.told`) in the same
commit as the message, so that another leader goes on from there. When and what is decided in `hub.model.queue_notices`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Protocol

import structlog

from hub.errors import Conflict, NotFound, Unavailable
from hub.model import commands as c
from hub.model.content import Text
from hub.model.ids import ChannelId, JobId, MessageId, SessionId
from hub.model.phones import find_phone
from hub.model.queue_notices import FIRST_AFTER_S, Limits, Standing, after, decide, next_look
from hub.model.queues import Queue, Told
from hub.model.session import Session
from hub.model.timestamps import to_seconds
from hub.model.workspace import Channel
from hub.ports.bus import Published
from hub.ports.channel import Capabilities
from hub.services.connectors import Connectors
from hub.services.consents import Consents
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.measures import parts_on
from hub.services.notice_texts import closed_text, language_of, waiting_text
from hub.services.router_config import queue_of
from hub.services.sessions import Sessions
from hub.services.zones import load_zones

log = structlog.get_logger()

_ROUND_S = 1.0
_AT_ONCE = 200
"""Sessions that are looked at in a round; the others a round later, so that a crowd does not hold up the leader."""
_LATER_S = 15.0


class Places(Protocol):
    """Who knows the places in the queue: the engine of a term."""

    def position(self, session: SessionId, /) -> int | None:
        """Return the place of a waiting session, from 1."""
        ...

    def estimated_wait(self, session: SessionId, /) -> float | None:
        """Return its expected wait in seconds, where that is known."""
        ...


class Notices:
    """Tells waiting customers how it stands."""

    def __init__(
        self, core: Core, sessions: Sessions, directory: Directory, connectors: Connectors, consents: Consents
    ) -> None:
        """Know nobody; a term begins with a look at the store."""
        self._core = core
        self._sessions = sessions
        self._directory = directory
        self._connectors = connectors
        self._consents = consents
        self._is_leading = False
        self._since: dict[SessionId, float] = {}
        self._closed: set[SessionId] = set()
        self._due: list[tuple[float, SessionId]] = []

    def hear(self, published: Published) -> None:
        """Note who waits and who no longer does."""
        session = published.commit.session
        if self._is_leading and session is not None:
            self.note(session)

    def note(self, session: Session) -> None:
        """Look at a session when it is time for it, if it waits."""
        if session.state != "queued":
            self._since.pop(session.id, None)
            self._closed.discard(session.id)
            return
        now = self._core.clock.seconds()
        is_known = session.id in self._since
        if session.offline is not None:
            if session.id not in self._closed and _closed_is_untold(session):
                heapq.heappush(self._due, (now, session.id))
            self._since[session.id] = now
            self._closed.add(session.id)
        elif not is_known or session.id in self._closed:
            self._closed.discard(session.id)
            self._since[session.id] = now
            heapq.heappush(self._due, (now + FIRST_AFTER_S, session.id))

    def begin(self) -> None:
        """Begin a term, knowing nobody."""
        self._since, self._closed, self._due, self._is_leading = {}, set(), [], True

    async def lead(self, engine: Callable[[], Places]) -> None:
        """Tell customers for as long as this process leads; the engine of a term may be exchanged."""
        self.begin()
        try:
            async for session in self._core.store.open_sessions():
                self.note(session)
            while True:
                await self.look(engine())
                await self._core.clock.sleep(_ROUND_S)
        finally:
            self._is_leading = False

    async def look(self, places: Places) -> None:
        """Tell those whose time has come."""
        for _ in range(_AT_ONCE):
            now = self._core.clock.seconds()
            if not self._due or self._due[0][0] > now:
                return
            _, session_id = heapq.heappop(self._due)
            if session_id not in self._since:
                continue
            try:
                again = await self._tell(session_id, places)
            except (Conflict, NotFound, Unavailable) as error:
                log.info("notice.put_off", session=session_id, why=error.type)
                again = now + _LATER_S
            except Exception:
                # One customer's notice must not end those of all others.
                log.exception("notice.failed", session=session_id)
                continue
            if again is not None and session_id in self._since:
                heapq.heappush(self._due, (again, session_id))

    async def _tell(self, session_id: SessionId, places: Places) -> float | None:
        """Tell one customer what is due; return when to look again, None: when something changes."""
        session = await self._sessions.get(session_id)
        if session.state != "queued" or session.reply_channel_id is None:
            return None
        channel, connector = self._connectors.get(session.reply_channel_id)
        limits = connector.capabilities
        route = session.routes.get(channel.id)
        if limits.has_opt_out and route and await self._consents.is_opted_out(channel.id, route.address):
            return None
        if session.offline is not None:
            await self._tell_closed(session, channel, limits)
            return None
        now = self._core.clock.seconds()
        standing = Standing(
            since=self._since.get(session_id, now),
            position=places.position(session_id),
            wait_s=places.estimated_wait(session_id),
        )
        told_at = to_seconds(session.told.at) if session.told else 0.0
        notice = decide(now, session.told, told_at, standing, self._limits(session, channel, limits))
        if notice is not None:
            text = waiting_text(notice, language_of(session, _locale(channel)))
            told = after(session.told, notice, self._core.clock.now())
            await self._send(session, channel.id, limits, text, told)
            told_at = now
            return next_look(now, told, told_at, standing)
        return next_look(now, session.told, told_at, standing)

    async def _tell_closed(self, session: Session, channel: Channel, limits: Capabilities) -> None:
        offline = session.offline
        if offline is None or not _closed_is_untold(session):
            return
        await load_zones(self._directory)
        now, zone = self._core.clock.now(), queue_of(self._directory, session).zone
        said = session.last_message.text if session.last_message else ""
        # Whoever has given a number is not asked for one.
        has_number = bool(offline.contact or find_phone(said))
        text = closed_text(
            "message" if has_number else offline.action,
            language_of(session, _locale(channel)),
            own=str(channel.settings.get("closed_text") or ""),
            now=now,
            opens_at=offline.due_at,
            zone=zone,
        )
        count = session.told.count if session.told else 0
        await self._send(session, channel.id, limits, text, Told(at=now, count=count + 1, is_closed=True))

    async def _send(self, seen: Session, channel_id: ChannelId, limits: Capabilities, text: str, told: Told) -> None:
        message_id = MessageId(self._core.ids.new())
        job = JobId(self._core.ids.new()) if limits.pushes else None
        parts = parts_on(self._connectors, channel_id, text) if limits.pushes else 1

        def make(now: Session) -> c.Command | None:
            # Whoever was answered, told or moved meanwhile is told nothing.
            is_same = (now.state, now.told, now.offline is None, now.reply_channel_id) == (
                "queued",
                seen.told,
                seen.offline is None,
                channel_id,
            )
            if not is_same:
                return None
            return c.Notify(
                message_id=message_id,
                content=Text(text=text),
                told=told,
                push_job=job,
                parts=parts,
                automatic_per_hour=limits.automatic_per_hour,
            )

        await self._sessions.act(seen.id, make)

    def _limits(self, session: Session, channel: Channel, capabilities: Capabilities) -> Limits:
        queue = self._directory.find(Queue, session.demand.queue)
        route = session.routes.get(channel.id)
        window = route.window if route else None
        is_over = window is not None and window.ends_at <= self._core.clock.now()
        # The web chat shows the place by itself; messages that cost are sent where the channel says so.
        wanted = bool(channel.settings.get("queue_notices", not capabilities.has_opt_out))
        return Limits(
            is_wanted=capabilities.pushes and wanted and not is_over and (queue is None or queue.notices),
            once=capabilities.automatic_per_hour > 0,
            left=window.left if window else None,
        )


def _closed_is_untold(session: Session) -> bool:
    """Tell whether a customer who wrote outside hours has not been told so."""
    offline, told = session.offline, session.told
    return offline is not None and (told is None or not told.is_closed or told.at < offline.at)


def _locale(channel: Channel) -> str:
    return str(channel.settings.get("locale") or channel.routing.language or "")
