"""Files that stand uuencoded in the text of a mail, as programs older than MIME send them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.email.mime.transfer import decode_uu_lines

MAX_BLOCKS = 100
# The line after it must look encoded, or it was prose.
_BEGIN = re.compile(r"^begin [0-7]{3,4} (\S[^\r\n]{0,255})\r?\n(?=[!-M`][ -`]*\s)", re.MULTILINE)
_LINE = re.compile(r"[^\n]*\n?")
_ENCODED = re.compile(r"[\x20-\x60]{1,90}")


@dataclass(frozen=True, slots=True)
class Block:
    """One file: its name as it stands and its bytes."""

    name: str
    data: bytes


def unpack(text: str) -> tuple[str, list[Block]]:
    """Return the text without the uuencoded blocks, and the blocks; prose that begins with "begin" stays."""
    blocks: list[Block] = []
    kept: list[str] = []
    position = 0
    while len(blocks) < MAX_BLOCKS and (begin := _BEGIN.search(text, position)) is not None:
        lines, end = _encoded_lines(text, begin.end())
        kept.append(text[position : begin.start() if lines else begin.end()])
        position = end
        if lines:
            blocks.append(Block(begin[1].strip(), b"".join(decode_uu_lines(lines))))
    return "".join([*kept, text[position:]]) if blocks else text, blocks


def _encoded_lines(text: str, position: int) -> tuple[list[bytes], int]:
    """Return the lines of a block and where it ends: after `end`, or before the first line that is not encoded."""
    lines: list[bytes] = []
    while (match := _LINE.match(text, position)) is not None and match.group():
        line = match.group().rstrip("\r\n")
        if line.rstrip() == "end":
            return lines, match.end()
        if line and not _is_encoded(line):
            break
        if line.strip():
            lines.append(line.encode("ascii"))
        position = match.end()
    return lines, position


def _is_encoded(line: str) -> bool:
    if not _ENCODED.fullmatch(line):
        return False
    # The first character tells how many bytes follow, four characters for three; blanks at the end may be lost.
    needed = (((ord(line[0]) - 32) & 63) + 2) // 3 * 4
    return len(line.rstrip()) - 1 <= needed + 2 and len(line) - 1 >= needed * 2 // 3
