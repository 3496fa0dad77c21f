"""A commit: everything that one change writes, appended to the journal whole or not at all.

Uniqueness has one mechanism. A commit names `keys`, and a key can be used once, ever: `session/ID#7` is the seventh
version of a session (two writers cannot both win), `customer/ID#2` likewise, `identity/phone:+86…#1` is the first
ownership of an identity. A `Claim` is a key that keeps an answer beside it: whoever comes second is told what the
first was told. That is how a repeated webhook or client id finds the message it made before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hub.model.customer import Customer
from hub.model.ids import AgentId, CommitId, CustomerId, JobId, SessionId
from hub.model.session import Session
from hub.model.timeline import Activity, Message
from hub.model.timestamps import Timestamp

EventType = Literal[
    "session.created",
    "session.queued",
    "session.offered",
    "session.assigned",
    "session.released",
    "session.updated",
    "session.closed",
    "message.created",
    "message.updated",
    "activity.created",
    "customer.updated",
    "record.changed",
    "channel.inbound",
    "alarm.raised",
    "alarm.acknowledged",
    "alarm.cleared",
]
RecordKind = Literal[
    "agent",
    "team",
    "skill",
    "tag",
    "canned_reply",
    "business_hours",
    "channel",
    "bot",
    "merge",
    "attachment",
    "refresh_token",
    "answer",
    "outbound_attempt",
    "channel_memory",
    "channel_cursor",
    "consent",
    "merge_dismissal",
    "delivery",
    "channel_outage",
    "queue",
    "routing_rule",
    "routing_settings",
    "routing_trace",
    "routing_log",
    "alarm",
    "long_job",
    "bot_file",
    "bot_edit",
    "bot_version",
    "bot_turn",
    "article",
    "article_vote",
    "model_server",
    "system",
]
JobKind = Literal["bot_turn", "push", "timer", "fetch", "status", "profile"]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A de-duplication key, with the answer that a repeat receives (JSON)."""

    key: str
    answer: msgspec.Raw = msgspec.Raw(b"{}")


class EventTag(msgspec.Struct, frozen=True, kw_only=True):
    """What a commit tells: the kind, and the timeline number it is about where there is one.

    The event itself is made from the commit when it is told (`hub.model.events`), so nothing is stored twice.
    `data` is for events that are about nothing else in the commit.
    """

    type: EventType
    seq: int | None = None
    data: Mapping[str, str] | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Durable work that a commit asks for.

    A bot's turn, a push to a provider, a timer, a file to fetch, a delivery report whose message is not known yet, or
    a look at who a new customer is.

    Jobs of one `group` (a session) and kind are done one after the other in the order of their `seq`; a job that is
    due later holds back those behind it.
    """

    id: JobId
    kind: JobKind
    group: str
    seq: int
    due_at: Timestamp
    session_id: SessionId | None = None
    name: str = ""
    payload: Mapping[str, str | int] = {}
    attempts: int = 0


REMOVED = msgspec.Raw(b"null")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A plain record, as JSON, or its removal (`REMOVED`)."""

    kind: RecordKind
    id: str
    version: int
    data: msgspec.Raw

    @property
    def is_removed(self) -> bool:
        """Tell whether this version of the record is its removal."""
        return bytes(self.data) == b"null"


class Commit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One atomic change. `audience` are the agents concerned before or after it; supervisors hear everything.

    The first key (or claim) names the commit: it is unique, and the same attempt made twice has the same one.
    """

    at: Timestamp
    keys: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    session: Session | None = None
    messages: tuple[Message, ...] = ()
    activities: tuple[Activity, ...] = ()
    customers: tuple[Customer, ...] = ()
    records: tuple[Record, ...] = ()
    events: tuple[EventTag, ...] = ()
    audience: tuple[AgentId, ...] = ()
    jobs: tuple[Job, ...] = ()
    done: tuple[JobId, ...] = ()
    epoch: int | None = None

    @property
    def id(self) -> CommitId:
        """Return the commit's name."""
        return CommitId(self.keys[0] if self.keys else self.claims[0].key)


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    """A commit at its place in the journal; positions ascend in the order of commitment."""

    position: int
    commit: Commit


def session_key(session_id: SessionId, version: int) -> str:
    """Return the key that gives one writer this version of a session."""
    return f"session/{session_id}#{version}"


def customer_key(customer_id: CustomerId, version: int) -> str:
    """Return the key that gives one writer this version of a customer."""
    return f"customer/{customer_id}#{version}"


def identity_key(key: str, generation: int) -> str:
    """Return the key that gives an identity to one customer at a time."""
    return f"identity/{key}#{generation}"


def record_key(kind: RecordKind, record_id: str, version: int) -> str:
    """Return the key that gives one writer this version of a record."""
    return f"{kind}/{record_id}#{version}"
