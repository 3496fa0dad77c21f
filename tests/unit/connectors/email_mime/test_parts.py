"""Parts and texts of a mail: boundaries and encodings that lie or are missing, texts in a row and side by side."""

from __future__ import annotations

import base64

import pytest

from connectors.email.mail import Mail
from connectors.email.mime import read

ALT = "Content-Type: multipart/alternative; boundary=b\n\n"
MIXED = "Content-Type: multipart/mixed; boundary=b\n\n"
PLAIN = "--b\nContent-Type: text/plain\n\n"
HTML = "--b\nContent-Type: text/html\n\n"
PDF = "--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nAAEC\n"


def _read(text: str) -> Mail:
    return read(f"From: a@b.cn\nSubject: s\n{text}".encode())


def _names(mail: Mail) -> list[str]:
    return [file.name for file in mail.files]


def test_of_alternatives_both_forms_are_given() -> None:
    mail = _read(f"{ALT}{PLAIN}words\n{HTML}<p>words</p>\n--b--\n")
    assert (mail.text, mail.html, mail.files) == ("words", "<p>words</p>", ())


def test_texts_in_a_row_are_joined_in_order() -> None:
    mail = _read(f"{MIXED}{PLAIN}one\n{PDF}{PLAIN}two\n--b--\n")
    assert mail.text == "one\ntwo"
    assert _names(mail) == ["a.pdf"]
    assert mail.files[0].data == b"\0\1\2"


def test_nothing_is_lost_where_plain_text_and_html_stand_in_a_row() -> None:
    mail = _read(f"{MIXED}{PLAIN}a < b\n{HTML}<p>big <b>news</b></p><style>p {{}}</style>\n--b--\n")
    assert mail.text == "a < b\nbig news"
    assert "a &lt; b" in mail.html
    assert "big <b>news</b>" in mail.html


def test_two_different_texts_called_alternatives_are_both_kept() -> None:
    assert _read(f"{ALT}{PLAIN}yes\n{PLAIN}no\n--b--\n").text == "yes\nno"
    assert _read(f"{ALT}{PLAIN}yes\n{PLAIN}yes\nindeed\n--b--\n").text == "yes\nindeed"


@pytest.mark.parametrize(
    "body",
    [
        f"{MIXED}{PLAIN}hello\n{PDF}",  # no end
        f"{MIXED}{PLAIN}hello\n--b--\n{PDF}--b--\n",  # an end too early
        f"Content-Type: multipart/mixed\n\n{PLAIN}hello\n{PDF}--b--\n",  # no boundary named
        f"Content-Type: multipart/mixed; boundary=other\n\n{PLAIN}hello\n{PDF}--b--\n",  # another one named
        f"\n{PLAIN}hello\n{PDF}--b--\n",  # no type at all
        f"{MIXED}--b\n\nhello\n{PDF}--b--\n",  # a part without a header
        f"{MIXED}--b\nContent-Type: text\n\nhello\n{PDF}--b--\n",  # a type without its second half
        f"{MIXED[:-1]}Content-Type: text/plain\n\nhello\n{PDF}--b--\n",  # the first boundary missing
        f"{MIXED}preamble\n{PLAIN}hello\n{PDF}--b--\nepilogue\n",
        f"{MIXED}--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nhello\n{PDF}--b--\n",  # inner end missing
    ],
)
def test_parts_are_found_behind_broken_boundaries(body: str) -> None:
    for ends in ("\n", "\r\n", "\r"):
        mail = (
            _read(body.replace("\n", ends))
            if ends != "\r"
            else read(f"From: a@b.cn\n{body}".replace("\n", "\r").encode())
        )
        assert mail.text == "hello"
        assert _names(mail) == ["a.pdf"]


def test_a_boundary_that_begins_like_another_is_another() -> None:
    inner = "--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\none\n--ab\n\ntwo\n--ab--\n--a\n\nthree\n--a--\n"
    assert _read(f"Content-Type: multipart/mixed; boundary=a\n\n{inner}").text == "one\ntwo\nthree"


def test_a_multipart_that_has_no_parts_is_shown_as_text() -> None:
    assert (
        _read(
            "Content-Transfer-Encoding: quoted-printable\nContent-Type: multipart/mixed; boundary=b\n\nh=C3=A9\n"
        ).text
        == "hé\n"
    )


@pytest.mark.parametrize(
    ("header", "text", "names"),
    [
        ("Content-Type: text/plain; name=a.txt", "hello", []),
        ("Content-Type: text/plain\nContent-Disposition: inline", "hello", []),
        ("Content-Type: text/plain\nContent-Disposition: inline; filename=a.txt", "", ["a.txt"]),
        ("Content-Type: text/plain\nContent-Disposition: attachment", "", ["document.txt"]),
        ("Content-Type: text/csv", "", ["document.csv"]),
    ],
)
def test_a_text_is_a_file_when_its_sender_says_so(header: str, text: str, names: list[str]) -> None:
    mail = _read(f"{MIXED}--b\n{header}\n\nhello\n--b--\n")
    assert (mail.text, _names(mail)) == (text, names)


def test_an_attached_mail_is_one_file_named_by_its_subject() -> None:
    inner = "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe/1?=\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n"
    mail = _read(f"{MIXED}{PLAIN}see\n--b\nContent-Type: message/rfc822\n\n{inner}--b--\n")
    assert (mail.text, _names(mail)) == ("see", ["Grüße_1.eml"])
    assert mail.files[0].data.startswith(b"Subject: ")


