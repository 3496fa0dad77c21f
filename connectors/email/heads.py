"""Writing the header of a mail: every value that comes from outside passes here, and none can begin a second line.

Pure. Lines are folded at 76 characters where the value allows it, and never longer than 998.

Source: RFC 5322 2.1.1 and 3.6.4, RFC 2047, RFC 2231.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from urllib.parse import quote

_WIDTH = 76
_WORD_BYTES = 42
"""So many bytes make an encoded word of 68 characters: it stands on a line of its own beside any field name."""
_MAX_NAME = 200
_MAX_SUBJECT = 500
_MAX_ID = 800
_KEPT_IDS = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*\Z")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\\x00-\x1f\x7f@]{1,64}@[^\s<>,;:\"()\[\]\\\x00-\x1f\x7f@]{1,255}\Z")
_MESSAGE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]+\Z")
_REPLY = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|rif|odp|ynt|回复|回覆|答复|答覆|返信|회신)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]",
    re.IGNORECASE,
)
_FILE_LETTERS = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+\Z")


def one_line(text: str) -> str:
    """Return a text without line ends and other control characters."""
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def field(name: str, words: Iterable[str]) -> str:
    """Write a field from words that are ASCII and safe; lines break between them."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _WIDTH and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)


def text_words(text: str) -> Sequence[str]:
    """Return the words of a free text, encoded where it is not plain ASCII."""
    plain = one_line(text)
    if plain.isascii() and "=?" not in plain and all(len(word) <= _WIDTH for word in plain.split(" ")):
        return plain.split(" ")
    return _encoded(plain)


def subject_words(subject: str) -> Sequence[str]:
    """Return the words of a subject."""
    return text_words(one_line(subject)[:_MAX_SUBJECT])


def reply_subject(subject: str) -> str:
    """Return the subject of an answer: one `Re:`, however many were there, in whatever language."""
    rest = one_line(subject)
    while found := _REPLY.match(rest):
        rest = rest[found.end() :]
    return f"Re: {rest.strip()}".strip()


def mailbox_words(address: str, name: str = "") -> Sequence[str]:
    """Return the words of a mailbox with its name; the address must have passed `is_address`."""
    plain = one_line(name)[:_MAX_NAME]
    if not plain:
        return [f"<{address}>"]
    if not plain.isascii():
        return [*_encoded(plain), f"<{address}>"]
    quoted = plain if _ATOMS.match(plain) else '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return [*quoted.split(" "), f"<{address}>"]


def is_address(address: str) -> bool:
    """Tell whether a text is one mail address that can stand in a command and a header."""
    return _ADDRESS.match(address) is not None


def id_words(ids: Iterable[str]) -> Sequence[str]:
    """Return Message-IDs in angle brackets; what is none is left out, and of many the first and the last stay."""
    plain = [one.strip().strip("<>") for one in ids]
    good = list(dict.fromkeys(one for one in plain if len(one) <= _MAX_ID and _MESSAGE_ID.match(one)))
    kept = good if len(good) <= _KEPT_IDS + 1 else [good[0], *good[-_KEPT_IDS:]]
    return [f"<{one}>" for one in kept]


def file_words(name: str) -> Sequence[str]:
    """Return the parameters of Content-Disposition that name a file, in parts where the name is long."""
    plain = one_line(name)[:_MAX_NAME] or "file"
    if _FILE_LETTERS.match(plain) and len(plain) <= 60:
        return [f'filename="{plain}"']
    coded = quote(plain, safe="")
    # A percent sign and its two digits stay together.
    parts = re.findall(r"(?:%[0-9A-F]{2}|[^%]){1,18}", coded)
    if len(parts) == 1:
        return [f"filename*=UTF-8''{coded}"]
    parts[0] = f"UTF-8''{parts[0]}"
    return [
        f"filename*{number}*={part}" + (";" if number < len(parts) - 1 else "") for number, part in enumerate(parts)
    ]


def _encoded(text: str) -> list[str]:
    """Return encoded words, none of which ends inside a character."""
    words: list[str] = []
    part = b""
    for letter in text:
        data = letter.encode()
        if len(part) + len(data) > _WORD_BYTES:
            words.append(_encoded_word(part))
            part = b""
        part += data
    return [*words, _encoded_word(part)] if part else words


def _encoded_word(part: bytes) -> str:
    return f"=?utf-8?B?{b64encode(part).decode()}?="
