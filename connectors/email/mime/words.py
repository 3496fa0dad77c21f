"""Values of header fields as text: unfolding, raw 8-bit bytes, encoded words (RFC 2047), parameters (RFC 2231).

Real headers break every rule of both standards, so the readers here take what they can understand and leave the rest
as it stands. Their patterns never go back over what they read: a header of a quarter megabyte costs one pass.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from connectors.email.mime import charsets
from connectors.email.mime.charsets import Fallback
from connectors.email.mime.transfer import decode_base64

ENCODED_WORD = (
    r"=\?[ \t]{0,3}([^?\s=]{1,60})[ \t]{0,3}\?[ \t]{0,3}([bBqQ])[ \t]{0,3}\?"
    r"((?:[^?=]|\?(?!=)|=(?!\?))*+=?)\?="
)
_WORD = re.compile(ENCODED_WORD)
# A word whose end was cut off, as the last thing of the header.
_CUT_WORD = re.compile(r"=\?([\w.*-]{2,40})\?([bBqQ])\?([^?\s]+)\??$", re.ASCII)
_WORD_BYTES = re.compile(ENCODED_WORD.encode("ascii"))
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x84\x86-\x9f\u2028\u2029]")
_ESCAPED = re.compile(r'\\(["\\])')
_PARAMETER = re.compile(
    rf"""(?<![^\s;"])([^\s=;"]{{1,200}}+)\s*+=\s*+(?:"((?:[^"\\]|\\.){{0,3000}}+)(?:"([^;]*)|$)"""
    rf"|((?:{ENCODED_WORD}|[^;])*+))",
    re.DOTALL,
)
_SEGMENT = re.compile(r"(.+?)\*(\d{1,3})?(\*)?$")


@dataclass(frozen=True, slots=True)
class _Word:
    charset: str
    data: bytes


def text_of(raw: bytes, fallback: Fallback | None = None) -> str:
    """Return a header value unfolded and as text, with its encoded words still encoded.

    Structure (commas, quotes) must be read before words are decoded, and raw bytes decoded before that: in some
    charsets a quote or a backslash is half of a character. `fallback` knows what charset the bodies claim.
    """
    lines = (line.strip(b" \t") for line in raw.replace(b"\0", b"").splitlines())
    value = b" ".join(line for line in lines if line)
    if value.isascii() and b"\x1b$" not in value:
        return value.decode("ascii")
    out: list[str] = []
    start = 0
    for match in _WORD_BYTES.finditer(value):
        out.append(charsets.decode(value[start : match.start()], "", fallback))
        word = match.group()
        if word.isascii():
            out.append(word.decode("ascii"))
        else:
            charset = match.group(1).decode("ascii", "replace")
            out.append(charsets.decode(_decoded(match.group(2), match.group(3)), charset, fallback))
        start = match.end()
    return "".join(out) + charsets.decode(value[start:], "", fallback)


def decode_words(text: str) -> str:
    """Return the text with its encoded words decoded and without control characters.

    Neighbours of one charset are joined before they are decoded, because many senders cut inside a character.
    """
    if "=?" not in text:
        return _CONTROLS.sub("", text)
    out: list[str] = []
    waiting: list[_Word] = []
    start = 0
    for match in _matches(text):
        between = text[start : match.start()]
        if not waiting or between.strip():
            out += [*_spoken(waiting), between]
            waiting = []
        waiting.append(_word(match))
        start = match.end()
    out += [*_spoken(waiting), text[start:]]
    return _CONTROLS.sub("", re.sub(r"[\r\n]+", " ", "".join(out)))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split `text/plain; charset=x` into its lower-case first word and its parameters (lower-case names, decoded).

    Of several spellings of one parameter the extended one (`filename*=`) counts, pieces (`filename*0*=`) are joined,
    and encoded words inside are decoded although the standard forbids them.
    """
    first = re.match(r"[^;\s]*", value.lstrip())
    main = first.group() if first else ""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, text in _pairs(value.lstrip()[len(main) :]):
        segment = _SEGMENT.match(name)
        if segment is None:
            plain.setdefault(name, text)
        else:
            piece = (text, bool(segment[3]) or segment[2] is None)
            pieces.setdefault(segment[1], {}).setdefault(int(segment[2] or 0), piece)
    found = {name: _plain_value(text) for name, text in plain.items()}
    found |= {name: joined for name, parts in pieces.items() if (joined := _joined(parts))}
    return main.strip("\"',").lower(), found


def _matches(text: str) -> Iterator[re.Match[str]]:
    last = 0
    for match in _WORD.finditer(text):
        last = match.end()
        yield match
    if (cut := _CUT_WORD.search(text, max(last, len(text) - 2000))) is not None:
        yield cut


def _word(match: re.Match[str]) -> _Word:
    data = _decoded(match[2].encode(), match[3].encode("utf-8", "replace"))
    return _Word(match[1].partition("*")[0].lower(), data)


def _decoded(encoding: bytes, data: bytes) -> bytes:
    if encoding in b"bB":
        return decode_base64(data)
    return binascii.a2b_qp(data.replace(b"_", b"=20"), header=False)


def _spoken(words: list[_Word]) -> Iterator[str]:
    run: list[bytes] = []
    for index, word in enumerate(words):
        run.append(word.data)
        if index + 1 == len(words) or words[index + 1].charset != word.charset:
            yield charsets.decode(b"".join(run), word.charset)
            run = []


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for match in _PARAMETER.finditer(text):
        name = match[1].lower()
        if match[2] is not None:
            # Quotes inside of quotes that nobody escaped: the rest belongs to the value as well.
            yield name, _ESCAPED.sub(r"\1", match[2] + (match[3] or "").replace('"', "").rstrip())
        else:
            yield name, match[4].strip().strip("'" if match[4].count("'") == 2 and "''" not in match[4] else "")


def _plain_value(text: str) -> str:
    if (extended := re.match(r"([\w-]{3,40})'[\w-]{0,20}'(?=.*%)", text)) and charsets.codec_of(extended[1]):
        return _percent(text, is_first=True)
    return decode_words(text)


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    ordered = [parts[index] for index in sorted(parts)]
    if not any(is_extended for _, is_extended in ordered):
        return decode_words("".join(text for text, _ in ordered))
    charset, data = "", b""
    for index, (text, is_extended) in enumerate(ordered):
        value = text
        if index == 0 and text.count("'") >= 2:
            charset, _, value = text.split("'", 2)
        data += unquote_to_bytes(value) if is_extended else value.encode("utf-8", "replace")
    return decode_words(charsets.decode(data, charset))


def _percent(text: str, *, is_first: bool) -> str:
    return _joined({0: (text, is_first)})
