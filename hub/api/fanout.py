"""Fan-out: which client hears which event. Each event is encoded once, however many hear it.

Agents hear the sessions that they hold, lose or are offered; administrators, supervisors and auditors hear all;
visitors hear the messages and the state of their own sessions, and never a private note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import msgspec

from hub.api.socket_server import Connection, Sockets
from hub.api.socket_transport import Outgoing
from hub.model.agent import Agent, Presence
from hub.model.commit import Commit
from hub.model.customer import Customer
from hub.model.events import Event, SignUrl, show, told_by
from hub.model.ids import AgentId, CustomerId, SessionId
from hub.model.queue_notices import promise
from hub.model.queues import Offline
from hub.model.session import Session
from hub.model.timeline import Message
from hub.model.timestamps import Timestamp
from hub.ports.bus import Cursor, Published
from hub.ports.environment import Clock
from hub.services.dispatch import QueueFigures
from hub.services.visitors import is_visible

EVERYTHING = "everything"
STAFF = "staff"
FIGURES_GAP_S = 2.0
"""Least time between two tellings of colleagues' loads and of the queue to one agent: with hundreds of agents who serve
a chat a minute, telling each of each change would be most of the hub's work. Supervisors, and whoever it is about, hear
at once; so does everybody of who comes and goes."""
_TOLD = ("session.", "message.", "activity.", "customer.", "ticket.", "alarm.")


class WireEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as agents' clients receive it.

    What may be lost carries the place of the event before it (and a number of its own), so a client may keep the cursor
    of whatever came last, and no two events of a connection have the same.
    """

    cursor: str
    type: str
    session_id: SessionId | None
    at: Timestamp
    data: dict[str, object]


def agent_room(agent_id: AgentId) -> str:
    """Return the room of an agent's devices."""
    return f"agent:{agent_id}"


def visitor_room(customer_id: CustomerId) -> str:
    """Return the room of a customer's web chats."""
    return f"visitor:{customer_id}"


def wire(event: Event, cursor: Cursor) -> Outgoing:
    """Return an event ready for agents' clients."""
    told = WireEvent(cursor=cursor.encode(), type=event.type, session_id=event.session_id, at=event.at, data=event.data)
    return Outgoing.of("/agent", "event", told)


def is_told(event: Event) -> bool:
    """Tell whether events of this type go to sockets; the others are for integrators."""
    return event.type.startswith(_TOLD)


def may_hear(agent: Agent, commit: Commit) -> bool:
    """Tell whether an agent hears the events of a commit."""
    return agent.sees_all or agent.id in commit.audience


