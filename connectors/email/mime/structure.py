"""The parts of a mail: which boundary opens and closes what. Nothing is decoded here.

Written for mails that are broken: it reads each line once, goes as deep as `MAX_DEPTH` at most, and stops at
`MAX_PARTS`, so that a mail of ten thousand parts costs no more than its bytes. It never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from connectors.email.mime.faults import Faults
from connectors.email.mime.headers import Fields, read_fields, skip_envelope
from connectors.email.mime.transfer import decode_transfer
from connectors.email.mime.words import parameters, text_of

MAX_PARTS = 500
MAX_DEPTH = 20

_GUESS_BYTES = 65_536
_LIKELY_BOUNDARY = re.compile(rb"^--(?=-*[^\s-])([^\r\n]{1,200}?)[ \t]*\r?\n(?=Content-)", re.MULTILINE | re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+*-]{1,127}")


@dataclass(slots=True, kw_only=True)
class Part:
    """One part: its header fields as they stand, its type, and either its bytes or its children."""

    fields: Fields = field(default_factory=list)
    type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    children: list[Part] = field(default_factory=list)
    depth: int = 0
    start: int = 0
    is_ended: bool = False

    def raw(self, name: str) -> bytes:
        """Return the first value of a field, or nothing."""
        return next((value for key, value in self.fields if key == name), b"")

    def value(self, name: str) -> str:
        """Return the first value of a field as text, words still encoded."""
        return text_of(self.raw(name)[:20_000])

    @property
    def charset(self) -> str:
        """The charset that the part claims."""
        return self.params.get("charset", "")


@dataclass(slots=True)
class _Count:
    parts: int = 0


def parse(raw: bytes, faults: Faults) -> Part:
    """Return the tree of the mail's parts; note what was wrong in `faults`."""
    # Some old programs end lines by CR alone; a mail with both is left as it is.
    data = raw if b"\n" in raw else raw.replace(b"\r", b"\n")
    return _Parser(data, faults, _Count()).read()


