"""Changes a YAML file where it stands: items added, removed and replaced, every other byte as it was.

Comments stay and a change's difference is small, which rewriting a file from its values could not promise. What is
written so that it cannot be cut safely (items behind aliases, a mapping on one line where lines are needed) raises
`Awkward`; then the caller has the whole file rewritten once in plain form. Knows YAML, nothing of bots.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bots.training.yaml_nodes import compose


class AwkwardError(Exception):
    """The file is written in a way that cannot be cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """What stands from `start` to `end` gives way to a text."""

    start: int
    end: int
    text: str


def dump(value: object) -> str:
    """Write a value as YAML, in blocks; it ends with a line break."""
    yaml = YAML()
    yaml.width = 4_096
    yaml.allow_unicode = True
    written = io.StringIO()
    yaml.dump(value, written)
    return written.getvalue().removesuffix("...\n")


def flow(value: object) -> str:
    """Write a value as YAML on one line."""
    yaml = YAML()
    yaml.width = 1_000_000
    yaml.allow_unicode = True
    yaml.default_flow_style = True
    written = io.StringIO()
    yaml.dump([value], written)
    return written.getvalue().strip().removeprefix("[").removesuffix("]")


class Document:
    """One YAML file with the places of what is in it; immutable.

    Every method that changes something returns splices, for `apply`; they may be gathered as long as they do not
    overlap.
    """

    def __init__(self, text: str) -> None:
        """Read a file, which must be valid YAML."""
        self.text = text
        node = compose(text)
        self.root = node if isinstance(node, MappingNode) else None
        self._break = "\r\n" if "\r\n" in text else "\n"

    def section(self, key: str) -> Node | None:
        """Return what stands under a key of the file."""
        return None if self.root is None else child(self.root, key)

    def apply(self, splices: Sequence[Splice]) -> str:
        """Return the text after the splices."""
        parts: list[str] = []
        at = 0
        for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
            if splice.start < at:
                raise AwkwardError
            new = splice.text if self._break == "\n" else splice.text.replace("\n", self._break)
            parts += [self.text[at : splice.start], new]
            at = splice.end
        return "".join([*parts, self.text[at:]])

    # ------------------------------------------------------------------------------------------------------ scalars

    def replace_scalar(self, node: ScalarNode, value: str) -> Splice:
        """Put another text in the place of a plain or quoted one; its anchor stays."""
        start, end = node.start_mark.index, node.end_mark.index
        if node.style in ("|", ">"):
            raise AwkwardError
        anchor = f"&{node.anchor} " if node.anchor else ""
        return Splice(start=start, end=end, text=anchor + flow(value))

    # -------------------------------------------------------------------------------------------------------- lists

    def append(self, items: SequenceNode, values: Sequence[object]) -> list[Splice]:
        """Add items at the end of a list that has some already."""
        refuse_shared(items)
        if not items.value:
            raise AwkwardError
        if items.flow_style:
            self._refuse_alias(items, len(items.value) - 1)
            end = items.value[-1].end_mark.index
            return [Splice(start=end, end=end, text="".join(f", {flow(value)}" for value in values))]
        column = self._dash(items, 0) - self._line_start(self._dash(items, 0))
        end = self.content_end(items, column)
        gap = "\n\n" if self._is_spaced(items) else "\n"
        text = "".join(gap + self._indented(dump([value]), column) for value in values)
        return [Splice(start=end, end=end, text=text)]

    def remove(self, items: SequenceNode, numbers: Sequence[int]) -> list[Splice]:
        """Remove items of a list; of a list on one line not all of them."""
        refuse_shared(items)
        return [self._removed(items, number, set(numbers)) for number in numbers]

    def replace_item(self, items: SequenceNode, number: int, value: object) -> Splice:
        """Put another value in the place of an item."""
        self._refuse_alias(items, number)
        node = items.value[number]
        start = node.start_mark.index
        if items.flow_style:
            return Splice(start=start, end=node.end_mark.index, text=flow(value))
        dash = self._dash(items, number)
        column = dash - self._line_start(dash)
        return Splice(
            start=dash, end=self._item_end(items, number), text=self._indented(dump([value]), column).lstrip(" ")
        )

    def _removed(self, items: SequenceNode, number: int, gone: set[int]) -> Splice:
        self._refuse_alias(items, number)
        node = items.value[number]
        if not items.flow_style:
            start = self._line_start(self._dash(items, number))
            end = self._item_end(items, number)
            after = self._after_break(end)
            if self._is_spaced(items):
                after = self._after_blanks(after)
            return Splice(start=start, end=after, text="")
        if len(gone) == len(items.value):
            raise AwkwardError
        later = [at for at in range(number + 1, len(items.value)) if at not in gone]
        if number + 1 < len(items.value) and later:
            self._refuse_alias(items, number + 1)
            return Splice(start=node.start_mark.index, end=items.value[number + 1].start_mark.index, text="")
        self._refuse_alias(items, number - 1)
        return Splice(start=items.value[number - 1].end_mark.index, end=node.end_mark.index, text="")

    def _dash(self, items: SequenceNode, number: int) -> int:
        """Return where the dash of an item stands, alone at the beginning of its line."""
        self._refuse_alias(items, number)
        start = items.value[number].start_mark.index
        dash = self.text.rfind("-", 0, start)
        if dash < 0 or self.text[dash + 1 : start].strip(" ") or self.text[self._line_start(dash) : dash].strip(" "):
            raise AwkwardError
        return dash

    def _item_end(self, items: SequenceNode, number: int) -> int:
        dash = self._dash(items, number)
        column = dash - self._line_start(dash)
        if number + 1 < len(items.value):
            following = self._line_start(self._dash(items, number + 1))
            return self._last_line_end(dash, following, column)
        return self._last_line_end(dash, max(items.end_mark.index, self._line_end(dash)), column)

    def _is_spaced(self, items: SequenceNode) -> bool:
        """Tell whether blank lines stand between the items."""
        if len(items.value) < 2:  # between one and none is nothing
            return False
        first = self._item_end(items, 0)
        rest = self.text[first : self._line_start(self._dash(items, 1))]
        return any(not line.strip() for line in rest.splitlines()[1:])

    def _refuse_alias(self, items: SequenceNode, number: int) -> None:
        """Refuse an item that stands elsewhere: its place tells nothing about this list."""
        start = items.value[number].start_mark.index
        before = items.value[number - 1].start_mark.index if number else items.start_mark.index
        if start < before or (number and start == before) or start > items.end_mark.index:
            raise AwkwardError

    # ----------------------------------------------------------------------------------------------------- mappings

    def put(self, mapping: MappingNode, key: str, value: object) -> list[Splice]:
        """Set what stands under a key, which is added at the end when it is new."""
        number = next((at for at, (name, _) in enumerate(mapping.value) if name.value == key), None)
        if mapping.flow_style:
            return [self._put_in_line(mapping, number, key, value)]
        if not mapping.value:
            raise AwkwardError
        column = mapping.value[0][0].start_mark.column
        written = self._indented(dump({key: value}), column)
        if number is None:
            end = self.content_end(mapping, column)
            gap = "\n\n" if self._has_gaps(mapping) else "\n"
            return [Splice(start=end, end=end, text=gap + written)]
        start, end = self._entry(mapping, number)
        return [Splice(start=start, end=end, text=written.lstrip(" "))]

    def drop(self, mapping: MappingNode, key: str) -> list[Splice]:
        """Remove a key with what stands under it."""
        number = next((at for at, (name, _) in enumerate(mapping.value) if name.value == key), None)
        if number is None:
            return []
        if mapping.flow_style or len(mapping.value) == 1:
            raise AwkwardError
        start, end = self._entry(mapping, number)
        if self.text[self._line_start(start) : start].strip(" "):
            raise AwkwardError
        after = self._after_break(end)
        if self._has_gaps(mapping):
            after = self._after_blanks(after)
        return [Splice(start=self._line_start(start), end=after, text="")]

    def _entry(self, mapping: MappingNode, number: int) -> tuple[int, int]:
        """Return where a key of a block begins, and where what stands under it ends."""
        name = mapping.value[number][0]
        start = name.start_mark.index
        if number + 1 < len(mapping.value):
            following = mapping.value[number + 1][0].start_mark.index
        else:
            following = max(mapping.end_mark.index, self._line_end(start))
        return start, self._last_line_end(start, following, name.start_mark.column)

    def _put_in_line(self, mapping: MappingNode, number: int | None, key: str, value: object) -> Splice:
        written = flow({key: value}).strip().removeprefix("{").removesuffix("}")
        if number is None:
            end = self.text.rfind("}", mapping.start_mark.index, mapping.end_mark.index)
            return Splice(start=end, end=end, text=f", {written}" if mapping.value else written)
        name, old = mapping.value[number]
        if old.start_mark.index < name.end_mark.index:
            raise AwkwardError
        return Splice(start=name.start_mark.index, end=old.end_mark.index, text=written)

    def _has_gaps(self, mapping: MappingNode) -> bool:
        return len(mapping.value) > 1 and any(
            not line.strip()
            for line in self.text[
                self._entry(mapping, 0)[1] : self._line_start(mapping.value[1][0].start_mark.index)
            ].splitlines()[1:]
        )

    # ---------------------------------------------------------------------------------------------------- the lines

    def add_section(self, key: str, value: object) -> list[Splice]:
        """Set what stands under a key of the file itself, which may be empty."""
        if self.root is not None:
            return self.put(self.root, key, value)
        if compose(self.text) is not None:
            raise AwkwardError
        end = len(self.text.rstrip())
        return [Splice(start=end, end=len(self.text), text=("\n" if end else "") + dump({key: value}))]

    def content_end(self, node: Node, column: int) -> int:
        """Return the end of the last line that belongs to a block at this column: no blank lines, no comments after."""
        return self._last_line_end(
            node.start_mark.index, max(node.end_mark.index, self._line_end(node.start_mark.index)), column
        )

    def _last_line_end(self, start: int, end: int, column: int) -> int:
        """Return where the last line with content ends, of what stands between two places.

        A comment belongs to what comes after it, unless it stands further to the right than the block.
        """
        while end > start:
            first = self._line_start(end - 1) if end > 0 else 0
            line = self.text[max(first, start) : end]
            bare = line.strip()
            is_comment = bare.startswith("#") and first >= start and len(line) - len(line.lstrip()) <= column
            if bare and not is_comment:
                return max(first, start) + len(line.rstrip())
            end = max(first, start)
        return end

    def _line_start(self, place: int) -> int:
        return self.text.rfind("\n", 0, place) + 1

    def _line_end(self, place: int) -> int:
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end

    def _after_break(self, place: int) -> int:
        return min(self._line_end(place) + 1, len(self.text))

    def _after_blanks(self, place: int) -> int:
        while place < len(self.text) and not self.text[place : self._line_end(place)].strip():
            after = self._after_break(place)
            if after == place:
                break
            place = after
        return place

    def _indented(self, text: str, column: int) -> str:
        blank = " " * column
        return "\n".join(blank + line if line.strip() else line for line in text.rstrip("\n").split("\n"))


