"""Address lists (From, To, Cc, Reply-To) read from what stands in real headers.

Names with commas that nobody quoted, quotes that nobody closed, addresses in comments, encoded words over a whole
mailbox, groups without members: one pass over tokens understands what can be understood, and nothing raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from connectors.email.mail import MailAddress
from connectors.email.mime.words import ENCODED_WORD, decode_words

_TOKEN = re.compile(
    rf"""(?P<word>{ENCODED_WORD})|"(?P<quoted>(?:[^"\\]|\\.){{0,500}}+)"|<(?P<angle>[^<>]*+)>?|(?P<open>\()|(?P<mark>[,;:])"""
    r"""|(?P<blank>\s+)|(?P<text>(?:\\.|[^\s\\"(<,;:])+|.)""",
    re.DOTALL,
)
# Anchored at the start of a word, or a word without an @ would be read once for each of its letters.
_PLAIN_ADDRESS = re.compile(r"(?<![^\s<>\"(),;:\[\]])[^\s<>\"(),;:\[\]]+@(?:[^\s<>\"(),;:@\[\]]+|\[[^\s<>\[\]]+\])")
_MAX_LENGTH = 65_536
_MAX_GROUP_WORDS = 20
# Each comment that is never closed costs a look at the rest of the header.
_MAX_UNCLOSED = 5
_PARENTHESES = re.compile(r"\\.|[()]", re.DOTALL)
_MAILTO = re.compile(r"\[?mailto:", re.IGNORECASE)
# The way that a mail was once told to take: <@relay.example:mary@example.net>.
_ROUTE = re.compile(r"^\s*@[^:]*+:")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*+\)")
# Not the wide blank of Chinese and Japanese names.
_SPACES = re.compile(r"[ \t\r\n]+")
_UNESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(slots=True)
class _Item:
    """The tokens between two commas."""

    phrase: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None

    @property
    def text(self) -> str:
        return "".join(self.phrase)


def read_addresses(value: str) -> tuple[MailAddress, ...]:
    """Return the mailboxes of an address list, in order, with decoded names; groups give their members."""
    found: list[MailAddress] = []
    waiting: list[str] = []
    items = _items(value[:_MAX_LENGTH])
    for item in items:
        mailbox = _mailbox(item, "".join(waiting))
        if mailbox is not None:
            found.append(mailbox)
            waiting = []
        elif item.angle is None and item.text.strip():
            # "Smith, John <j@example.com>" without quotes: the comma belongs to the name.
            waiting = [*waiting[-3:], f"{item.text.strip()}, "]
    if found:
        return tuple(found)
    if "=?" in value and "@" in (whole := decode_words(value)) and "=?" not in whole:
        return read_addresses(whole)
    return _local(items[0]) if len(items) == 1 else ()


def _items(value: str) -> list[_Item]:
    items, item = [], _Item()
    position, unclosed = 0, 0
    last_semicolon = value.rfind(";")
    while (match := _TOKEN.match(value, position)) is not None:
        position = match.end()
        match match.lastgroup:
            case "mark":
                if match["mark"] != ":":
                    items.append(item)
                    item = _Item()
                elif last_semicolon < position or len(item.phrase) > _MAX_GROUP_WORDS:
                    item.phrase.append(":")
                else:
                    item = _Item()  # The name of a group.
            case "open" if unclosed < _MAX_UNCLOSED:
                comment, position = _comment(value, position)
                unclosed += comment is None
                item.comments += [comment] if comment else []
            case "angle":
                if item.angle is None or "@" not in item.angle:
                    item.angle = match["angle"]
            case "quoted":
                item.phrase.append(f'"{match["quoted"]}"')
            case _:
                item.phrase.append(match.group())
    return [*items, item]


def _comment(value: str, position: int) -> tuple[str | None, int]:
    """Return a comment, with comments inside, and where it ends; nothing for one that is never closed."""
    depth, start = 1, position
    for match in _PARENTHESES.finditer(value, position):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if depth == 0:
            return value[start : match.start()], match.end()
    return None, position


def _mailbox(item: _Item, waiting: str) -> MailAddress | None:
    if item.angle is not None:
        address = _COMMENT.sub("", _ROUTE.sub("", decode_words(item.angle))).strip()
        if not address:
            return None
        name = waiting + item.text
        if "@" not in address and (inside := _PLAIN_ADDRESS.search(decode_words(item.text))):
            return _made(inside.group(), address)
        return _made(address, name if name.strip() else " ".join(item.comments))
    text = item.text.strip()
    quoted_local = re.fullmatch(r'("(?:[^"\\]|\\.)*+"@[^\s"]+)', text)
    if quoted_local:
        return _made(quoted_local[1], " ".join(item.comments))
    bare = _MAILTO.sub(" ", text.replace('"', " "))
    if (plain := _PLAIN_ADDRESS.search(bare)) is not None:
        around = f"{bare[: plain.start()]} {bare[plain.end() :]}".strip(" []<>")
        return _made(plain.group(), around or " ".join(item.comments))
    for comment in item.comments:
        if (plain := _PLAIN_ADDRESS.search(comment)) is not None:
            return _made(plain.group(), text)
    return None


def _local(item: _Item) -> tuple[MailAddress, ...]:
    """Return a bare word as the name of a mailbox on the writer's own server: MAILER-DAEMON, root."""
    word = item.text.strip()
    is_one = item.angle is None and re.fullmatch(r"[A-Za-z0-9._+-]+", word) is not None
    return (_made(word, " ".join(item.comments)),) if is_one else ()


def _made(address: str, name: str) -> MailAddress:
    local, at, domain = address.removeprefix("mailto:").rpartition("@")
    place = "".join(domain.split()).lower() if at else domain
    return MailAddress(address=f"{local.strip()}{at}{place.rstrip('.')}", name=_name(name))


def _name(text: str) -> str:
    bare = text.strip()
    parts = re.split(r'"((?:[^"\\]|\\.)*+)"', bare)
    # Every second piece stood in quotes, and there a backslash only guards the next character.
    plain = "".join(_UNESCAPE.sub(r"\1", piece) if index % 2 else piece for index, piece in enumerate(parts))
    return _SPACES.sub(" ", decode_words(plain).replace('"', "")).strip("' \t").strip()
