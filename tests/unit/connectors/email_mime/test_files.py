"""File names made safe, winmail.dat unpacked, RTF that hides HTML."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from connectors.email.mime import read
from connectors.email.mime.names import default_name, safe_name
from connectors.email.mime.rtf import decompress, read_rtf
from connectors.email.mime.tnef import read_tnef


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.doc", "b.doc"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("..", ""),
        (" .hidden. ", "hidden"),
        ("合同 最终版.docx", "合同 最终版.docx"),
        ("e\u0301.txt", "é.txt"),
        ("a  b.txt", "a b.txt"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@for_all(st.text(max_size=600))
def test_no_name_is_long_or_a_path(name: str) -> None:
    safe = safe_name(name)
    assert len(safe.encode()) <= 255
    assert not set(safe) & set("/\\\0\r\n\u202e")
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("长" * 300 + ".pdf").endswith("长.pdf")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("%E5%90%88%E5%90%8C.pdf", "合同.pdf"),
        ("100%25.pdf", "100%25.pdf"),
        ("50%FFoff.pdf", "50%FFoff.pdf"),
        ("=?gbk?B?us/NrC5wZGY=?=", "合同.pdf"),
    ],
)
def test_names_are_read_as_their_senders_write_them(given: str, name: str) -> None:
    mail = read(f'Content-Type: application/pdf; name="{given}"\n\nx'.encode())
    assert [file.name for file in mail.files] == [name]


def test_files_without_a_name_are_named_by_their_type() -> None:
    assert [default_name(mime) for mime in ("image/jpeg", "application/pdf", "text/plain", "x/unknown")] == [
        "image.jpg",
        "file.pdf",
        "document.txt",
        "file",
    ]


def _attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) % 65536)


def _properties(*values: tuple[int, int, bytes]) -> bytes:
    out = struct.pack("<I", len(values))
    for kind, number, value in values:
        out += struct.pack("<HHII", kind, number, 1, len(value)) + value + b"\0" * (-len(value) % 4)
    return out


def _tnef(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


def _uncompressed(rtf: bytes) -> bytes:
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


HTML_IN_RTF = (
    rb"{\rtf1\ansi\ansicpg936\fromhtml1 \deff0{\fonttbl{\f0\fcharset134 SimSun;}}"
    rb"{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\par\htmlrtf0 \'c4\'fa\'ba\'c3 "
    rb"\{x\}\htmlrtf }\htmlrtf0{\*\htmltag72 </p>}{\*\mhtmltag64 <ignored>}{\*\htmltag27 </html>}}"
)


def test_html_is_taken_out_of_rtf() -> None:
    assert read_rtf(HTML_IN_RTF) == ("<html><p>您好 {x}</p></html>", True)


def test_the_words_of_plain_rtf_are_read() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title no}}"
        rb"Gr\'fc\'dfe\par\uc1\u20320?\u-10180?\u-9216?\tab x}"
    )
    assert read_rtf(rtf) == ("Grüße\n你\U0001f000\tx", False)


def test_compressed_rtf_is_unpacked() -> None:
    # The example of MS-OXRTFCP 4.1.1.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542"
        "320af32068656c090020627705b06c647d0a800fa0"
    )  # fmt: skip
    assert decompress(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_a_winmail_dat_gives_its_files_and_its_hidden_text() -> None:
    file = _properties(
        (0x1F, 0x3707, "合同 最终版.docx\0".encode("utf-16-le")),
        (0x1E, 0x370E, b"application/msword\0"),
        (0x1E, 0x3712, b"<pic@x>\0"),
    )
    stream = _tnef(
        _attribute(1, 0x69007, struct.pack("<II", 936, 0)),
        _attribute(1, 0x69003, _properties((0x102, 0x1009, _uncompressed(HTML_IN_RTF)))),
        _attribute(2, 0x69002, b"\0" * 14),
        _attribute(2, 0x18010, b"HETONG~1.DOC\0"),
        _attribute(2, 0x6800F, b"DATA"),
        _attribute(2, 0x69005, file),
    )
    mail = read(b"Content-Type: application/octet-stream; name=WINMAIL.DAT\n\n" + stream)
    assert [(one.name, one.mime, one.data, one.content_id) for one in mail.files] == [
        ("合同 最终版.docx", "application/msword", b"DATA", "pic@x")
    ]
    assert mail.html == "<html><p>您好 {x}</p></html>"


def test_what_is_called_winmail_dat_and_is_none_stays_a_file() -> None:
    mail = read(b"Content-Type: application/ms-tnef\n\nnonsense")
    assert [(one.name, one.data) for one in mail.files] == [("file.dat", b"nonsense")]


@for_all(st.binary(max_size=300))
def test_any_tnef_is_read(data: bytes) -> None:
    assert read_tnef(_tnef(data)) is not None
    assert read_tnef(_tnef(_attribute(1, 0x69003, data), _attribute(2, 0x69005, data))) is not None
    read_rtf(data)
    decompress(struct.pack("<II4sI", 0, 4000, b"LZFu", 0) + data)
