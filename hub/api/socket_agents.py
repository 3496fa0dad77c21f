"""The namespace `/agent`: agents' clients act, hear events, and resume after a break without a gap.

On connecting the client is first in its rooms (what is live is held back), then what it missed is replayed from its
cursor, then it goes on live. Each event once for each connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

import msgspec

from hub.api.fanout import EVERYTHING, STAFF, agent_room, is_told, may_hear, wire
from hub.api.socket_emits import Ack, answer_emits, language_wished, parsed, refused, same_origin
from hub.api.socket_server import Connection, Sockets, in_time
from hub.errors import Forbidden, HubError, InvalidInput, Unauthenticated
from hub.model.agent import Agent
from hub.model.commit import RecordKind
from hub.model.events import SignUrl, show, told_by, view
from hub.model.ids import AgentId, SessionId
from hub.model.sentences import Sentence
from hub.ports.bus import Cursor, CursorLost, Published
from hub.services import Services
from hub.services.desk import MessageDraft
from hub.services.typing import TypingSignal

NAMESPACE = "/agent"
_PAGE = 500
_BEHIND_S = 5.0
"""How far a node may be behind another; a client that comes from there waits so long before it has to load afresh."""
_REPLAY_LIMIT = 20_000
"""Commits that a resuming client is replayed at most; beyond it loading afresh is quicker."""


class AgentAuth(msgspec.Struct, frozen=True, kw_only=True):
    """What a client sends on connecting, besides whatever it kept as a cursor."""

    token: str


class PresenceSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The chosen status."""

    status: Literal["online", "away", "offline"]


class OfSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act on a session."""

    session_id: SessionId
    reason: str = ""


class ReadTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the agent has read a session; without `seq`, everything."""

    session_id: SessionId
    seq: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Typing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the agent is typing in a session."""

    session_id: SessionId
    typing: bool = True


class AgentSockets:
    """Serves the agents' namespace."""

    def __init__(self, sockets: Sockets, services: Services, sign: SignUrl) -> None:
        """Register the namespace's events."""
        self._sockets = sockets
        self._services = services
        self._sign = sign
        self._agents: dict[str, AgentId] = {}
        self._cursors: dict[str, object] = {}
        sockets.after_connect[NAMESPACE] = self._begin
        sockets.on("connect", self._connect, namespace=NAMESPACE)
        sockets.on("disconnect", self._disconnect, namespace=NAMESPACE)
        acts = {
            "presence.set": self._presence,
            "session.accept": self._accept,
            "session.reject": self._reject,
            "typing": self._typing,
            "read": self._read,
            "message.send": self._send,
        }
        answer_emits(sockets, NAMESPACE, acts, caller=self._agent)
        services.directory.watch(self._record_changed)

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: object) -> None:
        language = language_wished(environ, auth)
        try:
            if not same_origin(environ):
                raise Unauthenticated("The console is not served from this origin.")
            # The cursor is whatever the client kept: it is judged when it is used, and never a reason to refuse.
            given = auth if isinstance(auth, dict) else {}
            wish = parsed({"token": given.get("token")}, AgentAuth)
            agent = self._services.accounts.agent_of(wish.token)
        except InvalidInput as error:
            raise refused(
                Unauthenticated(Sentence("Connect with a token: {detail}", detail=Sentence.of(error.detail))), language
            ) from error
        except HubError as error:
            raise refused(error, language) from error
        connection = self._sockets.open_connection(sid, NAMESPACE, language)
        self._agents[sid] = agent.id
        self._cursors[sid] = given.get("cursor")
        self._sockets.join(connection, agent_room(agent.id))
        self._sockets.join(connection, STAFF)
        if agent.sees_all:
            self._sockets.join(connection, EVERYTHING)
        async with in_time():
            await self._services.presences.connected(agent.id, sid)

    async def _begin(self, connection: Connection) -> None:
        agent = self._agent(connection.sid)
        cursor = self._cursors.pop(connection.sid, None)
        last = (0, -1)
        if agent is not None and cursor is not None:
            try:
                last = await self._replay(connection, agent, Cursor.decode(cursor))
            except CursorLost:
                last = (0, -1)
                self._sockets.emit_to(connection, "resync", {"cursor": (await self._services.core.bus.end()).encode()})
        await self._sockets.go_live(connection, last)

    async def _replay(self, connection: Connection, agent: Agent, cursor: Cursor | None) -> tuple[int, int]:
        if cursor is None:
            raise CursorLost
        await self._draw_level(cursor)
        bus, after, seen = self._services.core.bus, cursor, 0
        while True:
            async with in_time():
                page = await bus.read(after, _PAGE)
            seen += len(page)
            if seen > _REPLAY_LIMIT:
                raise CursorLost
            for published in page:
                after = self._replay_one(connection, agent, published, after)
                await self._sockets.breathe(connection)
            if len(page) < _PAGE:
                return (after.position, after.index)

    async def _draw_level(self, cursor: Cursor) -> None:
        """Wait until this node has heard what the client has heard on another; the journal tells whether it will."""
        core = self._services.core
        end = await core.bus.end()
        if cursor.epoch != end.epoch or cursor.position <= end.position:
            return
        if cursor.position <= await core.store.last_position():
            with suppress(TimeoutError):
                async with asyncio.timeout(_BEHIND_S):
                    while (await core.bus.end()).position < cursor.position:
                        await core.clock.sleep(0.02)

    def _replay_one(self, connection: Connection, agent: Agent, published: Published, after: Cursor) -> Cursor:
        events = told_by(published.commit, self._sign)
        for event in events:
            place = Cursor(epoch=published.epoch, position=published.position, index=event.index)
            is_new = (place.position, place.index) > (after.position, after.index)
            if is_new and is_told(event) and may_hear(agent, published.commit):
                self._sockets.send(connection, wire(event, place))
        return Cursor(epoch=published.epoch, position=published.position, index=max(len(events) - 1, 0))

    async def _disconnect(self, sid: str, *_: object) -> None:
        connection = self._sockets.connections.pop(sid, None)
        agent_id = self._agents.pop(sid, None)
        self._cursors.pop(sid, None)
        if connection is not None:
            self._sockets.leave_all(connection)
        if agent_id is not None:
            await self._services.presences.disconnected(agent_id, sid)

    def _agent(self, sid: str) -> Agent | None:
        agent_id = self._agents.get(sid)
        return self._services.directory.agent(agent_id) if agent_id else None

    def _record_changed(self, kind: RecordKind, record_id: str) -> None:
        """Follow roles that change while connected; a disabled account is cut."""
        if kind != "agent":
            return
        agent = self._services.directory.agent(AgentId(record_id))
        for connection in tuple(self._sockets.room(agent_room(AgentId(record_id)))):
            if agent is None or agent.disabled:
                self._sockets.spawn(self._sockets.shut(connection))
            elif agent.sees_all:
                self._sockets.join(connection, EVERYTHING)
            else:
                self._sockets.leave(connection, EVERYTHING)

    async def _presence(self, agent: Agent, data: object) -> Ack:
        wish = parsed(data, PresenceSet)
        if not agent.has("agent", "supervisor", "admin"):
            raise Forbidden("Your role has no presence.")
        presence = await self._services.presences.set(agent.id, wish.status)
        return {"status": presence.status, "used": presence.used, "capacity": presence.capacity}

    async def _accept(self, agent: Agent, data: object) -> Ack:
        return {"session": view(await self._services.desk.accept(agent, parsed(data, OfSession).session_id))}

    async def _reject(self, agent: Agent, data: object) -> Ack:
        wish = parsed(data, OfSession)
        return {"session": view(await self._services.desk.reject(agent, wish.session_id, wish.reason))}

    async def _read(self, agent: Agent, data: object) -> Ack:
        wish = parsed(data, ReadTo)
        return {"session": view(await self._services.desk.read(agent, wish.session_id, wish.seq))}

    async def _typing(self, agent: Agent, data: object) -> Ack:
        wish = parsed(data, Typing)
        session = await self._services.desk.session(agent, wish.session_id)
        if session.agent_id == agent.id:
            self._services.typing.tell(
                TypingSignal(
                    session_id=session.id,
                    customer_id=session.customer_id,
                    audience=session.concerned,
                    author_kind="agent",
                    author_id=agent.id,
                    author_name=agent.name,
                    typing=wish.typing,
                )
            )
            self._services.typing_out.show(session, is_typing=wish.typing)
        return {}

    async def _send(self, agent: Agent, data: object) -> Ack:
        if not isinstance(data, dict):
            raise InvalidInput("Send one object.")
        session_id = parsed(data.get("session_id"), str)
        draft = parsed({key: value for key, value in data.items() if key != "session_id"}, MessageDraft)
        message = await self._services.desk.send(agent, SessionId(session_id), draft)
        return {"entry": show(message, self._sign), "id": message.id, "seq": message.seq}