def refuse_shared(*nodes: Node | None) -> None:
    """Refuse to change what may stand elsewhere too, under an alias."""
    if any(node is not None and node.anchor for node in nodes):
        raise AwkwardError


def child(mapping: Node, key: str) -> Node | None:
    """Return what stands under a key of a mapping; keys that are merged in do not count."""
    if not isinstance(mapping, MappingNode):
        return None
    return next((value for name, value in mapping.value if name.value == key), None)


def child_here(mapping: Node | None, key: str) -> Node | None:
    """Return what stands under a key of a mapping and nowhere else: no alias of another place."""
    if not isinstance(mapping, MappingNode):
        return None
    return next(
        (value for name, value in mapping.value if name.value == key and value.start_mark.index >= name.end_mark.index),
        None,
    )


def children(mapping: Node | None) -> Mapping[str, Node]:
    """Return what stands under the keys of a mapping; {} for anything else."""
    if not isinstance(mapping, MappingNode):
        return {}
    return {str(name.value): value for name, value in mapping.value if isinstance(name, ScalarNode)}


def items_of(node: Node | None) -> Sequence[Node]:
    """Return the items of a list; none for anything else."""
    return node.value if isinstance(node, SequenceNode) else ()


def word(node: Node | None) -> str:
    """Return the text of a scalar; "" for anything else."""
    return str(node.value) if isinstance(node, ScalarNode) else ""
