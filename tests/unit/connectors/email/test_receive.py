"""The receive loop takes each mail once, gets past broken ones, and tells in plain words what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from connectors.email import fetch
from connectors.email.connector import EmailConnector
from connectors.email.receive import Pace
from hub.environment import SystemClock
from hub.model.content import Email, Unsupported
from hub.model.ids import ChannelId
from hub.model.timestamps import Timestamp
from hub.model.workspace import Channel
from hub.testing.channel_tools import FakeMemory, fake_tools
from tests.providers.imap_server import PASSWORD, USER, ImapServer, imap_server
from tests.support.mail_intake import KeptIntake

QUICK = Pace(idle_s=0.05, poll_s=0.01, first_gap_s=0.005, last_gap_s=0.02, login_gap_s=0.005)
MADE_AT = Timestamp("2026-01-05T09:00:00.000Z")
"""An hour after the stand-in's mails arrived."""


def a_raw(number: int, *, message_id: str = "", text: str = "hello") -> bytes:
    name = message_id or f"m{number}@mail.example"
    return f"From: a@mail.example\r\nMessage-ID: <{name}>\r\nSubject: mail {number}\r\n\r\n{text}\r\n".encode()


@asynccontextmanager
async def receiving(
    server: ImapServer,
    intake: KeptIntake,
    *,
    memory: FakeMemory | None = None,
    days: int = 1,
    imap: dict[str, object] | None = None,
) -> AsyncIterator[KeptIntake]:
    channel = Channel(id=ChannelId("ch-1"), kind="email", name="Shop", created_at=MADE_AT)
    account = {"host": "127.0.0.1", "port": server.port, "tls": "none", "user": USER, "password": PASSWORD}
    settings = {"address": USER, "imap": account | (imap or {}), "days": days}
    tools = fake_tools(clock=SystemClock(), memory=memory)
    connector = EmailConnector(channel, settings, tools, pace=QUICK)
    task = asyncio.create_task(connector.receive(intake))
    try:
        yield intake
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await connector.close()
        assert server.faults == []


async def test_mails_are_taken_in_their_order_and_the_place_is_kept() -> None:
    async with imap_server() as server:
        for number in range(1, 121):
            server.add(a_raw(number))
        async with receiving(server, KeptIntake()) as intake:
            await intake.until(lambda told: len(told.messages) == 120)
            server.add(a_raw(121))
            await intake.until(lambda told: len(told.messages) == 121)
        assert intake.subjects == [f"mail {number}" for number in range(1, 122)]
        assert (intake.kept_cursor, intake.repeats) == ("7:121", 0)


async def test_it_goes_on_where_it_was_and_begins_anew_where_numbers_are_new() -> None:
    async with imap_server() as server:
        for number in (1, 2, 3):
            server.add(a_raw(number))
        async with receiving(server, KeptIntake("7:2")) as intake:
            await intake.until(lambda told: told.subjects == ["mail 3"])
        async with receiving(server, KeptIntake("6:99")) as intake:
            await intake.until(lambda told: len(told.messages) == 3)
        assert intake.kept_cursor == "7:3"


async def test_what_arrived_long_before_the_channel_was_made_is_left() -> None:
    async with imap_server() as server:
        server.add(a_raw(1))
        async with receiving(server, KeptIntake(), days=0) as intake:
            await intake.until(lambda told: told.is_working)
            await server.idles.wait()
            assert intake.messages == []
            server.arrived = "05-Jan-2026 09:00:01 +0000"
            server.add(a_raw(2))
            await intake.until(lambda told: told.subjects == ["mail 2"])
            server.arrived = ""
            server.add(a_raw(3))
            await intake.until(lambda told: told.subjects == ["mail 2", "mail 3"])
            assert intake.messages[1].occurred_at > MADE_AT, "a server that tells no time: it is now"


async def test_when_the_store_is_away_nothing_is_lost() -> None:
    async with imap_server() as server:
        kept = KeptIntake()
        kept.refuses = 3
        for number in (1, 2):
            server.add(a_raw(number))
        async with receiving(server, kept) as intake:
            await intake.until(lambda told: len(told.messages) == 2)
        assert None in intake.told
        assert set(intake.told) == {None}, "that the store is away is not the provider's fault"


@pytest.mark.parametrize("trouble", ["refuses_mails", "drops_at_mails"])
async def test_a_mail_that_the_server_does_not_give_holds_up_no_other(trouble: str) -> None:
    async with imap_server() as server:
        for number in (1, 2, 3, 4):
            server.add(a_raw(number))
        getattr(server, trouble).add(2)
        async with receiving(server, KeptIntake()) as intake:
            await intake.until(lambda told: len(told.messages) == 4)
        assert intake.subjects == ["mail 1", "mail 2", "mail 3", "mail 4"], "its header is had all the same"
        content = intake.messages[1].content
        assert isinstance(content, Email)
        assert content.full_text.endswith("only its beginning is here.]")


