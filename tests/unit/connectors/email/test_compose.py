"""Mails that we write are well-formed, stay in their thread, and carry nothing that somebody smuggled in."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.email import heads
from connectors.email.compose import compose, letter_of
from connectors.email.threads import Threads
from hub.model.content import (
    Attachment,
    Card,
    Content,
    Email,
    Link,
    MailFacts,
    MailPerson,
    Menu,
    MenuOption,
    Text,
)
from hub.model.ids import AttachmentId, ChannelId, MessageId, SessionId
from hub.model.timeline import Actor, Delivery, Message
from hub.model.timestamps import Timestamp
from hub.ports.channel import Outbound

AT = Timestamp("2026-01-05T08:00:00.000Z")
ADDRESS = "support@shop.example"
THREADS = Threads(b"sixteen bytes or more", ADDRESS)
SESSION, KEY = SessionId("5e" * 16), MessageId("4e" * 16)


def an_outbound(
    text: str = "明天送达。", *, content: Content | None = None, answers: Email | None = None, name: str = "王芳"
) -> Outbound:
    return Outbound(
        key=KEY,
        session_id=SESSION,
        channel_id=ChannelId("ch-1"),
        address="lilei@mail.example",
        thread=None,
        at=AT,
        author=Actor(kind="agent", id="a-1", name=name),
        content=content or Text(text=text),
        answers=_entry(answers) if answers else None,
    )


def _entry(content: Email) -> Message:
    return Message(
        seq=1,
        at=AT,
        id=MessageId("e"),
        direction="in",
        author=Actor(kind="customer", id="c", name=""),
        channel_id=ChannelId("ch-1"),
        content=content,
        delivery=Delivery(state="delivered"),
    )


def a_question(subject: str = "Order", message_id: str = "q1@mail.example", references: tuple[str, ...] = ()) -> Email:
    facts = MailFacts(from_=MailPerson(address="lilei@mail.example"), message_id=message_id, references=references)
    return Email(subject=subject, email=facts)


def raw_of(outbound: Outbound, files: list[tuple[Attachment, bytes]] | None = None, *, plus: bool = True) -> bytes:
    letter = letter_of(
        outbound, address=ADDRESS, recipient=outbound.address, threads=THREADS, plus_address=plus, names=("", "Shop")
    )
    return compose(letter, outbound, files or [])


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return mail


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data.decode()


def test_an_answer_stays_in_its_thread() -> None:
    references = ("root@mail.example", "hk.x.y.z@shop.example")
    mail = read(raw_of(an_outbound(answers=a_question("RE: 回复：Re[2]: AW: 订单 Re: x", references=references))))
    assert mail["Subject"] == "Re: 订单 Re: x"
    assert mail["In-Reply-To"] == "<q1@mail.example>"
    assert mail["References"] == "<root@mail.example> <hk.x.y.z@shop.example> <q1@mail.example>"
    assert mail["Message-ID"] == THREADS.message_id(SESSION, KEY)
    assert mail["Reply-To"].addresses[0].addr_spec == THREADS.reply_address(SESSION)
    assert (mail["From"].addresses[0].display_name, mail["From"].addresses[0].addr_spec) == ("王芳", ADDRESS)
    assert mail["Date"].datetime.isoformat() == "2026-01-05T08:00:00+00:00"
    assert mail["Auto-Submitted"] is None


def test_the_same_message_is_the_same_mail_on_every_attempt() -> None:
    assert raw_of(an_outbound()) == raw_of(an_outbound())


def test_of_many_references_the_first_and_the_last_stay() -> None:
    many = tuple(f"{number}@mail.example" for number in range(500))
    kept = str(read(raw_of(an_outbound(answers=a_question(references=many))))["References"]).split()
    assert (kept[0], kept[-1], len(kept)) == ("<0@mail.example>", "<q1@mail.example>", 21)
    assert kept[1] == "<481@mail.example>"


@pytest.mark.parametrize(("was_answered", "submitted"), [(True, "auto-replied"), (False, "auto-generated")])
def test_automatic_mails_say_so(was_answered: bool, submitted: str) -> None:
    outbound = replace(an_outbound(answers=a_question() if was_answered else None), is_automatic=True)
    mail = read(raw_of(outbound))
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == (submitted, "All")


NASTY = "x\r\nBcc: victim@example.com\r\n\r\n<script>\x00\x0b\u2028\u0085"


def test_nothing_smuggles_in_a_header_or_a_body() -> None:
    question = a_question(
        NASTY, message_id="q\r\nBcc: v@example.com@x", references=(NASTY, "a b@c", "<>", "ü@x", "ok@x")
    )
    outbound = an_outbound(NASTY, answers=question, name=NASTY)
    file = Attachment(id=AttachmentId("f"), name=NASTY, mime="text/plain\r\nBcc: v@example.com", size=1)
    raw = raw_of(outbound, [(file, b"\r\n.\r\nx")])
    mail = read(raw)
    assert mail["Bcc"] is None
    assert mail["References"] == "<ok@x>"
    assert mail["In-Reply-To"] is None
    assert b"\r\nBcc:" not in raw.partition(b"\r\n\r\n")[0]
    [attached] = mail.iter_attachments()
    assert (attached.get_content_type(), attached.get_content()) == ("application/octet-stream", b"\r\n.\r\nx")


@given(
    st.text(max_size=300),
    st.text(st.characters(codec="utf-8"), max_size=120),
    st.text(st.characters(codec="utf-8"), max_size=120),
)
def test_any_text_subject_and_name_come_through(text: str, subject: str, name: str) -> None:
    mail = read(
        raw_of(an_outbound(text, content=Email(text=text, subject=subject, email=a_question().email), name=name))
    )
    wanted = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    assert body(mail).replace("\r\n", "\n") == wanted
    assert mail["To"].addresses[0].addr_spec == "lilei@mail.example"
    assert mail["From"].addresses[0].addr_spec == ADDRESS
    shown = " ".join(heads.one_line(subject).split())
    assert " ".join(str(mail["Subject"]).split()) == (shown or "Shop")


@pytest.mark.parametrize(
    "name",
    [
        "报价单 2026（最终版）.pdf",
        "a" * 190 + ".pdf",
        'q"u\\o.txt',
        "emoji 👩🏽‍💻.png",
        "plain.txt",
        "文" * 80 + ".docx",
    ],
)
def test_file_names_come_through(name: str) -> None:
    file = Attachment(id=AttachmentId("f"), name=name, mime="application/pdf", size=4)
    raw = raw_of(an_outbound(), [(file, b"\x00\xff\r\n")])
    [attached] = read(raw).iter_attachments()
    assert attached.get_filename() == name
    assert attached.get_payload(decode=True) == b"\x00\xff\r\n"


def test_html_says_the_same_and_is_safe() -> None:
    mail = read(raw_of(an_outbound('a < b & c\n\nsee https://x.example/?a=1&b="2, ok')))
    html = body(mail, "html")
    assert "<p>a &lt; b &amp; c</p>" in html
    assert '<a href="https://x.example/?a=1&amp;b=">https://x.example/?a=1&amp;b=</a>"2, ok' in html


def test_other_kinds_of_content_become_text() -> None:
    said: list[tuple[Content, str]] = [
        (Menu(text="Which?", options=(MenuOption(id="1", label="A", payload=""),)), "Which?\n1. A"),
        (Link(url="https://x.example", title="T", text="d"), "T\nd\nhttps://x.example"),
        (Card(title="T", url="https://x.example"), "T\nhttps://x.example"),
    ]
    for content, text in said:
        assert body(read(raw_of(an_outbound(content=content)))).replace("\r\n", "\n") == text


def test_long_headers_are_folded() -> None:
    raw = raw_of(an_outbound(answers=a_question("订单" * 200), name="王" * 100))
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n") if b"hk." not in line and b"@" not in line) <= 78
    assert read(raw)["Subject"] == "Re: " + ("订单" * 200)[:496]


@pytest.mark.parametrize(
    "address", ["", "x", "a@", "@b", "a b@c", "a@b\r\nRCPT TO:<c@d>", "<a@b>", "a@b@c", "a@b,c@d", "a\0@b"]
)
def test_what_is_no_address_is_none(address: str) -> None:
    assert not heads.is_address(address)
