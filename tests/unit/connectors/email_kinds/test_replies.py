"""What other servers say, and whether the address will never work."""

from __future__ import annotations

import pytest

from connectors.email.kinds import Bounce, judge
from connectors.email.mail import Mail, MailAddress, Report

DAEMON = MailAddress(address="MAILER-DAEMON@mx.example", name="Mail Delivery System")

HARD = (
    "550 5.1.1 The email account that you tried to reach does not exist.",
    "550 No such user here",
    "550 Invalid recipient x",
    "550 5.1.0 Address rejected",
    "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
    "550 sorry, no mailbox here by that name. (#5.7.17)",
    "550 Mailbox not found.",
    "550 User not found: anna@b.example",
    "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "Unrouteable address",
    "all relevant MX records point to non-existent hosts",
    "Sorry, I couldn't find any host named nowhere.example. (#5.1.2)",
    "Host or domain name not found. Name service error for name=nowhere.example type=MX: Host not found",
    "556 5.1.10 recipient has null MX",
    "521 this host takes no mail",
    "551 User not local; please try another path",
    "User anna (anna@b.example) not listed in Domino Directory",
    "553 5.3.0 <anna@b.example>... Addressee unknown",
    "554 delivery error: dd This user doesn't have a yahoo.com account",
    "550 收件人不存在",
    "550 Destinataire inconnu",
    "450 4.1.1 <anna@b.example>: Recipient address rejected: User unknown in virtual alias table",
)
SOFT = (
    "552 5.2.2 The email account that you tried to reach is over quota",
    "452 4.2.2 mailbox full",
    "550 5.7.1 Service unavailable; Client host [192.0.2.4] blocked using zen.example",
    "554 5.7.1 <anna@b.example>: Relay access denied",
    "451 4.7.1 Greylisting in action, please come back later",
    "450 4.7.1 Client host rejected: cannot find your reverse hostname",
    "550 5.7.26 This mail is unauthenticated",
    "552 5.3.4 Message size exceeds fixed limit",
    "553 5.1.8 Domain of sender address x@y.example does not exist",
    "550 Sender verify failed",
    "550 This message was classified as SPAM and may not be delivered",
    "525 5.7.13 user account disabled",
    "retry timeout exceeded",
    "connect to b.example[192.0.2.4]:25: Connection refused",
    "550 Daily sending quota exceeded",
    "550 5.4.6 Routing loop detected",
    "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
    "550 5.1.1 <anna@b.example> - 192.0.2.1 has sent to too many recipients this hour",
    "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
    "450 4.1.1 <anna@b.example>: unverified address: Address verification in progress",
    "554 5.0.0 Service unavailable",
    "Host not found, try again",
    "550 邮箱已满",
    "550 Mail is rejected by recipients",
)


def reported(diagnostic: str, *, status: str = "5.0.0", action: str = "failed", text: str = "") -> Bounce:
    fields = (
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; anna@b.example\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {diagnostic}\n"
    )
    mail = Mail(from_=DAEMON, text=text, reports=(Report(mime="message/delivery-status", text=fields),))
    (bounce,) = judge(mail).bounces
    return bounce


@pytest.mark.parametrize("diagnostic", HARD)
def test_an_address_that_will_never_work_is_hard(diagnostic: str) -> None:
    assert reported(diagnostic).hard


@pytest.mark.parametrize("diagnostic", SOFT)
def test_anything_that_may_pass_is_soft(diagnostic: str) -> None:
    assert not reported(diagnostic).hard


def test_only_a_failure_is_hard() -> None:
    assert not reported("550 5.1.1 User unknown", action="delayed").hard
    assert not reported("250 2.1.5 ok", action="delivered", status="2.1.5").hard


def test_the_reply_tells_more_than_the_general_status() -> None:
    assert reported("550 5.1.1 <anna@b.example>... User unknown").status == "5.1.1"
    assert reported("550 no thanks", status="5.7.1 (policy)").status == "5.7.1"


def test_unknown_said_to_mail_from_or_after_the_whole_mail_is_no_proof() -> None:
    said = "550 User unknown"
    assert reported(
        said, text="<anna@b.example>: host b.example said: 550 User unknown (in reply to RCPT TO command)"
    ).hard
    for stage in ("end of DATA", "MAIL FROM"):
        text = f"<anna@b.example>: host b.example said: 550 User unknown (in reply to {stage} command)"
        assert not reported(said, text=text).hard


def test_a_program_of_the_other_machine_that_fails_is_no_unknown_user() -> None:
    fields = (
        "Final-Recipient: rfc822; anna@b.example\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: x-unix; procmail: cannot create the mailbox: id: No such user\n"
    )
    (bounce,) = judge(Mail(from_=DAEMON, reports=(Report(mime="message/delivery-status", text=fields),))).bounces
    assert not bounce.hard
