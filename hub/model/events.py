"""Events as they are told to sockets and integrators, made from commits and never stored beside them.

A commit tells several events; the cursor of each is the place of the commit and its number within it, so a client
that stopped between two events of one commit misses none and gets none twice.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import msgspec
from msgspec.structs import replace

from hub.model.alarms import Alarm
from hub.model.commit import Commit, EventTag
from hub.model.content import Attachment, Content, Email
from hub.model.customer import Level
from hub.model.ids import AgentId, BotId, ChannelId, CustomerId, QueueId, SessionId
from hub.model.queues import Feeling, LaneMark, Offline, Review
from hub.model.session import Handoff, Holder, LastMessage, Offer, Rating, Session, State
from hub.model.timeline import Entry, Message
from hub.model.timestamps import Timestamp

SignUrl = Callable[[Attachment], str]


class CustomerShort(msgspec.Struct, frozen=True, kw_only=True):
    """The customer as a list of sessions shows them."""

    id: CustomerId
    name: str
    level: Level


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session as the API and the events show it.

    `position` (from 1) and `estimated_wait_s` are figures of the moment while the session waits; events carry them as
    null, and `queue.updated` tells their changes.
    """

    id: SessionId
    version: int
    customer_id: CustomerId
    customer: CustomerShort
    state: State
    holder: Holder
    offer: Offer | None
    channel_ids: tuple[ChannelId, ...]
    reply_channel_id: ChannelId | None
    bot_id: BotId | None
    priority: int
    skills: dict[str, int]
    language: str | None
    created_at: Timestamp
    queued_at: Timestamp | None
    first_response_at: Timestamp | None
    closed_at: Timestamp | None
    last_message_at: Timestamp | None
    last_message: LastMessage | None
    last_seq: int
    last_customer_seq: int
    read_seq: int
    customer_read_seq: int
    unread: int
    position: int | None
    estimated_wait_s: float | None
    tags: tuple[str, ...]
    summary: str
    handoff: Handoff | None
    rating: Rating | None
    served_by: tuple[AgentId, ...]
    transfer_to: AgentId | None
    agent_name: str | None
    reopened: int
    queue_id: QueueId
    team_id: str | None
    lane: LaneMark | None
    review: Review | None
    feeling: Feeling | None
    offline: Offline | None


def view(session: Session, *, position: int | None = None, estimated_wait_s: float | None = None) -> SessionView:
    """Return the session as it is shown; what a bot remembers and how it is routed stay inside."""
    return SessionView(
        id=session.id,
        version=session.version,
        customer_id=session.customer_id,
        customer=CustomerShort(id=session.customer_id, name=session.customer_name, level=session.customer_level),
        state=session.state,
        holder=session.holder,
        offer=session.offer,
        channel_ids=tuple(session.routes),
        reply_channel_id=session.reply_channel_id,
        bot_id=session.bot_id,
        priority=session.demand.priority,
        skills=dict(session.demand.skills),
        language=session.demand.language,
        created_at=session.created_at,
        queued_at=session.queued_at,
        first_response_at=session.first_response_at,
        closed_at=session.closed_at,
        last_message_at=session.last_message_at,
        last_message=session.last_message,
        last_seq=session.last_seq,
        last_customer_seq=session.last_customer_seq,
        read_seq=session.read_seq,
        customer_read_seq=session.customer_read_seq,
        unread=session.unread,
        position=position,
        estimated_wait_s=estimated_wait_s,
        tags=session.tags,
        summary=session.summary,
        handoff=session.handoff,
        rating=session.rating,
        served_by=session.served_by,
        transfer_to=session.transfer.agent_id if session.transfer else None,
        agent_name=session.holder.name if session.holder.kind == "agent" else None,
        reopened=session.reopened,
        queue_id=session.demand.queue,
        team_id=session.demand.team_id,
        lane=session.lane,
        review=session.review,
        feeling=session.feeling,
        offline=session.offline,
    )


def show(entry: Entry, sign: SignUrl) -> Entry:
    """Return the entry with a fresh signed address on each of its files."""
    if not isinstance(entry, Message):
        return entry
    content = sign_files(entry.content, sign)
    return entry if content is entry.content else replace(entry, content=content)


def sign_files(content: Content, sign: SignUrl) -> Content:
    """Return the content with a signed address on each of its files."""
    if isinstance(content, Email) and (original := content.email.original) is not None:
        signed_original = replace(original, url=sign(original))
        content = replace(content, email=replace(content.email, original=signed_original))
    if not content.attachments:
        return content
    signed = tuple(replace(file, url=sign(file)) for file in content.attachments)
    if isinstance(content, Email) and content.html:
        content = replace(content, html=_with_pictures(content.html, signed))
    return replace(content, attachments=signed)


def _with_pictures(html: str, files: tuple[Attachment, ...]) -> str:
    """Put the files' addresses in the place of their names within a mail (`cid:`), as the cleaner wrote them."""
    for file in files:
        if file.content_id:
            html = html.replace(f'"cid:{escape(file.content_id)}"', f'"{escape(file.url)}"')
    return html


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event without its cursor; `index` is its number within the commit, from 0."""

    index: int
    type: str
    session_id: SessionId | None
    at: Timestamp
    data: dict[str, object]


def told_by(commit: Commit, sign: SignUrl) -> list[Event]:
    """Return the events that a commit tells, in order."""
    entries: tuple[Entry, ...] = (*commit.messages, *commit.activities)
    shown = {entry.seq: entry for entry in entries}
    session = commit.session
    session_view = view(session) if session else None
    return [
        Event(
            index=index,
            type=tag.type,
            session_id=session.id if session else None,
            at=commit.at,
            data=_alarm(tag, commit) if tag.type.startswith("alarm.") else _data(tag, session_view, shown, sign),
        )
        for index, tag in enumerate(commit.events)
    ]


def _alarm(tag: EventTag, commit: Commit) -> dict[str, object]:
    """Return the alarm that an event tells of, as the commit keeps it."""
    alarm_id = (tag.data or {}).get("id")
    record = next(one for one in commit.records if one.kind == "alarm" and one.id == alarm_id)
    return {"alarm": msgspec.json.decode(record.data, type=Alarm)}


def _data(tag: EventTag, session: SessionView | None, entries: dict[int, Entry], sign: SignUrl) -> dict[str, object]:
    if tag.data is not None:
        return dict(tag.data)
    if tag.seq is not None:
        return {"entry": show(entries[tag.seq], sign)}
    if tag.type == "session.offered" and session and session.offer:
        return {"session": session, "offer": session.offer}
    return {"session": session}
