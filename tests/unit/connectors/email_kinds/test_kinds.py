"""The kinds of mails: what makes one, what does not, and which get no automatic answer."""

from __future__ import annotations

import json

import pytest

from connectors.email.kinds import judge
from connectors.email.mail import Mail, MailAddress, MailFile, Report

ANNA = MailAddress(address="anna@b.example", name="Anna")
DAEMON = MailAddress(address="mailer-daemon@mx.example")
SUPPORT = "support@shop.example"

QMAIL = """Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<anna@b.example>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 No such person
Giving up on 192.0.2.1.

<bert@b.example>:
User's mailbox is over quota. (#5.2.2)

--- Below this line is a copy of the message.

Return-Path: <support@shop.example>
Message-ID: <ours.1@shop.example>
To: carl@elsewhere.example
"""
EXIM_DELAY = """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.

The address to which the message has not yet been delivered is:

  anna@b.example
    Delay reason: Connection timed out
"""
NETEASE = """您好，您的邮件被退回来了
退信原因：收件人不存在
收件人：anna@b.example
"""
RETURNED = Report(mime="text/rfc822-headers", text="From: support@shop.example\nMessage-ID:\n <ours.1@shop.example>\n")


def headers(**fields: str) -> Mail:
    return Mail(
        from_=ANNA, headers=tuple((name.replace("_", "-"), value) for name, value in fields.items()), text="Hello"
    )


def test_a_plain_notice_names_each_recipient_and_the_returned_mail() -> None:
    found = judge(Mail(from_=DAEMON, subject="failure notice", text=QMAIL), envelope_sender="")
    assert (found.kind, found.may_answer, found.about) == ("bounce", False, ("ours.1@shop.example",))
    assert [(one.recipient, one.status, one.hard) for one in found.bounces] == [
        ("anna@b.example", "5.1.1", True),
        ("bert@b.example", "5.2.2", False),
    ]
    assert found.bounces[0].diagnostic.startswith("550 5.1.1 No such person")


def test_a_notice_of_delay_is_not_a_failure() -> None:
    found = judge(Mail(from_=DAEMON, subject="Warning: message delayed 24 hours", text=EXIM_DELAY))
    assert [(one.recipient, one.action, one.hard) for one in found.bounces] == [("anna@b.example", "delayed", False)]


def test_chinese_notices_are_read() -> None:
    found = judge(Mail(from_=MailAddress(address="postmaster@163.example"), subject="系统退信", text=NETEASE))
    assert [(one.recipient, one.hard) for one in found.bounces] == [("anna@b.example", True)]


def test_a_report_without_blank_lines_or_types_is_read() -> None:
    text = (
        "Original-Recipient: <anna@b.example>\nAction: failed\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
        "Final-Recipient: rfc822;bert@b.example\nAction: delayed\nStatus: 4.4.1\n"
    )
    found = judge(Mail(from_=DAEMON, reports=(Report(mime="message/delivery-status", text=text), RETURNED)))
    assert [(one.recipient, one.action, one.hard) for one in found.bounces] == [
        ("anna@b.example", "failed", True),
        ("bert@b.example", "delayed", False),
    ]
    assert found.about == ("ours.1@shop.example",)


def test_a_returned_mail_that_is_only_attached_is_known() -> None:
    file = MailFile(name="mail.eml", mime="message/rfc822", data=b"Message-ID: <ours.2@shop.example>\r\n\r\nHello")
    found = judge(Mail(from_=DAEMON, subject="Undeliverable", text="It did not reach anna@b.example", files=(file,)))
    assert found.about == ("ours.2@shop.example",)


@pytest.mark.parametrize(
    "mail",
    [
        Mail(from_=ANNA, subject="Undelivered Mail Returned to Sender", text=QMAIL),
        Mail(from_=ANNA, subject="Fwd: failure notice", text="I got this:\n> 550 5.1.1 User unknown"),
        Mail(from_=MailAddress(address="postmaster@b.example"), subject="Your invoice", text="Please send it again."),
        Mail(from_=MailAddress(address="delivery@parcels.example"), text="Your parcel could not be delivered."),
    ],
)
def test_people_who_write_about_bounces_are_customers(mail: Mail) -> None:
    assert judge(mail, envelope_sender="someone@b.example").kind == "normal"


def test_a_note_of_absence_with_an_empty_sender_is_no_bounce() -> None:
    text = "I am away. Your mail was not delivered to anyone else."
    found = judge(Mail(from_=ANNA, subject="Automatic reply: order", text=text), envelope_sender="")
    assert (found.kind, found.may_answer) == ("auto_reply", False)
    assert judge(Mail(from_=ANNA, subject="Away", text=text), envelope_sender="").kind == "normal"


