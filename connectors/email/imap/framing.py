"""Cutting the bytes of an IMAP server into whole responses: lines, with the literals that stand in them.

A literal is counted, never searched for its end, for a mail may contain anything. Everything is bounded before it is
kept. This module knows no word of IMAP but the literal's mark and the words of status lines, whose text is free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.email.imap.errors import ImapBroken

MAX_TEXT = 4 * 1024 * 1024
"""Longest response without its literals; half a million numbers of a SEARCH."""
MAX_LITERALS = 36 * 1024 * 1024
"""Longest sum of the literals of one response: the largest mail that is fetched whole, and some room."""
_MAX_PARTS = 1000

_MARK = re.compile(rb"~?\{([0-9]{1,10})\+?\}\Z")
_FREE_TEXT = re.compile(rb"(?:\+|\S+ (?:OK|NO|BAD|BYE|PREAUTH))(?: |\Z)", re.IGNORECASE)
"""What a server says for people may end like the mark of a literal, and is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One response: `texts` without their line ends and literal marks, and a literal between each two of them."""

    texts: tuple[bytes, ...]
    literals: tuple[bytes, ...] = ()


class Splitter:
    """Takes bytes as they come and gives whole responses. After `ImapBroken` it is of no more use."""

    def __init__(self, *, max_literals: int = MAX_LITERALS) -> None:
        """Begin with nothing."""
        self._max_literals = max_literals
        self._kept = bytearray()
        self._searched = 0
        self._wanted: int | None = None
        self._texts: list[bytes] = []
        self._literals: list[bytes] = []
        self._text_size = 0
        self._literal_size = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether no part of a response is waiting for its rest."""
        return not self._kept and not self._texts

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take bytes and yield the responses that are whole now.

        Raises:
            ImapBroken: a response is longer than the limits.
        """
        self._kept += data
        while True:
            if self._wanted is not None:
                if not self._take_literal(self._wanted):
                    return
                continue
            line = self._take_line()
            if line is None:
                return
            frame = self._end_text(line)
            if frame is not None:
                yield frame

    def _take_literal(self, wanted: int) -> bool:
        if len(self._kept) < wanted:
            return False
        self._literals.append(bytes(memoryview(self._kept)[:wanted]))
        del self._kept[:wanted]
        self._wanted = None
        return True

    def _take_line(self) -> bytes | None:
        end = self._kept.find(b"\n", self._searched)
        if self._text_size + (len(self._kept) if end < 0 else end) > MAX_TEXT:
            raise ImapBroken("a response is too long")
        if end < 0:
            self._searched = len(self._kept)
            return None
        line = bytes(memoryview(self._kept)[:end])
        del self._kept[: end + 1]
        self._searched = 0
        self._text_size += end
        return line.removesuffix(b"\r")

    def _end_text(self, line: bytes) -> Frame | None:
        mark = _MARK.search(line[-14:])
        first = self._texts[0] if self._texts else line
        if mark is None or _FREE_TEXT.match(first):
            frame = Frame(texts=(*self._texts, line), literals=tuple(self._literals))
            self._texts, self._literals = [], []
            self._text_size = self._literal_size = 0
            return frame
        self._wanted = int(mark[1])
        self._literal_size += self._wanted
        if self._literal_size > self._max_literals or len(self._texts) >= _MAX_PARTS:
            raise ImapBroken("a literal is too long, or there are too many")
        self._texts.append(line[: len(line) - len(mark[0])])
        return None
