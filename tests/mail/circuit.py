"""A mail channel at the real servers, and the mails that its customers write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage

from connectors.email.connector import EmailConnector
from connectors.email.receive import Pace
from hub.environment import SystemClock
from hub.model.content import Content, Text
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.timeline import Actor, Delivery, Message
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.ports.channel import Inbound, Outbound
from hub.testing.channel_tools import FakeMemory, fake_tools
from tests.support.mail_intake import KeptIntake
from tests.support.mail_servers import MailServers

LONG_AGO = Timestamp("2020-01-05T08:00:00.000Z")
QUICK = Pace(idle_s=20.0, poll_s=0.1, first_gap_s=0.1, last_gap_s=0.5, login_gap_s=0.1)


def settings(servers: MailServers, user: str, **more: object) -> dict[str, object]:
    address = servers.address(user)
    return {
        "address": address,
        "imap": {
            "host": servers.host,
            "port": servers.imap_port,
            "tls": "none",
            "user": address,
            "password": servers.password,
        },
        "smtp": {"host": servers.host, "port": servers.smtp_port, "tls": "none"},
        **more,
    }


def connector(
    servers: MailServers, user: str, *, memory: FakeMemory | None = None, pace: Pace = QUICK, **more: object
) -> EmailConnector:
    channel = Channel(id=ChannelId("ch-1"), kind="email", name="Huike Shop", created_at=LONG_AGO)
    tools = fake_tools(clock=SystemClock(), memory=memory)
    return EmailConnector(channel, settings(servers, user, **more), tools, pace=pace)


@asynccontextmanager
async def receiving(mailbox: EmailConnector, intake: KeptIntake) -> AsyncIterator[KeptIntake]:
    task = asyncio.create_task(mailbox.receive(intake))
    try:
        yield intake
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await mailbox.close()


def a_mail(*, to: str, subject: str = "Where is my order?", text: str = "我的订单到哪了？", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = headers.pop("From", "Li Lei <lilei@test.local>")
    mail["To"] = to
    mail["Subject"] = subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes(policy=policy.SMTP)


def parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def an_answer(to: Inbound | None, *, key: str, address: str, content: Content | None = None) -> Outbound:
    return Outbound(
        key=MessageId(key),
        session_id=SessionId("5e5510" + "0" * 26),
        channel_id=ChannelId("ch-1"),
        address=address,
        thread=None,
        at=Timestamp("2026-11-22T08:00:00.000Z"),
        author=Actor(kind="agent", id="a-1", name="王芳"),
        content=content or Text(text="您的订单明天送达。"),
        answers=_message(to) if to is not None else None,
    )


def _message(inbound: Inbound) -> Message:
    assert inbound.content is not None
    return Message(
        seq=1,
        at=inbound.occurred_at,
        id=MessageId("e" * 32),
        direction="in",
        author=Actor(kind="customer", id="c-1", name="Li Lei"),
        channel_id=ChannelId("ch-1"),
        content=inbound.content,
        delivery=Delivery(state="delivered"),
    )


async def until(claim: Callable[[], Sequence[bytes]], *, count: int = 1, limit_s: float = 10.0) -> Sequence[bytes]:
    """Look into a mailbox until there are so many mails."""
    loop = asyncio.get_running_loop()
    end = loop.time() + limit_s
    while len(found := claim()) < count:
        if loop.time() > end:
            raise AssertionError(f"{len(found)} of {count} mails after {limit_s} s")
        await asyncio.sleep(0.02)
    return found
