"""Any bytes at all give a mail, and everything in it can be stored as UTF-8."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.email.mime import read
from connectors.email.mime.calendar import invite

PIECES = [
    b"From: ", b"To: ", b"Subject: ", b"Date: ", b"References: ", b"Content-Type: ", b"Content-Transfer-Encoding: ",
    b"Content-Disposition: ", b"multipart/mixed; boundary=b", b"multipart/alternative", b"multipart/related; start=x",
    b"text/plain; charset=", b"text/html", b"text/calendar", b"message/rfc822", b"message/delivery-status",
    b"application/ms-tnef", b"utf-7", b"gb2312", b"iso-2022-jp", b"base64", b"quoted-printable", b"x-uuencode",
    b"; format=flowed; delsp=yes", b'attachment; filename*0*="', b"=?utf-7?B?", b"=?gb2312?Q?=C4", b"?=", b"+2AA-",
    b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b"\n--b\n", b"\n--b--\n", b" ", b"\t", b"\0", b"<", b">", b"@", b'"',
    b",", b";", b"(", b"\xe4", b"\xff\xfe", b"\x1b$B", b"\xc4\xfa", b"begin 644 x\n#0V%T\n", b"\x78\x9f\x3e\x22\0\0",
    b"BEGIN:VEVENT\nDTSTART:20261122T080000Z\n", b"<a href=", b"<!--", b"{\\rtf1\\'e4",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
@settings(max_examples=300)
def test_any_heap_of_mail_pieces_is_read_and_can_be_stored(raw: bytes) -> None:
    mail = read(raw)
    msgspec.json.encode(mail)
    msgspec.json.encode(invite(mail.calendar))
    assert "\0" not in mail.text + mail.html + mail.subject


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    msgspec.json.encode(read(raw))
