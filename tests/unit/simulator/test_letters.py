"""Mails of the pretend people: written as a mail program writes them, and read whatever comes."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest

from simulator.mail_letters import Draft, File, compose, read

AT = 1_700_000_000.0


def test_a_new_mail_is_read_as_it_was_written() -> None:
    file = File(name="发票 1.pdf", mime="application/pdf", data=b"%PDF-1.4 not really")
    draft = Draft(
        name="陈小雨", address="chen@mail.test", to="support@shop.test", subject="订单\r\n问题", text="你好，\n在吗？"
    )
    data = compose(
        Draft(
            name=draft.name,
            address=draft.address,
            to=draft.to,
            subject=draft.subject,
            text=draft.text,
            files=(file,),
        ),
        message_id="<1@mail.test>",
        at=AT,
    )
    letter = read(data)
    assert b"\r\n\r\n" in data
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert (letter.sender_name, letter.sender, letter.reply_to) == ("陈小雨", "chen@mail.test", "chen@mail.test")
    assert (letter.subject, letter.text, letter.files) == ("订单 问题", "你好，\n在吗？", (file,))
    assert letter.message_id == "<1@mail.test>"


def test_an_answer_goes_where_the_mail_wants_it_and_quotes_it() -> None:
    answered = read(
        b"From: Shop <support@shop.test>\r\nReply-To: support+k3y@shop.test\r\nMessage-ID: <b@shop.test>\r\n"
        b"References: <a@mail.test>\r\nSubject: Re: hi\r\n\r\nWe look into it.\r\n"
    )
    assert answered.reply_to == "support+k3y@shop.test"
    draft = Draft(
        name="Li", address="li@mail.test", to=answered.reply_to, subject="Re: hi", text="Thanks", answers=answered
    )
    mail = message_from_bytes(compose(draft, message_id="<c@mail.test>", at=AT), policy=default)
    assert mail["In-Reply-To"] == "<b@shop.test>"
    assert mail["References"] == "<a@mail.test> <b@shop.test>"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert text == "Thanks\n\nOn 2023-11-14 at 22:13, support@shop.test wrote:\n> We look into it.\n"


def test_html_is_shown_as_text() -> None:
    letter = read(
        b"Content-Type: text/html; charset=utf-8\r\n\r\n"
        b"<head><title>x</title></head><style>p{}</style><p>One &amp; <b>two</b></p><div>three<br>four</div>"
    )
    assert letter.text == "One & two\nthree\nfour"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"\xff\xfe\x00",
        b"From: =?x?y?z?=\r\nSubject: =?utf-8?b?%%%?=\r\n\r\nx",
        b"Content-Type: text/plain; charset=no-such\r\n\r\nabc",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: image/png\r\n\r\n",
        b"From: <a@b>, <c\r\nContent-Type: multipart/alternative\r\n\r\nno boundary",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext",
    ],
)
def test_reading_never_fails(data: bytes) -> None:
    assert isinstance(read(data).text, str)
