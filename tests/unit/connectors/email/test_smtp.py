"""Sending says honestly what became of a mail: each answer, each silence, each kind of refusal."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from connectors.email.connector import EmailConnector
from connectors.email.troubles import enhanced_status, trouble_of_reply, trouble_of_status
from hub.model.content import Attachment, Text
from hub.model.ids import AttachmentId, ChannelId
from hub.model.workspace import Channel
from hub.ports.channel import SendDelayed, SendRefused, SendUnknown
from hub.testing.channel_ground import an_outbound
from hub.testing.channel_tools import fake_tools
from hub.testing.environment import START
from tests.providers.certificate import certificate, server_context
from tests.providers.smtp_server import PASSWORD, USER, SmtpServer, smtp_server

OUTBOUND = replace(an_outbound("m-1", "您的订单明天送达。"), address="lilei@customer.example")


def a_connector(server: SmtpServer | None, *, files: dict[str, bytes] | None = None, **more: object) -> EmailConnector:
    smtp: dict[str, object] = {"host": "127.0.0.1", "tls": "none", "user": USER, "password": PASSWORD}
    if server is not None:
        smtp["port"] = server.port
    settings: dict[str, object] = {"address": USER, "smtp": smtp}
    for name, value in more.items():
        inner = settings.get(name)
        settings[name] = inner | value if isinstance(inner, dict) and isinstance(value, dict) else value
    channel = Channel(id=ChannelId("ch-1"), kind="email", name="Shop", created_at=START)
    return EmailConnector(channel, settings, fake_tools(files=files), total_s=2.0)


@pytest.mark.parametrize(
    ("stage", "answer", "trouble"),
    [
        ("rcpt", "550 5.1.1 no", "address_invalid"),
        ("rcpt", "550 no such user", "address_invalid"),
        ("rcpt", "550 5.2.2 full", "limit_reached"),
        ("rcpt", "550 5.7.1 go away", "filtered"),
        ("rcpt", "553 5.6.7 letters", "not_supported"),
        ("data", "552 too large", "too_long"),
        ("data", "554 5.7.1 spam", "filtered"),
        ("data", "554 no", "filtered"),
        ("mail", "553 5.7.1 not your address", "misconfigured"),
        ("mail", "552 5.3.4 too large", "too_long"),
    ],
)
async def test_a_refusal_has_its_kind(stage: str, answer: str, trouble: str) -> None:
    async with smtp_server() as server:
        server.answers[stage] = answer
        with pytest.raises(SendRefused) as caught:
            await a_connector(server).send(OUTBOUND)
        assert caught.value.trouble == trouble
        assert answer[:3] in str(caught.value)
        assert server.heard == []


@pytest.mark.parametrize(
    ("stage", "answer"), [("mail", "451 4.3.2 x"), ("rcpt", "450 4.2.1 x"), ("data", "452 4.3.1 x")]
)
async def test_every_4xx_means_later(stage: str, answer: str) -> None:
    async with smtp_server() as server:
        server.answers[stage] = answer
        with pytest.raises(SendDelayed):
            await a_connector(server).send(OUTBOUND)


async def test_a_wrong_password_is_a_matter_of_the_settings() -> None:
    async with smtp_server() as server:
        with pytest.raises(SendRefused) as caught:
            await a_connector(server, smtp={"password": "old"}).send(OUTBOUND)
        assert caught.value.trouble == "misconfigured"


async def test_a_relay_without_a_login_is_asked_without_one() -> None:
    async with smtp_server(offers_login=False) as server:
        with pytest.raises(SendRefused, match="530"):
            await a_connector(server).send(OUTBOUND)
        assert server.faults == ["no login"], "it wanted one after all, and says so"


@pytest.mark.parametrize(
    ("address", "trouble"),
    [("", "address_invalid"), ("u-1024", "address_invalid"), ("a@b.example\r\nRCPT TO:<c@d>", "address_invalid")],
)
async def test_what_is_no_address_is_refused_before_anything_is_said(address: str, trouble: str) -> None:
    async with smtp_server() as server:
        with pytest.raises(SendRefused) as caught:
            await a_connector(server).send(replace(OUTBOUND, address=address))
        assert (caught.value.trouble, server.attempts) == (trouble, 0)


async def test_addresses_in_other_letters_go_out_where_the_server_takes_them() -> None:
    chinese = replace(OUTBOUND, address="李雷@customer.example")
    async with smtp_server() as server:
        await a_connector(server).send(chinese)
        await a_connector(server).send(replace(OUTBOUND, address="lilei@例子.example"))
        first, second = (envelope.rcpt_tos[0] for envelope, _ in server.mails)
        assert (first, second) == ("李雷@customer.example", "lilei@xn--fsqu00a.example")
        assert ["SMTPUTF8" in envelope.mail_options for envelope, _ in server.mails] == [True, False]
    async with smtp_server(takes_utf8=False) as server:
        with pytest.raises(SendRefused) as caught:
            await a_connector(server).send(chinese)
        assert caught.value.trouble == "not_supported"


async def test_files_go_with_the_text() -> None:
    data = bytes(range(256)) * 2000
    file = Attachment(id=AttachmentId("f-1"), name="报价单.pdf", mime="application/pdf", size=len(data))
    async with smtp_server() as server:
        connector = a_connector(server, files={"f-1": data})
        await connector.send(replace(OUTBOUND, content=Text(text="见附件", attachments=(file,))))
        [(_, mail)] = server.mails
        [attached] = mail.iter_attachments()
        assert (attached.get_filename(), attached.get_payload(decode=True)) == ("报价单.pdf", data)
        assert server.faults == []
        with pytest.raises(SendRefused) as caught:
            await connector.send(replace(OUTBOUND, content=Text(attachments=(replace(file, size=30_000_000),))))
        assert caught.value.trouble == "too_long"


async def test_a_line_of_one_dot_is_a_line_of_one_dot() -> None:
    async with smtp_server() as server:
        text = ".\r\n..\r\nend\r\n.\r\nmore"
        await a_connector(server).send(replace(OUTBOUND, content=Text(text=text)))
        assert server.heard[0].text == text


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        ([b"220 hi\r\n"], SendDelayed),
        ([b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n"], SendDelayed),
        ([b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"], SendUnknown),
        ([b"421 busy\r\n"], SendDelayed),
        ([b"\xff\x00 nonsense\r\n"], SendDelayed),
        ([b"* OK imap\r\n"], SendDelayed),
        ([b""], SendDelayed),
    ],
)
async def test_only_after_the_end_was_written_nobody_knows(talk: list[bytes], error: type[Exception]) -> None:
    """The other side says so much, one answer for each command, and then cuts the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, answer in enumerate(talk):
            if number:
                await reader.readuntil(b"\n")
            writer.write(answer)
        if talk[-1].startswith(b"354"):
            await reader.readuntil(b"\r\n.\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        connector = a_connector(None, smtp={"port": port, "user": ""})
        with pytest.raises(error):
            await connector.send(OUTBOUND)
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("settings", "trouble"),
    [({"address": ""}, "misconfigured"), ({"address": 7}, "misconfigured"), ({"smtp": None}, "misconfigured")],
)
async def test_missing_settings_are_named(settings: dict[str, object], trouble: str) -> None:
    with pytest.raises(SendRefused, match=r"set (address|smtp\.host)") as caught:
        await a_connector(None, **settings).send(OUTBOUND)  # type: ignore[arg-type] # settings by name
    assert caught.value.trouble == trouble


