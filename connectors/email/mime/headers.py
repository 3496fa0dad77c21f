"""The header block of a mail or part: fields in order, as bytes, and where the body begins.

A header may have lost its empty line, a fold its blank, or the mail its header. This module finds the border that a
reader would; it decodes nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from connectors.email.mime.faults import Faults

MAX_HEADERS = 262_144

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100})[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"(?:content-[a-z-]+|mime-version|from|to|cc|bcc|date|subject|message-id|received|references|in-reply-to|reply-to"
    rb"|sender|return-path|delivered-to|x-[a-z-]+|list-[a-z-]+|dkim-signature|user-agent)[ \t]*:",
    re.IGNORECASE,
)
_ENVELOPE = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_LOOK_AHEAD = 8

Fields = list[tuple[str, bytes]]


def skip_envelope(data: bytes) -> int:
    """Return where the header begins: after empty lines, a mailbox file's first line, or a stray one."""
    blank = len(data) - len(data.lstrip(b" \t\r\n"))
    position = data.rfind(b"\n", 0, blank) + 1
    if data.startswith(codecs.BOM_UTF8, position):
        position += len(codecs.BOM_UTF8)
    if (match := _ENVELOPE.match(data, position)) is not None:
        position = match.end()
    end = data.find(b"\n", position, position + 1000) + 1
    is_lost = end > 0 and _FIELD.match(data, position) is None and _goes_on(data, end)
    return end if is_lost else position


def read_fields(data: bytes, start: int, is_boundary: Callable[[bytes], bool], faults: Faults) -> tuple[Fields, int]:
    """Return the fields (lower-case name, value with its folds) and where the body begins.

    Fields beyond `MAX_HEADERS` are left out; the body still begins after them.
    """
    found: list[tuple[str, list[bytes]]] = []
    position = start
    while position < len(data):
        end = data.find(b"\n", position) + 1 or len(data)
        line = data[position : min(end, position + MAX_HEADERS)]
        if not line.rstrip(b"\r\n"):
            position = end
            break
        if is_boundary(line):
            break
        match = _FIELD.match(line)
        if match is None and not (found and (line[0] in b" \t" or _goes_on(data, end))):
            faults.add("no empty line after the header")
            break
        if end - start > MAX_HEADERS:
            faults.add("header longer than 256 kB")
            position = _after_empty_line(data, position)
            break
        if match is not None and line[0] not in b" \t":
            found.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
        else:
            found[-1][1].append(line if line[0] in b" \t" else b" " + line)
        position = end
    return [(name, b"".join(lines)) for name, lines in found], position


def _after_empty_line(data: bytes, position: int) -> int:
    found = _EMPTY_LINE.search(data, position)
    return found.end() if found else len(data)


def _goes_on(data: bytes, position: int) -> bool:
    """Tell whether a known field follows before the next empty line: then the line before was a fold gone wrong."""
    for _ in range(_LOOK_AHEAD):
        end = data.find(b"\n", position)
        line = data[position : end if 0 <= end < position + 1000 else position + 1000]
        if end < 0 or not line.strip():
            return False
        if _KNOWN_FIELD.match(line):
            return True
        position = end + 1
    return False
