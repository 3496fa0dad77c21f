"""The IMAP client speaks with strict, quirky and hostile servers, and gives up in time."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from connectors.email.imap import (
    FolderRefused,
    ImapBroken,
    ImapClient,
    ImapError,
    ImapGone,
    ImapRefused,
    Limits,
    LoginRefused,
    Tls,
)
from tests.providers.certificate import server_context
from tests.providers.imap_server import PASSWORD, USER, ImapServer, imap_server

PATIENT = Limits(connect_s=10.0, silence_s=10.0, command_s=20.0)
SOON = Limits(connect_s=2.0, silence_s=0.3, command_s=0.6)
MAIL = b"From: a@b.example\r\nSubject: x\r\n\r\nhello\r\n"


async def opened(
    server: ImapServer, *, tls: Tls = "none", context: ssl.SSLContext | None = None, limits: Limits = PATIENT
) -> ImapClient:
    return await ImapClient.open("127.0.0.1", server.port, tls=tls, context=context, limits=limits)


async def test_a_whole_session_reads_without_touching_anything() -> None:
    async with imap_server() as server:
        server.add(MAIL)
        server.add(MAIL + b"2", uid=9)
        client = await opened(server)
        await client.login(USER, PASSWORD)
        folder = await client.examine("INBOX")
        assert (folder.uidvalidity, folder.exists) == (7, 2)
        assert await client.search(first_uid=2) == [9]
        assert await client.search(first_uid=10) == [], "n:* holds the last mail even where n is larger"
        assert await client.mails([1, 9]) == {1: MAIL, 9: MAIL + b"2"}
        assert await client.beginning(9, 3) == MAIL[:-7] + b"hel"
        assert await client.header(10) is None
        await client.close()
        assert server.commands[-1] == "LOGOUT"
        assert server.faults == []


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 LITERAL+"])
async def test_names_that_cannot_be_quoted_go_as_literals(capabilities: str) -> None:
    async with imap_server() as server:
        server.capabilities = capabilities
        client = await opened(server)
        with pytest.raises(LoginRefused) as caught:
            await client.login("店@shop.example", "密码\r\nA9 LOGOUT")
        assert caught.value.code == "AUTHENTICATIONFAILED"
        assert server.commands == ["CAPABILITY", "LOGIN"]
        assert server.arguments[-1] == ["店@shop.example".encode(), "密码\r\nA9 LOGOUT".encode()]
        await client.close()


@pytest.mark.parametrize("initial", ["SASL-IR ", ""])
@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
async def test_tokens_are_given_in_both_forms(mechanism: str, initial: str) -> None:
    async with imap_server() as server:
        server.capabilities = f"IMAP4rev1 {initial}AUTH={mechanism}"
        client = await opened(server)
        await client.login_with_token(USER, "good-token")
        await client.close()
        client = await opened(server)
        with pytest.raises(LoginRefused):
            await client.login_with_token(USER, "old-token")
        await client.close()
        wanted = {
            "XOAUTH2": b"user=shop@shop.example\x01auth=Bearer good-token\x01\x01",
            "OAUTHBEARER": b"n,a=shop@shop.example,\x01auth=Bearer good-token\x01\x01",
        }
        assert server.tokens[0] == wanted[mechanism]
        assert server.faults == []


async def test_where_login_is_off_plain_is_taken_or_nothing() -> None:
    async with imap_server() as server:
        server.capabilities = "IMAP4rev1 LOGINDISABLED AUTH=PLAIN"
        client = await opened(server)
        await client.login(USER, PASSWORD)
        assert server.tokens == [b"\0" + USER.encode() + b"\0" + PASSWORD.encode()]
        await client.close()
        server.capabilities = "IMAP4rev1 LOGINDISABLED STARTTLS"
        client = await opened(server)
        with pytest.raises(LoginRefused) as caught:
            await client.login(USER, PASSWORD)
        assert caught.value.code == "LOGINDISABLED"
        assert "LOGIN" not in server.commands, "the password never went over the line"
        await client.close()


async def test_a_server_that_wants_a_name_gets_one_and_a_late_list_of_capabilities_counts() -> None:
    async with imap_server() as server:
        server.wants_id = server.tells_capabilities_unasked = True
        server.greeting = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"
        server.capabilities = "IMAP4rev1 ID IDLE"
        client = await opened(server)
        await client.login(USER, PASSWORD)
        await client.examine("INBOX")
        assert client.can("idle")
        assert server.commands == ["LOGIN", "ID", "EXAMINE"]
        await client.close()


async def test_a_folder_that_is_not_there_is_told_with_those_that_are() -> None:
    async with imap_server() as server:
        client = await opened(server)
        with pytest.raises(FolderRefused) as caught:
            await client.examine("客服")
        assert list(caught.value.folders) == ["INBOX", "其他文件夹"]
        await client.close()


async def test_idle_ends_with_the_news_and_otherwise_with_the_time() -> None:
    async with imap_server() as server:
        client = await opened(server)
        await client.examine("INBOX")
        assert not await client.idle(0.05)
        async with asyncio.TaskGroup() as group:
            idling = group.create_task(client.idle(5))
            await server.idles.wait()
            server.add(MAIL)
        assert idling.result()
        assert await client.search() == [1]
        assert not await client.idle(0.05)
        assert server.faults == []
        await client.close()


async def test_news_that_come_with_any_answer_are_not_lost() -> None:
    async with imap_server() as server:
        client = await opened(server)
        await client.examine("INBOX")
        server.before_answer = lambda name: b"* 1 EXISTS\r\n* 1 RECENT\r\n" if name == "UID FETCH" else b""
        assert await client.mails([1]) == {}
        assert await client.idle(5)
        assert "IDLE" not in server.commands
        await client.close()


async def test_both_ways_of_encryption_check_the_certificate() -> None:
    served, trusting = server_context()
    async with imap_server() as server:
        server.tls = served
        server.capabilities = "IMAP4rev1 STARTTLS"
        client = await opened(server, tls="starttls", context=trusting)
        await client.login(USER, PASSWORD)
        await client.close()
        assert server.commands[:4] == ["CAPABILITY", "STARTTLS", "CAPABILITY", "LOGIN"]
        with pytest.raises(ImapGone) as caught:
            await opened(server, tls="starttls", context=ssl.create_default_context())
        assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
        server.capabilities = "IMAP4rev1"
        with pytest.raises(ImapRefused):
            await opened(server, tls="starttls", context=trusting)
        assert server.commands.count("LOGIN") == 1


async def test_words_before_the_encryption_are_a_forgery() -> None:
    served, trusting = server_context()
    async with imap_server() as server:
        server.tls, server.capabilities = served, "IMAP4rev1 STARTTLS"
        server.refuses["STARTTLS"] = "OK go\r\nA3 OK [CAPABILITY IMAP4rev1 FORGED] hi"
        with pytest.raises(ImapBroken):
            await opened(server, tls="starttls", context=trusting)


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"", ImapGone),
        (b"220 smtp.example ESMTP\r\n", ImapError),
        (b"* BYE too many connections\r\n", ImapRefused),
        (b"\x15\x03\x01\x00\x02\x02F\n", ImapBroken),
        (b"* OK x\r\n" + b"* 1 FETCH (X {40000000}\r\n", ImapBroken),
    ],
)
async def test_what_is_no_imap_server_is_left_in_time(greeting: bytes, error: type[ImapError]) -> None:
    async with imap_server() as server:
        server.greeting = greeting
        with pytest.raises(error):
            await opened(server, limits=SOON)


async def test_a_flood_and_a_silence_both_end() -> None:
    async with imap_server() as server:
        client = await opened(server, limits=SOON)
        server.before_answer = lambda _: b"* 1 EXISTS\r\n" * 100_001
        with pytest.raises(ImapError):
            await client.noop()
        await client.close(politely=False)
        server.before_answer = lambda _: b""
        client = await opened(server, limits=SOON)
        server.refuses["NOOP"] = "HMM"
        with pytest.raises(ImapBroken):
            await client.noop()
        await client.close(politely=False)
        client = await opened(server, limits=SOON)
        server.before_answer = lambda _: b"* 1 FETCH (BODY[] {1000}\r\nabc"
        with pytest.raises(ImapGone):
            await client.mails([1])
        await client.close(politely=False)


async def test_nobody_there_is_told_by_its_cause() -> None:
    with pytest.raises(ImapGone) as caught:
        await ImapClient.open("127.0.0.1", 1, tls="none", context=None, limits=SOON)
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)
