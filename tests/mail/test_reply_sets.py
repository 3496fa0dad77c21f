"""How well the writer's words are found in real mails, measured: exact, and wanted text lost, scored apart.

The gold set is the one of which the wanted text is known for every mail. The others say what they want of some mails,
or nothing: there the words must at least never be none, and never all gone.
"""

from __future__ import annotations

import email
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import policy
from pathlib import Path

import pytest

from connectors.email.text import read_text, split_reply
from tests.mail import fixtures

EXACT_AT_LEAST = 0.70
LOST_AT_MOST = 0.03


@dataclass(frozen=True, kw_only=True)
class Score:
    """One mail: the wanted words and those that were found."""

    name: str
    wanted: str
    written: str

    @property
    def exact(self) -> bool:
        """Whether they are the same but for white space."""
        return self.wanted.split() == self.written.split()

    @property
    def lost(self) -> bool:
        """Whether a line of the wanted words is not there."""
        written = " ".join(self.written.split())
        return any(" ".join(line.split()) not in written for line in self.wanted.splitlines())


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return file.read()


def _show(title: str, scores: Sequence[Score]) -> tuple[float, float]:
    exact = sum(score.exact for score in scores) / len(scores)
    lost = sum(score.lost for score in scores) / len(scores)
    print(f"\n{title:<28}{len(scores):>4} mails  exact {exact:>6.1%}  wanted text lost {lost:>6.1%}")  # noqa: T201  # the table is what the test is run for
    for score in scores:
        if not score.exact:
            print(f"    {'lost' if score.lost else 'more'}  {score.name}")  # noqa: T201
    return exact, lost


def test_gold_set_is_trimmed_as_its_people_say() -> None:
    scores = [
        Score(
            name=path.name,
            wanted=_read(path.parents[1] / "trimmed" / path.name),
            written=split_reply(_read(path)).written,
        )
        for path in fixtures.files("reply/email_reply_trimmer/emails", ".txt")
    ]
    exact, lost = _show("email_reply_trimmer", scores)
    assert exact >= EXACT_AT_LEAST
    assert lost <= LOST_AT_MOST


def test_crisp_set_is_trimmed_where_it_says_how() -> None:
    expected = json.loads(_read(fixtures.folder("reply/crisp") / "expected.json"))
    scores = []
    for name, known in expected.items():
        if wanted := known.get("first_fragment_trimmed") or known.get("visible_text"):
            written = split_reply(_read(fixtures.folder("reply/crisp") / name)).written
            scores.append(Score(name=name, wanted=wanted, written=written))
    exact, lost = _show("crisp", scores)
    assert exact >= EXACT_AT_LEAST
    assert lost <= LOST_AT_MOST


def _texts(raw: str) -> tuple[str, str]:
    """Return the first text and HTML of a mail that the standard library can read."""
    mail = email.message_from_string(raw, policy=policy.default)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return (text.get_content() if text else "", html.get_content() if html else "")


def _talon_replies() -> Iterator[tuple[str, str, str, str]]:
    for path in fixtures.files("reply/talon/standard_replies", ".eml"):
        told = path.with_name(f"{path.stem}_reply_text")
        yield path.name, *_texts(_read(path)), _read(told) if told.exists() else "Hello"


def test_talon_mails_say_hello_in_text_and_in_html() -> None:
    texts, htmls = [], []
    for name, text, html, wanted in _talon_replies():
        texts.append(Score(name=name, wanted=wanted, written=read_text(text, "").text))
        if html:
            htmls.append(Score(name=name, wanted=wanted, written=read_text("", html).text))
    exact, _ = _show("talon, text", texts)
    # Its people count the signature as wanted, ours fold it: the two mails that have one are "lost" by their measure.
    assert exact >= EXACT_AT_LEAST
    assert _show("talon, html of the same", htmls)[0] >= EXACT_AT_LEAST


def test_talon_html_replies_are_cut_where_the_program_put_the_old_mail() -> None:
    wanted = "Hi. I am fine.\n\nThanks,\nAlex"
    scores = [
        Score(name=path.name, wanted=wanted, written=read_text("", _read(path)).text)
        for path in fixtures.files("reply/talon/html_replies", ".html")
    ]
    exact, lost = _show("talon, html replies", scores)
    assert exact == 1
    assert lost == 0


@pytest.mark.parametrize("part", ["crisp", "github_email_reply_parser", "mail_parser_reply", "talon/signature"])
def test_other_mails_are_never_emptied_and_never_changed(part: str) -> None:
    for path in fixtures.files(f"reply/{part}"):
        text = _read(path)
        reply = split_reply(text)
        assert "".join(piece.text for piece in reply.parts) == text, path.name
        assert bool(reply.written) == bool(text.strip()), path.name
