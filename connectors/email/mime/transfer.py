"""Content-Transfer-Encoding undone: base64, quoted-printable, uuencode, and labels that are wrong.

Nothing here fails: what is not in the encoding that its label names is given back as it stands.
"""

from __future__ import annotations

import binascii
import re

_NOT_BASE64 = bytes(byte for byte in range(256) if not (chr(byte).isalnum() and byte < 128) and byte not in b"+/=")
_BASE64_ONLY = re.compile(rb"[A-Za-z0-9+/=\s]*+")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)?[ \t]+[0-7]{3,4}[ \t]+[^\r\n]*\r?\n", re.MULTILINE)


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str]:
    """Return the bytes of a part and, where its encoding was unknown or wrong, what was wrong with it."""
    match encoding.strip(" \t\"';").lower().partition(";")[0].partition(" ")[0]:
        case "base64" | "b64" | "base-64":
            if not _looks_like_base64(data):
                return data, "not base64 as it says"
            return decode_base64(data), ""
        case "quoted-printable" | "qp" | "quotedprintable" | "quoted_printable":
            return decode_quoted_printable(data), ""
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return decode_uuencoded(data), ""
        case "" | "7bit" | "8bit" | "binary" | "7-bit" | "8-bit" | "7bits" | "8bits" | "none" | "us-ascii":
            return data, ""
        case _:
            return data, "unknown transfer encoding"


def decode_base64(data: bytes) -> bytes:
    """Return the bytes; foreign characters are skipped, and pieces that were encoded one by one are joined.

    After an end (`=`) only what is again nothing but base64 is read: list servers append plain footers.
    """
    first, equals, rest = data.partition(b"=")
    if equals and not _BASE64_ONLY.fullmatch(rest):
        rest = b""
    out = [_decode_piece(first)]
    out += [_decode_piece(piece) for piece in rest.translate(None, b"\r\n\t ").split(b"=") if piece]
    return b"".join(out)


def decode_quoted_printable(data: bytes) -> bytes:
    """Return the bytes; an equals sign that introduces nothing stays where it is."""
    return binascii.a2b_qp(data)


def decode_uuencoded(data: bytes) -> bytes:
    """Return the bytes of one uuencoded block, with or without its first line."""
    begin = _UU_BEGIN.search(data)
    return b"".join(decode_uu_lines(data[begin.end() if begin else 0 :].split(b"\n")))


def decode_uu_lines(lines: list[bytes]) -> list[bytes]:
    """Return the bytes of each line up to the line `end`; a damaged line gives what can be read of it."""
    out: list[bytes] = []
    for line in lines:
        bare = line.rstrip(b"\r")
        if bare.strip() in {b"end", b"`"}:
            break
        out.append(_uu_line(bare))
    return out


def _uu_line(line: bytes) -> bytes:
    if not line.strip():
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders append a checksum or pad; the first character says how many bytes count.
        length = ((line[0] - 32) & 63) * 4 + 5
        try:
            return binascii.a2b_uu(line[: length // 3])
        except binascii.Error:
            return b""


def _looks_like_base64(data: bytes) -> bool:
    # What follows the end may be a plain footer.
    sample = (data[:20_000].partition(b"=")[0] or data[:20_000]).translate(None, b" \t\r\n")
    wrong = len(sample) - len(sample.translate(None, _NOT_BASE64))
    return wrong * 10 <= len(sample)


def _decode_piece(piece: bytes) -> bytes:
    clean = piece.translate(None, _NOT_BASE64)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
