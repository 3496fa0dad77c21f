"""The session: one stretch of service for one customer, from the first message to the close.

Holder and state always agree (`HOLDER_OF`), and every change is one of the commands in `hub.model.commands`, judged
by the table in `hub.model.transitions`. Nothing here reads a clock or makes an id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hub.model.customer import Level
from hub.model.ids import AgentId, BotId, ChannelId, CustomerId, MessageId, OfferId, QueueId, SessionId
from hub.model.queues import DEFAULT_QUEUE, Feeling, LaneMark, Offline, OverflowStep, Review, Told
from hub.model.timestamps import Timestamp
from hub.model.workspace import RelaxStep

State = Literal["bot", "queued", "offered", "active", "wrap_up", "closed"]
HolderKind = Literal["bot", "agent", "none"]

OPEN_STATES: tuple[State, ...] = ("bot", "queued", "offered", "active", "wrap_up")
HOLDER_OF: Mapping[State, HolderKind] = {
    "bot": "bot",
    "queued": "none",
    "offered": "none",
    "active": "agent",
    "wrap_up": "agent",
    "closed": "none",
}
"""Who has the floor in each state. `offered` has no holder yet: nobody may answer before accepting."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who has the floor."""

    kind: HolderKind
    id: str | None = None
    name: str = ""


NOBODY = Holder(kind="none")


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """The session held out to one agent until a time; a transfer offer leaves the holder in place meanwhile."""

    id: OfferId
    agent_id: AgentId
    agent_name: str = ""
    expires_at: Timestamp
    kind: Literal["new", "transfer"] = "new"


class ReplyWindow(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how often a customer may still be written to on a channel; `left` None is without a count."""

    ends_at: Timestamp
    left: int | None = None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Where the customer is reached on a channel: their address there, and the provider's thread.

    `message_id` is the customer's newest message there, which an answer answers unless it names another.
    `automatic_at` are the times of the newest automatic answers, where the channel limits them.
    """

    address: str
    thread: str | None = None
    last_inbound_at: Timestamp
    message_id: MessageId | None = None
    window: ReplyWindow | None = None
    automatic_at: tuple[Timestamp, ...] = ()


class IntentScore(msgspec.Struct, frozen=True, kw_only=True):
    """An intent that the bot saw, with its confidence from 0 to 1."""

    name: str
    confidence: float


class Handoff(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot tells the person who takes over."""

    reason: str
    intents: tuple[IntentScore, ...] = ()
    slots: Mapping[str, str] = {}
    last_questions: tuple[str, ...] = ()
    summary: str = ""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot has learned so far, kept so that a handoff needs no look back: a person gets it all at once."""

    intents: tuple[IntentScore, ...] = ()
    slots: Mapping[str, str] = {}
    questions: tuple[str, ...] = ()


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer thought of the service, from 1 to 5."""

    score: int
    comment: str = ""
    at: Timestamp


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What a session asks of the agent who gets it, and its weight in units of capacity.

    `hours_id` are the business hours of its channel, which go before those of its queue.
    """

    queue: QueueId = DEFAULT_QUEUE
    hours_id: str | None = None
    skills: Mapping[str, int] = {}
    language: str | None = None
    priority: int = 5
    weight: int = 1
    relax: tuple[RelaxStep, ...] = ()
    overflow: tuple[OverflowStep, ...] = ()
    team_id: str | None = None


class TransferTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An agent whom the holder has asked to take over; the engine makes the offer."""

    agent_id: AgentId
    from_agent_id: AgentId


class LastMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest message, short, for lists."""

    text: str
    author_kind: str
    at: Timestamp
    type: str


class Declined(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who did not take the session when it was held out, and when that was."""

    agent_id: AgentId
    at: Timestamp


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session as the journal keeps it. `version` numbers its commits, `last_seq` its timeline entries."""

    id: SessionId
    version: int
    customer_id: CustomerId
    customer_name: str = ""
    customer_level: Level = "normal"
    state: State
    holder: Holder
    offer: Offer | None = None
    transfer: TransferTarget | None = None
    customer_language: str | None = None
    demand: Demand = Demand()
    routes: Mapping[ChannelId, Route] = {}
    reply_channel_id: ChannelId | None = None
    bot_id: BotId | None = None
    bot_memory: Mapping[str, object] = {}
    context: Context = Context()
    bot_asked_seq: int = 0
    bot_done_seq: int = 0
    bot_streak: int = 0
    created_at: Timestamp
    queued_at: Timestamp | None = None
    first_response_at: Timestamp | None = None
    closed_at: Timestamp | None = None
    last_message_at: Timestamp | None = None
    last_message: LastMessage | None = None
    last_seq: int = 0
    last_customer_seq: int = 0
    read_seq: int = 0
    unread: int = 0
    customer_read_seq: int = 0
    served_by: tuple[AgentId, ...] = ()
    offered_to: tuple[AgentId, ...] = ()
    declined: tuple[Declined, ...] = ()
    sticky_agent_id: AgentId | None = None
    sticky_at: Timestamp | None = None
    tags: tuple[str, ...] = ()
    summary: str = ""
    handoff: Handoff | None = None
    rating: Rating | None = None
    reopened: int = 0
    epoch: int = 0
    lane: LaneMark | None = None
    review: Review | None = None
    feeling: Feeling | None = None
    offline: Offline | None = None
    told: Told | None = None
    last_message_id: MessageId | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the session still takes the customer's messages."""
        return self.state != "closed"

    @property
    def agent_id(self) -> AgentId | None:
        """Return the agent who has the floor, if one has."""
        return AgentId(self.holder.id) if self.holder.kind == "agent" and self.holder.id else None

    def serving(self, agent_id: AgentId) -> tuple[AgentId, ...]:
        """Return who has served the session when this agent takes it: each once, the latest last."""
        return (*(one for one in self.served_by if one != agent_id), agent_id)

    @property
    def concerned(self) -> tuple[AgentId, ...]:
        """Return the agents who hold the session or have it held out to them."""
        people = (self.agent_id, self.offer.agent_id if self.offer else None)
        return tuple(dict.fromkeys(person for person in people if person is not None))
