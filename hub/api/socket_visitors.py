"""The namespace `/visitor`: the web chat. Exactly-once sends by `client_id`, missed messages by `since`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from hub.api.fanout import visitor_message, visitor_place, visitor_room, visitor_session
from hub.api.socket_emits import Ack, answer_emits, language_wished, parsed, refused, same_origin
from hub.api.socket_server import Connection, Sockets, in_time
from hub.errors import Conflict, Forbidden, HubError
from hub.model.events import SignUrl
from hub.model.ids import ChannelId, SessionId
from hub.model.session import Session
from hub.model.timeline import Message
from hub.model.workspace import Channel
from hub.services import Services
from hub.services.hours_now import OPEN, Hours, HoursNow
from hub.services.typing import TypingSignal
from hub.services.visitors import CallbackWish, VisitorIdentity, VisitorMessage
from hub.services.zones import load_zones

NAMESPACE = "/visitor"
_PAGE = 200
_HOURS_S = 5.0
"""How late, at most, a visitor who looks on is told that we open or close."""


class VisitorAuth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a visitor's client sends on connecting."""

    channel_id: str
    visitor_token: str | None = None
    since: Annotated[int, msgspec.Meta(ge=0)] | None = None
    identity: dict[str, object] | None = None
    locale: Annotated[str, msgspec.Meta(max_length=35)] | None = None


class VisitorTyping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the visitor is typing."""

    typing: bool = True


class VisitorRead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the visitor has read; absent: everything."""

    seq: Annotated[int, msgspec.Meta(ge=0)] | None = None


