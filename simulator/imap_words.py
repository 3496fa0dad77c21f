"""Reading IMAP commands strictly: words, quoted strings, literals, sets, search keys and fetch items. Pure.

A client that writes what no server must understand hears BAD, as from a strict server.

Source: RFC 3501, sections 4, 6.4.4, 6.4.5 and 9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from simulator.mail_store import Mail

LITERAL = re.compile(rb"\{(\d{1,9})(\+?)\}\Z")
_WORD = re.compile(rb'[^\s(){"\\%\x00-\x1f\x7f-\xff]+')
_QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00\x80-\xff]|\\["\\])*)"')
_COUNTED = re.compile(rb"\{(\d{1,9})\+?\}\r\n")
_ITEM = re.compile(rb"(?i)([A-Z0-9.]+)(?:\[([A-Z]*)\])?(?:<(\d{1,10})\.(\d{1,10})>)?")
_RANGE = re.compile(rb"(\d{1,10}|\*)(?::(\d{1,10}|\*))?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SECTIONS = ("", "HEADER", "TEXT")
_PLAIN_ITEMS = ("UID", "FLAGS", "RFC822.SIZE", "INTERNALDATE")
_MAX_WORDS = 100

Test = Callable[[Mail], bool]


class BadCommand(Exception):
    """The command is not of the grammar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that FETCH asks for: a plain item, or a section of the body, perhaps only a part of it."""

    name: str
    section: str = ""
    is_peek: bool = False
    start: int | None = None
    size: int = 0


def words(rest: bytes) -> list[bytes]:
    """Return the arguments of a command; parentheses stand as words of their own."""
    found: list[bytes] = []
    at = 0
    while at < len(rest):
        at = _skip_space(rest, at, bool(found))
        word, at = _next(rest, at)
        found.append(word)
        if len(found) > _MAX_WORDS:
            raise BadCommand("too many arguments")
    return found


def _skip_space(rest: bytes, at: int, is_inside: bool) -> int:
    if rest[at : at + 1] != b" ":
        # Nothing stands between a parenthesis and its neighbour inside.
        if is_inside and not (rest[at - 1 : at] == b"(" or rest[at : at + 1] == b")"):
            raise BadCommand("one space between arguments")
        return at
    if rest[at + 1 : at + 2] in (b" ", b""):
        raise BadCommand("one space between arguments")
    return at + 1


def _next(rest: bytes, at: int) -> tuple[bytes, int]:
    if rest[at : at + 1] in (b"(", b")"):
        return rest[at : at + 1], at + 1
    if match := _QUOTED.match(rest, at):
        return re.sub(rb"\\(.)", rb"\1", match[1]), match.end()
    if match := _COUNTED.match(rest, at):
        end = match.end() + int(match[1])
        return rest[match.end() : end], end
    if match := _WORD.match(rest, at):
        return match[0], match.end()
    raise BadCommand("an argument cannot be read")


def uids_of(word: bytes, present: Sequence[int]) -> list[int]:
    """Return the UIDs of a set that are there; `n:*` always holds the last one."""
    wanted: set[int] = set()
    last = present[-1] if present else 0
    for part in word.split(b","):
        match = _RANGE.fullmatch(part)
        if match is None or b"0" in match.groups():
            raise BadCommand("this is no set of numbers")
        ends = [last if end == b"*" else int(end) for end in match.groups() if end is not None]
        wanted.update(uid for uid in present if min(ends) <= uid <= max(ends))
    return sorted(wanted)


def search_test(given: Sequence[bytes], present: Sequence[int], seen: set[int]) -> Test:
    """Return what decides whether a mail is found; keys that are not known here are refused, never guessed."""
    if not given:
        raise BadCommand("SEARCH needs a key")
    keys, tests = list(given), list[Test]()
    if keys[0].upper() == b"CHARSET":
        raise BadCommand("no CHARSET here")
    while keys:
        key = keys.pop(0).upper()
        match key:
            case b"ALL":
                continue
            case b"UID" if keys:
                chosen = frozenset(uids_of(keys.pop(0), present))
                tests.append(lambda mail, chosen=chosen: mail.uid in chosen)  # type: ignore[misc]  # a value, not a guess
            case b"SINCE" | b"BEFORE" if keys:
                tests.append(_day_test(keys.pop(0), is_since=key == b"SINCE"))
            case b"SEEN" | b"UNSEEN":
                wants = key == b"SEEN"
                tests.append(lambda mail, wants=wants: (mail.uid in seen) == wants)  # type: ignore[misc]  # the same
            case _:
                raise BadCommand("this search key is not known")
    return lambda mail: all(test(mail) for test in tests)


def _day_test(word: bytes, *, is_since: bool) -> Test:
    try:
        day, month, year = word.decode("ascii").split("-")
        wanted = date(int(year), _MONTHS.index(month.title()) + 1, int(day)).toordinal()
    except ValueError:
        raise BadCommand("this is no date") from None
    first = date(1970, 1, 1).toordinal()
    return lambda mail: (first + int(mail.at // 86_400) >= wanted) is is_since


def items_of(given: Sequence[bytes]) -> list[Item]:
    """Return what FETCH asks for, without parentheses."""
    inner = given[1:-1] if len(given) > 2 and (given[0], given[-1]) == (b"(", b")") else given
    if not inner or (len(inner) > 1 and inner is given):
        raise BadCommand("FETCH needs items")
    return [_item(word) for word in inner]


def _item(word: bytes) -> Item:
    match = _ITEM.fullmatch(word)
    if match is None:
        raise BadCommand("this item is not known")
    name = match[1].decode().upper()
    if match[2] is None and match[3] is None and name in _PLAIN_ITEMS:
        return Item(name=name)
    section = (match[2] or b"").decode().upper()
    if name not in ("BODY", "BODY.PEEK") or match[2] is None or section not in _SECTIONS or match[4] == b"0":
        raise BadCommand("this item is not known")
    start = None if match[3] is None else int(match[3])
    return Item(name="BODY", section=section, is_peek=name == "BODY.PEEK", start=start, size=int(match[4] or 0))


def section_of(mail: Mail, item: Item) -> bytes:
    """Return the bytes of a section, or of the part of it that is asked for."""
    head, blank, text = mail.data.partition(b"\r\n\r\n")
    whole = {"": mail.data, "HEADER": head + blank, "TEXT": text}[item.section]
    return whole if item.start is None else whole[item.start : item.start + item.size]
