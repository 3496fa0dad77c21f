"""Japanese mail (ISO-2022-JP) as mail programs write it: with characters that the standard does not have.

NEC's circled digits and company signs and half-width kana stand in the 7-bit text of Japanese mails; the codec of
the language refuses them. This module moves each run into Microsoft's code page, which has them all.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\x1b(\$B|\$@|\$\(D|\$\(B|\(B|\(J|\(I|\(H)")
# Text changes its script once a line or so; who does it more often has nothing to say.
_MAX_RUNS = 50_000
_DOUBLE = {b"$B", b"$@", b"$(B"}


def decode_iso2022jp(data: bytes) -> str:
    """Return the text; what cannot be read becomes replacement characters. It never raises."""
    if data.count(b"\x1b") > _MAX_RUNS:
        return data.decode("iso2022_jp_ext", "replace")
    out: list[str] = []
    mode = b"(B"
    start = 0
    for escape in _ESCAPE.finditer(data):
        out.append(_run(data[start : escape.start()], mode))
        mode, start = escape.group(1), escape.end()
    out.append(_run(data[start:], mode))
    return "".join(out)


def _run(data: bytes, mode: bytes) -> str:
    if mode in _DOUBLE:
        return "".join(_line(line) for line in re.split(rb"([\r\n]+)", data))
    if mode == b"(I":
        return bytes(byte | 0x80 if byte > 0x20 else byte for byte in data).decode("cp932", "replace")
    if mode == b"$(D":
        return (b"\x1b$(D" + data + b"\x1b(B").decode("iso2022_jp_1", "replace")
    return data.decode("cp932", "replace")


def _line(line: bytes) -> str:
    # A line end goes back to ASCII whether the mail says so or not.
    if line[:1] in {b"\r", b"\n"}:
        return line.decode("ascii")
    return _to_shift_jis(line).decode("cp932", "replace")


def _to_shift_jis(pairs: bytes) -> bytes:
    """Turn two 7-bit bytes a character into Shift JIS: two rows of the table share one lead byte."""
    out = bytearray()
    rest = pairs.translate(None, b" \t\0")
    for row, cell in zip(rest[::2], rest[1::2], strict=False):
        high, low = row & 0x7F, cell & 0x7F
        out.append((high + 1 >> 1) + (0x70 if high < 0x5F else 0xB0))
        out.append(low + (0x7E if high % 2 == 0 else 0x20 if low >= 0x60 else 0x1F))
    return bytes(out)
