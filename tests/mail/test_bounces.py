"""The bars for bounces, measured on collected mails of 60 mail servers; prints the table (run with -s)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TypedDict

from connectors.email.kinds import Judgement, judge
from connectors.email.mime import read
from tests.mail.fixtures import files, folder

RECOGNISED_BAR, HARDNESS_BAR = 0.97, 0.90
NORMAL = (
    "zammad",
    "chatwoot",
    "mikel_mail",
    "stalwart",
    "cpython",
    "freescout",
    "mimekit_messages",
    "sisimai_not_bounce",
)
MAILS = frozenset({".eml", ".box", ".txt"})


class Expected(TypedDict):
    """What the collection says of one recipient."""

    hard_bounce: bool
    reason: str
    status: str


def judged(path: Path) -> Judgement:
    return judge(read(path.read_bytes()))


def collected() -> dict[str, list[Expected]]:
    expected: dict[str, list[Expected]] = json.loads((folder("email/sisimai") / "expected.json").read_text())
    return expected


def right_ones(expected: list[Expected], found: Judgement) -> int:
    # The collection does not name the recipients: as many as agree, whatever their order.
    wanted = Counter(one["hard_bounce"] for one in expected)
    return sum((wanted & Counter(bounce.hard for bounce in found.bounces)).values())


def test_bounces_are_recognised_and_hard_ones_told_from_soft() -> None:
    under = folder("email/sisimai")
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for name, expected in sorted(collected().items()):
        if expected[0]["reason"] == "vacation":
            continue
        found = judged(under / name)
        right = right_ones(expected, found)
        seen += Counter(mails=1, recognised=found.kind == "bounce", recipients=len(expected), right=right)
        seen["about"] += bool(found.about)
        seen["named"] += bool(found.bounces) and all(bounce.recipient for bounce in found.bounces)
        if right < len(expected) or found.kind != "bounce":
            wrong.append(f"{name}: {found.kind}, {[one['reason'] for one in expected]}")
    table = (
        f"recognised {seen['recognised']}/{seen['mails']}, hard or soft right {seen['right']}/{seen['recipients']}",
        f"recipients named {seen['named']}/{seen['mails']}, returned mail known {seen['about']}/{seen['mails']}",
        *wrong,
    )
    print("", *table, sep="\n")  # noqa: T201 - the table is for the reader
    assert seen["recognised"] >= RECOGNISED_BAR * seen["mails"]
    assert seen["right"] >= HARDNESS_BAR * seen["recipients"]


def test_vacation_notices_are_automatic_replies_and_get_no_answer() -> None:
    names = [name for name, expected in collected().items() if expected[0]["reason"] == "vacation"]
    for name in names:
        found = judged(folder("email/sisimai") / name)
        assert (found.kind, found.may_answer) == ("auto_reply", False), name
    assert names


def test_no_mail_of_a_person_becomes_a_bounce() -> None:
    paths = [path for part in NORMAL for path in files(f"email/{part}") if path.suffix in MAILS]
    normal = [path for path in paths if b"delivery-status" not in path.read_bytes().lower()]
    assert [path.name for path in normal if judged(path).kind == "bounce"] == []
    assert len(normal) > 100


def test_no_cut_notice_makes_the_judge_fail() -> None:
    for path in files("email/sisimai", ".eml")[::12]:
        raw = path.read_bytes()
        for end in range(0, len(raw), max(1, len(raw) // 12)):
            judge(read(raw[:end]))
