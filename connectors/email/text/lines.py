"""Lines of a mail's text, and what each is by itself: blank, quoted, a rule.

Splitting never changes a character: the lines joined are the text. Nothing here looks at more than one line, except
the search for initials that an old reader puts before each line it quotes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Mark = Literal["", "quote", "signature"]
_LOOKED_AT = 2000
"""Characters of one line that are looked at; nothing that marks a quote or a signature is longer."""
_SPACES = {ord(char): " " for char in "\u00a0\u2007\u202f\u3000\t"}
_NOTHING = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\ufeff\u00ad\u1427\u034f"))
_QUOTING = (">", "＞")
_INITIALS = re.compile(r"([A-Z]{1,2}[a-z]?|[A-Z][a-z]{2,14})>(?=\s|$)")
_RULE = re.compile(r"_{2,}|([-=*~—–―─])\1{2,}|(?:[-_=*~] ){4,}[-_=*~]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its line end, and what its markup already says that it is."""

    text: str
    mark: Mark = ""


def lines_of(text: str) -> list[Line]:
    """Split a text into lines; joined they are the text."""
    return [Line(line) for line in text.splitlines(keepends=True)]


def bare(line: str) -> str:
    """Return a line as its reader sees it: no marks without width, one kind of space, none at the ends."""
    seen = line[:_LOOKED_AT].translate(_SPACES).translate(_NOTHING)
    if "&nbsp;" in seen:  # QQ writes it into plain text
        seen = seen.replace("&nbsp;", " ")
    return seen.strip()


def is_quoted(seen: str) -> bool:
    """Tell whether a bare line begins with a mark of quoting."""
    return seen.startswith(_QUOTING)


def is_rule(seen: str) -> bool:
    """Tell whether a bare line is nothing but a drawn line."""
    return _RULE.fullmatch(seen) is not None


def quoting_initials(seen: Sequence[str]) -> frozenset[str]:
    """Return the initials (`JD>`) that stand before so many lines that they mark quotes."""
    found = Counter(match[1] for line in seen if (match := _INITIALS.match(line)))
    return frozenset(initials for initials, times in found.items() if times > 1)


def initials_of(seen: str) -> str:
    """Return the initials before a bare line, or nothing."""
    match = _INITIALS.match(seen)
    return match[1] if match else ""
