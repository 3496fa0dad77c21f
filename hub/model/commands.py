"""The commands: everything that can be asked of a session. Ids and names are made by the caller, not here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from hub.model.content import Attachment, Content
from hub.model.customer import Level
from hub.model.ids import AgentId, BotId, ChannelId, CustomerId, JobId, MessageId, OfferId, SessionId, TeamId
from hub.model.queues import ClosedAction, Feeling, Lane, LaneMark, Outcome, Told
from hub.model.session import Demand, IntentScore, ReplyWindow, Route
from hub.model.timeline import Actor, Delivery, Message
from hub.model.timestamps import Timestamp


class _Command(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all commands."""


class AwaitedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a message that is still to be fetched, and the job that does it."""

    job: JobId
    url: str
    name: str
    mime: str = ""


class Receive(_Command, frozen=True, kw_only=True):
    """The customer wrote. While a bot has the floor, `bot_job` is the job that asks for its turn.

    `files` are fetched afterwards, one after another; until then their names stand in for a text that is missing.
    `is_automatic`: no bot answers it. `in_reply_to` is the earlier message that it answers, where that is known.

    What rules and moods say of it only raises: `mark` is the lane to enter, `priority` the least urgent that it may
    have, `wants_person` why no bot should answer; `said_by` and `because` name the rule and what in the words met it.
    """

    message_id: MessageId
    author: Actor
    channel_id: ChannelId
    route: Route
    content: Content
    bot_job: JobId
    client_id: str | None = None
    files: tuple[AwaitedFile, ...] = ()
    is_automatic: bool = False
    in_reply_to: MessageId | None = None
    feeling: Feeling | None = None
    mark: LaneMark | None = None
    priority: int | None = None
    wants_person: str = ""
    said_by: str = ""
    because: str = ""


class Enclose(_Command, frozen=True, kw_only=True):
    """A machine said something about this session (a mail came back): it is kept here, in any state."""

    message_id: MessageId
    author: Actor
    channel_id: ChannelId
    content: Content
    files: tuple[AwaitedFile, ...] = ()


class NoteWindow(_Command, frozen=True, kw_only=True):
    """The platform allows messages to the customer for a time, without a message of theirs."""

    channel_id: ChannelId
    window: ReplyWindow


class Open(_Command, frozen=True, kw_only=True):
    """Start a session with a customer's first message; the bot has the floor, or without one it is queued at once.

    `is_filed`: what a machine wrote needs nobody: the session is closed as it is opened, and can be found.
    """

    first: Receive
    session_id: SessionId
    customer_id: CustomerId
    customer_name: str
    customer_level: Level
    customer_language: str | None = None
    demand: Demand
    bot_id: BotId | None
    is_filed: bool = False
    bot_name: str = ""
    sticky_agent_id: AgentId | None = None
    sticky_at: Timestamp | None = None
    idle_job: JobId | None = None
    idle_at: Timestamp | None = None


class BotSay(_Command, frozen=True, kw_only=True):
    """The bot's turn on what the customer said up to `asked_seq`: answers, memory, and perhaps a handoff.

    `parts` is how many messages of the provider the answers make; over `automatic_per_hour` (0: no limit) on the reply
    channel the bot stays silent and a person takes over.
    """

    author: Actor
    asked_seq: int
    message_ids: tuple[MessageId, ...]
    contents: tuple[Content, ...]
    memory: Mapping[str, object]
    intents: tuple[IntentScore, ...] = ()
    slots: Mapping[str, str] = {}
    handoff_reason: str | None = None
    handoff_summary: str = ""
    push_jobs: tuple[JobId, ...] = ()
    parts: int = 1
    automatic_per_hour: int = 0


class AskPerson(_Command, frozen=True, kw_only=True):
    """The customer, or the hub for them, asks for a person. Asking again changes nothing."""

    actor: Actor
    reason: str
    summary: str = ""


class MakeOffer(_Command, frozen=True, kw_only=True):
    """The router holds the session out to an agent."""

    offer_id: OfferId
    agent_id: AgentId
    agent_name: str
    expires_at: Timestamp
    kind: Literal["new", "transfer"]


class EndOffer(_Command, frozen=True, kw_only=True):
    """The router takes an offer back: timed out, agent lost, or no longer wanted."""

    offer_id: OfferId
    reason: str


class Release(_Command, frozen=True, kw_only=True):
    """The router takes the session from an agent who is gone; it re-enters the queue at its old place."""

    agent_id: AgentId
    reason: str


class TurnAway(_Command, frozen=True, kw_only=True):
    """The router found the queue closed: no agent is looked for until `due_at`, the next opening, where there is one.

    `job` is the timer of that moment. With `keep` the session waits on, and this is only noted.
    """

    action: ClosedAction
    due_at: Timestamp | None = None
    job: JobId | None = None


class Recall(_Command, frozen=True, kw_only=True):
    """The queue is open again: the session waits for an agent at its old place."""


class Accept(_Command, frozen=True, kw_only=True):
    """An agent takes the offer made to them."""

    agent: Actor


class Reject(_Command, frozen=True, kw_only=True):
    """An agent declines the offer made to them."""

    agent: Actor
    reason: str = ""


class Take(_Command, frozen=True, kw_only=True):
    """An agent takes a waiting session by hand; with `force` (supervisors) from anybody.

    `by` is the supervisor who gives it to the agent; None: the agent takes it themselves.
    """

    agent: Actor
    by: Actor | None = None
    note: str = ""
    force: bool = False


class Say(_Command, frozen=True, kw_only=True):
    """An agent answers, or writes a private note. `push_job` is set where the channel must be pushed to.

    `parts` is how many messages of the provider the text makes.
    """

    agent: Actor
    message_id: MessageId
    content: Content
    note: bool = False
    channel_id: ChannelId | None = None
    in_reply_to: MessageId | None = None
    client_id: str | None = None
    seen_seq: int | None = None
    push_job: JobId | None = None
    parts: int = 1
    force: bool = False


class TransferToAgent(_Command, frozen=True, kw_only=True):
    """Ask a colleague to take over; the holder keeps the session until the colleague accepts."""

    by: Actor
    to: Actor
    note: str = ""
    force: bool = False


class TransferToQueue(_Command, frozen=True, kw_only=True):
    """Give the session back to the queue with other demands; the place is kept unless `keep_place` is off."""

    by: Actor
    demand: Demand
    label: Mapping[str, str]
    note: str = ""
    keep_place: bool = True
    force: bool = False


class TransferToBot(_Command, frozen=True, kw_only=True):
    """Give the floor to a bot."""

    by: Actor
    bot_id: BotId
    bot_name: str
    note: str = ""
    force: bool = False


class FailTransfer(_Command, frozen=True, kw_only=True):
    """The router found that the asked colleague cannot take over; the holder simply keeps the session."""

    agent_id: AgentId
    reason: str


class Close(_Command, frozen=True, kw_only=True):
    """End the session; an active one goes through `wrap_up` first where `wrap_up_until` and its timer are set."""

    by: Actor
    reason: str = ""
    wrap_up_until: Timestamp | None = None
    wrap_up_job: JobId | None = None
    force: bool = False


class Reopen(_Command, frozen=True, kw_only=True):
    """Take up a closed session again; the agent who reopens holds it."""

    agent: Actor


class MarkRead(_Command, frozen=True, kw_only=True):
    """Somebody has read up to `seq`; without it, the holder has read everything.

    `unread` is how many messages of the customer the holder has not read then; `messages` are the outgoing ones that
    the customer has now read.
    """

    actor: Actor
    seq: int | None = None
    unread: int = 0
    messages: tuple[Message, ...] = ()


class Report(_Command, frozen=True, kw_only=True):
    """News of a message's delivery; `done_job` ends the push that it answers."""

    message: Message
    delivery: Delivery
    done_job: JobId | None = None


