"""The id under which an entry of a menu message is sent, so that a tap brings back both its id and its payload.

The platform gives back nothing but this id; no state of ours has to be looked up when it comes. Pure.
"""

from __future__ import annotations

from hub.model.content import MenuOption, MenuReply

_BETWEEN = "|"


def entry_id(option: MenuOption, limit: int) -> str:
    """Return the id of an entry, of at most `limit` bytes: with the payload where there is room for it."""
    plain = option.id.replace(_BETWEEN, "_")
    if option.payload in ("", option.id) and plain == option.id:
        return plain
    for text in (f"{plain}{_BETWEEN}{option.payload}", plain):
        if len(text.encode()) <= limit:
            return text
    return plain.encode()[:limit].decode("utf-8", "ignore")


def tapped(entry: str, label: str) -> MenuReply:
    """Return the choice that a tap on an entry makes; an id that is not of our making is its own payload."""
    option, between, payload = entry.partition(_BETWEEN)
    return MenuReply(text=label, option_id=option, payload=payload if between else entry)
