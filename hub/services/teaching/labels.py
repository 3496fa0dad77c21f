"""The labels of messages that a bot did not understand: read, written, and taken back with the edit that gave them.

A label stands in the note of its turn; it changes only in the commit that also changes what the bot is taught by it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from hub.model.commit import Record
from hub.model.teaching import BotTurnId, BotTurnNote, LabelChange
from hub.ports.store import Store


async def read_note(store: Store, turn_id: BotTurnId) -> BotTurnNote | None:
    """Return the note of a turn as it is now, or None when it is not kept (any more)."""
    record = await store.record("bot_turn", turn_id)
    return replace(msgspec.json.decode(record.data, type=BotTurnNote), version=record.version) if record else None


def next_note(note: BotTurnNote) -> Record:
    """Return the next version of a note's record."""
    changed = replace(note, version=note.version + 1)
    data = msgspec.Raw(msgspec.json.encode(changed))
    return Record(kind="bot_turn", id=note.id, version=changed.version, data=data)


async def labels_back(
    store: Store, labels: Sequence[LabelChange], by_name: str
) -> tuple[tuple[LabelChange, ...], tuple[Record, ...]]:
    """Return what taking labels back changes, and the records of it; what was labelled anew meanwhile stays so."""
    changes: list[LabelChange] = []
    records: list[Record] = []
    for label in labels:
        note = await read_note(store, label.turn_id)
        if note is None or note.label != label.now:
            continue
        changes.append(LabelChange(turn_id=note.id, was=note.label, now=label.was))
        records.append(next_note(replace(note, label=label.was, labelled_by=by_name if label.was else "")))
    return tuple(changes), tuple(records)
