"""The examples of one item where they stand: lines of a block, or items of a list. Reading, adding, changing, removing.

Only what the reader of `bots.training` makes of them counts; a block that is not written line by line is too awkward to
be cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import LiteralScalarString

from bots.teaching.draft import Draft, NluItem
from bots.teaching.surgery import AwkwardError, Document, Splice, child, refuse_shared, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One example: its text with marks, and the whole of where it stands."""

    text: str
    start: int
    end: int
    column: int


def texts_of(item: NluItem) -> list[str]:
    """Return the examples of an item as they stand, with marks."""
    if isinstance(item.examples, SequenceNode):
        return [_of_entry(node) for node in item.examples.value]
    return list(_of_block(word(item.examples)))


def add_examples(draft: Draft, more: Sequence[tuple[NluItem, Sequence[str]]]) -> None:
    """Add examples behind those that items have; all items are of the files as they are now."""
    splices: dict[str, list[Splice]] = {}
    for item, texts in more:
        document = draft.document(item.path)
        found = splices.setdefault(item.path, [])
        with draft.cutting(item.path):
            refuse_shared(item.node, item.examples)
            if not isinstance(item.examples, SequenceNode):
                found.append(_added(document, item, texts))
            elif item.examples.value:
                is_plain = not any(isinstance(node, MappingNode) for node in item.examples.value)
                found += document.append(item.examples, [text if is_plain else {"text": text} for text in texts])
            else:
                found += document.put(item.node, "examples", _block_of(texts))
    for path, found in splices.items():
        draft.change(path, found)


def change_examples(draft: Draft, item: NluItem, becomes: Sequence[str | None]) -> None:
    """Change the examples of an item: what each becomes stands at its place, None for one that goes; one stays."""
    document = draft.document(item.path)
    with draft.cutting(item.path):
        refuse_shared(item.node, item.examples)
        if not isinstance(item.examples, SequenceNode):
            splices = list(_changed_lines(document, item, becomes))
        else:
            splices = list(_changed_entries(document, item.examples, becomes))
    draft.change(item.path, splices)


def _added(document: Document, item: NluItem, texts: Sequence[str]) -> Splice:
    lines = _lines(document, item)
    if lines:
        blank, end = " " * lines[-1].column, lines[-1].end
    else:
        node = item.examples
        if not isinstance(node, ScalarNode) or node.style != "|":
            raise AwkwardError
        header = document.text.find("\n", node.start_mark.index)
        end = len(document.text) if header < 0 else header
        blank = " " * (item.node.value[0][0].start_mark.column + 2)
    return Splice(start=end, end=end, text="".join(f"\n{blank}- {text}" for text in texts))


def _changed_lines(document: Document, item: NluItem, becomes: Sequence[str | None]) -> Iterator[Splice]:
    for line, new in zip(_lines(document, item), becomes, strict=True):
        if new is None:
            after = document.text.find("\n", line.end) + 1
            yield Splice(start=line.start, end=after or len(document.text), text="")
        elif new != line.text:
            yield Splice(start=line.start, end=line.end, text=f"{' ' * line.column}- {new}")


def _lines(document: Document, item: NluItem) -> list[Line]:
    """Return where the examples of a block stand."""
    node = item.examples
    if not isinstance(node, ScalarNode) or node.style != "|":
        if node is None or not texts_of(item):
            return []
        raise AwkwardError
    text = document.text
    lines: list[Line] = []
    at = text.find("\n", node.start_mark.index) + 1
    while 0 < at < node.end_mark.index:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        written = text[at:end].rstrip("\r")
        bare = written.strip(" ")
        if bare.startswith("-") and bare[1:].strip():
            column = len(written) - len(written.lstrip(" "))
            lines.append(Line(text=bare[1:].strip(), start=at, end=at + len(written), column=column))
        at = end + 1
    if [line.text for line in lines] != texts_of(item):
        raise AwkwardError
    return lines


def _changed_entries(document: Document, items: SequenceNode, becomes: Sequence[str | None]) -> Iterator[Splice]:
    gone: list[int] = []
    for number, (node, new) in enumerate(zip(items.value, becomes, strict=True)):
        if new is None:
            gone.append(number)
        elif new != _of_entry(node):
            text = child(node, "text")
            scalar = node if text is None else text
            if not isinstance(scalar, ScalarNode):
                raise AwkwardError
            yield (
                document.replace_scalar(scalar, new)
                if scalar.style not in ("|", ">")
                else document.replace_item(items, number, {"text": new} if text is not None else new)
            )
    yield from document.remove(items, gone)


def _of_entry(node: Node) -> str:
    text = child(node, "text")
    return word(node if text is None else text).strip("\n\r ")


def _of_block(text: str) -> Iterator[str]:
    for raw in text.splitlines():
        line = raw.strip("\n\r ")
        if line.startswith("-") and line[1:].strip():
            yield line[1:].strip()


def new_item(kind: str, name: str, texts: Sequence[str]) -> dict[str, object]:
    """Return a new item of an `nlu` section, its examples as a block of lines."""
    return {kind: name, "examples": _block_of(texts)}


def _block_of(texts: Sequence[str]) -> LiteralScalarString:
    block: LiteralScalarString = LiteralScalarString("".join(f"- {text}\n" for text in texts))
    return block
