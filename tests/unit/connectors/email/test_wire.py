"""Every mail becomes something: an entry, what became of one of ours, or a word that it is to be left."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from connectors.email.threads import Threads
from connectors.email.wire import Arrived, Inbox, Reading, event_id_of, read_mail
from hub.model.content import MAX_MAIL_TEXT, Email
from hub.model.ids import ChannelId, MessageId, SessionId
from hub.model.timestamps import Timestamp
from hub.ports.channel import GivenFile, Inbound

AT = Timestamp("2026-01-05T08:00:00.000Z")
OWN = "support@shop.example"
THREADS = Threads(b"sixteen bytes or more", OWN)
SESSION, KEY = SessionId("5e" * 16), MessageId("4e" * 16)
OURS = THREADS.message_id(SESSION, KEY)
INBOX = Inbox(channel_id=ChannelId("ch-1"), address=OWN, threads=THREADS)


def a_raw(*lines: str, text: str = "hello") -> bytes:
    head = {line.partition(":")[0].lower(): line for line in ("From: Li Lei <LiLei@Mail.example>", f"To: {OWN}")}
    head |= {line.partition(":")[0].lower(): line for line in lines}
    return ("\r\n".join(head.values()) + f"\r\n\r\n{text}\r\n").encode()


def reading(raw: bytes, **more: object) -> Reading:
    return read_mail(Arrived(raw=raw, at=AT, **more), INBOX)  # type: ignore[arg-type] # fields by name


def entry(raw: bytes, **more: object) -> tuple[Inbound, Email]:
    first = reading(raw, **more).inbounds[0]
    assert isinstance(first.content, Email)
    return first, first.content


def test_a_mail_becomes_an_entry_with_its_original() -> None:
    raw = a_raw(
        "Message-ID: <m1@mail.example>", "Subject: =?utf-8?B?6K6i5Y2V?=", "References: <r@x.example> <s@x.example>"
    )
    inbound, content = entry(raw)
    assert (inbound.kind, inbound.event_id, inbound.occurred_at) == ("message", "mail:m1@mail.example", AT)
    assert (content.subject, content.text, content.email.kind) == ("订单", "hello", "normal")
    assert (content.email.message_id, content.email.references) == ("m1@mail.example", ("r@x.example", "s@x.example"))
    assert inbound.answers_any == ("mail:s@x.example", "mail:r@x.example")
    assert (inbound.answers, inbound.is_automatic, inbound.thread) == (None, False, "r@x.example")
    sender = inbound.sender
    assert sender is not None
    assert [(one.kind, one.value, one.verified) for one in sender.identities] == [("email", "lilei@mail.example", True)]
    [original] = inbound.files
    assert isinstance(original, GivenFile)
    assert (original.name, original.mime, original.content_id, original.data) == (
        "original.eml", "message/rfc822", "original", raw,
    )  # fmt: skip


def test_our_own_marks_prove_what_is_answered() -> None:
    by_reference, _ = entry(a_raw(f"In-Reply-To: {OURS}"))
    by_address, _ = entry(a_raw(f"References: {OURS}"), delivered_to=(THREADS.reply_address(SESSION),))
    forged, _ = entry(a_raw(f"In-Reply-To: {OURS.replace(KEY, '4f' * 16)}"))
    assert (by_reference.answers, by_address.answers, forged.answers) == (KEY, KEY, None)


def test_ids_written_as_encoded_words_are_read() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["In-Reply-To"], mail["References"] = "a@b.example", OWN, OURS, OURS
    mail.set_content("x")
    raw = mail.as_bytes()
    assert b"=?utf-8?" in raw, "Python's own library writes long ids so"
    assert entry(raw)[0].answers == KEY


@pytest.mark.parametrize("address", [OWN, "Support@SHOP.example", THREADS.reply_address(SESSION)])
def test_a_mail_of_ours_that_comes_round_is_left(address: str) -> None:
    [inbound] = reading(a_raw(f"From: Shop <{address}>", f"Message-ID: {OURS}")).inbounds
    assert (inbound.kind, inbound.content) == ("ignored", None)
    [copied] = reading(a_raw(f"From: {address}", "Reply-To: x@y.example", f"Message-ID: {OURS}")).inbounds
    assert copied.kind == "ignored"


def test_a_form_that_writes_in_our_name_speaks_for_its_visitor() -> None:
    inbound, content = entry(a_raw(f"From: Web form <{OWN}>", "Reply-To: Han Mei <hanmei@mail.example>"))
    assert inbound.sender is not None
    assert (inbound.sender.address, inbound.sender.name) == ("hanmei@mail.example", "Han Mei")
    assert inbound.is_automatic, "a bot that answered could talk to itself"
    assert content.email.from_.address == OWN


def test_answers_go_where_the_writer_wants_them() -> None:
    inbound, _ = entry(a_raw("Reply-To: other@mail.example"))
    assert inbound.sender is not None
    assert inbound.sender.address == "other@mail.example"
    assert inbound.sender.identities[0].value == "lilei@mail.example"


@pytest.mark.parametrize("writer", ["From: ", "From: nobody", "From: <>", "From: \xff\xfe", "From: a@b@c"])
def test_a_mail_of_nobody_has_a_sender_all_the_same(writer: str) -> None:
    inbound, _ = entry(a_raw(writer))
    assert inbound.sender is not None
    assert inbound.sender.address
    [identity] = inbound.sender.identities
    assert identity.kind == "external"
    assert identity.value.startswith("ch-1:")


def test_without_a_message_id_the_bytes_are_the_name() -> None:
    one, same, other = (reading(a_raw(text=text)).inbounds[0].event_id for text in ("a", "a", "b"))
    assert one == same != other
    assert len(event_id_of("x" * 5000)) < 100


def test_one_fingerprint_for_one_mail_on_every_way() -> None:
    mail = a_raw("Message-ID: <m@x>", "Date: Mon, 5 Jan 2026 08:00:00 +0000")
    assert reading(mail).fingerprint == reading(b"Received: from elsewhere\r\n" + mail).fingerprint
    assert reading(mail).fingerprint != reading(mail + b"more").fingerprint


def test_machines_are_marked() -> None:
    inbound, content = entry(a_raw("Auto-Submitted: auto-replied"))
    assert (inbound.is_automatic, content.email.kind) == (True, "auto_reply")


def a_report(kind: str, body: str, *, about: str = OURS) -> bytes:
    return (
        f"From: Mailer <mailer-daemon@mx.example>\r\nTo: {OWN}\r\nMessage-ID: <b1@mx.example>\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="q"\r\n\r\n'
        f"--q\r\n\r\nSorry\r\n--q\r\nContent-Type: message/{kind}\r\n\r\n{body}\r\n"
        f"--q\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\nSubject: Re: x\r\n\r\n--q--\r\n"
    ).encode()


FAILED = (
    "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; lilei@mail.example\r\nAction: {action}\r\n"
    "Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} sorry\r\n"
)


@pytest.mark.parametrize(
    ("action", "status", "wanted"),
    [
        ("failed", "5.1.1", ("failed", "address_invalid")),
        ("failed", "5.2.2", ("failed", "limit_reached")),
        ("failed", "5.7.26", ("failed", "filtered")),
        ("failed", "5.3.4", ("failed", "too_long")),
        ("delivered", "2.0.0", ("delivered", None)),
        ("delayed", "4.4.1", None),
        ("relayed", "2.0.0", None),
    ],
)
def test_a_report_tells_what_became_of_a_mail_of_ours(
    action: str, status: str, wanted: tuple[str, str | None] | None
) -> None:
    first, *rest = reading(a_report("delivery-status", FAILED.format(action=action, status=status))).inbounds
    assert isinstance(first.content, Email)
    assert first.answers == KEY
    told = [(one.status, one.trouble) for one in rest]
    assert told == ([wanted] if wanted else [])
    assert all(one.kind == "status" and one.status_of == KEY and one.event_id != first.event_id for one in rest)


def test_a_report_about_a_mail_that_we_never_sent_changes_nothing() -> None:
    body = FAILED.format(action="failed", status="5.1.1")
    inbounds = reading(a_report("delivery-status", body, about="<stranger@else.example>")).inbounds
    assert [one.kind for one in inbounds] == ["message"]


@pytest.mark.parametrize(("disposition", "states"), [("displayed", ["read"]), ("deleted", [])])
def test_a_read_receipt_counts_when_the_mail_was_shown(disposition: str, states: list[str]) -> None:
    body = f"Original-Message-ID: {OURS}\r\nDisposition: manual-action/MDN-sent-manually; {disposition}\r\n"
    first, *rest = reading(a_report("disposition-notification", body)).inbounds
    assert isinstance(first.content, Email)
    assert first.content.email.kind == "receipt"
    assert [one.status for one in rest] == states


def test_what_no_store_keeps_is_cleaned_and_what_is_too_long_is_cut() -> None:
    html = "<p>" + "<b>x</b>" * 26_000 + "</p>"
    raw = a_raw("Subject: a\0b", "Content-Type: text/html", text=html)
    _, content = entry(raw)
    assert "\0" not in content.subject
    assert 0 < len(content.html) <= MAX_MAIL_TEXT
    assert content.html.endswith(">")
    assert len(content.full_text) <= MAX_MAIL_TEXT
    _, plain = entry(a_raw(text="字" * (MAX_MAIL_TEXT + 5)), is_whole=False)
    assert len(plain.full_text) == MAX_MAIL_TEXT
    assert plain.full_text.endswith("only its beginning is here.]")


INVITE = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:China Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Review\\, part
 \\ntwo
ORGANIZER;CN="Wang: Fang":MAILTO:wang@x.example
DTSTART;{start}
BEGIN:VALARM
SUMMARY:no
END:VALARM
END:VEVENT
END:VCALENDAR"""


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        ("TZID=China Standard Time:20260105T160000", "2026-01-05T16:00:00+08:00"),
        ("TZID=Europe/Berlin:20260705T160000", "2026-07-05T16:00:00+02:00"),
        ("X=1:20260105T080000Z", "2026-01-05T08:00:00Z"),
        ("VALUE=DATE:20260105", "2026-01-05"),
        ("TZID=Nowhere:20260105T160000", "2026-01-05T16:00:00"),
        ("X=1:20261305T160000", ""),
        ("X=1:tomorrow", ""),
    ],
)
def test_an_invitation_tells_what_and_when(start: str, wanted: str) -> None:
    _, content = entry(a_raw("Content-Type: text/calendar; method=REQUEST", text=INVITE.format(start=start)))
    invite = content.email.calendar
    assert invite is not None
    assert (invite.method, invite.start, invite.organizer) == ("REQUEST", wanted, "wang@x.example")
    assert invite.summary == "Review, part two"