class VisitorRating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The visitor's rating of the last session."""

    score: int
    comment: str = ""


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An emit without fields."""


class _Client:
    """A connected visitor: who they are, and what they asked to be replayed."""

    def __init__(self, visitor: VisitorIdentity, channel: Channel, auth: VisitorAuth) -> None:
        self.visitor = visitor
        self.channel = channel
        self.since = auth.since
        self.locale = auth.locale or str(channel.settings.get("locale") or "zh-CN")
        self.hours: HoursNow | None = None


class VisitorSockets:
    """Serves the visitors' namespace."""

    def __init__(self, sockets: Sockets, services: Services, sign: SignUrl) -> None:
        """Register the namespace's events."""
        self._sockets = sockets
        self._services = services
        self._sign = sign
        self._clients: dict[str, _Client] = {}
        sockets.after_connect[NAMESPACE] = self._begin
        sockets.on("connect", self._connect, namespace=NAMESPACE)
        sockets.on("disconnect", self._disconnect, namespace=NAMESPACE)
        acts = {
            "message.send": self._send,
            "typing": self._typing,
            "read": self._read,
            "human": self._human,
            "rate": self._rate,
            "callback": self._callback,
        }
        answer_emits(sockets, NAMESPACE, acts, caller=self._clients.get, absent={})

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: object) -> None:
        language = language_wished(environ, auth)
        try:
            wish = parsed(auth or {}, VisitorAuth)
            channel = self._services.visitors.channel(wish.channel_id)
            allowed = channel.settings.get("allowed_origins")
            is_listed = isinstance(allowed, list) and environ.get("HTTP_ORIGIN") in allowed
            if allowed and not is_listed and not same_origin(environ):
                raise Forbidden("This web chat is not open to this origin.")
            async with in_time():
                visitor = await self._services.visitors.connect(
                    wish.channel_id, wish.visitor_token, wish.identity, locale=wish.locale or ""
                )
        except HubError as error:
            raise refused(error, language) from error
        connection = self._sockets.open_connection(sid, NAMESPACE, language)
        self._clients[sid] = _Client(visitor, channel, wish)
        self._sockets.join(connection, visitor_room(visitor.customer_id))

    async def _begin(self, connection: Connection) -> None:
        client = self._clients.get(connection.sid)
        if client is None:
            return
        async with in_time():
            sessions = await self._services.visitors.sessions(client.visitor)
        for session in sessions:
            self._sockets.join(connection, visitor_room(session.customer_id))
        current = next((session for session in sessions if session.is_open), None)
        latest = current or (sessions[0] if sessions else None)
        await load_zones(self._services.directory)
        self._sockets.emit_to(connection, "welcome", self._welcome(client, current, latest))
        if current is not None and client.since is not None:
            await self._replay(connection, current, client.since)
        if current is not None:
            self._sockets.emit_to(connection, "session", visitor_session(current))
            position, wait = self._services.dispatch.figures(current.id)
            if position is not None:
                self._sockets.emit_to(connection, "queue", visitor_place(position, wait))
        # What was held back while catching up may repeat a number; the client drops those that it has.
        await self._sockets.go_live(connection, (0, -1))

    def _welcome(self, client: _Client, current: Session | None, latest: Session | None) -> dict[str, object]:
        client.hours = self._hours(client)
        settings = client.channel.settings
        bot_id = client.channel.routing.bot_id
        bot = self._services.directory.bot(bot_id) if bot_id else None
        rating = latest.rating if latest else None
        return {
            "visitor_token": self._services.visitors.issue(client.visitor),
            "customer_id": current.customer_id if current else client.visitor.customer_id,
            "session_id": current.id if current else None,
            "last_seq": current.last_seq if current else 0,
            "greeting": str(settings.get("greeting") or ""),
            "channel": {
                "name": client.channel.name,
                "theme": settings.get("theme") or {},
                "locale": client.locale,
            },
            "session": visitor_session(current) if current else None,
            "bot": {"name": bot.name} if bot else None,
            "rating": {"score": rating.score, "comment": rating.comment} if rating else None,
            "can_rate": latest is not None and (bool(latest.served_by) or not latest.is_open),
            "hours": msgspec.to_builtins(client.hours),
        }

    def _hours(self, client: _Client) -> HoursNow:
        """Return how the visitor's channel stands now, by its record of now."""
        channel = self._services.directory.channel(client.channel.id) or client.channel
        return Hours(self._services.directory).now(channel, self._services.core.clock.now()) or OPEN

    async def keep_hours(self) -> None:
        """Tell visitors who look on when their channel opens or closes, until cancelled."""
        while True:
            await self._services.core.clock.sleep(_HOURS_S)
            await load_zones(self._services.directory)
            stands: dict[ChannelId, HoursNow] = {}
            for sid, client in list(self._clients.items()):
                connection = self._sockets.connections.get(sid)
                now = stands.get(client.channel.id) or stands.setdefault(client.channel.id, self._hours(client))
                if connection is not None and client.hours is not None and now != client.hours:
                    client.hours = now
                    self._sockets.emit_to(connection, "hours", msgspec.to_builtins(now))

    async def _replay(self, connection: Connection, session: Session, after: int) -> None:
        while True:
            entries = await self._services.core.store.timeline(session.id, after, _PAGE)
            for entry in entries:
                after = entry.seq
                if isinstance(entry, Message) and not entry.note:
                    self._sockets.send(connection, visitor_message(session.id, entry, self._sign))
                    await self._sockets.breathe(connection)
            if len(entries) < _PAGE:
                return

    async def _disconnect(self, sid: str, *_: object) -> None:
        connection = self._sockets.connections.pop(sid, None)
        self._clients.pop(sid, None)
        if connection is not None:
            self._sockets.leave_all(connection)

    async def _send(self, client: _Client, data: object) -> Ack:
        taken = await self._services.visitors.send(client.visitor, parsed(data, VisitorMessage))
        return {"id": taken.id, "seq": taken.seq, "session_id": taken.session_id}

    async def _typing(self, client: _Client, data: object) -> Ack:
        wish = parsed(data, VisitorTyping)
        session = await self._services.visitors.open_session(client.visitor)
        if session is not None:
            self._services.typing.tell(
                TypingSignal(
                    session_id=session.id,
                    customer_id=session.customer_id,
                    audience=session.concerned,
                    author_kind="customer",
                    author_id=session.customer_id,
                    author_name=session.customer_name,
                    typing=wish.typing,
                )
            )
        return {}

    async def _read(self, client: _Client, data: object) -> Ack:
        wish = parsed(data, VisitorRead)
        session = await self._services.visitors.open_session(client.visitor)
        if session is not None:
            await self._services.visitors.read(client.visitor, session.last_seq if wish.seq is None else wish.seq)
        return {}

    async def _human(self, client: _Client, data: object) -> Ack:
        parsed(data, Nothing)
        session = await self._services.visitors.ask_person(client.visitor, client.locale)
        return {"session": visitor_session(session)}

    async def _callback(self, client: _Client, data: object) -> Ack:
        wish = parsed(data, CallbackWish)
        session = await self._services.visitors.wish_callback(client.visitor, wish, client.locale)
        return {"session": visitor_session(session)}

    async def _rate(self, client: _Client, data: object) -> Ack:
        wish = parsed(data, VisitorRating)
        session = await self._services.visitors.rate(client.visitor, wish.score, wish.comment)
        if session.rating is None:
            raise Conflict("The rating was not kept: try again.")
        return {"session_id": SessionId(session.id)}
