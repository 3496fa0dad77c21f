"""An arrival: one inbound message on its way into a session, and what it makes of commands and commits.

Decides without reading or writing anything: what the message asks for, who need not hurry, what is claimed and told.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec.structs import replace

from hub.model import commands as c
from hub.model.commit import Claim, Commit, EventTag, Job, Record
from hub.model.content import Content, Email
from hub.model.customer import Customer, Level
from hub.model.ids import JobId, MessageId
from hub.model.queues import DEFAULT_QUEUE
from hub.model.session import Demand, Route
from hub.model.timeline import Actor
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.channel import FetchedFile, Inbound, Sender
from hub.ports.environment import Ids
from hub.services.attachments import safe_name
from hub.services.consents import with_records
from hub.services.identities import Resolved
from hub.services.threads import Answered

_LOWEST = 9
_MACHINES = ("auto_reply", "bounce", "receipt", "complaint")
_URGENCY = {"normal": 9, "vip": 1, "urgent": 0}
"""The worst priority that a customer of each level is given (routing.md R2)."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an inbound: the answer kept under its claim. Empty ids for what made no message."""

    id: str = ""
    seq: int = 0
    session_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message with all that is known of it before its customer's session is. `records` are kept with it."""

    channel: Channel
    inbound: Inbound
    sender: Sender
    content: Content
    message_id: MessageId
    answered: Answered | None = None
    records: tuple[Record, ...] = ()

    @property
    def is_report(self) -> bool:
        """Tell whether a machine speaks about a session of somebody else: a bounce, a receipt from a mail server."""
        if not self.inbound.is_automatic or self.inbound.answers is None or self.answered is None:
            return False
        routes = self.answered.session.routes.values()
        return all(route.address != self.sender.address for route in routes)

    @property
    def needs_nobody(self) -> bool:
        """Tell whether a session that starts with this is filed at once: an opt-out word, or a machine's own mail.

        A mailing list's mail may be a person's, so it waits in the queue, at the end.
        """
        if not self.inbound.is_automatic:
            return False
        is_machine = isinstance(self.content, Email) and self.content.email.kind in _MACHINES
        return is_machine or self.inbound.consent is not None

    def demand(self, customer: Customer) -> Demand:
        """Return what a session that starts with this asks of an agent; nobody hurries for a machine."""
        demand = demand_of(self.channel, customer.level)
        return replace(demand, priority=_LOWEST) if self.inbound.is_automatic else demand

    def receive(self, customer: Customer, now: Timestamp, ids: Ids) -> c.Receive:
        """Return the command that puts the message into the customer's session."""
        return c.Receive(
            message_id=self.message_id,
            author=Actor(kind="customer", id=customer.id, name=customer.name),
            channel_id=self.channel.id,
            route=Route(
                address=self.sender.address,
                thread=self.inbound.thread,
                last_inbound_at=now,
                message_id=self.message_id,
                window=self.inbound.window,
            ),
            content=self.content,
            bot_job=JobId(ids.new()),
            client_id=self.inbound.client_id,
            files=self._awaited(ids),
            is_automatic=self.inbound.is_automatic,
            in_reply_to=self.answered.message.id if self.answered else None,
        )

    def enclose(self, ids: Ids) -> c.Enclose:
        """Return the command that keeps a machine's word in the session that it is about."""
        return c.Enclose(
            message_id=self.message_id,
            author=Actor(kind="system", id="system", name=self.sender.name or self.sender.address),
            channel_id=self.channel.id,
            content=self.content,
            files=self._awaited(ids),
        )

    def _awaited(self, ids: Ids) -> tuple[c.AwaitedFile, ...]:
        return tuple(
            c.AwaitedFile(
                job=JobId(ids.new()),
                url=file.url,
                name=safe_name(file.name or _last_part(file.url)),
                mime=file.mime,
            )
            for file in self.inbound.files
            if isinstance(file, FetchedFile)
        )

    def profile_job(self, customer: Customer, now: Timestamp, ids: Ids) -> Job:
        """Return the work of asking the provider who this new customer is."""
        return Job(
            id=JobId(ids.new()),
            kind="profile",
            group=customer.id,
            seq=1,
            due_at=now,
            payload={"channel_id": self.channel.id, "address": self.sender.address},
        )

    def claimed(self, commit: Commit, resolved: Resolved | None) -> Commit:
        """Return the commit with everything that makes the message once and for all taken."""
        session = commit.session
        if session is None or not commit.messages:
            raise ValueError("a message always changes its session")
        message = commit.messages[0]
        taken = Taken(id=message.id, seq=message.seq, session_id=session.id)
        commit = replace(
            commit,
            keys=(*commit.keys, *(resolved.keys if resolved else ())),
            claims=(claim_of(self.channel, self.inbound, taken),),
            customers=(resolved.customer,) if resolved is not None and resolved.is_changed else (),
            events=(*commit.events, event_of(self.channel, self.inbound)),
        )
        return with_records(commit, self.records)


def demand_of(channel: Channel, level: Level) -> Demand:
    """Return what a session that starts on this channel asks of an agent, before any rule speaks."""
    routing = channel.routing
    return Demand(
        queue=routing.queue_id or DEFAULT_QUEUE,
        hours_id=routing.business_hours_id,
        skills=dict(routing.skills),
        language=routing.language,
        priority=min(routing.priority, _URGENCY[level]),
        weight=routing.weight,
        relax=routing.relax,
    )


def claim_key(channel: Channel, inbound: Inbound) -> str:
    """Return the key under which an inbound is taken once."""
    return f"inbound/{channel.id}/{inbound.event_id}"


def claim_of(channel: Channel, inbound: Inbound, taken: Taken) -> Claim:
    """Return the claim of an inbound with the answer that repeats get."""
    return Claim(key=claim_key(channel, inbound), answer=msgspec.Raw(msgspec.json.encode(taken)))


def event_of(channel: Channel, inbound: Inbound) -> EventTag:
    """Return the one event that every accepted push leaves."""
    is_unsupported = inbound.content is not None and inbound.content.__struct_config__.tag == "unsupported"
    data = {
        "channel_id": channel.id,
        "kind": channel.kind,
        "external_event_id": inbound.event_id,
        "outcome": "unsupported" if is_unsupported else inbound.kind,
    }
    return EventTag(type="channel.inbound", data=data if inbound.wake is None else {**data, "wake": inbound.wake})


def _last_part(url: str) -> str:
    """Return what an address without a name calls its file."""
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""
