"""From bytes to text when the label may lie: the mapping of labels, the order of trials, the last resorts.

Mails name charsets that they do not use (gb2312 for GBK, iso-8859-1 for windows-1252, us-ascii for anything), that
nobody knows (`x-unknown`, `utf8mb4`), or none. This module always returns text and never raises. It must not be given
labels of codecs that are no charsets (`zlib`, `idna`): it knows them and takes them for unknown.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

from connectors.email.mime.iso2022 import decode_iso2022jp

_DETECT_BYTES = 65_536
_TRIALS = 4
_SHORT = 24
_JAPANESE = "iso2022_jp"
_LABELS = {
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030", "euc-cn": "gb18030",
    "euccn": "gb18030", "gb-2312": "gb18030", "iso-gb2312": "gb18030", "hz-gb-2312": "hz", "gb2312-80": "gb18030",
    "windows-936": "gb18030", "gb-18030": "gb18030", "chinese": "gb18030", "csgb2312": "gb18030",
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso-88591": "cp1252", "8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "ansi": "cp1252", "x-ansi": "cp1252", "iso-8859-9": "cp1254", "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8", "iso-8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "ks-c-5601-1987": "cp949", "ks-c-5601-1989": "cp949", "ks-c-5601": "cp949", "ksc5601": "cp949", "euc-kr": "cp949",
    "x-windows-949": "cp949", "windows-949": "cp949", "korean": "cp949", "cseuckr": "cp949",
    "big5": "cp950", "big-5": "cp950", "x-x-big5": "cp950", "cn-big5": "cp950", "big5-eten": "cp950",
    "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932", "ms-kanji": "cp932",
    "shiftjis": "cp932", "cp50220": _JAPANESE, "cp50221": _JAPANESE, "iso-2022-jp-ms": _JAPANESE,
    "csiso2022jp": _JAPANESE, "x-euc-jp": "euc_jp", "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8", "utf8mb3": "utf-8", "x-utf-8": "utf-8", "utf": "utf-8",
    "unicode": "utf-8", "cp65001": "utf-8", "macintosh": "mac_roman", "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic", "x-mac-ce": "mac_latin2", "dos-720": "cp720", "koi8": "koi8-r",
    "windows-1252http-equivcontent-type": "cp1252",
}  # fmt: skip
"""What the senders mean by their labels; the wider charset where the narrow one is what everybody writes."""
_CHARSETS = re.compile(r"(ascii|utf|iso|cp\d|koi8|mac|big5|gb|euc|shift|hz$|tis|ptcp|kz1048|johab|hp-roman)")
_SILENT = {"", "us-ascii", "ascii", "7bit", "8bit", "binary"}
_EAST_ASIAN = {"gb18030", "cp949", "cp950", "big5hkscs", "cp932", "euc_jp", "johab"}
_SEVEN_BIT = {"utf-7", "hz", "iso2022_kr"}
_STATEFUL = _SEVEN_BIT | {"utf-16", "utf-16-le", "utf-16-be", "utf-32"}
_PAIRS = re.compile(rb"[\x80-\xff]+")
_HANZI = re.compile(rb"(?:[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe])+")
_LETTERS = re.compile(rb"[A-Za-z]+")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Fallback:
    """What is tried in one mail where a label is silent or wrong: what its other parts claim, then a detector.

    Detecting costs milliseconds, so each mail has a few trials only.
    """

    def __init__(self, hint: str = "") -> None:
        self.hint = codec_of(hint)
        self._trials = _TRIALS

    def detect(self, data: bytes) -> str:
        """Return the codec that the bytes are likely written in, or nothing."""
        if self._trials <= 0:
            return ""
        self._trials -= 1
        best = from_bytes(data[:_DETECT_BYTES]).best()
        return best.encoding if best is not None else ""


def decode(data: bytes, label: str = "", fallback: Fallback | None = None) -> str:
    """Return the text of the bytes, whatever their label says; NUL characters are gone."""
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace").replace("\0", "")
    named = codec_of(label)
    if named in _STATEFUL:
        # Sixteen bits a character leave zero bytes; a text without any is something else.
        text = _strictly(data, named) if named in _SEVEN_BIT or b"\0" in data else None
        if text is not None:
            # Halves of a pair (UTF-7 lets them stand alone) are no characters, and nobody could store them.
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")
        named = ""
    if named.startswith(_JAPANESE) or (b"\x1b$" in data and data.isascii()):
        return decode_iso2022jp(data).replace("\0", "")
    if data.isascii():
        return data.decode("ascii").replace("\0", "")
    return _decode_high(data, named, fallback or Fallback()).replace("\0", "")


@lru_cache(maxsize=512)
def codec_of(label: str) -> str:
    """Return the codec that a charset label stands for; nothing for an unknown one or one that says nothing."""
    name = re.split(r"[;*,\s]", label[:100].strip(" \t\"'<>=").lower(), maxsplit=1)[0].replace("_", "-").rstrip("\"'")
    if name in _SILENT:
        return ""
    meant = _LABELS.get(name) or _LABELS.get(name.removeprefix("x-")) or name.removeprefix("x-")
    try:
        codec = codecs.lookup(meant).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return codec if _CHARSETS.match(codec) else ""


def _decode_high(data: bytes, named: str, fallback: Fallback) -> str:
    """Decode bytes that are not all ASCII: strict trials first, then guesses, then replacement."""
    unicode = _strictly(data, "utf-8")
    labelled = _strictly(data, named) if named else None
    if unicode is not None and not (labelled is not None and _is_chance(unicode, named)):
        return unicode
    if labelled is not None:
        return labelled
    # A few broken characters (a mail cut in the middle, a bad paste) are no reason to doubt the label.
    for codec in ("utf-8", named):
        if codec and (nearly := _nearly(data, codec)) is not None:
            return nearly
    return _guess(data, fallback) or data.decode(named or "cp1252", "replace")


def _is_chance(text: str, named: str) -> bool:
    """Tell whether an East Asian text is valid UTF-8 only by chance: a few Chinese names read as Arabic or Greek."""
    return named in _EAST_ASIAN and all(char < "\u0800" for char in text)


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        pass
    except (LookupError, ValueError):
        return None
    if codec == "cp950":
        return _strictly(data, "big5hkscs")
    if codec == "cp1252":
        # Five bytes have no meaning there; the old standard called them controls.
        return data.decode("cp1252", "latin1-gaps")
    return None


def _latin1_gaps(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin1-gaps", _latin1_gaps)


def _nearly(data: bytes, codec: str) -> str | None:
    """Return the text when it is right but for its cut end or a few characters."""
    try:
        text = data.decode(codec, "replace")
    except (LookupError, ValueError):
        return None
    if text.endswith("\ufffd") and text.count("\ufffd") == 1 and not text[:-1].isascii():
        return text
    return text if text.count("\ufffd") <= sum(byte > 127 for byte in data[:_DETECT_BYTES]) // 20 else None


def _guess(data: bytes, fallback: Fallback) -> str | None:
    """Guess by what the mail says elsewhere and by what high bytes look like; ask the detector last."""
    sample = data[:_DETECT_BYTES]
    runs = _PAIRS.findall(sample)
    # A charset of one byte a character fits everything, so pairs that are common Chinese are asked before it.
    is_hanzi = sum(map(len, runs)) >= 4 and all(_HANZI.fullmatch(run) for run in runs)
    hinted = "gb18030" if is_hanzi and fallback.hint not in _EAST_ASIAN else fallback.hint
    if hinted and (text := _nearly(data, hinted)) is not None:
        return text
    letters = sum(map(len, _LETTERS.findall(sample)))
    if len(data) < _SHORT or letters > 3 * sum(map(len, runs)):
        # Too little to judge, or a few accents among Latin letters.
        return _strictly(data, "cp1252")
    found = fallback.detect(data)
    return data.decode(found, "replace") if found else None
