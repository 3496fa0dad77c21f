"""Address lists as people's programs write them, dates and message ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.mime.addresses import read_addresses
from connectors.email.mime.fields import MAX_REFERENCES, read_date, read_ids


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@Example.COM", [("a@example.com", "")]),
        ("Ann <a@b.cn>", [("a@b.cn", "Ann")]),
        ('"Li, Wei" <li@b.cn>, c@d.cn', [("li@b.cn", "Li, Wei"), ("c@d.cn", "")]),
        ("Li, Wei <li@b.cn>", [("li@b.cn", "Li, Wei")]),
        ("li@b.cn (Li Wei)", [("li@b.cn", "Li Wei")]),
        ("=?utf-8?Q?M=C3=BCller=2C_Jan?= <m@b.de>", [("m@b.de", "Müller, Jan")]),
        ('"=?gb2312?B?1cXI/Q==?=" <z@qq.com>', [("z@qq.com", "张三")]),
        ("=?utf-8?Q?Foo_=3Cfoo=40b.de=3E?=", [("foo@b.de", "Foo")]),
        ("Jan (jan@b.de)", [("jan@b.de", "Jan")]),
        ("Jan jan@b.de", [("jan@b.de", "Jan")]),
        ("Jan [mailto:jan@b.de]", [("jan@b.de", "Jan")]),
        ("mailto:jan@b.de", [("jan@b.de", "")]),
        ("<jan@b.de> Jan", [("jan@b.de", "Jan")]),
        ('"Jan <jan@b.de>"', [("jan@b.de", "Jan")]),
        ("Jan <jan @b.de>", [("jan@b.de", "Jan")]),
        ("<jan@b.de", [("jan@b.de", "")]),
        ('"Jan <jan@b.de>', [("jan@b.de", "Jan")]),
        ("a@b.de; c@d.de", [("a@b.de", ""), ("c@d.de", "")]),
        ("Team: a@b.de, Bo <b@b.de>;", [("a@b.de", ""), ("b@b.de", "Bo")]),
        ("undisclosed-recipients:;", []),
        ("<>", []),
        ("", []),
        ("Nobody At All", []),
        ("MAILER-DAEMON (Mail Delivery System)", [("MAILER-DAEMON", "Mail Delivery System")]),
        ("Mail Delivery System <MAILER-DAEMON>", [("MAILER-DAEMON", "Mail Delivery System")]),
        ('"john smith"@b.de', [('"john smith"@b.de', "")]),
        ("<@relay.de:a@b.de>", [("a@b.de", "")]),
        ('"a@b.de" <c@d.de>', [("c@d.de", "a@b.de")]),
        ('"J\\"o" <j@b.de>', [("j@b.de", "Jo")]),
        ("Max | [example.com] <m@b.de>", [("m@b.de", "Max | [example.com]")]),
        ("张三 <z@qq.com>", [("z@qq.com", "张三")]),
    ],
)  # fmt: skip
def test_mailboxes_are_found(value: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.address, one.name) for one in read_addresses(value)] == expected


@given(st.text(alphabet='ab@<>",;:()[]\\ =?', max_size=120))
def test_any_address_header_is_read(value: str) -> None:
    assert all(one.address for one in read_addresses(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06.000Z"),
        ("21 Nov 97 09:55 GMT", "1997-11-21T09:55:00.000Z"),
        ("Thu, 2 Aug 2018 16:58:28 +0200 (CEST)", "2018-08-02T14:58:28.000Z"),
        ("Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59.000Z"),
        ("2024-02-29T08:00:00+08:00", "2024-02-29T00:00:00.000Z"),
        ("Wed, 05 Sep 2018 29:24:05 +0700", None),
        ("yesterday", None),
        ("Fri, 21 Nov 99999 09:55:06 -0600", None),
        ("", None),
    ],
)
def test_dates_are_read_or_absent(value: str, expected: str | None) -> None:
    assert read_date(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b> <c@d>", ("a@b", "c@d")),
        ("<a@b><c@d>,<a@b>", ("a@b", "c@d")),
        ("<a@\r\n b>", ("a@b",)),
        ("a@b c@d", ("a@b", "c@d")),
        ("bare", ("bare",)),
        ("Your message of Monday", ()),
        ("<>", ()),
        ("<a b@c> text", ("ab@c",)),
    ],
)
def test_message_ids_are_found(value: str, expected: tuple[str, ...]) -> None:
    assert read_ids(value) == expected


def test_of_many_references_the_root_and_the_newest_stay() -> None:
    ids = read_ids(" ".join(f"<{number}@b>" for number in range(5000)))
    assert len(ids) == MAX_REFERENCES
    assert ids[0] == "0@b"
    assert ids[-1] == "4999@b"
