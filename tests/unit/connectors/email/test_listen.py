"""Mails taken by SMTP: confirmed when durable, refused when foreign or too large, put off when we are in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiosmtplib
import pytest

from connectors.email import listen
from connectors.email.connector import EmailConnector
from connectors.email.threads import Threads
from hub.environment import SystemClock
from hub.model.content import Email
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.workspace import Channel
from hub.ports.channel import GivenFile
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START
from tests.support.mail_intake import KeptIntake
from tests.support.process import free_port

OWN = "support@shop.example"
MAIL = b"From: Li Lei <lilei@mail.example>\r\nTo: support@shop.example\r\nMessage-ID: <m1@x>\r\n\r\nhello\r\n"


@asynccontextmanager
async def listening(intake: KeptIntake, port: int) -> AsyncIterator[EmailConnector]:
    channel = Channel(id=ChannelId("ch-1"), kind="email", name="Shop", created_at=START)
    settings = {"address": OWN, "smtp_in": {"host": "127.0.0.1", "port": port}}
    connector = EmailConnector(channel, settings, fake_tools(clock=SystemClock()))
    task = asyncio.create_task(connector.receive(intake))
    try:
        await intake.until(lambda told: bool(told.told))
        yield connector
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def give(port: int, raw: bytes, *, to: str = OWN, sender: str = "lilei@mail.example") -> int:
    """Hand a mail over as any server does; return the code of the answer."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, local_hostname="mx.example", start_tls=False) as smtp:
        try:
            await smtp.sendmail(sender, [to], raw)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return error.recipients[0].code
        except aiosmtplib.SMTPResponseException as error:
            return error.code
        return 250


async def test_a_mail_is_confirmed_when_it_is_durable_and_its_envelope_is_kept() -> None:
    port, intake = free_port(), KeptIntake()
    token = Threads(fake_tools().signing_key, OWN).reply_address(SessionId("5e" * 16))
    ours = Threads(fake_tools().signing_key, OWN).message_id(SessionId("5e" * 16), MessageId("4e" * 16))
    async with listening(intake, port):
        assert await give(port, b"References: " + ours.encode() + b"\r\n" + MAIL, to=token, sender="") == 250
        [inbound] = intake.messages
        assert await give(port, MAIL) == 250
        assert await give(port, MAIL) == 250, "a repeat is confirmed too"
    assert inbound.answers == "4e" * 16
    assert isinstance(inbound.content, Email)
    assert inbound.is_automatic, "an empty sender is a machine's"
    original = inbound.files[-1]
    assert isinstance(original, GivenFile)
    assert original.data.startswith(f"Return-Path: <>\r\nDelivered-To: {token}\r\n".encode())
    assert intake.repeats == 2, "the same words under the same Message-ID"


async def test_it_is_no_relay() -> None:
    port, intake = free_port(), KeptIntake()
    async with listening(intake, port):
        for stranger in ("other@shop.example", "support@else.example", "support"):
            assert await give(port, MAIL, to=stranger) == 550
    assert intake.taken == []


async def test_in_trouble_of_ours_the_sender_keeps_the_mail() -> None:
    port, intake = free_port(), KeptIntake()
    intake.refuses = 1
    async with listening(intake, port):
        assert await give(port, MAIL) == 451
        assert await give(port, MAIL) == 250
    assert len(intake.messages) == 1


async def test_a_mail_over_the_limit_is_refused_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "MAX_MAIL", 5_000)
    port, intake = free_port(), KeptIntake()
    async with listening(intake, port):
        assert await give(port, MAIL + b"x\r\n" * 3_000) == 552
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = b""
        for line in (b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<support@shop.example>\r\n", b"DATA\r\n"):
            writer.write(line)
        writer.write(b"x\r\n" * 3_000 + b".\r\nQUIT\r\n")
        said = await reader.read(-1)
        writer.close()
        assert b"552 5.3.4" in said
        assert await give(port, MAIL) == 250


async def test_mails_with_very_long_lines_are_taken() -> None:
    port, intake = free_port(), KeptIntake()
    async with listening(intake, port):
        assert await give(port, MAIL + b"x" * 60_000 + b"\r\n") == 250
    assert len(intake.messages) == 1


async def test_a_port_that_is_taken_is_told() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port, intake = server.sockets[0].getsockname()[1], KeptIntake()
    async with listening(intake, port):
        said = intake.told[0]
        assert said is not None
        assert said["en"].startswith(f"Port {port} is taken")
    server.close()
    await server.wait_closed()