class Fanout:
    """Sends committed events and signals to the sockets of this process."""

    def __init__(self, sockets: Sockets, sign: SignUrl, clock: Clock) -> None:
        """Take the server and the signer of file addresses."""
        self._sockets = sockets
        self._sign = sign
        self._clock = clock
        self._last: Cursor | None = None
        self._signals = 0
        self._loads: dict[AgentId, Presence] = {}
        self._figures_at = 0.0
        self._waiting: dict[SessionId, CustomerId] = {}
        self._visitor_sessions: dict[SessionId, tuple[object, ...]] = {}

    def begin(self, end: Cursor) -> None:
        """Take the end of the stream as the place that signals name until the first event."""
        self._last = self._last or end

    def hear(self, published: Published) -> None:
        """Send a commit's events to whoever hears them."""
        commit = published.commit
        last = max(0, len(commit.events) - 1)
        self._last = Cursor(epoch=published.epoch, position=published.position, index=last)
        people = set(self._sockets.room(EVERYTHING))
        for agent_id in commit.audience:
            people.update(self._sockets.room(agent_room(agent_id)))
        session = commit.session
        visitors = tuple(self._sockets.room(visitor_room(session.customer_id))) if session else ()
        if people:
            self._tell_people(published, people)
        if session is not None:
            self._note_waiting(session)
            if visitors:
                self._tell_visitors(published, session, visitors)
        self._follow_merges(commit.customers)

    def _follow_merges(self, customers: Sequence[Customer]) -> None:
        """Let visitors hear what their customer was merged into, and no longer once that is undone."""
        for customer in customers:
            if customer.merged_into is not None:
                for connection in tuple(self._sockets.room(visitor_room(customer.id))):
                    self._sockets.join(connection, visitor_room(customer.merged_into))
        if len(customers) > 1 and all(customer.merged_into is None for customer in customers):
            # Whose device is whose is asked on connecting: both sides come back at once and hear their own.
            for customer in customers:
                for connection in tuple(self._sockets.room(visitor_room(customer.id))):
                    self._sockets.cut(connection.engine_sid)

    def _tell_people(self, published: Published, people: Iterable[Connection]) -> None:
        for event in told_by(published.commit, self._sign):
            if not is_told(event):
                continue
            cursor = Cursor(epoch=published.epoch, position=published.position, index=event.index)
            outgoing = wire(event, cursor)
            for connection in people:
                self._sockets.give(connection, (published.position, event.index), outgoing)

    def _tell_visitors(self, published: Published, session: Session, visitors: tuple[Connection, ...]) -> None:
        for index, tag in enumerate(published.commit.events):
            if tag.seq is None or not tag.type.startswith("message."):
                continue
            message = next((one for one in published.commit.messages if one.seq == tag.seq), None)
            if message is None or not is_visible(message):
                continue
            name = "message" if tag.type == "message.created" else "message.updated"
            outgoing = visitor_message(session.id, message, self._sign, name)
            for connection in visitors:
                self._sockets.give(connection, (published.position, index), outgoing)
        shape = (session.state, session.holder.id, session.read_seq, session.offline)
        if self._visitor_sessions.get(session.id) != shape:
            self._visitor_sessions[session.id] = shape
            outgoing = Outgoing.of("/visitor", "session", visitor_session(session))
            for connection in visitors:
                self._sockets.give(connection, (published.position, len(published.commit.events)), outgoing)
        if not session.is_open:
            self._visitor_sessions.pop(session.id, None)

    def _note_waiting(self, session: Session) -> None:
        if session.state in ("queued", "offered"):
            self._waiting[session.id] = session.customer_id
        else:
            self._waiting.pop(session.id, None)

    def signal(self, room: str, type_: str, session_id: SessionId | None, data: dict[str, object]) -> None:
        """Send something that may be lost (typing, presence, queue) to agents in a room."""
        self._signal(self._sockets.room(room), type_, session_id, data)

    def _signal(
        self, people: Iterable[Connection], type_: str, session_id: SessionId | None, data: dict[str, object]
    ) -> None:
        # A client that is still catching up would take the cursor for its own place.
        members = [connection for connection in people if connection.held is None]
        if not members or self._last is None:
            return
        self._signals += 1
        cursor = self._last.encode(self._signals)
        told = WireEvent(cursor=cursor, type=type_, session_id=session_id, at=self._clock.now(), data=data)
        outgoing = Outgoing.of("/agent", "event", told)
        for connection in members:
            self._sockets.send(connection, outgoing)

    def tell_presences(self, changed: Mapping[AgentId, Presence], came_or_went: Set[AgentId]) -> None:
        """Tell the staff of colleagues' presence: `changed` are the figures that are new, if any."""
        for agent_id, presence in changed.items():
            data = _presence(agent_id, presence)
            if agent_id in came_or_went:
                self._loads.pop(agent_id, None)
                self.signal(STAFF, "agent.presence", None, data)
                continue
            self._loads[agent_id] = presence
            own = self._sockets.room(agent_room(agent_id))
            self._signal({*self._sockets.room(EVERYTHING), *own}, "agent.presence", None, data)

    def tell_queue(self, figures: QueueFigures) -> None:
        """Tell the staff how the queue stands, and each waiting visitor their place."""
        data: dict[str, object] = {
            "waiting": figures.waiting,
            "longest_wait_s": figures.longest_wait_s,
            "items": figures.items,
        }
        leaders = set(self._sockets.room(EVERYTHING))
        self._signal(leaders, "queue.updated", None, data)
        now = self._clock.seconds()
        if now - self._figures_at >= FIGURES_GAP_S:
            self._figures_at = now
            agents = set(self._sockets.room(STAFF)) - leaders
            self._signal(agents, "queue.updated", None, data)
            if self._loads:
                loads = [_presence(agent_id, presence) for agent_id, presence in self._loads.items()]
                self._loads = {}
                self._signal(agents, "agents.presence", None, {"items": loads})
        for item in figures.items:
            customer_id = self._waiting.get(item.session_id)
            if customer_id is None:
                continue
            outgoing = Outgoing.of("/visitor", "queue", visitor_place(item.position, item.estimated_wait_s))
            for connection in tuple(self._sockets.room(visitor_room(customer_id))):
                self._sockets.send(connection, outgoing)


def _presence(agent_id: AgentId, presence: Presence) -> dict[str, object]:
    return {"agent_id": agent_id, **msgspec.to_builtins(presence)}


def visitor_message(session_id: SessionId, message: Message, sign: SignUrl, name: str = "message") -> Outgoing:
    """Return a message ready for visitors' clients, with the session that it belongs to."""
    shown = show(message, sign)
    body = msgspec.to_builtins(shown)
    return Outgoing.of("/visitor", name, {**body, "session_id": session_id})


def visitor_place(position: int, wait_s: float | None) -> dict[str, object]:
    """Return what a waiting visitor is told: the place, and a wait that nine of ten are answered within."""
    return {"position": position, "estimated_wait_s": promise(wait_s, position, least_s=0)}


def visitor_session(session: Session) -> dict[str, object]:
    """Return what a visitor is told of their session; `offline` while nobody is there to answer."""
    offline = session.offline
    return {
        "id": session.id,
        "state": session.state,
        "holder": {"kind": session.holder.kind, "id": session.holder.id, "name": session.holder.name},
        "read_seq": session.read_seq,
        "offline": None if offline is None else _visitor_offline(offline),
    }


def _visitor_offline(offline: Offline) -> dict[str, object]:
    return {"action": offline.action, "opens_at": offline.due_at, "has_contact": bool(offline.contact)}
