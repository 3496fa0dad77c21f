"""The files while they are being changed: where things stand in them, and the file that something new belongs into.

A draft is one `edit`'s own and thrown away with it; the files that it began with are never changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import LiteralScalarString

from bots.teaching.anchors import mend_anchors
from bots.teaching.surgery import AwkwardError, Document, Splice, child, children, dump, items_of, word
from bots.training.dataset import Project
from bots.training.rasa_yaml import is_test, read_files
from bots.training.yaml_tree import Faults, Tree, parse_yaml
from hub.errors import InvalidInput
from hub.model.sentences import Sentence
from hub.model.teaching import SetName

NLU_KINDS = ("intent", "synonym", "lookup", "regex")
TRAINING_FILE = "data/nlu.yml"
TEST_FILE = "tests/nlu.yml"
_SPOKEN = frozenset({"nlu", "responses"})
"""Sections whose values are words, even those that look like numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NluItem:
    """One item of an `nlu` section: its file, its place in the list, and its examples where they stand in it."""

    path: str
    kind: str
    name: str
    number: int
    items: SequenceNode
    node: MappingNode
    examples: Node | None


class InFileError(Exception):
    """A file cannot be cut; the path says which one."""

    def __init__(self, path: str) -> None:
        """Keep the path."""
        super().__init__(path)
        self.path = path


class Draft:
    """Files being changed."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Begin with these files, all valid YAML."""
        self.files = dict(files)

    def paths(self, part: SetName | None = "training") -> list[str]:
        """Return the files of one set, or of both."""
        return [path for path in self.files if part is None or is_test(path) == (part == "test")]

    def document(self, path: str) -> Document:
        """Return a file as it is now.

        Raises:
            InvalidInput: it is not valid YAML.
        """
        try:
            return Document(self.files[path])
        except (YAMLError, RecursionError) as err:
            faults = Faults()
            parse_yaml(path, self.files[path], faults)
            faults.raise_if_any()
            raise InvalidInput(Sentence("{path} cannot be read as YAML.", path=path)) from err

    def documents(self, part: SetName | None = "training") -> Iterator[tuple[str, Document]]:
        """Yield the files of one set, or of both."""
        for path in self.paths(part):
            yield path, self.document(path)

    def project(self) -> Project:
        """Return what stands in the files now; its parts need not agree yet.

        Raises:
            TrainingFaults: the files have errors.
        """
        return read_files(self.files, is_whole=False)

    def change(self, path: str, splices: Sequence[Splice]) -> None:
        """Change a file."""
        with self.cutting(path):
            before = self.files[path]
            after = self.document(path).apply(splices)
        self.files[path] = (
            mend_anchors(before, after) if any("&" in before[cut.start : cut.end] for cut in splices) else after
        )

    def cutting(self, path: str) -> Cutting:
        """Name the file that is being cut, for whoever must rewrite it when it cannot be."""
        return Cutting(path)

    def rewrite(self, path: str) -> None:
        """Write a file anew from its values, in plain form; its comments are lost."""
        faults = Faults()
        tree = parse_yaml(path, self.files[path], faults)
        faults.raise_if_any()
        if tree is not None and tree.map is not None:
            plain = {key: _as_written(at) if key in _SPOKEN else at.plain() for key, at in tree.map.items()}
            self.files[path] = dump({key: _in_lines(key, value) for key, value in plain.items()})

    # ------------------------------------------------------------------------------------------------ where it stands

    def nlu_items(self, part: SetName | None = "training") -> Iterator[NluItem]:
        """Yield the items of all `nlu` sections, in the order of the files."""
        for path, document in self.documents(part):
            section = document.section("nlu")
            if isinstance(section, SequenceNode):
                for number, node in enumerate(section.value):
                    kind = next((kind for kind in NLU_KINDS if child(node, kind) is not None), None)
                    if kind is not None and isinstance(node, MappingNode):
                        yield NluItem(
                            path=path,
                            kind=kind,
                            name=word(child(node, kind)),
                            number=number,
                            items=section,
                            node=node,
                            examples=child(node, "examples"),
                        )

    def knows_intent(self, name: str) -> bool:
        """Tell whether there is an intent of this name, in the domain or with examples of either set."""
        return any(name in intents_of(document) for _, document in self.documents()) or any(
            item.kind == "intent" and item.name == name for item in self.nlu_items(None)
        )

    def named(self, section: str, name: str) -> Iterator[tuple[str, MappingNode]]:
        """Yield the files whose section (a mapping) has a name, with the section."""
        for path, document in self.documents():
            found = document.section(section)
            if isinstance(found, MappingNode) and name in children(found):
                yield path, found

    def largest(self, section: str) -> str | None:
        """Return the file whose section of this name has most in it."""
        sizes = {path: _size(document.section(section)) for path, document in self.documents()}
        return max((path for path in sizes if sizes[path]), key=lambda path: sizes[path], default=None)

    def domain_file(self) -> str:
        """Return the file that holds the intents, else the domain's usual name."""
        return next(
            (path for path, document in self.documents() if document.section("intents") is not None), "domain.yml"
        )

    # --------------------------------------------------------------------------------------------------- what is added

    def add_to_list(self, path: str, section: str, values: Sequence[object]) -> None:
        """Add items to a list of a file; the file and the list are made where they are not there."""
        self.files.setdefault(path, "")
        document = self.document(path)
        with self.cutting(path):
            found = document.section(section)
            if isinstance(found, SequenceNode) and found.value:
                splices = document.append(found, values)
            else:
                splices = document.add_section(section, list(values))
        self.change(path, splices)

    def put_in_section(self, path: str, section: str, name: str, value: object) -> None:
        """Set a name in a mapping of a file; the file and the mapping are made where they are not there."""
        self.files.setdefault(path, "")
        document = self.document(path)
        with self.cutting(path):
            found = document.section(section)
            if isinstance(found, MappingNode) and found.value:
                splices = document.put(found, name, value)
            else:
                splices = document.add_section(section, {name: value})
        self.change(path, splices)

    def drop_from_section(self, path: str, section: str, name: str) -> None:
        """Remove a name from a mapping of a file; the mapping goes with its last name."""
        document = self.document(path)
        found = document.section(section)
        if not isinstance(found, MappingNode):
            return
        if len(found.value) == 1:
            self.empty_section(path, section)
            return
        with self.cutting(path):
            splices = document.drop(found, name)
        self.change(path, splices)

    def empty_section(self, path: str, section: str) -> None:
        """Remove a section from a file; a file without any other goes with it."""
        document = self.document(path)
        if document.root is None or set(children(document.root)) <= {section, "version"}:
            del self.files[path]
            return
        with self.cutting(path):
            splices = document.drop(document.root, section)
        self.change(path, splices)

    def remove_items(self, path: str, section: str, numbers: Sequence[int]) -> None:
        """Remove items of a list of a file."""
        document = self.document(path)
        found = document.section(section)
        if isinstance(found, SequenceNode) and numbers:
            with self.cutting(path):
                splices = document.remove(found, numbers)
            self.change(path, splices)


