"""Labels that lie, labels that nobody knows, and no label at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.mime.charsets import Fallback, codec_of, decode


@pytest.mark.parametrize(
    ("label", "truth", "text"),
    [
        ("gb2312", "gbk", "镕基、囍字、朱镕基"),
        ("gb2312", "gb18030", "𠮷野家在东京"),
        ("iso-8859-1", "cp1252", "“Grüße” – 5 €"),
        ("ks_c_5601-1987", "cp949", "똠방각하 펲시콜라"),
        ("shift_jis", "cp932", "①髙島屋～"),
        ("big5", "cp950", "您好，請問€"),
        ("gb2312", "utf-8", "标签说谎，其实是统一码"),
        ("us-ascii", "utf-8", "Schöne Grüße"),
        ("us-ascii", "latin-1", "Schöne Grüße aus Köln"),
        ("utf-8", "latin-1", "Schöne Grüße aus Köln"),
        ("x-unknown", "gbk", "您好，我的订单还没有到"),
        ("utf-8", "gbk", "您好，我的订单还没有到"),
    ],
)
def test_a_lying_label_is_seen_through(label: str, truth: str, text: str) -> None:
    assert decode(text.encode(truth), label) == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8; format=flowed", "utf-8"),
        ('"utf-8"', "utf-8"),
        ("utf8mb4", "utf-8"),
        ("GB2312", "gb18030"),
        ("ISO-8859-1", "cp1252"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("windows-1251", "cp1251"),
        ("unknown-8bit", ""),
        ("default", ""),
        ("us-ascii", ""),
        ("zlib", ""),
        ("idna", ""),
        ("punycode", ""),
        ("rot13", ""),
        ("undefined", ""),
        ("x" * 500, ""),
        ("\0", ""),
    ],
)
def test_labels_mean_what_senders_mean(label: str, codec: str) -> None:
    assert codec_of(label) == codec


def test_a_short_chinese_name_is_not_taken_for_unicode_by_chance() -> None:
    # The bytes are valid UTF-8 as well, as two letters of another script.
    name = b"\xc4\xa3\xc5\xa1"
    assert decode(name, "gb2312") == name.decode("gb18030")


def test_the_charset_of_other_parts_helps_where_there_is_no_label() -> None:
    russian = "Здравствуйте, где мой заказ номер пять?"
    assert decode(russian.encode("koi8-r"), "", Fallback("koi8-r")) == russian


def test_chinese_without_a_label_is_found_beside_a_latin_hint() -> None:
    assert decode("退款申请".encode("gbk"), "", Fallback("iso-8859-1")) == "退款申请"


def test_japanese_mail_knows_more_than_its_standard() -> None:
    # Circled digits (NEC), half-width kana, and a line that ends without going back to ASCII.
    data = b'\x1b$B-!-"\x1b(B ok \x1b(I1\x1b(B\n\x1b$B$"$$\nplain\x1b(B'
    text = decode(data, "iso-2022-jp")
    assert text.startswith("①② ok ｱ\nあい\n")


def test_a_byte_order_mark_wins_over_the_label() -> None:
    assert decode(b"\xff\xfe" + "früh".encode("utf-16-le"), "utf-8") == "früh"
    assert decode(b"\xef\xbb\xbfhi", "iso-8859-1") == "hi"


def test_a_label_of_two_byte_units_is_not_believed_of_plain_text() -> None:
    assert decode(b"plain text", "utf-16") == "plain text"


def test_nul_bytes_vanish() -> None:
    assert decode(b"a\0b", "us-ascii") == "ab"


def test_a_few_broken_bytes_do_not_make_a_text_unreadable() -> None:
    text = "订单已经发货，请注意查收。" * 10
    assert decode(text.encode()[:-1], "utf-8").startswith(text[:-1])


LABELS = ["", "utf-8", "gb2312", "iso-2022-jp", "utf-7", "hz", "utf-16", "big5", "x"]


@given(st.binary(max_size=300), st.sampled_from(LABELS))
def test_any_bytes_give_text(data: bytes, label: str) -> None:
    assert "\0" not in decode(data, label, Fallback("gb2312"))
