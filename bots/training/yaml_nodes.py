"""YAML 1.2 as ruamel's nodes, which know where they stand in the text; the last texts' nodes are remembered.

Reading YAML is most of the time that a change to a bot's files takes, and a change leaves most files as they were. The
nodes are shared: nobody may change them.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from ruamel.yaml import YAML
from ruamel.yaml.nodes import Node

_REMEMBERED = 2_000_000
"""How much text is remembered, in characters; the nodes of plain lists take some fifty times as much memory."""


class _Recent:
    def __init__(self) -> None:
        self._lock = Lock()
        self._nodes: OrderedDict[str, Node | None] = OrderedDict()
        self._size = 0

    def get(self, text: str) -> Node | None:
        with self._lock:
            if text in self._nodes:
                self._nodes.move_to_end(text)
                return self._nodes[text]
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
        with self._lock:
            if text not in self._nodes:
                self._nodes[text] = node
                self._size += len(text)
            while self._size > _REMEMBERED:
                oldest, _ = self._nodes.popitem(last=False)
                self._size -= len(oldest)
        return node


_recent = _Recent()


def compose(text: str) -> Node | None:
    """Return the nodes of one document, None for an empty one.

    Raises:
        YAMLError: it is not valid YAML.
        RecursionError: it is nested beyond all measure.
    """
    return _recent.get(text)