async def test_a_mail_whose_header_is_refused_too_is_an_entry_of_its_place() -> None:
    async with imap_server() as server:
        server.add(a_raw(1))
        server.refuses["UID FETCH"] = "NO [SERVERBUG] sorry"
        server.gives_sizes = True
        async with receiving(server, KeptIntake()) as intake:
            await intake.until(lambda told: len(told.messages) == 1)
        [inbound] = intake.messages
        assert isinstance(inbound.content, Unsupported)
        assert (inbound.event_id, inbound.sender is not None) == ("mail:lost:7:1", True)


async def test_a_mail_over_the_limit_is_had_in_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MAX_MAIL", 2_000)
    monkeypatch.setattr(fetch, "_BEGINNING", 500)
    async with imap_server() as server:
        server.add(a_raw(1, text="x" * 70_000))
        async with receiving(server, KeptIntake()) as intake:
            await intake.until(lambda told: len(told.messages) == 1)
        content = intake.messages[0].content
        assert isinstance(content, Email)
        assert content.full_text.startswith("x" * 500)
        assert len(content.full_text) < 700


async def test_a_message_id_used_for_two_mails_makes_two_entries_also_when_read_again() -> None:
    memory, kept = FakeMemory(), KeptIntake()
    async with imap_server() as server:
        server.add(a_raw(1, message_id="same@x", text="one"))
        server.add(a_raw(1, message_id="same@x", text="two"))
        server.add(a_raw(1, message_id="same@x", text="one"))
        async with receiving(server, kept, memory=memory) as intake:
            await intake.until(lambda told: told.kept_cursor == "7:3")
        assert [one.content.text for one in kept.messages if one.content] == ["one", "two"]
        assert kept.messages[0].event_id == "mail:same@x"
        server.uidvalidity = 8
        server.mails = dict(zip((1, 2, 3), reversed(server.mails.values()), strict=True))
        async with receiving(server, kept, memory=memory) as intake:
            await intake.until(lambda told: told.kept_cursor == "8:3")
        assert (len(kept.messages), kept.repeats) == (2, 4)


async def test_a_server_without_idle_is_asked_now_and_then() -> None:
    for capabilities, refused in (("IMAP4rev1", {}), ("IMAP4rev1 IDLE", {"IDLE": "BAD what?"})):
        async with imap_server() as server:
            server.capabilities, server.refuses = capabilities, dict(refused)
            async with receiving(server, KeptIntake()) as intake:
                await server.polled.wait()
                server.add(a_raw(1))
                await intake.until(lambda told: len(told.messages) == 1)
            assert server.connections == 1


async def test_an_outage_is_told_once_and_its_end_too() -> None:
    async with imap_server() as server:
        async with receiving(server, KeptIntake()) as intake:
            await intake.until(lambda told: told.is_working)
            server.greeting = b"* BYE maintenance\r\n"
            await server.drop()
            await intake.until(lambda told: not told.is_working)
            await server.connected_again(3)
            server.greeting = b"* OK ready\r\n"
            await intake.until(lambda told: told.is_working)
        assert len(intake.told) == 3


@pytest.mark.parametrize(
    ("imap", "english", "chinese"),
    [
        ({"password": "wrong"}, "User or password is wrong.", "密码"),
        ({"folder": "客服"}, "The folder is not there or cannot be opened. There are: INBOX, 其他文件夹.", "INBOX"),
        ({"port": 1}, "Nothing listens at this port of 127.0.0.1: check the port.", "端口"),
        ({"host": "no-such-host.invalid"}, "There is no server no-such-host.invalid", "找不到"),
        ({"tls": "tls"}, "No encrypted connection to 127.0.0.1", "加密"),
        ({"auth": "oauth"}, "The login is by OAuth, but the oauth settings are incomplete", "OAuth"),
        ({"host": ""}, "This channel has no IMAP server (imap.host)", "imap.host"),
    ],
)
async def test_what_is_wrong_is_said_in_both_languages(imap: dict[str, object], english: str, chinese: str) -> None:
    async with imap_server() as server:
        async with receiving(server, KeptIntake(), imap=imap) as intake:
            await intake.until(lambda told: bool(told.told))
        said = intake.told[0]
        assert said is not None
        assert said["en"].startswith(english)
        assert chinese in said["zh-CN"]
        assert PASSWORD not in str(said)
