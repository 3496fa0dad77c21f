"""The pretend IMAP server: what common clients want works, and what no server must understand is refused."""

from __future__ import annotations

import asyncio
import imaplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from connectors.email.imap.client import ImapClient
from connectors.email.imap.errors import FolderRefused, LoginRefused
from hub.testing.environment import FakeClock
from simulator.mail import MailProvider
from simulator.mail_store import MailAccount, Mailbox
from tests.support.patience import PATIENCE_S

ADDRESS, PASSWORD = "support@shop.test", 'p"a\\ss word {3}'
ACCOUNT = MailAccount(address=ADDRESS, user="reader", password=PASSWORD, smtp_user="writer", smtp_password="other")
AT = 1_700_000_000.0
MAIL = b"From: a@b.test\r\nSubject: hello\r\n\r\nfirst line\r\nsecond {3}\r\n"


@asynccontextmanager
async def provider(mails: int = 0) -> AsyncIterator[tuple[MailProvider, Mailbox]]:
    """Run the servers with one account that has some mails."""
    made = MailProvider(FakeClock())
    made.store.set_account(ACCOUNT)
    box = made.store.open_box(ADDRESS)
    for _ in range(mails):
        deliver(box)
    await made.open()
    try:
        yield made, box
    finally:
        await made.close()


def deliver(box: Mailbox, data: bytes = MAIL) -> None:
    """Put a mail in."""
    box.deliver(data, sender="a@b.test", recipient="support+x@shop.test", at=AT)