async def test_the_test_of_the_settings_says_what_is_wrong_and_writes_to_nobody() -> None:
    async with smtp_server() as server:
        receiving, sending = await a_connector(server).check()
        assert (receiving.name, receiving.is_ok, sending.name, sending.is_ok) == ("imap", False, "smtp", True)
        assert "imap.host" in receiving.said["zh-CN"]
        _, wrong = await a_connector(server, smtp={"password": "old"}).check()
        _, gone = await a_connector(None, smtp={"port": 1}).check()
        _, unknown = await a_connector(None, smtp={"host": "no-such-host.invalid"}).check()
        _, encrypted = await a_connector(server, smtp={"tls": "tls"}).check()
        assert [one.is_ok for one in (wrong, gone, unknown, encrypted)] == [False] * 4
        assert wrong.said["en"] == "User or password is wrong."
        assert gone.said["en"].startswith("Nothing listens at this port")
        assert unknown.said["en"].startswith("There is no server no-such-host.invalid")
        assert encrypted.said["en"].startswith("No encrypted connection")
        assert server.attempts == 0


async def test_the_certificate_is_checked_against_the_authority_that_is_set() -> None:
    _, authority = certificate()
    served, _ = server_context()
    async with smtp_server(tls=served) as server:
        await a_connector(server, smtp={"tls": "starttls"}, ca=authority).send(OUTBOUND)
        assert len(server.heard) == 1
        _, sending = await a_connector(server, smtp={"tls": "starttls"}).check()
        assert sending.said["en"].startswith("The certificate of 127.0.0.1 is not valid")
        with pytest.raises(SendDelayed, match="certificate"):
            await a_connector(server, smtp={"tls": "starttls"}).send(OUTBOUND)


def test_codes_are_read_and_sorted() -> None:
    assert [enhanced_status(text) for text in ("5.1.1 x", "x 5.1.1", "5.1.1.1", "5.7")] == [
        "5.1.1",
        "",
        "",
        "",
    ]
    assert trouble_of_status("5.7.509") == "filtered"
    assert trouble_of_status("") == "refused"
    assert trouble_of_status("5.7.1", is_hard=True) == "address_invalid"
    assert trouble_of_reply(550, "", "content") == "filtered"
