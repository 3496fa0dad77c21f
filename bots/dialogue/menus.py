"""Takes a customer's words for a choice from the menu shown last: "2", "２.", "第二个", "the second", or its own words.

Where buttons cannot be tapped (text messages, mail) the choices are numbered and the answer comes as words. Pure; the
menu is kept in the bot's memory for one turn, so that a number said later means what it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from bots.dialogue.memory import MAX_MENU, Choice
from hub.model.content import Content, Menu

_CHINESE = "一二三四五六七八九十"
_NUMBER = re.compile(
    r"(?:(?:option|choice|number|no\.?|nr\.?|#|选项|选择|选|第|我选|按)\s*)?"
    rf"[(\[【]?(?P<number>\d{{1,2}}|[{_CHINESE}])[)\]】]?\s*(?:个|项|号|条)?\s*(?:吧|please)?[.。、!！]?",
    re.IGNORECASE,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = re.compile(
    rf"(?:i(?:'d like|'ll take| want| choose)\s+)?(?:the\s+)?(?P<ordinal>{'|'.join(_ORDINALS)}|last)"
    r"(?:\s+(?:one|option|choice))?(?:,?\s*please)?[.!]?|(?P<last>(?:选)?最后一?(?:个|项|条))(?:吧)?[。!]?",
    re.IGNORECASE,
)
_LONGEST = 200
_LONGEST_PAYLOAD = 1_000
"""A longer payload is not kept: its choice is taken for its label then."""


def shown(contents: Iterable[Content]) -> list[Choice]:
    """Return the choices of the last menu among some contents; the numbers of earlier ones no longer count."""
    menus = [content for content in contents if isinstance(content, Menu) and content.options]
    if not menus:
        return []
    return [
        Choice(label=option.label[:_LONGEST], payload=option.payload if len(option.payload) <= _LONGEST_PAYLOAD else "")
        for option in menus[-1].options[:MAX_MENU]
    ]


def chosen(text: str, menu: Sequence[Choice]) -> Choice | None:
    """Return the choice that a text means, or None where it means something else.

    Of a longer text (a mail with a greeting below) the first line counts where it alone is a choice.
    """
    if not menu:
        return None
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return None
    whole = " ".join(lines)
    return _choice(whole, menu) or (_choice(lines[0], menu) if len(lines) > 1 else None)


def _choice(text: str, menu: Sequence[Choice]) -> Choice | None:
    if len(text) > _LONGEST:
        return None
    wanted = _plain(text)
    for choice in menu:
        if wanted and wanted == _plain(choice.label):
            return choice
    plain = unicodedata.normalize("NFKC", text).strip()
    if named := _ORDINAL.fullmatch(plain):
        word = (named["ordinal"] or "last").lower()
        number = _ORDINALS.index(word) + 1 if word in _ORDINALS else len(menu)
        return menu[number - 1] if number <= len(menu) else None
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None
    written = match["number"]
    number = _CHINESE.index(written) + 1 if written in _CHINESE else int(written)
    return menu[number - 1] if 0 < number <= len(menu) else None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())
