"""Reading documents: the plain form, and everything that must be refused before it costs anything."""

from __future__ import annotations

import json

import pytest

from connectors._wechat.xml import MAX_BYTES, read_document, read_json, read_xml, text
from hub.errors import InvalidInput, Malformed, TooLarge

BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    b"]><xml><Content>&c;</Content></xml>"
)


def test_texts_nested_elements_and_repeats() -> None:
    body = b"<xml><A><![CDATA[ x<y ]]></A><B>&lt;&#13;</B><L><I>1</I><I>2</I><I>3</I></L><E/></xml>"
    assert read_xml(body) == {"A": " x<y ", "B": "<\r", "L": {"I": ("1", "2", "3")}, "E": ""}


def test_both_forms_say_the_same() -> None:
    written = json.dumps({"MsgId": 24_000_000_000_000_017, "Content": "你好", "N": None, "L": {"I": [1, 2]}})
    assert read_document(written.encode()) == {
        "MsgId": "24000000000000017",
        "Content": "你好",
        "N": "",
        "L": {"I": ("1", "2")},
    }
    body = "<xml><MsgId>24000000000000017</MsgId><Content>你好</Content><L><I>1</I><I>2</I></L><N/></xml>"
    assert read_document(body.encode()) == read_document(written.encode())


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><A>1</A></xml>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><A>&e;</A></xml>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><xml/>',
        b"<!DOCTYPE xml><xml><A>1</A></xml>",
        b"<xml><A>&e;</A></xml>",
        b"<xml><A></xml>",
        b"<xml><A>1</A></xml><xml/>",
        b"<xml>\xff</xml>",
        b"<xml><A>\x00</A></xml>",
        '<?xml version="1.0" encoding="utf-16"?><xml><A>1</A></xml>'.encode("utf-16"),
        b"<a>" * 5000,
        b"<xml>" + b"<a/>" * 5000 + b"</xml>",
        b"",
        b"null",
    ],
)
def test_dangerous_and_broken_xml_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        read_document(body)
    assert "passwd" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    "body",
    [b"{", b"{]", b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b'{"a":' * 5000, b'{"a":' * 20 + b"1" + b"}" * 20, b"[]"],
)
def test_broken_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_json(body)


def test_size_is_bounded_before_anything_is_read() -> None:
    for body in (b"<xml>" + b" " * MAX_BYTES + b"</xml>", b"{" + b" " * MAX_BYTES + b"}"):
        with pytest.raises(TooLarge):
            read_document(body)


def test_a_field_that_is_no_text_reads_as_none() -> None:
    fields = read_xml(b"<xml><A><B>1</B></A><C>1</C><C>2</C></xml>")
    assert [text(fields, name) for name in ("A", "C", "D")] == ["", "", ""]
