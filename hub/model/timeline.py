"""The timeline: everything that happened in a session, numbered without gaps from 1.

An entry is a `Message` (somebody said something) or an `Activity` (something was done). Both are stored and
told exactly as they stand here, so nothing is translated between the journal and a screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hub.model.content import Content
from hub.model.ids import ChannelId, MessageId
from hub.model.queues import Feeling
from hub.model.timestamps import Timestamp

ActorKind = Literal["customer", "agent", "bot", "system"]
DeliveryState = Literal["queued", "sent", "delivered", "read", "failed", "uncertain"]
Trouble = Literal[
    "refused",
    "window_closed",
    "quota_used",
    "opted_out",
    "blocked",
    "address_invalid",
    "too_long",
    "not_supported",
    "misconfigured",
    "filtered",
    "limit_reached",
    "given_up",
    "channel_gone",
    "no_answer",
]
"""Why a message did not arrive, as a word that screens have sentences for."""
ActivityKind = Literal[
    "queued",
    "offered",
    "assigned",
    "rejected",
    "expired",
    "released",
    "transferred",
    "handoff",
    "bot_returned",
    "wrap_up",
    "closed",
    "reopened",
    "rated",
    "channel_joined",
    "lane",
    "overflow",
    "outside_hours",
    "opening",
    "callback",
    "reviewed",
]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who said or did it, with the name shown at that time."""

    kind: ActorKind
    id: str
    name: str


SYSTEM = Actor(kind="system", id="system", name="")


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How far a message got; when it failed or is uncertain, `reason` is a sentence and `trouble` its kind."""

    state: DeliveryState
    reason: str | None = None
    trouble: Trouble | None = None


_LADDER: Mapping[DeliveryState, int] = {"queued": 0, "uncertain": 1, "sent": 2, "delivered": 3, "read": 4}


def advance(current: Delivery, reported: Delivery) -> Delivery:
    """Return the state after a report: states only climb, and a failure never undoes a delivery.

    Providers send reports late and out of order, so a lower state that arrives later changes nothing. `failed`
    is final unless the message is sent again, which sets it to `queued` directly.
    """
    if current.state == "failed":
        return current
    if reported.state == "failed":
        return current if current.state in ("delivered", "read") else reported
    return reported if _LADDER[reported.state] > _LADDER[current.state] else current


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a customer, an agent, a bot or the hub said in a session."""

    kind: Literal["message"] = "message"
    seq: int
    at: Timestamp
    id: MessageId
    direction: Literal["in", "out"]
    author: Actor
    channel_id: ChannelId | None
    content: Content
    note: bool = False
    delivery: Delivery
    client_id: str | None = None
    in_reply_to: MessageId | None = None
    feeling: Feeling | None = None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done in a session; the fields of `data` by kind stand in docs/timeline.md."""

    kind: ActivityKind
    seq: int
    at: Timestamp
    actor: Actor
    data: Mapping[str, str | int | Mapping[str, str] | None] = {}


Entry = Message | Activity
