"""The mail reader against the other collected mails: what their authors expect of them, and what anybody would.

Compared without regard to runs of white space. A replacement character in an expected value is where its author's
program gave up; any character but that is right there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from connectors.email.mail import Mail
from connectors.email.mime import read
from connectors.email.mime.tnef import read_tnef
from hub.model.timestamps import Timestamp, from_seconds
from tests.mail import fixtures
from tests.mail.test_zammad import Score

BARS = {"from": 0.97, "recipients": 0.97, "subject": 0.97, "date": 0.97, "ids": 0.97, "file names": 0.92, "texts": 0.80}
ODD_FOLDERS = (
    "mikel_mail",
    "chatwoot",
    "freescout",
    "mimekit_messages",
    "cpython",
    "nodemailer_mailparser",
    "stalwart",
)


def _is_same(found: str, expected: str) -> bool:
    pattern = re.escape(" ".join(expected.split())).replace("\ufffd", "[^\ufffd]")
    return re.fullmatch(pattern, " ".join(found.split())) is not None


def _values(part: dict[str, Any], name: str) -> list[Any]:
    return [header["value"] for header in part["headers"] if header["name"] == name]


def _mailboxes(value: Any) -> list[tuple[str, str]]:
    kinds = value.get("Address", {}) if isinstance(value, dict) else {}
    groups = kinds.get("Group") or [{"addresses": kinds.get("List") or []}]
    return [(one.get("name") or "", one.get("address") or "") for group in groups for one in group["addresses"]]


def _ids(value: Any) -> list[str]:
    return (value.get("TextList") or [value["Text"]]) if isinstance(value, dict) else []


def _date(value: Any) -> Timestamp | None:
    at = value["DateTime"]
    offset = timedelta(hours=at["tz_hour"], minutes=at["tz_minute"]) * (-1 if at["tz_before_gmt"] else 1)
    wall = datetime(at["year"], at["month"], at["day"], at["hour"], at["minute"], at["second"], tzinfo=timezone(offset))
    return from_seconds(wall.timestamp())


def _file_names(expected: dict[str, Any]) -> Iterator[str]:
    for index in expected["attachments"]:
        part = expected["parts"][index]
        types = _values(part, "content_disposition") + _values(part, "content_type")
        named = [
            attribute["value"]
            for value in types
            if isinstance(value, dict)
            for attribute in value["ContentType"].get("attributes") or []
            if attribute["name"] in {"filename", "name"}
        ]
        yield from named[:1]


def _text(expected: dict[str, Any]) -> str | None:
    bodies = [expected["parts"][index]["body"] for index in expected["text_body"]]
    if not bodies or not all(isinstance(body, dict) and "Text" in body for body in bodies):
        return None
    return "\n".join(body["Text"].replace("\0", "") for body in bodies)


def _count_header(scores: dict[str, Score], name: str, mail: Mail, root: dict[str, Any]) -> None:
    found = {"from": (mail.from_,) if mail.from_ else (), "to": mail.to, "cc": mail.cc, "reply_to": mail.reply_to}
    for field, mailboxes in found.items():
        values = [mailbox for value in _values(root, field) for mailbox in _mailboxes(value)]
        values = values[:1] if field == "from" else values
        if _values(root, field):
            is_right = len(values) == len(mailboxes) and all(
                _is_same(have.name, want) and have.address.lower() == address.lower()
                for have, (want, address) in zip(mailboxes, values, strict=True)
            )
            kind = "from" if field == "from" else "recipients"
            scores[kind].add(is_right=is_right, what=f"{name} {field}: {mailboxes} not {values}")
    for value in _values(root, "subject")[:1]:
        wanted = value["Text"] if isinstance(value, dict) else ""
        scores["subject"].add(is_right=_is_same(mail.subject, wanted), what=f"{name}: {mail.subject!r}")
    for field, ids in (("message_id", (mail.message_id,)), ("references", mail.references)):
        for value in _values(root, field)[:1]:
            scores["ids"].add(is_right=list(ids) == _ids(value), what=f"{name} {field}: {ids} not {_ids(value)}")
    for value in _values(root, "date")[:1]:
        if isinstance(value, dict):
            scores["date"].add(is_right=mail.date == _date(value), what=f"{name}: {mail.date} not {_date(value)}")


def test_what_stalwart_reads_we_read() -> None:
    scores = {name: Score() for name in BARS}
    for path in fixtures.files("email/stalwart", ".eml"):
        name = f"{path.parent.name}/{path.name}"
        expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        mail = read(path.read_bytes())
        _count_header(scores, name, mail, expected["parts"][0])
        have = [file.name for file in mail.files]
        for wanted in _file_names(expected):
            is_right = any(_is_same(one, wanted) for one in have)
            scores["file names"].add(is_right=is_right, what=f"{name}: {wanted!r} not among {have}")
        if (text := _text(expected)) is not None:
            scores["texts"].add(is_right=_is_same(mail.text, text), what=f"{name}: {mail.text[:60]!r}")
    for kind, score in scores.items():
        print(f"{kind:12} {score.right:3} of {score.total:3}  {score.share:6.1%}  (bar {BARS[kind]:.0%})")  # noqa: T201
        for wrong in score.wrong:
            print(f"    {wrong}")  # noqa: T201
    assert {kind: score.share for kind, score in scores.items() if score.share < BARS[kind]} == {}


def test_single_fields_are_read_as_stalwart_reads_them() -> None:
    folder = fixtures.folder("email/stalwart_fields")
    score = Score()
    for case in json.loads((folder / "unstructured.json").read_text(encoding="utf-8")):
        subject = read(b"Subject:" + case["header"].encode()).subject
        score.add(is_right=_is_same(subject, case["expected"] or ""), what=f"{case['header']!r}: {subject!r}")
    for case in json.loads((folder / "id.json").read_text(encoding="utf-8")):
        ids = read(b"References:" + case["header"].encode()).references
        score.add(is_right=list(ids) == (case["expected"] or []), what=f"{case['header']!r}: {ids}")
    print(f"fields {score.right} of {score.total}", *score.wrong, sep="\n    ")  # noqa: T201
    assert score.share >= 0.85


@pytest.mark.parametrize("folder", ["mimekit_tnef", "tnefparse"])
def test_every_winmail_dat_gives_its_files_and_text(folder: str) -> None:
    for path in fixtures.files(f"email/{folder}", ".tnef"):
        found = read_tnef(path.read_bytes())
        assert found is not None, path.name
        names = {file.name for file in found.files}
        assert names or found.text or found.html, path.name
        wanted = path.with_suffix(".list")
        for name in wanted.read_text(encoding="utf-8").split("\n") if wanted.exists() else []:
            # Two of the names are the text of the mail, which we show as text.
            has_text = bool(found.text or found.html)
            assert has_text if name.startswith("body.") else name.strip() in names, f"{path.name}: {name}"


@pytest.mark.parametrize("folder", ODD_FOLDERS)
def test_odd_mails_are_read_with_sense(folder: str) -> None:
    for path in _mails(folder):
        mail = read(path.read_bytes())
        assert mail.headers or mail.text or mail.files, path.name
        assert all(file.name and "/" not in file.name for file in mail.files), path.name
        assert not re.search(r"[\r\n]|=\?[\w-]+\?[bq]\?", mail.subject, re.IGNORECASE), path.name
        assert "\r" not in mail.text, path.name
        for address in (*mail.to, *mail.cc, *mail.reply_to):
            assert not re.search(r"[<>,\r\n]", address.address), path.name


def _mails(folder: str) -> list[Path]:
    return fixtures.files(f"email/{folder}", ".eml", ".txt")


@pytest.mark.parametrize(
    ("mail", "count"),
    [
        ("chatwoot/attachments_without_filename.eml", 2),
        ("chatwoot/email_with_inline_pdf.eml", 1),
        ("chatwoot/only_attachments.eml", 1),
        ("chatwoot/mail_with_plain_text_and_inline_image.eml", 3),
        ("mikel_mail/multi_charset/japanese_attachment.eml", 1),
        ("freescout/message-2.eml", 1),
        ("nodemailer_mailparser/base64encodedroot.eml", 1),
        ("nodemailer_mailparser/nodemailer.eml", 3),
        ("cpython/msg_02.txt", 5),
    ],
)
def test_files_in_odd_places_are_found(mail: str, count: int) -> None:
    folder, _, _ = mail.partition("/")
    path = fixtures.folder(f"email/{folder}").parent / mail
    assert len(read(path.read_bytes()).files) == count
