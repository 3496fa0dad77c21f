"""Reading the platforms' XML and JSON documents into one plain form, safely.

No document type, no entity but the five of XML itself, nothing external, and bounds on size, depth and count: what
breaks a bound is refused before it costs anything. This module knows no field of any message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias
from xml.parsers import expat

import msgspec

from hub.errors import Malformed, TooLarge
from hub.model.sentences import Sentence

Value: TypeAlias = "str | Mapping[str, Value] | Sequence[Value]"
Fields: TypeAlias = Mapping[str, Value]
"""A document: texts by name; an element with elements in it is a mapping, one that comes again becomes a sequence."""

MAX_BYTES = 64 * 1024
_MAX_DEPTH = 12
_MAX_ELEMENTS = 2000
_NOT_XML = "The body is not a plain XML document in UTF-8."
_NOT_JSON = "The body is not a JSON object in UTF-8."


def read_document(body: bytes, limit: int = MAX_BYTES) -> Fields:
    """Read XML or JSON, whichever it begins as.

    Raises:
        TooLarge: it has more bytes than the limit.
        Malformed: it is neither, or holds what these documents never do.
    """
    if body.lstrip()[:1] == b"{":
        return read_json(body, limit)
    return read_xml(body, limit)


def read_xml(body: bytes, limit: int = MAX_BYTES) -> Fields:
    """Read an XML document; the name of its root does not matter.

    Raises:
        TooLarge: it has more bytes than the limit.
        Malformed: it is not well-formed, or has a document type, entities, or too much in it.
    """
    _bound(body, limit)
    parser = expat.ParserCreate("utf-8")
    tree = _Tree()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        # Decoded here: a byte order mark would win over the encoding that the parser is told.
        parser.Parse(body.decode("utf-8"), True)
    except (expat.ExpatError, UnicodeDecodeError):
        raise Malformed(_NOT_XML) from None
    found = tree.found
    if not isinstance(found, Mapping):
        raise Malformed(_NOT_XML)
    return found


def read_json(body: bytes, limit: int = MAX_BYTES) -> Fields:
    """Read a JSON object; numbers become texts, so that long ids lose nothing.

    Raises:
        TooLarge: it has more bytes than the limit.
        Malformed: it is not an object, or holds a NUL character.
    """
    _bound(body, limit)
    try:
        found = msgspec.json.decode(body, type=dict[str, object])
        return {name: _plain(value, 1) for name, value in found.items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed(_NOT_JSON) from None


def text(fields: Fields, name: str) -> str:
    """Return a field's text, or an empty one when it is missing or holds no text."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _bound(body: bytes, limit: int) -> None:
    if len(body) > limit:
        raise TooLarge(Sentence("The document has more than {limit} bytes.", limit=limit))


def _refuse(*_: object) -> NoReturn:
    raise Malformed("The XML declares a document type or entities, which is never needed here.")


def _plain(value: object, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        raise Malformed(_NOT_JSON)
    match value:
        case str():
            if "\0" in value:
                raise Malformed("A text must not hold a NUL character.")
            return value
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case dict():
            return {str(name): _plain(inner, depth + 1) for name, inner in value.items()}
        case list():
            return tuple(_plain(inner, depth + 1) for inner in value)
        case _:
            return str(value)


class _Tree:
    """Builds the plain form from the parser's events."""

    def __init__(self) -> None:
        self.found: Value = ""
        self._open: list[tuple[str, dict[str, Value], list[str]]] = []
        self._count = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MAX_ELEMENTS or len(self._open) >= _MAX_DEPTH:
            raise Malformed("The XML has too many elements, or they are too deep.")
        self._open.append((name, {}, []))

    def text(self, part: str) -> None:
        self._open[-1][2].append(part)

    def end(self, _: str) -> None:
        name, inner, parts = self._open.pop()
        value: Value = inner or "".join(parts)
        if not self._open:
            self.found = inner
            return
        siblings = self._open[-1][1]
        before = siblings.get(name)
        match before:
            case None:
                siblings[name] = value
            case tuple():
                siblings[name] = (*before, value)
            case _:
                siblings[name] = (before, value)
