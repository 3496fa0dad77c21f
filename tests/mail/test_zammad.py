"""The mail reader against the parses that Zammad expects of real mails: the table of the bars.

How things are compared:
- subject: runs of white space are one blank, outer ones gone;
- from_email: without regard to case;
- attachment names: every expected name is among the files, each counted once. `message.html` is Zammad's own copy of
  an HTML body and is ignored. A replacement character in an expected name is where Zammad gave up: any character
  but that is right there;
- plain bodies (`content_type: text/plain`): runs of white space are one blank, because Zammad keeps the soft line
  breaks of format=flowed and we do not; "no visible content" is Zammad's word for an empty text.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from connectors.email.mail import Mail
from connectors.email.mime import read
from tests.mail import fixtures

BARS = {"subject": 0.97, "from_email": 0.97, "attachment names": 0.95, "plain bodies": 0.90}


class _RubyConstructor(SafeConstructor):
    """Reads `!ruby/...` tags as what stands below them."""


def _from_ruby(loader: SafeConstructor, _: str, node: Node) -> object:
    if isinstance(node, MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_RubyConstructor.add_multi_constructor("!ruby/", _from_ruby)
_RubyConstructor.add_constructor("!", lambda loader, node: loader.construct_scalar(node))
_RubyConstructor.add_constructor("!binary", lambda loader, node: base64.b64decode(loader.construct_scalar(node)))


@dataclass
class Score:
    """Right answers, and what was wrong."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, *, is_right: bool, what: str) -> None:
        self.right += is_right
        if not is_right:
            self.wrong.append(what)

    @property
    def total(self) -> int:
        return self.right + len(self.wrong)

    @property
    def share(self) -> float:
        return self.right / self.total if self.total else 0.0


def _expected(path: Path) -> dict[str, Any]:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _RubyConstructor
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"))
    return loaded


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


def _count_names(score: Score, mail: Mail, expected: dict[str, Any], mail_name: str) -> None:
    left = [file.name for file in mail.files]
    for attachment in expected.get("attachments") or []:
        name = attachment["filename"]
        if name == "message.html":
            continue
        pattern = re.escape(name).replace("\ufffd", "[^\ufffd]")
        found = next((one for one in left if re.fullmatch(pattern, one)), None)
        score.add(is_right=found is not None, what=f"{mail_name}: {name!r} not among {left}")
        if found is not None:
            left.remove(found)


def _score(folder: list[Path]) -> dict[str, Score]:
    scores = {name: Score() for name in BARS}
    for path in folder:
        expected, mail = _expected(path), read(path.with_suffix(".box").read_bytes())
        if "subject" in expected:
            is_right = _flat(mail.subject) == _flat(expected["subject"])
            scores["subject"].add(is_right=is_right, what=f"{path.stem}: {mail.subject!r}")
        if "from_email" in expected:
            address = mail.from_.address if mail.from_ else ""
            is_right = address.lower() == expected["from_email"].lower()
            scores["from_email"].add(is_right=is_right, what=f"{path.stem}: {address!r}")
        _count_names(scores["attachment names"], mail, expected, path.stem)
        if expected.get("content_type") == "text/plain" and "body" in expected:
            body = "" if expected["body"] == "no visible content" else expected["body"]
            is_right = _flat(mail.text) == _flat(body)
            scores["plain bodies"].add(is_right=is_right, what=f"{path.stem}: {mail.text[:80]!r}")
    return scores


def test_the_bars_on_zammads_mails_are_met() -> None:
    scores = _score(fixtures.files("email/zammad", ".yml"))
    for name, score in scores.items():
        print(f"{name:18} {score.right:3} of {score.total:3}  {score.share:6.1%}  (bar {BARS[name]:.0%})")  # noqa: T201
        for wrong in score.wrong:
            print(f"    {wrong}")  # noqa: T201
    assert {name: score.share for name, score in scores.items() if score.share < BARS[name]} == {}


def test_the_files_of_zammads_mails_hold_what_was_sent() -> None:
    different = []
    for path in fixtures.files("email/zammad", ".yml"):
        mail = read(path.with_suffix(".box").read_bytes())
        sent: dict[str, list[bytes]] = {}
        for attachment in _expected(path).get("attachments") or []:
            data = attachment["data"]
            data = data.encode() if isinstance(data, str) else data
            sent.setdefault(attachment["filename"], []).append(data.replace(b"\r\n", b"\n"))
        different += [
            f"{path.stem}: {file.name}"
            for file in mail.files
            if file.name in sent and file.data.replace(b"\r\n", b"\n") not in sent[file.name]
        ]
    assert different == []


def test_zammads_recipients_and_names_are_found() -> None:
    score = Score()
    for path in fixtures.files("email/zammad", ".yml"):
        expected, mail = _expected(path), read(path.with_suffix(".box").read_bytes())
        for key, found in (("to", mail.to), ("cc", mail.cc), ("reply-to", mail.reply_to)):
            wanted = list(dict.fromkeys(re.findall(r"[^\s<>,\"()]+@[^\s<>,\"()]+", expected.get(key) or "")))
            if wanted:
                score.add(is_right=[one.address for one in found] == wanted, what=f"{path.stem} {key}: {found}")
        if expected.get("from_display_name"):
            name = mail.from_.name if mail.from_ else ""
            score.add(is_right=name == expected["from_display_name"], what=f"{path.stem} name: {name!r}")
    assert score.wrong == []
