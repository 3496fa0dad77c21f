"""Short ways to make values of the model for tests: whole and valid, with only what the test is about spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from hub.model.commit import (
    REMOVED,
    Claim,
    Commit,
    EventTag,
    Job,
    JobKind,
    Record,
    RecordKind,
    customer_key,
    record_key,
    session_key,
)
from hub.model.commit import identity_key as ownership_key
from hub.model.content import Text
from hub.model.customer import Customer, Identity, IdentityKind, owned
from hub.model.ids import AgentId, ChannelId, CustomerId, JobId, MessageId, OfferId, SessionId
from hub.model.session import NOBODY, Holder, LastMessage, Offer, Session
from hub.model.timeline import Activity, Actor, Delivery, Message
from hub.model.timestamps import Timestamp, shift
from hub.testing.environment import START

CHANNEL = ChannelId("web")


def moment(seconds: float = 0) -> Timestamp:
    """Return a time so many seconds after `START`."""
    return shift(START, seconds)


def a_message(seq: int = 1, text: str = "Hello", *, session_id: str = "s1", **changes: Any) -> Message:
    """Return a customer's message; its id follows from session and number unless it is given."""
    made = Message(
        seq=seq,
        at=moment(seq),
        id=MessageId(f"{session_id}-m{seq}"),
        direction="in",
        author=Actor(kind="customer", id="c1", name="Li Wei"),
        channel_id=CHANNEL,
        content=Text(text=text),
        delivery=Delivery(state="delivered"),
    )
    return replace(made, **changes)


def an_activity(seq: int, kind: str = "queued", **changes: Any) -> Activity:
    """Return something that the hub did."""
    made = Activity(kind="queued", seq=seq, at=moment(seq), actor=Actor(kind="system", id="system", name=""))
    return replace(made, kind=kind, **changes)


def a_session(session_id: str = "s1", version: int = 1, **changes: Any) -> Session:
    """Return a session that waits in the queue."""
    made = Session(
        id=SessionId(session_id),
        version=version,
        customer_id=CustomerId("c1"),
        customer_name="Li Wei",
        state="queued",
        holder=NOBODY,
        created_at=moment(),
    )
    return replace(made, **changes)


def held_by(agent_id: str) -> dict[str, Any]:
    """Return the changes that give a session to an agent."""
    return {
        "state": "active",
        "holder": Holder(kind="agent", id=agent_id, name=agent_id.title()),
        "offer": None,
        "served_by": (AgentId(agent_id),),
    }


def offered_to(agent_id: str) -> dict[str, Any]:
    """Return the changes that hold a session out to an agent."""
    offer = Offer(id=OfferId(f"o-{agent_id}"), agent_id=AgentId(agent_id), expires_at=moment(30))
    return {"state": "offered", "holder": NOBODY, "offer": offer}


def saying(session: Session, *messages: Message) -> Session:
    """Return the session as these messages leave it."""
    newest = messages[-1]
    short = LastMessage(text=newest.content.text, author_kind=newest.author.kind, at=newest.at, type="text")
    return replace(
        session,
        last_seq=max(session.last_seq, newest.seq),
        last_message_at=newest.at,
        last_message=short,
        last_message_id=newest.id,
    )


def an_identity(value: str, kind: IdentityKind = "phone", *, verified: bool = True, generation: int = 1) -> Identity:
    """Return an address of a customer, proved unless said otherwise."""
    return Identity(kind=kind, value=value, verified=verified, generation=generation)


def a_customer(customer_id: str = "c1", version: int = 1, **changes: Any) -> Customer:
    """Return a customer without identities."""
    made = Customer(id=CustomerId(customer_id), version=version, name="Li Wei", created_at=moment())
    return replace(made, **changes)


def a_job(job_id: str, *, kind: JobKind = "push", group: str = "s1", seq: int = 1, due: float = 0) -> Job:
    """Return a job that is due so many seconds after `START`."""
    return Job(
        id=JobId(job_id),
        kind=kind,
        group=group,
        seq=seq,
        due_at=moment(due),
        session_id=SessionId(group),
        name="deliver",
        payload={"message": f"m-{job_id}", "try": 1},
    )


def a_record(record_id: str, version: int = 1, data: object = None, *, kind: RecordKind = "tag") -> Record:
    """Return a plain record that holds the given JSON."""
    return Record(kind=kind, id=record_id, version=version, data=msgspec.Raw(msgspec.json.encode(data or {})))


def a_removal(record_id: str, version: int, *, kind: RecordKind = "tag") -> Record:
    """Return the removal of a plain record."""
    return Record(kind=kind, id=record_id, version=version, data=REMOVED)


def a_claim(key: str, answer: object = None) -> Claim:
    """Return a de-duplication key with the answer for repeats."""
    return Claim(key=key, answer=msgspec.Raw(msgspec.json.encode(answer or {})))


def a_commit(*keys: str, **parts: Any) -> Commit:
    """Return a commit of the given parts; the keys of what it writes come by themselves, `keys` are further ones."""
    session: Session | None = parts.get("session")
    customers: Sequence[Customer] = parts.get("customers", ())
    records: Sequence[Record] = parts.get("records", ())
    own = [session_key(session.id, session.version)] if session else []
    own += [customer_key(customer.id, customer.version) for customer in customers]
    own += [record_key(record.kind, record.id, record.version) for record in records]
    own += [
        ownership_key(identity.key, identity.generation)
        for customer in customers
        if customer.version == 1
        for identity in owned(customer)
    ]
    parts.setdefault("events", (EventTag(type="session.updated"),) if session else ())
    return Commit(**{"at": moment(), "keys": (*own, *keys), **parts})
