"""Reads entities marked in a sentence as Rasa writes them, and writes them back.

The forms are `[text](entity)`, `[text](entity:value)`, `[text]{json}` and `[text][{json}, …]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from bots.training.dataset import EntityMark
from bots.training.yaml_tree import Faults, Tree
from hub.model.reasons import reason
from hub.model.sentences import Sentence

_MARK = re.compile(
    r"\[(?P<text>[^\]]+?)\]"
    r"(?:\((?P<entity>[^:)]+?)(?::(?P<value>[^)]+))?\)|\{(?P<dict>[^}]+?)\}|\[(?P<list>\{.*?\})\])"
)


class _MarkJson(msgspec.Struct, omit_defaults=True):
    entity: str
    value: str | None = None
    role: str | None = None
    group: str | None = None


_marks = msgspec.json.Decoder(list[_MarkJson])


def read_marks(marked: str, at: Tree, faults: Faults) -> tuple[str, tuple[EntityMark, ...]]:
    """Return the plain sentence and its marks; a mark that is not right is noted as a fault at this place."""
    plain = ""
    found: list[EntityMark] = []
    end = 0
    for match in _MARK.finditer(marked):
        plain += marked[end : match.start()]
        words = match["text"]
        found += [
            EntityMark(
                entity=mark.entity,
                start=len(plain),
                end=len(plain) + len(words),
                value=words if mark.value is None else mark.value,
                role=mark.role,
                group=mark.group,
            )
            for mark in _read(match, at, faults)
        ]
        plain += words
        end = match.end()
    return plain + marked[end:], tuple(found)


def write_marks(text: str, marks: Sequence[EntityMark]) -> str:
    """Return the sentence with its marks, so that `read_marks` gives the same again."""
    spans: dict[tuple[int, int], list[EntityMark]] = {}
    for mark in marks:
        spans.setdefault((mark.start, mark.end), []).append(mark)
    written, end = "", 0
    for (first, last), group in sorted(spans.items()):
        words = text[first:last]
        written += f"{text[end:first]}[{words}]{_write(words, group)}"
        end = last
    return written + text[end:]


def _read(match: re.Match[str], at: Tree, faults: Faults) -> list[_MarkJson]:
    if match["entity"]:
        return [_MarkJson(entity=match["entity"].strip(), value=match["value"])]
    source = f"[{{{match['dict']}}}]" if match["dict"] else f"[{match['list']}]"
    try:
        return _marks.decode(source)
    except (msgspec.DecodeError, msgspec.ValidationError) as err:
        faults.add(
            at, Sentence("the entity mark after [{text}] is not right: {error}", text=match["text"], error=reason(err))
        )
        return []


def _write(words: str, marks: Sequence[EntityMark]) -> str:
    fields = [
        _MarkJson(
            entity=mark.entity, value=None if mark.value == words else mark.value, role=mark.role, group=mark.group
        )
        for mark in marks
    ]
    if len(fields) > 1:
        return msgspec.json.encode(fields).decode()
    if fields[0] == _MarkJson(entity=fields[0].entity):
        return f"({fields[0].entity})"
    return msgspec.json.encode(fields[0]).decode()
