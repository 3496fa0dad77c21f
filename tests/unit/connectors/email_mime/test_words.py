"""Header values: encoded words in every broken form, parameters with continuations, nothing that injects lines."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.mime.words import decode_words, parameters, text_of


def _subject(raw: bytes) -> str:
    return decode_words(text_of(raw))


def _b(charset: str, data: bytes) -> str:
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


HALVES = "您好世界".encode("gb2312")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=", "Grüße aus Köln"),
        (b"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        (b"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"),
        (b"=?utf-8?Q?a?= and =?utf-8?Q?b?=", "a and b"),
        (b"Re:=?utf-8?Q?_a?=b", "Re: ab"),
        (b'"=?utf-8?Q?J=C3=B6rg?="', '"Jörg"'),
        (b"=?us-ascii?Q?ABC / 123 / West?=", "ABC / 123 / West"),
        (b"=?utf-8*en?Q?hello?=", "hello"),
        (b"=?utf-8?B?5L2g5aW9", "你好"),
        (b"=?utf-8?Q?What??=", "What?"),
        (b"=?utf-8?B?5L2g\r\n 5aW9?=", "你好"),
        (b"=? utf-8 ?Q?x?=", "x"),
        (b"=?utf-8?X?nonsense?=", "=?utf-8?X?nonsense?="),
        (b"=?none?B?VEVTVA=?=", "TEST"),
        (b"2 =? 3", "2 =? 3"),
        ("raw Grüße".encode("latin-1"), "raw Grüße"),
        ("raw 您好".encode(), "raw 您好"),
        (b"\x1b$B$\"$$\x1b(B", "あい"),
        (b"=?gb2312?Q?" + HALVES + b"?=", "您好世界"),
        (b"a\r\n\tb\r\n c", "a b c"),
        (b"a\0b", "ab"),
    ],
)  # fmt: skip
def test_encoded_words_are_read_in_all_forms(raw: bytes, text: str) -> None:
    assert _subject(raw) == text


def test_words_that_were_cut_inside_of_a_character_are_joined() -> None:
    raw = f"{_b('gb2312', HALVES[:3])}\r\n {_b('GB2312', HALVES[3:])}".encode()
    assert _subject(raw) == "您好世界"


def test_words_of_both_encodings_are_joined_when_the_charset_is_one() -> None:
    data = "é".encode()
    assert _subject(f"{_b('utf-8', data[:1])} =?utf-8?Q?={data[1]:02X}?=".encode()) == "é"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('text/plain; charset="utf-8"', ("text/plain", {"charset": "utf-8"})),
        ("TEXT/Plain;charset=utf-8 ; format=flowed", ("text/plain", {"charset": "utf-8", "format": "flowed"})),
        ('multipart/mixed boundary="b b"', ("multipart/mixed", {"boundary": "b b"})),
        ("inline; filename*=utf-8''Erkl%C3%A4rung.txt; filename=x.txt", ("inline", {"filename": "Erklärung.txt"})),
        ("inline; name*0*=gb2312''%C4%FA; name*1*=%BA%C3; name*2=.doc", ("inline", {"name": "您好.doc"})),
        ("attachment; filename*1=b.txt; filename*0=a", ("attachment", {"filename": "ab.txt"})),
        ("attachment; filename*=us-ascii''W%F6lbung.jpg", ("attachment", {"filename": "Wölbung.jpg"})),
        ('attachment; filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe=2Epdf?="', ("attachment", {"filename": "Grüße.pdf"})),
        ("attachment; filename==?utf-8?Q?a;b=2Epdf?=", ("attachment", {"filename": "a;b.pdf"})),
        ("attachment; filename=two words.pdf; size=3", ("attachment", {"filename": "two words.pdf", "size": "3"})),
        ('attachment; filename="a \\"b\\".txt"', ("attachment", {"filename": 'a "b".txt'})),
        ('attachment; filename="C:\\temp\\a.txt"', ("attachment", {"filename": "C:\\temp\\a.txt"})),
        ('attachment; filename="a "b" c.txt"; size=3', ("attachment", {"filename": "a b c.txt", "size": "3"})),
        ('attachment; filename="open.txt', ("attachment", {"filename": "open.txt"})),
        ("", ("", {})),
        (";;;", ("", {})),
    ],
)  # fmt: skip
def test_parameters_are_read_in_all_forms(value: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parameters(value) == expected


@given(st.text(alphabet="=?utf-8BQqb_ \"';*0é\r\n", max_size=200))
def test_any_header_gives_one_line(text: str) -> None:
    line = _subject(text.encode())
    assert "\n" not in line
    assert "\r" not in line
    parameters(line)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60))
def test_what_was_encoded_comes_back(text: str) -> None:
    # A sender who folds anywhere: each byte in a word of its own.
    words = " ".join(_b("utf-8", text.encode()[index : index + 1]) for index in range(len(text.encode())))
    assert _subject(words.encode()) == text.removeprefix("\ufeff").strip("\0")
