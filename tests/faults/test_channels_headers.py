"""What people write into names and subjects stays there: an answer by mail has our header fields and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy

import pytest

from tests.faults.lines import MAILBOX, Line, lines, serving
from tests.flows.providers import until
from tests.flows.workspace import ENV, workspace
from tests.support.hub_process import StartHub
from tests.support.patience import PATIENCE_S

OURS = {
    "date", "from", "to", "subject", "message-id", "in-reply-to", "references", "reply-to", "mime-version",
    "content-type", "content-transfer-encoding", "auto-submitted", "x-auto-response-suppress", "content-disposition",
    "user-agent", "x-mailer",
}  # fmt: skip
EVIL = "evil@attacker.example"
HOSTILE: Mapping[str, Sequence[tuple[bytes, bytes]]] = {
    "an encoded subject with line ends": ((b"Subject", b"=?utf-8?q?hello=0D=0ABcc:_evil@attacker.example?="),),
    "in base64": ((b"Subject", b"=?utf-8?b?aGVsbG8NCkJjYzogZXZpbEBhdHRhY2tlci5leGFtcGxlDQoNCmJvZHk=?="),),
    "a bare line feed": ((b"Subject", b"=?utf-8?q?hello=0ABcc:_evil@attacker.example?="),),
    "a bare carriage return": ((b"Subject", b"=?utf-8?q?hello=0DBcc:_evil@attacker.example?="),),
    "line ends of Unicode": ((b"Subject", "a\u2028Bcc: evil@attacker.example\u2029\x85b\x0bc\x0cd".encode()),),
    "NUL": ((b"Subject", b"a=?utf-8?q?=00=00?=b\0c"),),
    "the name of the sender": ((b"From", b"=?utf-8?q?Li=0D=0ABcc:_evil@attacker.example?= <li@customer.example>"),),
    "a quoted name": ((b"From", b'"Li\\\r\n Bcc: evil@attacker.example" <li@customer.example>'),),
    "two answers' addresses": ((b"Reply-To", b"=?utf-8?q?li=0D=0ABcc:_evil?= <li@customer.example>"),),
    "an id with line ends": ((b"Message-ID", b"<a@b>\r\n\tBcc: evil@attacker.example"),),
    "references": ((b"References", b"<a@b> =?utf-8?q?=0D=0ABcc:_evil@attacker.example?= <c@d>\x0b<e@f>"),),
    "a long subject": ((b"Subject", b"x" * 60_000),),
    "many references": ((b"References", b" ".join(b"<%d@b.example>\r\n" % each for each in range(3000)).strip()),),
}


def raw_mail(text: str, fields: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return a mail with fields as they are given, whatever stands in them."""
    usual = {
        b"From": b"Li Wei <li@customer.example>",
        b"To": MAILBOX.encode(),
        b"Subject": b"my order",
        b"Date": b"Sun, 22 Nov 2026 06:00:00 +0000",
        b"Message-ID": b"<%s@customer.example>" % text.replace(" ", "-").encode(),
        b"MIME-Version": b"1.0",
        b"Content-Type": b"text/plain; charset=utf-8",
    }
    head = b"".join(name + b": " + value + b"\r\n" for name, value in {**usual, **dict(fields)}.items())
    return head + b"\r\n" + text.encode() + b"\r\n"


async def _newest(line: Line, text: str) -> None:
    async def look() -> bool:
        entries = await line.made.timeline(line.session_id)
        return any(entry["kind"] == "message" and text in entry["content"]["text"] for entry in entries)

    await until(look, f"the mail {text!r} did not come")


def _check(raw: bytes, why: str) -> None:
    mail = message_from_bytes(raw, policy=policy.default)
    names = {name.lower() for name in mail}
    assert names <= OURS, (why, names - OURS)
    assert not mail.defects, (why, mail.defects)
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(byte in (9, 10, 13) or byte >= 32 for byte in head), (why, head)
    for name in ("To", "From", "Reply-To"):
        shown = mail[name].addresses if mail[name] else ()
        assert EVIL not in {each.addr_spec for each in shown}, (why, name)
    assert [each.addr_spec for each in mail["To"].addresses] == ["li@customer.example"], why


async def test_nothing_in_a_mail_adds_a_field_or_a_recipient_to_the_answer(start_hub: StartHub) -> None:
    hub = await start_hub(env={**ENV, "HUIKE_LOG_LEVEL": "warning"})
    async with workspace(hub.url) as made, lines(made, "email") as (line,), serving(made, [line]) as ann:
        for number, (why, fields) in enumerate(HOSTILE.items()):
            line.mailbox.add(raw_mail(f"hostile {number} ends", fields))
            await _newest(line, f"hostile {number} ends")
            message_id = await line.answer(ann, f"answer {number}")
            delivery = await line.delivery(message_id, "sent", "failed", "uncertain", limit_s=PATIENCE_S)
            assert delivery["state"] == "sent", (why, delivery)
            _check(line.provider.raws[-1], why)
            envelope, _ = line.provider.mails[-1]
            assert envelope.rcpt_tos == ["li@customer.example"], why
        assert [fault for fault in line.provider.faults if "folded" not in fault] == []
    assert "Traceback" not in hub.process.log()


@pytest.mark.parametrize(
    "name",
    ["Ann\r\nBcc: evil@attacker.example", "Ann\u2028Bcc: x", 'A"n<n>@,;', "安" * 90],
    ids=["ends", "unicode", "marks", "long"],
)
async def test_the_name_of_an_agent_is_a_name_and_nothing_else(start_hub: StartHub, name: str) -> None:
    hub = await start_hub(env={**ENV, "HUIKE_LOG_LEVEL": "warning"})
    async with workspace(hub.url) as made, lines(made, "email") as (line,), serving(made, [line]) as ann:
        await made.admin.call("PATCH", f"/agents/{ann.agent_id}", {"name": name})
        await line.delivery(await line.answer(ann, "hello"), "sent", limit_s=PATIENCE_S)
        _check(line.provider.raws[-1], name)
        assert line.provider.faults == []