class Resend(_Command, frozen=True, kw_only=True):
    """Send a failed or uncertain message again, because a person decided so."""

    by: Actor
    message: Message
    push_job: JobId
    force: bool = False


class SettleFile(_Command, frozen=True, kw_only=True):
    """An awaited file of a customer's message is there, or (`file` is None) will never be, for a reason.

    `stand_in` is the text that stood in for the files; it goes with the last of them.
    """

    message: Message
    done_job: JobId
    name: str
    file: Attachment | None = None
    reason: str = ""
    stand_in: str = ""


class Rate(_Command, frozen=True, kw_only=True):
    """The customer rates the service."""

    customer: Actor
    score: int
    comment: str = ""


class Label(_Command, frozen=True, kw_only=True):
    """Change tags, priority or summary; None leaves a field as it is."""

    by: Actor
    tags: tuple[str, ...] | None = None
    priority: int | None = None
    summary: str | None = None
    force: bool = False


class SetLane(_Command, frozen=True, kw_only=True):
    """A person puts the session in a lane or (`normal`, supervisors only) takes it out of one.

    `due_at` is until when an emergency should be answered, `review_skill` what a sensitive request needs.
    """

    by: Actor
    lane: Lane
    because: str = ""
    due_at: Timestamp | None = None
    review_skill: str = ""
    force: bool = False


class SettleReview(_Command, frozen=True, kw_only=True):
    """A person decides on a sensitive request, with a word on why."""

    by: Actor
    outcome: Outcome
    note: str
    force: bool = False


class Overflow(_Command, frozen=True, kw_only=True):
    """The wait has become long: the steps of the queue that are due open the session to others.

    A step to one of the teams that are `gone` opens it to everybody.
    """

    gone: tuple[TeamId, ...] = ()


class Notify(_Command, frozen=True, kw_only=True):
    """The hub tells a waiting customer how it stands; `told` is what it has then told.

    `push_job`, `parts` and `automatic_per_hour` are as for what bots say.
    """

    message_id: MessageId
    content: Content
    told: Told
    push_job: JobId | None = None
    parts: int = 1
    automatic_per_hour: int = 0


class WishCallback(_Command, frozen=True, kw_only=True):
    """A customer who wrote outside hours says where, and perhaps when, they want to be called back."""

    customer: Actor
    contact: str
    wish: str = ""


class Rename(_Command, frozen=True, kw_only=True):
    """The customer's record changed: show the new name and level."""

    name: str
    level: Level


Command = (
    Open
    | Receive
    | Enclose
    | NoteWindow
    | BotSay
    | AskPerson
    | MakeOffer
    | EndOffer
    | Release
    | TurnAway
    | Recall
    | Accept
    | Reject
    | Take
    | Say
    | TransferToAgent
    | TransferToQueue
    | TransferToBot
    | FailTransfer
    | Close
    | Reopen
    | MarkRead
    | Report
    | Resend
    | SettleFile
    | Rate
    | Label
    | SetLane
    | SettleReview
    | Overflow
    | Notify
    | WishCallback
    | Rename
)
