"""Mail through real servers: Dovecot keeps the mailboxes, Exim carries what we and our customers send."""

from __future__ import annotations

import asyncio
import imaplib
import time

import pytest

from hub.model.content import Email
from hub.testing.channel_tools import FakeMemory
from tests.mail.circuit import QUICK, a_mail, an_answer, connector, parsed, receiving, until
from tests.support.mail_intake import KeptIntake
from tests.support.mail_servers import UNKNOWN_USER, MailServers
from tests.support.patience import PATIENCE_S

pytestmark = [pytest.mark.services, pytest.mark.slow]


async def test_a_mail_that_arrives_is_pushed_to_us(mail_servers: MailServers, inbox: str) -> None:
    """Long before the next look would find it."""
    async with receiving(connector(mail_servers, inbox), KeptIntake()) as intake:
        await intake.until(lambda told: told.is_working)
        await asyncio.sleep(0.3)  # let it idle: this is about the push, not about the first look
        start = time.monotonic()
        mail_servers.deliver(a_mail(to=mail_servers.address(inbox), Message_ID="<m1@test.local>"), inbox)
        await intake.until(lambda told: len(told.messages) == 1)
        assert time.monotonic() - start < QUICK.idle_s / 2
    [inbound] = intake.messages
    assert inbound.event_id == "mail:m1@test.local"
    assert isinstance(inbound.content, Email)
    assert inbound.content.text == "我的订单到哪了？"
    assert inbound.sender is not None
    assert (inbound.sender.address, inbound.sender.name) == ("lilei@test.local", "Li Lei")
    assert mail_servers.flags(inbox) == [""], "others still see the mail as new"


async def test_a_reply_arrives_in_the_thread_of_the_mail_that_it_answers(mail_servers: MailServers, inbox: str) -> None:
    customer = f"customer-{inbox}"
    address = mail_servers.address(customer)
    mailbox = connector(mail_servers, inbox)
    async with receiving(mailbox, KeptIntake()) as intake:
        question = a_mail(
            to=mail_servers.address(inbox), From=f"李雷 <{address}>", Message_ID="<q1@test.local>", subject="回复：订单"
        )
        mail_servers.submit(question, mail_servers.address(inbox), sender=address)
        await intake.until(lambda told: len(told.messages) == 1)
        sent = await mailbox.send(an_answer(intake.messages[0], key="a" * 32, address=address))
        [raw] = await until(lambda: mail_servers.mailbox(customer))
        answer = parsed(raw)
        assert answer["In-Reply-To"] == "<q1@test.local>"
        assert answer["References"] == "<q1@test.local>"
        assert answer["Subject"] == "Re: 订单"
        assert answer["Message-ID"] == f"<{sent.provider_id}>"
        assert answer["From"].addresses[0].display_name == "王芳"
        body = answer.get_body(("plain",))
        assert body is not None
        assert body.get_content().strip() == "您的订单明天送达。"

        # The customer answers, once by the marked address and once by references alone: both prove the message.
        for number, to in enumerate((str(answer["Reply-To"].addresses[0].addr_spec), mail_servers.address(inbox))):
            back = a_mail(
                to=to, From=address, Message_ID=f"<back{number}@test.local>", References=str(answer["Message-ID"])
            )
            mail_servers.submit(back, to, sender=address)
        await intake.until(lambda told: len(told.messages) == 3)
        assert [one.answers for one in intake.messages[1:]] == ["a" * 32, "a" * 32]


async def test_a_genuine_bounce_fails_the_message_that_it_is_about(mail_servers: MailServers, inbox: str) -> None:
    mailbox = connector(mail_servers, inbox)
    async with receiving(mailbox, KeptIntake()) as intake:
        await mailbox.send(an_answer(None, key="b" * 32, address=UNKNOWN_USER))
        await intake.until(lambda told: len(told.statuses) == 1)
    [status], [entry] = intake.statuses, intake.messages
    assert (status.status_of, status.status, status.trouble) == ("b" * 32, "failed", "address_invalid")
    assert status.reason
    assert isinstance(entry.content, Email)
    assert (entry.content.email.kind, entry.answers, entry.is_automatic) == ("bounce", "b" * 32, True)
    assert [(one.recipient, one.hard) for one in entry.content.email.bounce] == [(UNKNOWN_USER, True)]


