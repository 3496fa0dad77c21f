"""YAML 1.2 as a tree that remembers its lines, so that every complaint can name a file and a line.

Exists because Rasa reads YAML 1.2 (`yes` and `no` are words, a key that stands twice is an error) and because a plain
dict has forgotten where it came from. Builds no objects from tags and knows nothing of bots.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bots.training.dataset import TrainingFault, TrainingFaults
from bots.training.yaml_nodes import compose
from hub.model.sentences import Sentence

MAX_NODES = 200_000
"""More nodes than any bot's file has; aliases that unfold into millions are stopped here."""

_NULL = "tag:yaml.org,2002:null"
_NUMBERS = frozenset({f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A place in a YAML file: exactly one of text, list and map is set; all three are None for null.

    `is_word` tells text from numbers and truth values, which are kept as they are written.
    """

    file: str
    line: int
    text: str | None = None
    is_word: bool = True
    items: tuple[Tree, ...] | None = None
    map: dict[str, Tree] | None = None

    @property
    def is_null(self) -> bool:
        """Tell whether nothing stands here (empty, `null` or `~`)."""
        return self.text is None and self.items is None and self.map is None

    @property
    def kind(self) -> Sentence:
        """Name what stands here, for complaints."""
        if self.map is not None:
            return Sentence.of("a mapping")
        if self.items is not None:
            return Sentence.of("a list")
        return Sentence.of("nothing") if self.text is None else Sentence.of("a value")

    def plain(self) -> object:
        """Return what stands here as plain JSON: numbers and truth values as such, everything else as texts."""
        if self.map is not None:
            return {key: value.plain() for key, value in self.map.items()}
        if self.items is not None:
            return [item.plain() for item in self.items]
        return self.text if self.is_word else _number(self.text or "")


def _number(written: str) -> object:
    """Read what YAML 1.2 takes for a truth value or a number; hexadecimal and octal numbers too."""
    if written.lower() in ("true", "false"):
        return written.lower() == "true"
    digits = written.replace("_", "")
    for read in (lambda: int(digits), lambda: int(digits, 0), lambda: float(digits)):
        try:
            number = read()
        except ValueError:
            continue
        return number if isinstance(number, int) or isfinite(number) else written
    return written


@dataclass(slots=True)
class Faults:
    """Collects everything that is wrong, so that a trainer sees all of it at once."""

    found: list[TrainingFault] = field(default_factory=list)

    def add(self, at: Tree, message: str) -> None:
        """Note that `message` is wrong at a place."""
        self.found.append(TrainingFault(file=at.file, line=at.line, message=message))

    def raise_if_any(self) -> None:
        """Raise TrainingFaults with all that was noted, if anything was."""
        if self.found:
            raise TrainingFaults(self.found)

    def mapping(self, at: Tree, what: str) -> dict[str, Tree]:
        """Return the mapping at a place; anything else but nothing is a fault."""
        if at.map is None and not at.is_null:
            self.add(at, Sentence("{what} must be a mapping, this is {kind}", what=Sentence.of(what), kind=at.kind))
        return at.map or {}

    def sequence(self, at: Tree, what: str) -> tuple[Tree, ...]:
        """Return the list at a place; anything else but nothing is a fault."""
        if at.items is None and not at.is_null:
            self.add(at, Sentence("{what} must be a list, this is {kind}", what=Sentence.of(what), kind=at.kind))
        return at.items or ()

    def word(self, at: Tree, what: str) -> str:
        """Return the value at a place as it is written; anything else is a fault and reads as empty."""
        if at.text is None:
            self.add(at, Sentence("{what} must be a text, this is {kind}", what=Sentence.of(what), kind=at.kind))
        return at.text or ""


def parse_yaml(name: str, text: str, faults: Faults) -> Tree | None:
    """Read one document; broken YAML is noted in `faults` and gives None, an empty file gives None too."""
    try:
        node = compose(text)
    except MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        line = mark.line + 1 if mark else 1
        faults.found.append(
            TrainingFault(
                file=name, line=line, message=Sentence("not valid YAML: {problem}", problem=err.problem or err.context)
            )
        )
        return None
    except (YAMLError, RecursionError) as err:
        first_line = str(err).partition("\n")[0]
        faults.found.append(
            TrainingFault(file=name, line=1, message=Sentence("not valid YAML: {first_line}", first_line=first_line))
        )
        return None
    if node is None:
        return None
    try:
        return _Builder(name, faults).build(node, ())
    except _EndlessError as err:
        faults.found.append(TrainingFault(file=name, line=err.line, message="aliases repeat without end or too often"))
        return None


class _EndlessError(Exception):
    """An alias leads back to itself, or the aliases unfold into more than MAX_NODES."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Builder:
    """Turns ruamel's nodes into a Tree, unfolding aliases within the bound."""

    def __init__(self, file: str, faults: Faults) -> None:
        self._file = file
        self._faults = faults
        self._left = MAX_NODES

    def build(self, node: Node, above: tuple[int, ...]) -> Tree:
        line = node.start_mark.line + 1
        self._left -= 1
        if self._left < 0 or id(node) in above:
            raise _EndlessError(line)
        match node:
            case ScalarNode():
                is_null = node.tag == _NULL
                text = None if is_null else str(node.value)
                return Tree(file=self._file, line=line, text=text, is_word=node.tag not in _NUMBERS)
            case SequenceNode():
                items = tuple(self.build(item, (*above, id(node))) for item in node.value)
                return Tree(file=self._file, line=line, items=items)
            case MappingNode():
                return Tree(file=self._file, line=line, map=self._map(node, (*above, id(node))))
            case _:
                raise AssertionError(f"unexpected kind of node: {type(node).__name__}")

    def _map(self, node: MappingNode, above: tuple[int, ...]) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        merged: dict[str, Tree] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag == "tag:yaml.org,2002:merge":
                merged.update(self.build(value, above).map or {})
            elif not isinstance(key, ScalarNode):
                self._complain(line, "a key must be a plain value")
            elif str(key.value) in found:
                self._complain(line, Sentence("the key {key!r} stands twice in one mapping", key=key.value))
            else:
                found[str(key.value)] = self.build(value, above)
        return {**merged, **found}

    def _complain(self, line: int, message: str) -> None:
        self._faults.found.append(TrainingFault(file=self._file, line=line, message=message))