def test_read_receipts_and_complaints_are_told_apart() -> None:
    read = Report(mime="message/disposition-notification", text="Original-Message-ID: <ours.1@shop.example>\n")
    assert judge(Mail(from_=ANNA, content_type="multipart/report", reports=(read,))).kind == "receipt"
    for feedback, kind in (("abuse", "complaint"), ("auth-failure", "auto_reply")):
        part = Report(mime="message/feedback-report", text=f"Feedback-Type: {feedback}\nVersion: 1\n")
        found = judge(Mail(from_=DAEMON, content_type="multipart/report", reports=(part, RETURNED)))
        assert (found.kind, found.may_answer) == (kind, False)
    assert judge(Mail(from_=ANNA, reports=(read,))).about == ("ours.1@shop.example",)


def test_bounces_of_a_mail_service_are_read_from_json() -> None:
    one = {"emailAddress": "anna@b.example", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 unknown user"}
    mail = {"headers": [{"name": "Message-ID", "value": "<ours.1@shop.example>"}]}
    inner = json.dumps({"notificationType": "Bounce", "bounce": {"bouncedRecipients": [one]}, "mail": mail})
    sender = MailAddress(address="no-reply@sns.amazonaws.com")
    found = judge(Mail(from_=sender, text=json.dumps({"Type": "Notification", "Message": inner})))
    assert [(bounce.recipient, bounce.hard) for bounce in found.bounces] == [("anna@b.example", True)]
    assert found.about == ("ours.1@shop.example",)
    assert judge(Mail(from_=ANNA, text=inner)).kind == "normal"
    assert judge(Mail(from_=sender, text='{"notificationType": ["Bounce"]}')).kind == "normal"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("auto_submitted", "auto-replied (vacation)", "auto_reply"),
        ("precedence", "auto_reply", "auto_reply"),
        ("x_autoreply", "yes", "auto_reply"),
        ("x_autorespond", "Away", "auto_reply"),
        ("x_autogenerated", "Reply", "auto_reply"),
        ("x_auto_reply_from", "anna@b.example", "auto_reply"),
        ("list_id", "<news.b.example>", "list"),
        ("list_unsubscribe", "<mailto:out@b.example>", "list"),
        ("mailing_list", "contact news-help@b.example", "list"),
        ("precedence", "bulk", "list"),
        ("precedence", "junk", "list"),
        ("precedence", "list", "list"),
        ("x_auto_response_suppress", "DR, AutoReply", "normal"),
        ("x_loop", "support@shop.example", "normal"),
        ("x_fc_machinegenerated", "true", "normal"),
        ("return_path", "<>", "normal"),
    ],
)
def test_each_sign_forbids_an_automatic_answer(name: str, value: str, kind: str) -> None:
    found = judge(headers(**{name: value}))
    assert (found.kind, found.may_answer) == (kind, False)
    assert found.why


def test_a_mail_of_a_person_may_be_answered() -> None:
    assert judge(headers(auto_submitted="no", x_auto_response_suppress="None")).may_answer
    assert judge(headers(return_path="<anna@b.example>"), envelope_sender="anna@b.example").kind == "normal"


@pytest.mark.parametrize(
    "local", ["no-reply", "noreply", "bounce", "bounces+77", "postmaster", "mailer-daemon", "no-reply.news"]
)
def test_machines_are_not_answered(local: str) -> None:
    assert not judge(Mail(from_=MailAddress(address=f"{local}@b.example"), text="Hello")).may_answer


def test_our_own_addresses_and_missing_senders_are_not_answered() -> None:
    own = Mail(from_=MailAddress(address="Support@shop.example"), text="Hello")
    assert not judge(own, own_addresses=["SUPPORT@shop.example"]).may_answer
    assert not judge(Mail(text="Hello")).may_answer
    assert judge(Mail(from_=MailAddress(address="bouncer@club.example"), text="Hello")).may_answer


def test_words_of_the_subject_alone_mark_but_do_not_forbid() -> None:
    found = judge(Mail(from_=ANNA, subject="自动回复：您好", text="我在休假"))
    assert (found.kind, found.may_answer) == ("auto_reply", True)
    assert judge(Mail(from_=ANNA, subject="The automatic reply is broken", text="Hello")).kind == "normal"


def test_a_group_with_our_own_address_is_no_list() -> None:
    mail = headers(list_id="Support <support.shop.example>", list_post="<mailto:support@shop.example>")
    assert judge(mail, own_addresses=[SUPPORT]).kind == "normal"
    assert judge(mail, own_addresses=["sales@shop.example"]).kind == "list"


def test_what_is_looked_at_of_a_huge_mail_is_bounded() -> None:
    lines = "".join(f"<u{number}@b.example>: 550 5.0.0 unknown user {number}\n" for number in range(20_000))
    found = judge(Mail(from_=DAEMON, subject="failure notice", text="could not be delivered\n" + lines))
    assert 0 < len(found.bounces) <= 200
    assert max(len(bounce.diagnostic) for bounce in found.bounces) <= 500
