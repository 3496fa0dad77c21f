"""How our code reads, as far as a test can tell; ruff, mypy and the import contracts check the rest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import repository

HARD_STOP_LINES = 500
# Words that say nothing about what is inside.
_EMPTY_MODULE = re.compile(r"(?:^|_)(?:helpers?|utils?|managers?|misc|common|data|info|stuff)(?:_|$)")
_EMPTY_NAME = re.compile(r"(?:Manager|Helper|Utils?)$|^(?:handle|process|do)$")
_SOURCES = repository.python_sources(*repository.PRODUCT, "tests", "tools")


def _name(path: Path) -> str:
    return str(path.relative_to(repository.ROOT))


def _body(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _defined_names(path: Path) -> Iterator[str]:
    for node in ast.walk(_body(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def test_a_file_tells_one_story() -> None:
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _SOURCES}
    assert {name: lines for name, lines in lengths.items() if lines > HARD_STOP_LINES} == {}


def test_a_module_is_named_after_what_it_holds() -> None:
    assert [_name(path) for path in _SOURCES if _EMPTY_MODULE.search(path.stem)] == []


def test_classes_and_functions_are_named_after_what_they_do() -> None:
    named = [(_name(path), name) for path in _SOURCES for name in _defined_names(path)]
    assert [(where, name) for where, name in named if _EMPTY_NAME.search(name)] == []


def test_a_package_only_gathers_its_public_names() -> None:
    allowed = ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.Expr
    packages = [path for path in repository.python_sources(*repository.PRODUCT) if path.name == "__init__.py"]
    busy = [_name(path) for path in packages for node in _body(path).body if not isinstance(node, allowed)]
    assert busy == []
