"""Lists of MAPI properties, as TNEF carries them: numbers with values, strings in two encodings.

Source: MS-OXTNEF 2.1.3.4 (Microsoft Open Specifications). A list that breaks off gives what came before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from connectors.email.mime import charsets

MAX_PROPERTIES = 5000
MAX_VALUES = 2000

SUBJECT = 0x0037
BODY = 0x1000
RTF_COMPRESSED = 0x1009
BODY_HTML = 0x1013
DISPLAY_NAME = 0x3001
ATTACH_DATA = 0x3701
ATTACH_NAME = 0x3704
ATTACH_LONG_NAME = 0x3707
ATTACH_MIME = 0x370E
ATTACH_CONTENT_ID = 0x3712
INTERNET_CODEPAGE = 0x3FDE

_MANY = 0x1000
_NAMED = 0x8000
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_VARIABLE = {_STRING8, _UNICODE, _OBJECT, _BINARY}


class Properties:
    """The properties of a mail or of one attachment; of several values the first."""

    def __init__(self, data: bytes, codepage: str) -> None:
        self._codepage = codepage
        self._values: dict[int, tuple[int, bytes]] = {}
        try:
            for number, kind, value in _read(data):
                self._values.setdefault(number, (kind, value))
        except (struct.error, ValueError):
            pass  # Cut off: what was read stands.

    def data(self, number: int) -> bytes:
        """Return the bytes of a property; an embedded object comes without the id of its interface."""
        kind, value = self._values.get(number, (0, b""))
        return value[16:] if kind == _OBJECT else value

    def is_object(self, number: int) -> bool:
        """Tell whether the property is an embedded object."""
        return self._values.get(number, (0, b""))[0] == _OBJECT

    def number(self, number: int) -> int:
        """Return a property as a number, 0 when it is absent."""
        value = self._values.get(number, (0, b""))[1]
        return int.from_bytes(value[:4], "little") if value else 0

    def text(self, number: int) -> str:
        """Return a property as text."""
        kind, value = self._values.get(number, (0, b""))
        if kind == _UNICODE:
            return value.decode("utf-16-le", "replace").rstrip("\0")
        return charsets.decode(value.rstrip(b"\0"), self._codepage)


def _read(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    (count,) = struct.unpack_from("<I", data)
    position = 4
    for _ in range(min(count, MAX_PROPERTIES)):
        kind, number = struct.unpack_from("<HH", data, position)
        position += 4
        if number >= _NAMED:
            position = _skip_name(data, position)
        values = 1
        base = kind & ~_MANY
        if kind & _MANY or base in _VARIABLE:
            (values,) = struct.unpack_from("<I", data, position)
            position += 4
        if values > MAX_VALUES:
            raise ValueError("too many values")
        for index in range(values):
            value, position = _value(data, position, base)
            if index == 0:
                yield number, base, value


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    if kind in _VARIABLE:
        (size,) = struct.unpack_from("<I", data, position)
        position += 4
        step = size + -size % 4
    elif kind in _FIXED:
        size = step = _FIXED[kind]
    else:
        raise ValueError("an unknown type of property")
    if position + size > len(data):
        raise ValueError("cut off")
    return data[position : position + size], position + step


def _skip_name(data: bytes, position: int) -> int:
    (named_by_text,) = struct.unpack_from("<I", data, position + 16)
    position += 20
    if not named_by_text:
        return position + 4
    size = int.from_bytes(data[position : position + 4], "little")
    return position + 4 + size + -size % 4
