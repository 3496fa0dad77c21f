"""Sessions: reading them and acting on them. What an agent may see and do is decided by the desk."""

from __future__ import annotations

from typing import Annotated, cast, get_args

import msgspec
from msgspec import UNSET, UnsetType

from hub.api.access import READ_SERVICE, SERVE
from hub.api.call import Call, Entries, Listing, Nothing, TimelinePaging
from hub.api.decoding import refuse
from hub.api.routes import Routes
from hub.api.views import entries_view, session_view
from hub.model.events import SessionView, show
from hub.model.ids import AgentId, ChannelId, CustomerId, MessageId, SessionId
from hub.model.queues import Lane, Outcome
from hub.model.sentences import Sentence
from hub.model.session import State
from hub.model.timeline import Message
from hub.ports.store import SessionQuery
from hub.services.desk import MessageDraft, TransferRequest
from hub.services.reach import ReplyChannel, reply_channels
from hub.services.traces import TraceStep

routes = Routes("sessions")
_STATES: tuple[str, ...] = get_args(State)
Text = Annotated[str, msgspec.Meta(max_length=200)]


class SessionFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which sessions: `state` may list several, separated by commas; `agent_id` may be `me`."""

    state: Text | None = None
    agent_id: Text | None = None
    customer_id: Text | None = None
    channel_id: Text | None = None
    q: Text | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, in a few words; may be left out."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far was read: up to the entry `seq`, or everything."""

    seq: Annotated[int, msgspec.Meta(ge=0)] | None = None
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Labels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tags, priority (0 urgent to 9 low), summary and lane of a session; what is not sent stays."""

    tags: (
        Annotated[tuple[Annotated[str, msgspec.Meta(max_length=60)], ...], msgspec.Meta(max_length=50)] | UnsetType
    ) = UNSET
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)] | UnsetType = UNSET
    summary: Annotated[str, msgspec.Meta(max_length=5000)] | UnsetType = UNSET
    lane: Lane | UnsetType = UNSET


class ReviewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person decided on a sensitive request, and why."""

    outcome: Outcome
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@routes.on("GET", "/sessions", access=READ_SERVICE)
async def list_sessions(call: Call[Nothing, SessionFilter]) -> Listing[SessionView]:
    """List sessions, newest activity first."""
    wanted = call.query
    agent_id = call.agent.id if wanted.agent_id == "me" else wanted.agent_id
    query = SessionQuery(
        states=_states(wanted.state),
        agent_id=AgentId(agent_id) if agent_id else None,
        customer_ids=(CustomerId(wanted.customer_id),) if wanted.customer_id else (),
        channel_id=ChannelId(wanted.channel_id) if wanted.channel_id else None,
        text=wanted.q or "",
        limit=wanted.limit,
        cursor=wanted.cursor,
    )
    page = await call.services.desk.sessions(call.agent, query)
    views = tuple(session_view(call.services, session) for session in page.items)
    return Listing(items=views, next_cursor=page.next_cursor)


@routes.on("GET", "/sessions/{id}", access=READ_SERVICE)
async def get_session(call: Call[Nothing, Nothing]) -> SessionView:
    """Return a session."""
    return session_view(call.services, await call.services.desk.session(call.agent, SessionId(call.id)))


@routes.on("PATCH", "/sessions/{id}", access=SERVE)
async def label_session(call: Call[Labels, Nothing]) -> SessionView:
    """Change tags, priority, summary or lane; whoever holds a session may raise its lane, supervisors may end it."""
    labels = call.body
    session = await call.services.desk.label(
        call.agent,
        SessionId(call.id),
        tags=None if labels.tags is UNSET else labels.tags,
        priority=None if labels.priority is UNSET else labels.priority,
        summary=None if labels.summary is UNSET else labels.summary,
    )
    if not isinstance(labels.lane, UnsetType):
        session = await call.services.desk.set_lane(call.agent, SessionId(call.id), labels.lane)
    return session_view(call.services, session)


@routes.on("POST", "/sessions/{id}/review", access=SERVE)
async def review_session(call: Call[ReviewDraft, Nothing]) -> SessionView:
    """Decide on a sensitive request: its holder with the review skill, or a supervisor."""
    draft = call.body
    session = await call.services.desk.review(call.agent, SessionId(call.id), draft.outcome, draft.note)
    return session_view(call.services, session)


