"""The history of a bot's material: who changed what and when, and taking a change back."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from hub.errors import Conflict, NotFound
from hub.model.agent import Agent
from hub.model.commit import Record
from hub.model.ids import BotId
from hub.model.teaching import BotEdit, BotEditId, FileChange
from hub.services.core import Core
from hub.services.teaching.asking import Asking
from hub.services.teaching.labels import labels_back
from hub.services.teaching.line_changes import taken_back
from hub.services.teaching.material import Material, Rewriting, Taught
from hub.services.teaching.shown import Edited, edit_number

_PAGE = 100
_FEW = 10
_PAGE_BYTES = 2_000_000
"""A page of the history ends early when its edits come to more."""
_SINCE = 500
"""Later edits through which an edit's lines are followed; an older one cannot be taken back by itself."""


class History:
    """The edits of bots."""

    def __init__(self, core: Core, material: Material, asking: Asking) -> None:
        """Read from the store; undo through the material."""
        self._store = core.store
        self._material = material
        self._asking = asking

    async def page(self, bot_id: BotId, *, limit: int, cursor: str | None) -> tuple[tuple[BotEdit, ...], str | None]:
        """Return edits, the newest first, and the cursor of the next page."""
        self._material.bot(bot_id)
        before = cursor if cursor and cursor.startswith(f"{bot_id}/") else None
        items: list[BotEdit] = []
        left = _PAGE_BYTES
        while left > 0 and len(items) < limit:
            # A few at a time: an import carries all its lines, and a page of imports would be a flood.
            records = await self._store.recent_records("bot_edit", f"{bot_id}/", before=before, limit=_FEW)
            taken = records[: limit - len(items)]
            for record in taken:
                items.append(msgspec.json.decode(record.data, type=BotEdit))
                left -= len(record.data)
            if len(taken) == len(records) < _FEW:
                return tuple(items), None
            before = items[-1].id
        return tuple(items), before

    async def undo(self, bot_id: BotId, edit_id: BotEditId, *, by: Agent) -> Edited:
        """Take an edit back with the labels that it gave, in an edit of its own; taking that back does it again.

        Raises:
            NotFound: there is no such edit.
            Conflict: code `changed-since`: the same lines were changed later; code `undone`: it is taken back already.
            InvalidInput: the files would have errors.
        """
        self._material.bot(bot_id)

        async def rewrite(taught: Taught) -> Rewriting:
            record, edit = await self._edit(edit_id)
            if edit.undone_by is not None:
                raise Conflict("This edit has been taken back already.", code="undone")
            later = await self._since(bot_id, edit_id)
            files = await self._asking.ask(lambda _: taken_back(taught.files, edit.changes, later))
            if files:
                await self._asking.ask(lambda teacher: teacher.check(files))
            undone_by = BotEditId(f"{bot_id}/{edit_number(taught.revision) + 1:08}")
            labels, relabelled = await labels_back(self._store, edit.labels, by.name)
            beside = [_next(record, replace(edit, undone_by=undone_by)), *relabelled]
            if edit.kind == "undo":
                first_record, first = await self._edit(BotEditId(edit.about))
                beside.append(_next(first_record, replace(first, undone_by=None)))
            return Rewriting(
                files=files, kind="undo", about=edit_id, count=edit.count, labels=labels, beside=tuple(beside)
            )

        return await self._material.change(bot_id, rewrite, by=by)

    async def _edit(self, edit_id: BotEditId) -> tuple[Record, BotEdit]:
        record = await self._store.record("bot_edit", edit_id)
        if record is None:
            raise NotFound("There is no such edit.")
        return record, msgspec.json.decode(record.data, type=BotEdit)

    async def _since(self, bot_id: BotId, edit_id: BotEditId) -> list[tuple[FileChange, ...]]:
        """Return what the edits after one changed, the oldest first."""
        found: list[tuple[FileChange, ...]] = []
        before: str | None = None
        while page := await self._store.recent_records("bot_edit", f"{bot_id}/", before=before, limit=_PAGE):
            for record in page:
                if record.id <= edit_id:
                    return found[::-1]
                found.append(msgspec.json.decode(record.data, type=BotEdit).changes)
            if len(found) >= _SINCE:
                raise Conflict("Too much was changed since: take back later edits first.", code="changed-since")
            before = page[-1].id
        return found[::-1]


def _next(record: Record, edit: BotEdit) -> Record:
    """Return the next version of an edit's record."""
    version = record.version + 1
    data = msgspec.Raw(msgspec.json.encode(replace(edit, version=version)))
    return Record(kind="bot_edit", id=edit.id, version=version, data=data)
