"""Keeps the names of a YAML file (`&zh`, `*zh`) whole when the place that a name was given at is gone.

The first place that still uses the name gets the value, so the rest of the file may stay as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tokens import AliasToken, AnchorToken

from bots.teaching.surgery import Splice, flow
from bots.training.yaml_nodes import compose


def mend_anchors(before: str, after: str) -> str:
    """Return the changed text with every name given before it is used; `before` is the text where all was well."""
    if "*" not in after or "&" not in before:
        return after
    nodes = dict(_anchored(compose(before)))
    known: set[str] = set()
    splices: list[Splice] = []
    for token in YAML(typ="safe", pure=True).scan(after):
        if isinstance(token, AnchorToken):
            known.add(token.value)
        elif isinstance(token, AliasToken) and token.value not in known and token.value in nodes:
            known.add(token.value)
            text = f"&{token.value} {_source(nodes[token.value], before)}"
            splices.append(Splice(start=token.start_mark.index, end=token.end_mark.index, text=text))
    parts: list[str] = []
    at = 0
    for splice in splices:
        parts += [after[at : splice.start], splice.text]
        at = splice.end
    return "".join([*parts, after[at:]])


def _anchored(node: Node | None) -> Iterator[tuple[str, Node]]:
    waiting, seen = [node], set()
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        if found.anchor:
            yield found.anchor, found
        if isinstance(found, MappingNode):
            waiting += [part for pair in found.value for part in pair]
        elif isinstance(found, SequenceNode):
            waiting += found.value


def _source(node: Node, text: str) -> str:
    """Return a value on one line: as it stands where it stands on one and uses no names itself, else written anew."""
    written = text[node.start_mark.index : node.end_mark.index].removeprefix(f"&{node.anchor}").strip()
    is_in_line = isinstance(node, ScalarNode) or (isinstance(node, MappingNode | SequenceNode) and node.flow_style)
    if is_in_line and not any(sign in written for sign in "&*|>\n"):
        return written
    match node:
        case MappingNode():
            pairs = (f"{_source(name, text)}: {_source(value, text)}" for name, value in node.value)
            return f"{{{', '.join(pairs)}}}"
        case SequenceNode():
            return f"[{', '.join(_source(item, text) for item in node.value)}]"
        case _:
            return flow(node.value) if str(node.tag).endswith(":str") else str(node.value) or "null"
