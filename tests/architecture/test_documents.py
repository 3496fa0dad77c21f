"""Documents name files; a file that is gone makes a document lie."""

from __future__ import annotations

import re

import pytest

from tests.architecture import repository

_PATH = re.compile(r"`((?:hub|tests|routing|bots|connectors|agent_ui)/[\w./-]+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize(
    "name",
    ["docs/guarantees.md", "docs/tour.md", "docs/architecture.md", "README.md", "README.zh-CN.md", "CONTRIBUTING.md"],
)
def test_every_file_that_a_document_names_is_there(name: str) -> None:
    document = repository.ROOT / name
    text = document.read_text(encoding="utf-8")
    named = {repository.ROOT / path for path in _PATH.findall(text)}
    linked = {(document.parent / path).resolve() for path in _LINK.findall(text)}
    assert sorted(str(path) for path in named | linked if not path.exists()) == []