class _Parser:
    """One pass over the bytes, with a stack of the multiparts that are open."""

    def __init__(self, data: bytes, faults: Faults, count: _Count) -> None:
        self._data = data
        self._faults = faults
        self._count = count
        self._open: list[tuple[bytes, Part]] = []
        self._closed: dict[bytes, Part] = {}

    def read(self) -> Part:
        root = Part()
        position = self._begin(skip_envelope(self._data), root)
        self._read_parts(root, position)
        return root

    def read_children(self, of: Part, boundary: bytes) -> None:
        """Read the data as the body of a part."""
        self._open.append((boundary, of))
        # The text before the first boundary is nobody's.
        self._read_parts(Part(is_ended=True), 0)

    def _read_parts(self, current: Part, position: int) -> None:
        while self._open or self._closed:
            start, position, boundary, closes = self._next_boundary(position)
            if not boundary:
                break
            parent = self._return_to(boundary)
            if parent is not current or closes:
                self._end(current, start)
            else:
                self._take_preamble(parent, start)
            current = Part(depth=parent.depth + 1, is_ended=closes)
            if closes:
                self._closed[boundary] = self._open.pop()[1]
                continue
            if self._count.parts >= MAX_PARTS:
                self._faults.add(f"more than {MAX_PARTS} parts")
                return
            self._count.parts += 1
            current.type = "message/rfc822" if parent.type == "multipart/digest" else "text/plain"
            parent.children.append(current)
            position = self._begin(position, current)
        self._end(current, len(self._data))

    def _begin(self, position: int, part: Part) -> int:
        """Read a part's header; where it holds parts, its boundary is open afterwards."""
        part.fields, part.start = read_fields(self._data, position, self._is_boundary, self._faults)
        _read_types(part)
        if part.type.startswith("multipart/"):
            boundary = _boundary_of(part)
            if part.depth >= MAX_DEPTH:
                self._faults.add(f"deeper than {MAX_DEPTH} levels")
            elif boundary:
                self._open.append((boundary, part))
        return part.start

    def _next_boundary(self, position: int) -> tuple[int, int, bytes, bool]:
        """Return start and end of the next boundary line, the boundary (empty at the end), whether it closes."""
        data = self._data
        mark = b"--" + _common_start([*(boundary for boundary, _ in self._open), *self._closed])
        while True:
            if not (data.startswith(mark, position) and (position == 0 or data[position - 1] == 10)):
                found = data.find(b"\n" + mark, max(position - 1, 0))
                if found < 0:
                    return len(data), len(data), b"", False
                position = found + 1
            end = data.find(b"\n", position) + 1 or len(data)
            boundary, closes = self._known(data[position + 2 : min(end, position + 1000)])
            if boundary:
                return position, end, boundary, closes
            position = end

    def _known(self, line: bytes) -> tuple[bytes, bool]:
        """Return the boundary that a line names, innermost first, and whether it closes."""
        for boundary, _ in reversed(self._open):
            if line.startswith(boundary):
                rest = line[len(boundary) :].strip()
                if rest in {b"", b"--"}:
                    return boundary, rest == b"--"
        # Some mails close too early and go on.
        bare = line.rstrip() if self._closed else b""
        return (bare, False) if bare in self._closed else (b"", False)

    def _is_boundary(self, line: bytes) -> bool:
        return line.startswith(b"--") and bool(self._known(line[2:])[0])

    def _return_to(self, boundary: bytes) -> Part:
        """Leave what is open inside, and return whose boundary it is."""
        if all(boundary != known for known, _ in self._open):
            self._open.append((boundary, self._closed.pop(boundary)))
        while self._open[-1][0] != boundary:
            self._open.pop()
            self._faults.add("a part without its end")
        return self._open[-1][1]

    def _end(self, part: Part, position: int) -> None:
        """Give a part that has no children its bytes, without the line end that belongs to the boundary."""
        if part.is_ended or part.children:
            return
        part.is_ended = True
        end = max(position, part.start)
        if end < len(self._data):
            end -= self._data.endswith(b"\n", part.start, end)
            end -= self._data.endswith(b"\r", part.start, end)
        part.body = self._data[part.start : end]
        if part.type.startswith("multipart/") or (part.depth == 0 and not part.raw("content-type").strip()):
            self._recover(part)

    def _take_preamble(self, part: Part, position: int) -> None:
        """Keep what stands before the first boundary when it is a part whose own boundary got lost.

        Then the header names two types, that of the whole and that of the text; else it is nobody's text.
        """
        types = [index for index, (name, _) in enumerate(part.fields) if name == "content-type"]
        if len(types) > 1:
            first = Part(fields=part.fields[types[1] :], depth=part.depth + 1, start=part.start)
            _read_types(first)
            if first.type.startswith("text/"):
                self._end(first, position)
                self._count.parts += 1
                part.children.append(first)

    def _recover(self, part: Part) -> None:
        """Look for the parts of a multipart whose boundary is missing, wrong, or hidden under an encoding."""
        if part.depth >= MAX_DEPTH:
            return
        body = decode_transfer(part.body, part.value("content-transfer-encoding"))[0]
        boundary = _boundary_of(part)
        if not boundary or b"--" + boundary not in body:
            likely = _LIKELY_BOUNDARY.search(body, 0, _GUESS_BYTES)
            boundary = likely[1] if likely else b""
        if part.type.startswith("multipart/"):
            self._faults.add("a multipart without its parts" if not boundary else "a multipart with a wrong boundary")
        if boundary and body:
            part.type = part.type if part.type.startswith("multipart/") else "multipart/mixed"
            _Parser(body, self._faults, self._count).read_children(part, boundary)


def _read_types(part: Part) -> None:
    if part.raw("content-type").strip():
        named, part.params = parameters(part.value("content-type"))
        part.type = _sane_type(named)
    if part.raw("content-disposition").strip():
        part.disposition, part.disposition_params = parameters(part.value("content-disposition"))


def _sane_type(named: str) -> str:
    if _TYPE.fullmatch(named):
        return named
    family = named.partition("/")[0]
    defaults = {"text": "text/plain", "multipart": "multipart/mixed", "message": "message/rfc822", "": "text/plain"}
    return defaults.get(family, "application/octet-stream")


def _common_start(boundaries: list[bytes]) -> bytes:
    """Return what all boundaries begin with: lines without it need no look."""
    first, last = min(boundaries), max(boundaries)
    length = next((index for index, byte in enumerate(first) if last[index : index + 1] != bytes([byte])), len(first))
    return first[:length]


def _boundary_of(part: Part) -> bytes:
    # Header values came in as bytes; a boundary that is not ASCII is looked for in the charset that it was read in.
    return part.params.get("boundary", "").strip().encode("utf-8", "replace")
