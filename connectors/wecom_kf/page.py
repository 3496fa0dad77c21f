"""A page of `kf/sync_msg` as the platform answers it. Pure.

The frame must be right, since a wrong cursor would lose messages; the items may be anything and are read one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.wecom_kf.events import Entry, entry_of
from connectors.wecom_kf.items import Account, read_item
from connectors.wecom_kf.reading import Item, number
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound


class UnreadablePage(ValueError):
    """The answer has no list of messages or no cursor that could be kept; the sentence says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page brings. `cursor` is None where the platform names no new one."""

    inbounds: tuple[Inbound, ...]
    entries: tuple[Entry, ...]
    cursor: str | None
    has_more: bool


def read_page(answer: Item, account: Account, now: Timestamp) -> Page:
    """Read an answer whose `errcode` is 0.

    Raises:
        UnreadablePage: nothing of it was taken: ask again with the same cursor.
    """
    items = answer.get("msg_list")
    if items is None:
        items = []
    if not isinstance(items, list):
        raise UnreadablePage("msg_list is not a list")
    cursor = answer.get("next_cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise UnreadablePage("next_cursor is not a text")
    more = number(answer, "has_more") if answer.get("has_more") is not None else 0
    if more is None:
        raise UnreadablePage("has_more is not a number")
    inbounds: dict[str, Inbound] = {}
    entries: list[Entry] = []
    for item in items:
        for inbound in read_item(item, account, now):
            inbounds.setdefault(inbound.event_id, inbound)
            if inbound.kind == "lifecycle" and (entry := entry_of(item, inbound.event_id, inbound.occurred_at)):
                entries.append(entry)
    return Page(inbounds=tuple(inbounds.values()), entries=tuple(entries), cursor=cursor or None, has_more=more != 0)