def test_reports_are_given_as_reports() -> None:
    status = "--b\nContent-Type: message/delivery-status\n\nAction: failed\n"
    returned = "--b\nContent-Type: message/rfc822\n\nSubject: x\n"
    mail = _read(f"Content-Type: multipart/report; boundary=b\n\n{PLAIN}not delivered\n{status}{returned}--b--\n")
    assert [(report.mime, report.text) for report in mail.reports] == [
        ("message/delivery-status", "Action: failed"),
        ("message/rfc822", "Subject: x"),
    ]
    assert (mail.text, mail.files) == ("not delivered", ())


def test_an_invitation_is_given_raw_and_as_a_file() -> None:
    mail = _read(f"{ALT}{PLAIN}come\n--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--b--\n")
    assert (mail.calendar, _names(mail)) == ("BEGIN:VCALENDAR", ["calendar.ics"])


def test_only_pictures_that_the_html_shows_are_inline() -> None:
    pictures = "".join(
        f"--b\nContent-Type: image/png\nContent-ID: <{one}>\nContent-Disposition: inline\n\nx\n" for one in "pq"
    )
    body = f'Content-Type: multipart/related; boundary=b\n\n{HTML}<img src="cid:p">\n{pictures}--b--\n'
    assert [(file.content_id, file.inline, file.name) for file in _read(body).files] == [
        ("p", True, "image.png"),
        ("q", False, "image1.png"),
    ]


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", base64.b64encode("您好".encode()).decode(), "您好"),
        ("BASE64", "5L2g\n5aW9\n", "你好"),
        ("base64", "5L2g5aW", "你\ufffd"),
        ("base64", "5L2g5aW9\n=\n_____\nA list footer, plain\n", "你好"),
        ("base64", "this is not base64, is it? no!\n", "this is not base64, is it? no!\n"),
        ("quoted-printable", "a=3Db=\nc=zz=\n", "a=bc=zz"),
        ("x-what", "as it is", "as it is"),
        ("x-uuencode", "begin 644 x\n#0V%T\n`\nend\n", "Cat"),
    ],
)
def test_transfer_encodings_are_undone_as_far_as_they_are_true(encoding: str, body: str, text: str) -> None:
    mail = _read(f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}")
    assert mail.text == text


def test_flowed_lines_are_joined_and_quotes_left_alone() -> None:
    head = "Content-Type: text/plain; format=flowed\n\n"
    assert (
        _read(f"{head}one \ntwo\n> quoted \n> more\n From here\n-- \nme").text
        == "one two\n> quoted \n> more\nFrom here\n-- \nme"
    )
    assert _read("Content-Type: text/plain; format=flowed; delsp=yes\n\n您好， \n世界\n").text == "您好，世界\n"


def test_a_file_uuencoded_in_the_text_comes_out() -> None:
    mail = _read("\nlook:\nbegin 644 ../cat.txt\n#0V%T\n`\nend\nbye\n")
    assert (mail.text, _names(mail), mail.files[0].data) == ("look:\nbye\n", ["cat.txt"], b"Cat")


def test_prose_that_begins_like_a_uuencoded_file_stays() -> None:
    text = "begin 644 times\nthen stop\nend\n"
    assert _read(f"\n{text}").text == text


def test_html_names_its_own_charset() -> None:
    html = '<meta http-equiv=Content-Type content="text/html; charset=gb2312">您好'
    mail = read(b"Content-Type: text/html\n\n" + html.encode("gbk"))
    assert mail.html == html


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"\r\n\r\nSubject: s\r\n\r\nx", "s", "x"),
        (b"From a@b Thu Jan 1\nSubject: s\n\nx", "s", "x"),
        (b"\xef\xbb\xbfSubject: s\n\nx", "s", "x"),
        (b"From : a@b.cn\nSubject : s\n\nx", "s", "x"),
        (b"--- forwarded ---\nReceived: x\nSubject: s\n\nx", "s", "x"),
        (b"Subject: s\nno name here\nFrom: a@b.cn\n\nx", "s no name here", "x"),
        (b"Subject: s\nhello there\n\nx", "s", "hello there\n\nx"),
        (b"just words\n\nmore", "", "just words\n\nmore"),
        (b"Subject: s\n\n\xef\xbb\xbfx\0y", "s", "xy"),
        (b"", "", ""),
    ],
)
def test_header_and_text_are_told_apart(raw: bytes, subject: str, text: str) -> None:
    mail = read(raw)
    assert (mail.subject, mail.text) == (subject, text)


def test_a_mail_without_a_sender_is_taken_as_from_whom_it_wants_an_answer() -> None:
    mail = read(b"Reply-To: Ann <a@b.cn>\nSender: c@d.cn\n\nx")
    assert mail.from_ is not None
    assert mail.from_.address == "a@b.cn"
    assert "no From: taken from reply-to" in mail.faults


def test_raw_bytes_in_a_header_are_read_as_the_text_is() -> None:
    body = "Content-Type: text/plain; charset=windows-1251\n\nтекст".encode("cp1251")
    mail = read("From: Иван <i@b.ru>\nSubject: Привет всем\n".encode("cp1251") + body)
    assert (mail.subject, mail.from_ and mail.from_.name) == ("Привет всем", "Иван")
