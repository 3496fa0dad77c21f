"""The operators' guides name every setting with its default, in both languages, and every command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hub.cli.main import _parser
from hub.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = [DOCS / "operators.md", DOCS / "zh-CN" / "operators.md"]
_ROW = re.compile(
    r"^\| `(?P<key>[a-z_.]+)` \| `(?P<variable>HUIKE_[A-Z_]+)` \| (?P<default>\S+) \| (?P<meaning>.+) \|$", re.M
)


def settings_of(shape: type[msgspec.Struct], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield each key of the settings with its default, groups opened."""
    for field in msgspec.structs.fields(shape):
        if isinstance(field.default, msgspec.Struct):
            yield from settings_of(type(field.default), f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, field.default


def shown(default: object) -> str:
    """Return a default as the guides write it, without the marks around it; nothing for an empty one."""
    return ",".join(default) if isinstance(default, tuple) else str(default)


@pytest.mark.parametrize("guide", GUIDES, ids=["en", "zh"])
def test_the_table_of_settings_is_the_one_of_the_code(guide: Path) -> None:
    rows = {row["key"]: row for row in _ROW.finditer(guide.read_text(encoding="utf-8"))}
    expected = dict(settings_of(Settings))
    assert list(rows) == list(expected)
    for key, default in expected.items():
        row = rows[key]
        written = row["default"].strip("`")
        assert ("" if written in ("empty", "空") else written) == shown(default), key
        name = key.replace("admin.", "admin_").replace(".", "__").upper()
        assert row["variable"] == f"HUIKE_{name}"


@pytest.mark.parametrize("guide", GUIDES, ids=["en", "zh"])
def test_every_command_is_described(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    usage = _parser().format_help()
    commands = re.findall(r"^    ([a-z-]+)(?: |$)", usage, re.M)
    assert len(commands) >= 7
    for command in commands:
        assert f"`huike {command}" in text, command


@pytest.mark.parametrize("name", ["operators.md", "administrators.md"])
def test_both_languages_have_the_same_sections_tables_and_examples(name: str) -> None:
    english, chinese = ((folder / name).read_text(encoding="utf-8") for folder in (DOCS, DOCS / "zh-CN"))
    shape = re.compile(r"^(#+|\||```|- |\d\.)", re.M)
    assert shape.findall(english) == shape.findall(chinese)
