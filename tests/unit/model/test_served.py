"""Who served a session stands in the order of their last turn: the sticky agent of the next session is the last one."""

from __future__ import annotations

from hub.model import commands as c
from hub.model.content import Text
from hub.model.decide import decide
from hub.model.ids import ChannelId, CustomerId, JobId, MessageId, SessionId
from hub.model.session import Demand, Route, Session
from hub.model.timeline import Actor
from hub.model.timestamps import Timestamp

NOW = Timestamp("2026-11-22T08:00:00.000Z")
CUSTOMER = Actor(kind="customer", id="customer", name="")


def _agent(name: str) -> Actor:
    return Actor(kind="agent", id=name, name=name)


def _then(session: Session, command: c.Command) -> Session:
    commit = decide(session, command, NOW)
    assert commit is not None
    assert commit.session is not None
    return commit.session


def test_the_agent_who_served_last_stands_last() -> None:
    first = c.Receive(
        message_id=MessageId("m"),
        author=CUSTOMER,
        channel_id=ChannelId("web"),
        route=Route(address="device", last_inbound_at=NOW),
        content=Text(text="hi"),
        bot_job=JobId("j"),
    )
    command = c.Open(
        first=first,
        session_id=SessionId("s"),
        customer_id=CustomerId("customer"),
        customer_name="",
        customer_level="normal",
        demand=Demand(),
        bot_id=None,
    )
    commit = decide(None, command, NOW)
    assert commit is not None
    session = commit.session
    assert session is not None
    for name in ("ann", "bob", "ann"):
        session = _then(session, c.Take(agent=_agent(name), force=True))
    assert session.served_by == ("bob", "ann")
