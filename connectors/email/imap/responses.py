"""Reading one whole response of an IMAP server: what it is, its values, its response code. Pure, linear, bounded.

Servers differ in spaces, case and brackets, so reading is lenient; only what cannot be a response at all is broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from connectors.email.imap.errors import ImapBroken
from connectors.email.imap.framing import Frame

Value: TypeAlias = "bytes | tuple[Value, ...] | None"
"""An atom, number, string or literal; NIL; or a list."""

_MAX_DEPTH = 60
_MAX_VALUES = 50_000
_STATUSES = ("OK", "NO", "BAD", "BYE", "PREAUTH")
_NUMBER = re.compile(rb"[0-9]{1,19}\Z")
_PLAIN = re.compile(rb'[^\s()"\[]+')
_SPACE = re.compile(rb"\s+")
_QUOTED = re.compile(rb'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_CODE = re.compile(rb"\[([^\]\s]{1,60})(?: ([^\]]*))?\] ?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One response.

    `tag` is empty for untagged ones. `kind` is the word in upper case: a status (`OK`, `NO`, …), or `EXISTS`, `FETCH`,
    `SEARCH`, `CAPABILITY` …, or `+`. `number` stands before it. A status has `code`, its `argument`, and `text`; the
    others have `values`; `size` is how many bytes of literals are in them.
    """

    tag: str = ""
    kind: str
    number: int = 0
    values: tuple[Value, ...] = ()
    size: int = 0
    code: str = ""
    argument: bytes = b""
    text: str = ""


def read_response(frame: Frame) -> Response:
    """Read a response.

    Raises:
        ImapBroken: it is none.
    """
    first = frame.texts[0]
    if first.startswith(b"+"):
        return Response(kind="+", text=_words(first[1:].strip()))
    tag, _, rest = first.strip().partition(b" ")
    word, _, after = rest.lstrip().partition(b" ")
    number = 0
    if _NUMBER.match(word) and tag == b"*":
        number = int(word)
        word, _, after = after.lstrip().partition(b" ")
    kind = _words(word).upper()
    if not tag or not kind:
        raise ImapBroken("a line is no response")
    name = "" if tag == b"*" else _words(tag)
    if kind in _STATUSES:
        return _status(name, kind, after)
    if name:
        raise ImapBroken("an answer has no status")
    if kind == "SEARCH":
        # A list of numbers, half a million at most: the parser of values would take its time.
        return Response(kind=kind, values=tuple(after.split()))
    values = _values((after, *frame.texts[1:]), frame.literals)
    return Response(kind=kind, number=number, values=values, size=sum(map(len, frame.literals)))


def pairs(values: tuple[Value, ...]) -> Iterator[tuple[str, Value]]:
    """Yield the names and values of a FETCH, the names in upper case and without the partial range."""
    items = values[0] if len(values) == 1 and isinstance(values[0], tuple) else values
    for name, value in zip(items[::2], items[1::2], strict=False):
        if isinstance(name, bytes):
            yield _words(name).upper().partition("<")[0], value


def _status(tag: str, kind: str, after: bytes) -> Response:
    code = _CODE.match(after.lstrip())
    if code is None:
        return Response(tag=tag, kind=kind, text=_words(after))
    text = after.lstrip()[code.end() :]
    return Response(tag=tag, kind=kind, code=_words(code[1]).upper(), argument=code[2] or b"", text=_words(text))


def _values(texts: Sequence[bytes], literals: Sequence[bytes]) -> tuple[Value, ...]:
    done: list[Value] = []
    open_lists: list[list[Value]] = [done]
    for count, token in enumerate(_tokens(texts, literals)):
        if count > _MAX_VALUES:
            raise ImapBroken("a response has too many values")
        match token:
            case "(":
                if len(open_lists) > _MAX_DEPTH:
                    raise ImapBroken("lists are too deep")
                open_lists.append([])
            case ")":
                if len(open_lists) == 1:
                    raise ImapBroken("a list ends that has not begun")
                ended = tuple(open_lists.pop())
                open_lists[-1].append(ended)
            case _:
                open_lists[-1].append(token)
    if len(open_lists) > 1:
        raise ImapBroken("a list does not end")
    return tuple(done)


_Token = bytes | Literal["(", ")"] | None


def _tokens(texts: Sequence[bytes], literals: Sequence[bytes]) -> Iterator[_Token]:
    for index, text in enumerate(texts):
        yield from _tokens_of(text)
        if index < len(literals):
            yield literals[index]


def _tokens_of(text: bytes) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        head = text[at : at + 1]
        if head in (b"(", b")"):
            yield "(" if head == b"(" else ")"
            at += 1
        elif head == b'"':
            quoted = _QUOTED.match(text, at)
            if quoted is None:
                raise ImapBroken("a string does not end")
            yield _ESCAPED.sub(rb"\1", quoted[1])
            at = quoted.end()
        else:
            end = _atom_end(text, at)
            atom = text[at:end]
            yield None if atom.upper() == b"NIL" else atom
            at = end


def _atom_end(text: bytes, at: int) -> int:
    """Return where an atom ends; brackets with all that is in them belong to it, as in `BODY[HEADER.FIELDS (TO)]`."""
    while at < len(text):
        if text[at : at + 1] == b"[":
            closing = text.find(b"]", at)
            if closing < 0:
                raise ImapBroken("a bracket does not close")
            at = closing + 1
        elif plain := _PLAIN.match(text, at):
            at = plain.end()
        else:
            break
    return at


def _words(text: bytes) -> str:
    return text[:1000].decode("utf-8", "replace")