@routes.on("GET", "/sessions/{id}/timeline", access=READ_SERVICE)
async def read_timeline(call: Call[Nothing, TimelinePaging]) -> Entries:
    """Return the entries of a session after a number, in order."""
    page = call.query
    entries = await call.services.desk.timeline(call.agent, SessionId(call.id), page.after, page.limit)
    return entries_view(call.services, entries, page.limit)


@routes.on("GET", "/sessions/{id}/reply-channels", access=READ_SERVICE)
async def list_reply_channels(call: Call[Nothing, Nothing]) -> Listing[ReplyChannel]:
    """List the channels on which the customer can be answered, with their limits of the moment."""
    services = call.services
    session = await services.desk.session(call.agent, SessionId(call.id))
    return Listing(items=await reply_channels(services.connectors, services.consents, session))


@routes.on("POST", "/sessions/{id}/messages", access=SERVE, status=201)
async def send_message(call: Call[MessageDraft, Nothing]) -> Message:
    """Answer the customer, or leave a private note.

    A repeated `client_id` returns the first message. 409 `thread-changed` when the customer wrote after `seen_seq`.
    """
    message = await call.services.desk.send(call.agent, SessionId(call.id), call.body)
    return cast("Message", show(message, call.services.attachments.url))


@routes.on("POST", "/sessions/{id}/messages/{message_id}/resend", access=SERVE)
async def resend_message(call: Call[Nothing, Nothing]) -> Message:
    """Send again a message that failed or whose fate is uncertain."""
    message_id = MessageId(call.part("message_id"))
    message = await call.services.desk.resend(call.agent, SessionId(call.id), message_id)
    return cast("Message", show(message, call.services.attachments.url))


@routes.on("POST", "/sessions/{id}/accept", access=SERVE)
async def accept_session(call: Call[Reason, Nothing]) -> SessionView:
    """Accept the offer of a session."""
    return session_view(call.services, await call.services.desk.accept(call.agent, SessionId(call.id)))


@routes.on("POST", "/sessions/{id}/reject", access=SERVE)
async def reject_session(call: Call[Reason, Nothing]) -> SessionView:
    """Decline the offer of a session."""
    session = await call.services.desk.reject(call.agent, SessionId(call.id), call.body.reason)
    return session_view(call.services, session)


@routes.on("POST", "/sessions/{id}/take", access=SERVE)
async def take_session(call: Call[Reason, Nothing]) -> SessionView:
    """Take a waiting session; supervisors take any."""
    return session_view(call.services, await call.services.desk.take(call.agent, SessionId(call.id)))


@routes.on("POST", "/sessions/{id}/read", access=SERVE)
async def read_session(call: Call[Reading, Nothing]) -> SessionView:
    """Mark everything read, or everything up to `seq`; what came later stays unread."""
    return session_view(call.services, await call.services.desk.read(call.agent, SessionId(call.id), call.body.seq))


@routes.on("POST", "/sessions/{id}/close", access=SERVE)
async def close_session(call: Call[Reason, Nothing]) -> SessionView:
    """Close a session; where wrap-up is configured the first close leads there and the second ends it."""
    session = await call.services.desk.close(call.agent, SessionId(call.id), call.body.reason)
    return session_view(call.services, session)


@routes.on("POST", "/sessions/{id}/reopen", access=SERVE)
async def reopen_session(call: Call[Reason, Nothing]) -> SessionView:
    """Take up a closed session again."""
    return session_view(call.services, await call.services.desk.reopen(call.agent, SessionId(call.id)))


@routes.on("POST", "/sessions/{id}/transfer", access=SERVE)
async def transfer_session(call: Call[TransferRequest, Nothing]) -> SessionView:
    """Move a session to an agent, a team, whoever has the skills, or a bot."""
    session = await call.services.desk.transfer(call.agent, SessionId(call.id), call.body)
    return session_view(call.services, session)


@routes.on("GET", "/sessions/{id}/trace", access=READ_SERVICE)
async def trace_session(call: Call[Nothing, Nothing]) -> Listing[TraceStep]:
    """Explain the routing decisions about a session, oldest first."""
    session = await call.services.desk.session(call.agent, SessionId(call.id))
    return Listing(items=await call.services.dispatch.trace(session.id))


def _states(text: str | None) -> tuple[State, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()] if text else []
    for name in names:
        if name not in _STATES:
            raise refuse("state", Sentence("{name!r} is no state; the states are {states}.", name=name, states=_STATES))
    return tuple(cast("State", name) for name in names)