async def test_it_goes_on_after_the_server_was_restarted(mail_servers: MailServers, inbox: str) -> None:
    async with receiving(connector(mail_servers, inbox), KeptIntake()) as intake:
        mail_servers.deliver(a_mail(to=inbox, subject="before", Message_ID="<r1@test.local>"), inbox)
        await intake.until(lambda told: told.subjects == ["before"])
        await asyncio.to_thread(mail_servers.stop_imap)
        await intake.until(lambda told: not told.is_working)
        mail_servers.start_imap()
        mail_servers.deliver(a_mail(to=inbox, subject="after", Message_ID="<r2@test.local>"), inbox)
        await intake.until(lambda told: told.subjects == ["before", "after"])
        assert intake.is_working
        assert intake.repeats == 0
    outage = intake.told[1]
    assert outage is not None
    assert set(outage) == {"zh-CN", "en"}


async def test_a_new_numbering_neither_loses_nor_doubles_a_mail(mail_servers: MailServers, inbox: str) -> None:
    memory, kept = FakeMemory(), KeptIntake()
    async with receiving(connector(mail_servers, inbox, memory=memory), kept) as intake:
        mail_servers.deliver(a_mail(to=inbox, subject="one", Message_ID="<same@test.local>"), inbox)
        mail_servers.deliver(a_mail(to=inbox, subject="two", Message_ID="<same@test.local>"), inbox)
        mail_servers.deliver(a_mail(to=inbox, subject="three"), inbox)
        await intake.until(lambda told: len(told.messages) == 3)
    before = kept.kept_cursor
    mail_servers.renew_mailbox(inbox)
    mail_servers.deliver(a_mail(to=inbox, subject="four"), inbox)
    async with receiving(connector(mail_servers, inbox, memory=memory), kept) as intake:
        await intake.until(lambda told: len(told.messages) == 4)
        await intake.until(lambda told: told.repeats == 3)
    assert sorted(kept.subjects) == ["four", "one", "three", "two"]
    assert kept.kept_cursor is not None
    assert before is not None
    assert kept.kept_cursor.partition(":")[0] != before.partition(":")[0]


async def test_two_hundred_mails_at_once_are_none_lost_and_none_twice(mail_servers: MailServers, inbox: str) -> None:
    kept = KeptIntake()
    kept.refuses = 2
    async with receiving(connector(mail_servers, inbox), kept) as intake:

        def deliver() -> None:
            for number in range(200):
                raw = a_mail(to=inbox, subject=f"mail {number}", Message_ID=f"<n{number}@{inbox}.test.local>")
                mail_servers.deliver(raw, inbox)

        await asyncio.to_thread(deliver)
        await intake.until(lambda told: len(told.messages) == 200, limit_s=PATIENCE_S)
        # The mailbox's own order: under load Dovecot may number two mails of the same moment the other way round.
        numbered = await asyncio.to_thread(_subjects_by_uid, mail_servers, inbox)
    assert sorted(numbered) == sorted(f"mail {number}" for number in range(200))
    assert kept.subjects == numbered
    assert kept.repeats == 0


def _subjects_by_uid(servers: MailServers, user: str) -> list[str]:
    """Return the subjects of a mailbox in the order of the UIDs, as any other IMAP client sees it."""
    client = imaplib.IMAP4(servers.host, servers.imap_port, timeout=10)
    try:
        client.login(servers.address(user), servers.password)
        client.select("INBOX", readonly=True)
        _, answers = client.uid("FETCH", "1:*", "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    finally:
        client.logout()
    parts = [one for one in answers if isinstance(one, tuple)]
    by_uid = {int(head.split(b"UID ")[1].split()[0]): body.decode().strip() for head, body in parts}
    return [by_uid[uid].removeprefix("Subject: ") for uid in sorted(by_uid)]


async def test_a_mail_of_30_megabytes_is_taken_whole_and_a_larger_one_in_its_beginning(
    mail_servers: MailServers, inbox: str
) -> None:
    line = b"x" * 75 + b"\r\n"
    head = a_mail(to=inbox, subject="large", text="Hello\n")
    async with receiving(connector(mail_servers, inbox), KeptIntake()) as intake:
        start = time.monotonic()
        mail_servers.deliver(head + line * (30 * 1024 * 1024 // len(line)), inbox)
        await intake.until(lambda told: len(told.messages) == 1, limit_s=PATIENCE_S)
        mail_servers.deliver(head + line * (40 * 1024 * 1024 // len(line)), inbox)
        await intake.until(lambda told: len(told.messages) == 2, limit_s=PATIENCE_S)
        print(f"both within {time.monotonic() - start:.1f} s")  # noqa: T201
        whole, beginning = (one.content for one in intake.messages)
    assert isinstance(whole, Email)
    assert isinstance(beginning, Email)
    assert "too large" not in whole.full_text[-200:]
    assert beginning.full_text.endswith("only its beginning is here.]")
    sizes = [len(file.data) for one in intake.messages for file in one.files if hasattr(file, "data")]
    assert sizes[0] > 30_000_000
    assert sizes[1] < 3_000_000