class Line:
    """A bare connection: what is written is what is sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, line: bytes) -> list[bytes]:
        """Send a line and return the lines up to the one that answers it, or up to the end of the connection."""
        self.writer.write(line + b"\r\n")
        return await self.until(line.partition(b" ")[0])

    async def until(self, tag: bytes) -> list[bytes]:
        """Read up to the line with a tag."""
        lines = []
        async with asyncio.timeout(PATIENCE_S):
            while line := await self.reader.readline():
                lines.append(line)
                if line.startswith((tag + b" ", b"* BAD")):
                    break
        return lines


@asynccontextmanager
async def connected(made: MailProvider, *first: bytes) -> AsyncIterator[Line]:
    """Open a connection, hear the greeting, and send some commands."""
    reader, writer = await asyncio.open_connection("127.0.0.1", made.imap_port)
    line = Line(reader, writer)
    try:
        assert (await reader.readline()).startswith(b"* OK [CAPABILITY IMAP4rev1")
        for command in first:
            assert b" OK " in (await line.ask(command))[-1]
        yield line
    finally:
        writer.close()
        await writer.wait_closed()


LOGIN = b'a LOGIN reader "p\\"a\\\\ss word {3}"'


async def test_the_standard_library_reads_a_mailbox() -> None:
    def read(port: int) -> list[object]:
        client = imaplib.IMAP4("127.0.0.1", port, timeout=10)
        client.login("reader", PASSWORD)
        told: list[object] = [client.select("INBOX", readonly=True)]
        told.append(client.uid("SEARCH", "UID", "1:*", "SINCE", "14-Nov-2023"))
        told.append(client.uid("FETCH", "1:*", "(RFC822.SIZE BODY.PEEK[TEXT]<0.5>)"))
        told.append(client.noop()[0])
        client.logout()
        return told

    async with provider(mails=1) as (made, box):
        told = await asyncio.to_thread(read, made.imap_port)
    size = len(box.mails[0].data)
    fetched = [(b"1 (UID 1 RFC822.SIZE %d BODY[TEXT]<0> {5}" % size, b"first"), b")"]
    assert told == [("OK", [b"1"]), ("OK", [b"1"]), ("OK", fetched), "OK"]


async def test_our_own_client_reads_and_is_told_of_new_mail_at_once() -> None:
    async with provider(mails=2) as (made, box):
        client = await ImapClient.open("127.0.0.1", made.imap_port, tls="none", context=None)
        with pytest.raises(LoginRefused):
            await client.login("reader", "wrong")
        await client.login("reader", PASSWORD)
        with pytest.raises(FolderRefused):
            await client.examine("Sent")
        folder = await client.examine("INBOX")
        assert (folder.exists, folder.uidnext) == (2, 3)
        assert folder.uidvalidity == int(FakeClock().seconds())
        assert await client.search(first_uid=2) == [2]
        assert (await client.sizes([1, 2]))[2].arrived_at == AT
        mails = await client.mails([1, 2])
        assert mails[1] == b"Return-Path: <a@b.test>\r\nDelivered-To: support+x@shop.test\r\n" + MAIL
        assert await client.beginning(2, 5) == mails[2].partition(b"\r\n\r\n")[0] + b"\r\n\r\nfirst"
        waiting = asyncio.create_task(client.idle(10))
        # Whether it comes before the server listens or after, the client is told.
        await asyncio.sleep(0)
        deliver(box)
        async with asyncio.timeout(PATIENCE_S):
            assert await waiting
        assert await client.search(first_uid=3) == [3]
        await client.close()


async def test_literals_are_asked_for_or_come_at_once() -> None:
    async with provider() as (made, _), connected(made) as line:
        line.writer.write(b"a LOGIN {6}\r\n")
        assert await line.reader.readline() == b"+ go on\r\n"
        line.writer.write(b"reader {%d+}\r\n%b\r\n" % (len(PASSWORD), PASSWORD.encode()))
        # The password ends like a literal's announcement, and is none.
        assert (await line.until(b"a"))[-1].startswith(b"a OK")


async def test_a_mail_that_leaves_is_told_before_what_came() -> None:
    async with provider(mails=200) as (made, box), connected(made, LOGIN, b"b SELECT INBOX") as line:
        deliver(box)
        assert await line.ask(b"c NOOP") == [b"* 1 EXPUNGE\r\n", b"* 200 EXISTS\r\n", b"c OK NOOP done\r\n"]
        assert (await line.ask(b"d UID SEARCH UID 1,201"))[0] == b"* SEARCH 201\r\n"


async def test_only_a_fetch_that_does_not_peek_marks_a_mail_as_seen() -> None:
    async with provider(mails=1) as (made, _), connected(made, LOGIN, b"b SELECT inbox") as line:
        await line.ask(b"c UID FETCH 1 BODY.PEEK[]")
        assert (await line.ask(b"d UID SEARCH UNSEEN"))[0] == b"* SEARCH 1\r\n"
        await line.ask(b"e UID FETCH * (FLAGS BODY[HEADER])")
        assert (await line.ask(b"f UID SEARCH UNSEEN"))[0] == b"* SEARCH\r\n"
        assert (await line.ask(b"g UID FETCH 1 FLAGS"))[0] == b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"


@pytest.mark.parametrize(
    "command",
    [
        b"x NONSENSE",
        b"x SELECT",
        b"x SELECT INBOX extra",
        b"x  NOOP",
        b"x NOOP ",
        b"x LOGIN reader",
        b'x LOGIN "reader pw',
        b"x UID",
        b"x UID SEARCH",
        b"x UID SEARCH UID 0:3",
        b"x UID SEARCH UID 1:2:3",
        b"x UID SEARCH FUZZY x",
        b"x UID SEARCH SINCE 2024-01-01",
        b"x UID FETCH 1",
        b"x UID FETCH 1 ()",
        b"x UID FETCH 1 UID FLAGS",
        b"x UID FETCH 1 (BODY[PICTURE])",
        b"x UID FETCH 1 (BODY[]<1>)",
        b"x UID FETCH 1 (BODY[]<1.0>)",
        b"x UID FETCH 1 (RFC822.SIZE[])",
        b"x UID STORE 1 FLAGS (\\Deleted)",
        b"x ID (name",
        "x UID SEARCH ü".encode(),
        b"x\x00 NOOP",
        b"=x NOOP",
    ],
)
async def test_what_is_not_of_the_grammar_is_bad_and_the_connection_goes_on(command: bytes) -> None:
    async with provider(mails=1) as (made, _), connected(made, LOGIN, b"b EXAMINE INBOX") as line:
        assert b" BAD " in (await line.ask(command))[-1]
        assert (await line.ask(b"y NOOP"))[-1] == b"y OK NOOP done\r\n"


async def test_lines_end_with_cr_and_lf() -> None:
    async with provider() as (made, _), connected(made) as line:
        line.writer.write(b"a CAPABILITY\n")
        assert (await line.until(b"a"))[-1].startswith(b"* BAD")


@pytest.mark.parametrize("command", [b"x EXAMINE INBOX", b'x LIST "" *'])
async def test_nothing_is_shown_before_the_login(command: bytes) -> None:
    async with provider(mails=1) as (made, _), connected(made) as line:
        assert b" BAD " in (await line.ask(command))[-1]


async def test_nothing_is_searched_before_a_mailbox_is_open() -> None:
    async with provider(mails=1) as (made, _), connected(made, LOGIN) as line:
        for command in (b"x UID SEARCH ALL", b"x IDLE", b"x CLOSE"):
            assert b" BAD " in (await line.ask(command))[-1]


@pytest.mark.parametrize(
    "command", [b"x LOGIN {5000}", b"x LOGIN " + b"a" * 9000, b"x LOGIN" + (b" {4000+}\r\n" + b"a" * 4000) * 9]
)
async def test_what_is_too_long_ends_the_connection(command: bytes) -> None:
    async with provider() as (made, _), connected(made) as line:
        told = await line.ask(command)
        assert told[-1].startswith((b"* BYE", b"x OK LOGOUT")) or not told
        assert any(each.startswith(b"* BYE") for each in told)


async def test_ten_mistakes_end_the_connection() -> None:
    async with provider() as (made, _), connected(made) as line:
        for _ in range(9):
            await line.ask(b"x NONSENSE")
        line.writer.write(b"x NONSENSE\r\n")
        async with asyncio.timeout(PATIENCE_S):
            told = await line.reader.read()
        assert told.endswith(b"* BYE too many mistakes\r\n")
