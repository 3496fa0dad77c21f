"""The pretend SMTP server takes what a provider takes: from who is logged in, as themselves, to people who exist."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib
import pytest

from hub.testing.environment import FakeClock
from simulator.mail import MailProvider
from simulator.mail_store import MAX_MAIL, MailAccount

ADDRESS, PERSON = "support@shop.test", "li@mail.test"
ACCOUNT = MailAccount(address=ADDRESS, user="reader", password="other", smtp_user="writer", smtp_password="secret")
MAIL = b"From: support@shop.test\r\nTo: li@mail.test\r\nSubject: hi\r\n\r\nhello\r\n.\r\nend\r\n"


@asynccontextmanager
async def provider() -> AsyncIterator[MailProvider]:
    """Run the servers with one account and one person."""
    made = MailProvider(FakeClock())
    made.store.set_account(ACCOUNT)
    made.store.open_box(PERSON)
    await made.open()
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def client(made: MailProvider, password: str = "secret") -> AsyncIterator[aiosmtplib.SMTP]:
    """Connect, and log in with a password unless it is empty."""
    server = aiosmtplib.SMTP(hostname="127.0.0.1", port=made.smtp_port, use_tls=False, start_tls=False, timeout=10)
    async with server:
        if password:
            await server.login("writer", password)
        yield server


async def _begin(server: aiosmtplib.SMTP, sender: str, recipient: str) -> None:
    await server.mail(sender)
    await server.rcpt(recipient)


async def test_a_mail_arrives_as_it_was_sent() -> None:
    async with provider() as made, client(made) as server:
        await server.sendmail("support+k3y@shop.test", ["Li+any@mail.test"], MAIL)
        box = made.store.box(PERSON)
    assert box is not None
    assert [mail.recipient for mail in box.mails] == ["Li+any@mail.test"]
    head = b"Return-Path: <support+k3y@shop.test>\r\nDelivered-To: Li+any@mail.test\r\nReceived: "
    assert box.mails[0].data.startswith(head)
    assert box.mails[0].data.endswith(b"\r\n" + MAIL)


async def test_a_bounce_has_no_sender() -> None:
    async with provider() as made, client(made) as server:
        await server.sendmail("", [PERSON], MAIL)
        box = made.store.box(PERSON)
    assert box is not None
    assert box.mails[0].sender == ""


@pytest.mark.parametrize(
    ("password", "sender", "recipient", "code", "words"),
    [
        ("", ADDRESS, PERSON, 530, "5.7.0"),
        ("secret", "boss@shop.test", PERSON, 553, "5.7.1"),
        ("secret", ADDRESS, "nobody@mail.test", 550, "5.1.1"),
    ],
)
async def test_what_a_provider_refuses_is_refused(
    password: str, sender: str, recipient: str, code: int, words: str
) -> None:
    async with provider() as made, client(made, password) as server:
        await server.ehlo()
        with pytest.raises((aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused)) as refused:
            await _begin(server, sender, recipient)
        box = made.store.box(PERSON)
    assert (refused.value.code, words in refused.value.message) == (code, True)
    assert box is not None
    assert not box.mails


async def test_a_wrong_password_is_refused() -> None:
    async with provider() as made:
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            async with client(made, "other"):
                pass


async def test_a_mail_that_is_too_large_is_refused() -> None:
    async with provider() as made, client(made) as server:
        await server.ehlo()
        with pytest.raises(aiosmtplib.SMTPSenderRefused) as refused:
            await server.mail(ADDRESS, options=[f"SIZE={MAX_MAIL + 1}"])
        assert refused.value.code == 552
