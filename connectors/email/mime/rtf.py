"""The body that Outlook keeps as compressed RTF: unpacked, and the HTML or the words inside of it.

Sources: MS-OXRTFCP (compression), MS-OXRTFEX (HTML carried inside of RTF). Only what carries text is understood; a
stream that breaks off gives what came before.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from connectors.email.mime import charsets

MAX_RTF = 20_000_000
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript"
    rb" \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.IGNORECASE
)
_SKIPPED = {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"mhtmltag"}
_SYMBOLS = {b"~": "\xa0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}
_SPOKEN = {
    b"par": "\n", b"line": "\n", b"tab": "\t", b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c",
    b"rdblquote": "\u201d", b"bullet": "\u2022", b"endash": "\u2013", b"emdash": "\u2014",
}  # fmt: skip
_FONT_PAGES = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254", 177: "cp1255",
               178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}  # fmt: skip


def decompress(data: bytes) -> bytes:
    """Return the RTF of a PR_RTF_COMPRESSED value; nothing when it is none."""
    if len(data) < 16:
        return b""
    _, raw_size, kind = struct.unpack_from("<II4s", data)
    size = min(raw_size, MAX_RTF)
    if kind == b"MELA":
        return data[16 : 16 + size]
    return _unpack(data, size) if kind == b"LZFu" else b""


def _unpack(data: bytes, size: int) -> bytes:
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    write, position = len(_DICTIONARY), 16
    out = bytearray()

    def emit(byte: int) -> None:
        nonlocal write
        out.append(byte)
        window[write] = byte
        write = (write + 1) % _WINDOW

    while position < len(data) and len(out) < size:
        flags = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data):
                break
            if not flags >> bit & 1:
                emit(data[position])
                position += 1
                continue
            token = int.from_bytes(data[position : position + 2], "big")
            position += 2
            read, length = token >> 4, (token & 15) + 2
            if read == write:
                return bytes(out[:size])
            for step in range(length):
                emit(window[(read + step) % _WINDOW])
    return bytes(out[:size])


@dataclass(slots=True)
class _State:
    """What holds inside of one pair of braces."""

    is_skipped: bool = False
    is_hidden: bool = False
    is_tag: bool = False
    unicode_skip: int = 1
    page: str = ""


class _Reader:
    def __init__(self) -> None:
        self.is_html = False
        self._out: list[str] = []
        self._bytes = bytearray()
        self._state = _State()
        self._stack: list[_State] = []
        self._page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._to_skip = 0
        self._is_star = False

    def read(self, data: bytes) -> str:
        for match in _TOKEN.finditer(data):
            word, number, code, symbol, brace, text = match.groups()
            if word is not None:
                self._word(word.lower(), number)
            elif brace is not None:
                self._brace(brace)
            elif symbol == b"*":
                self._is_star = True
            elif code is not None:
                self._byte(int(code, 16))
            elif symbol is not None:
                self._say(_SYMBOLS.get(symbol, symbol.decode("latin-1")))
            elif text is not None:
                self._text(text)
        self._flush()
        return "".join(self._out)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._to_skip = 0
        if brace == b"{":
            now = self._state
            self._stack.append(now)
            self._state = _State(now.is_skipped, now.is_hidden, now.is_tag, now.unicode_skip, now.page)
        elif self._stack:
            self._state = self._stack.pop()

    def _word(self, word: bytes, number: bytes | None) -> None:
        value = int(number) if number else None
        is_star, self._is_star = self._is_star, False
        if word != b"u":
            self._flush()
        match word:
            case b"htmltag":
                self._state.is_tag, self._state.is_skipped = True, False
            case b"fromhtml":
                self.is_html = True
            case b"htmlrtf":
                self._state.is_hidden = value != 0
            case b"ansicpg":
                self._page = f"cp{value}"
            case b"uc":
                self._state.unicode_skip = max(0, min(value or 0, 8))
            case b"u" if value is not None:
                self._flush()
                self._say(chr(value % 65536))
                self._to_skip = self._state.unicode_skip
            case b"f" | b"fcharset":
                self._choose_font(word, value or 0)
            case _:
                self._other_word(word, is_star=is_star)

    def _other_word(self, word: bytes, *, is_star: bool) -> None:
        if word in _SKIPPED or (is_star and not self._state.is_tag):
            self._state.is_skipped = True
        elif word in _SPOKEN:
            self._say(_SPOKEN[word])

    def _choose_font(self, word: bytes, value: int) -> None:
        if word == b"f":
            self._font, self._state.page = value, self._fonts.get(value, "")
        else:
            self._fonts[self._font] = _FONT_PAGES.get(value, "")

    def _is_silent(self) -> bool:
        return self._state.is_skipped or (self._state.is_hidden and self.is_html)

    def _say(self, text: str) -> None:
        if not self._is_silent():
            self._flush()
            self._out.append(text)

    def _text(self, text: bytes) -> None:
        if self._to_skip:
            dropped = min(self._to_skip, len(text))
            self._to_skip -= dropped
            text = text[dropped:]
        if not self._is_silent():
            self._bytes += text

    def _byte(self, byte: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif not self._is_silent():
            self._bytes.append(byte)

    def _flush(self) -> None:
        if self._bytes:
            self._out.append(charsets.decode(bytes(self._bytes), self._state.page or self._page))
            self._bytes.clear()


def read_rtf(data: bytes) -> tuple[str, bool]:
    """Return the text of an RTF document, and whether that is HTML which the RTF carried."""
    reader = _Reader()
    text = reader.read(data)
    # Surrogates came one by one; together they are one character.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return (whole if reader.is_html else whole.strip()), reader.is_html
