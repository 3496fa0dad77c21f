"""Mails made to hurt: what is read of them is bounded, and the time grows no faster than the mail.

Times here are far above what is needed (a tenth of a second each on an idle machine); they catch squares only.
"""

from __future__ import annotations

import time

import pytest

from connectors.email.mail import Mail
from connectors.email.mime import read

HEAD = b"From: a@b.cn\r\n"
FILE = b"Content-Transfer-Encoding: base64\r\nContent-Type: application/pdf\r\n\r\n"
SECONDS = 30


def _read(raw: bytes) -> Mail:
    start = time.perf_counter()
    mail = read(raw)
    assert time.perf_counter() - start < SECONDS
    return mail


def test_of_ten_thousand_parts_five_hundred_are_read() -> None:
    part = b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
    mail = _read(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 10_000)
    assert len(mail.files) == 500
    assert "more than 500 parts" in mail.faults


@pytest.mark.parametrize("boundary", [b"; boundary=b%d", b""])
def test_parts_five_thousand_deep_are_read_twenty_deep(boundary: bytes) -> None:
    levels = (
        b"Content-Type: multipart/mixed" + (boundary % number if boundary else b"") + b"\r\n\r\n--b%d\r\n" % number
        for number in range(5000)
    )
    mail = _read(HEAD + b"".join(levels) + b"\r\nhi\r\n")
    assert "deeper than 20 levels" in mail.faults
    assert "b4999" in mail.text


def test_a_megabyte_of_references_costs_no_more_than_its_bytes() -> None:
    mail = _read(
        HEAD + b"References:" + b"".join(b" <%d@example.com>\r\n" % number for number in range(45_000)) + b"\r\nx"
    )
    assert 0 < len(mail.references) <= 1000
    assert "header longer than 256 kB" in mail.faults
    assert mail.text == "x"


def test_base64_in_one_line_of_ten_megabytes_is_read() -> None:
    assert len(_read(HEAD + FILE + b"QUJD" * 2_500_000).files[0].data) == 7_500_000


def test_thousands_of_encoded_words_are_one_subject() -> None:
    mail = _read(HEAD + b"Subject:" + b" =?utf-8?B?5L2g?=\r\n" * 10_000 + b"\r\nx")
    assert mail.subject == "你" * 10_000


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: " + b"=?utf-8?B?" * 25_000,
        b"Subject: " + b"=?a?q?" * 40_000,
        b"Subject: " + b"=?" * 120_000,
        b"Subject: a" + b" " * 240_000 + b"a",
        b"To: " + b'"\\' * 120_000,
        b"To: " + b'"' * 240_001,
        b"To: " + b"(" * 240_000,
        b"To: " + b"<" * 240_000,
        b"To: " + b"a" * 240_000,
        b"To: " + b"a@" * 120_000,
        b"To: " + b"a," * 120_000,
        b"To: " + b"a:" * 120_000 + b";",
        b"Date: " + b"(" * 240_000,
        b"References: " + b"<" * 240_000,
        b"Content-Type: text/plain; " + b'a="\\' * 60_000,
        b"Content-Type: text/plain; " + b"a" * 240_000,
        b"Content-Type: text/plain; " + b"a*0=b;" * 40_000,
        b"".join(
            b"X-%d: \xe4\xf0\xf1\xd0\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\r\n" % one
            for one in range(9000)
        ),
    ],
    ids=lambda header: header[:24].decode("latin-1"),
)
def test_a_hostile_header_costs_one_pass(header: bytes) -> None:
    assert _read(HEAD + header.rstrip() + b"\r\n\r\nx").text == "x"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"text/plain", b"begin 644 x\n" * 500_000),
        (b"text/plain", b"begin 644 x\n#0V%T\n" * 200_000),
        (b"text/plain", b"a: b\n\n" + b"\r" * 2_000_000),
        (b"text/plain", b"\x1b$B!!\x1b(B" * 300_000),
        (b"text/plain; charset=idna", b"\xe4xn--aaaa." * 50_000),
        (b"text/plain; charset=punycode", b"\xe4xn--aaaa." * 50_000),
        (b"text/enriched", b"<param>" * 300_000),
        (b"text/plain; format=flowed", b"a \r\n" * 300_000),
        (b"multipart/mixed; boundary=b", b"--bx\r\n" * 300_000),
        (
            b"multipart/mixed; boundary=b",
            b"--b\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 300_000,
        ),
    ],
)
def test_a_hostile_body_costs_one_pass(kind: bytes, body: bytes) -> None:
    _read(HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + body)