class Cutting:
    """Turns what says that something cannot be cut into what says in which file."""

    def __init__(self, path: str) -> None:
        """Take the file's path."""
        self._path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Name the file."""
        if isinstance(error, AwkwardError):
            raise InFileError(self._path) from error


def intents_of(document: Document) -> list[str]:
    """Return the intents that the domain in a file lists."""
    names: list[str] = []
    for item in items_of(document.section("intents")):
        names += [word(item)] if isinstance(item, ScalarNode) else list(children(item))
    return names


def _as_written(at: Tree) -> object:
    """Return what stands somewhere; a number that would be written in another way (`10.50`) as the text that it is."""
    if at.map is not None:
        return {key: _as_written(value) for key, value in at.map.items()}
    if at.items is not None:
        return [_as_written(item) for item in at.items]
    plain = at.plain()
    return plain if at.text is None or str(plain).lower() == at.text.lower() else at.text


def _size(node: Node | None) -> int:
    return len(node.value) if isinstance(node, MappingNode | SequenceNode) else 0


def _in_lines(key: str, value: object) -> object:
    """Return a section with the examples of `nlu` as blocks of lines."""
    if key != "nlu" or not isinstance(value, list):
        return value
    return [
        {
            name: LiteralScalarString(part) if name == "examples" and isinstance(part, str) else part
            for name, part in item.items()
        }
        if isinstance(item, dict)
        else item
        for item in value
    ]
