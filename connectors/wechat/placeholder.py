"""A plain grey picture: where the platform insists on a cover and the message has none.

Written out by the rules of JPEG (ITU-T T.81) instead of kept as a file: every block is the middle grey, so each is one
bit for "no difference" and one for "nothing more".
"""

from __future__ import annotations

_SIDE = 240
"""Points, both ways; a multiple of the 8 of a block."""
_ONE_CODE = b"\x01" + bytes(15) + b"\x00"
"""A Huffman table of a single code, one bit long, that stands for 0."""


def _segment(marker: int, matter: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(matter) + 2).to_bytes(2, "big") + matter


def _grey(side: int) -> bytes:
    size = side.to_bytes(2, "big")
    blocks = (side // 8) ** 2
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xDB, b"\x00" + b"\x01" * 64),
            _segment(0xC0, b"\x08" + size + size + b"\x01\x01\x11\x00"),
            _segment(0xC4, b"\x00" + _ONE_CODE),
            _segment(0xC4, b"\x10" + _ONE_CODE),
            _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            bytes(blocks * 2 // 8),
            b"\xff\xd9",
        )
    )


PLACEHOLDER = _grey(_SIDE)
"""A JPEG of some 400 bytes."""
