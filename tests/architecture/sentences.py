"""Finds what Huike says: the sentences of its sources, at every place from which one can reach a reader.

Reads the syntax only. A sentence is a plain text, or a `Sentence` with its template; what is put together in another
way cannot be translated and is reported as such.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ROOT_ERROR = "HubError"
_FIRST = 0
_SECOND = 1
_PLACES: dict[str, int | str] = {
    "HubError": _FIRST,
    "PatternFault": _FIRST,
    "Sentence": _FIRST,
    "of": _FIRST,
    "FieldFault": "message",
    "TrainingFault": "message",
    "Refusal": _SECOND,
    "refuse": _SECOND,
    "_refuse": _SECOND,
    "_complain": _SECOND,
    "_fault": _SECOND,
    "_note": _SECOND,
    "add": _SECOND,
    "ok": _SECOND,
    "note": _SECOND,
    "wrong": _SECOND,
    "check_name": _SECOND,
    "_fail": _SECOND,
    "kept": _FIRST,
    "mapping": _SECOND,
    "sequence": _SECOND,
    "word": _SECOND,
}
"""Which argument of a call is said to somebody; every error of the hub says its first."""

_OF_OTHERS = {"add": "faults", "of": "Sentence", "mapping": "faults", "sequence": "faults", "word": "faults"}
"""Names that others bear too: only a call on this counts."""
_PLAIN = frozenset({"ok", "note", "wrong"})
"""Names that count only where they are called plainly, and are no method."""
_KEYS = frozenset({"mapping", "sequence", "word"})
"""What these name may be a key of a file, one word, which is the same in every language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A place where something is said: the sentence, or None where it is put together in a way of its own."""

    where: str
    sentence: str | None


def errors(trees: dict[str, ast.Module]) -> dict[str, ast.ClassDef]:
    """Return the hub's error classes by name, wherever they stand."""
    classes = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found: dict[str, ast.ClassDef] = {node.name: node for node in classes if node.name == _ROOT_ERROR}
    while more := [one for one in classes if one.name not in found and any(_name(base) in found for base in one.bases)]:
        found.update({one.name: one for one in more})
    return found


def sentences(trees: dict[str, ast.Module]) -> Iterator[Said]:
    """Yield everything that is said in the sources."""
    classes = errors(trees)
    places = {**_PLACES, **dict.fromkeys(classes, _FIRST)}
    for error in classes.values():
        yield from _titles(error)
    for file, tree in trees.items():
        assigned = _assigned(tree)
        others = {one.name for one in ast.walk(tree) if isinstance(one, ast.ClassDef)} - _own(tree, classes)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or _name(node.func) in others:
                continue
            if (argument := _argument(node, places)) is not None:
                yield from _said(f"{file}:{argument.lineno}", argument, assigned)


def texts(trees: dict[str, ast.Module]) -> set[str]:
    """Return every text that stands in the sources, said or not."""
    return {
        node.value
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def parsed(root: Path, files: list[Path]) -> dict[str, ast.Module]:
    """Return the syntax of files by their names below the root."""
    return {str(file.relative_to(root)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def _own(tree: ast.Module, classes: dict[str, ast.ClassDef]) -> set[str]:
    """Return the names of the hub's errors that stand here; another class may bear the name of one that does not."""
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef) and classes.get(node.name) is node}


def _titles(node: ast.ClassDef) -> Iterator[Said]:
    for part in node.body:
        match part:
            case (
                ast.AnnAssign(target=ast.Name(id="title"), value=ast.Constant(value=str(title)))
                | ast.Assign(targets=[ast.Name(id="title")], value=ast.Constant(value=str(title)))
            ):
                yield Said(where=node.name, sentence=title)
            case _:
                pass


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _argument(call: ast.Call, places: dict[str, int | str]) -> ast.expr | None:
    name = _name(call.func)
    place = places.get(name)
    if name == "ValueError" and call.args and _is_whole(call.args[0]):
        return call.args[0]
    if place is None or not _counts(name, call):
        return None
    if isinstance(place, int) and len(call.args) > place:
        return call.args[place]
    names = {"message", "detail", str(place)}
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def _counts(name: str, call: ast.Call) -> bool:
    if name in _PLAIN:
        return isinstance(call.func, ast.Name)
    if name in _KEYS and not any(isinstance(one, ast.Constant) and " " in str(one.value) for one in call.args):
        return False
    return name not in _OF_OTHERS or _OF_OTHERS[name] in ast.dump(call.func)


def _is_whole(node: ast.expr) -> bool:
    """Tell whether an error of Python's own says a whole sentence: then it is meant for a reader."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    last = parts[-1] if parts else None
    return isinstance(last, ast.Constant) and isinstance(last.value, str) and last.value.endswith(".")


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """Return what is put into each name of a module, wherever in it."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _said(where: str, node: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[Said]:
    match node:
        case ast.Constant(value=str(text)):
            yield Said(where=where, sentence=text)
        case ast.IfExp(body=body, orelse=otherwise):
            yield from _said(where, body, assigned)
            yield from _said(where, otherwise, assigned)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _said(where, value, assigned)
        case ast.Name(id=name):
            for value in assigned.get(name, ()):
                if isinstance(value, ast.Constant | ast.JoinedStr | ast.BinOp) and not _is_none(value):
                    yield from _said(where, value, {})
        case ast.JoinedStr() | ast.BinOp():
            yield Said(where=where, sentence=None)
        case ast.Call(func=ast.Attribute(attr="format" | "join")) | ast.Call(func=ast.Name(id="str")):
            yield Said(where=where, sentence=None)
        case _:
            pass


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, str)
