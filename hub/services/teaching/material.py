"""A bot's training material: its files, read, looked at and changed, each change one commit with its line diffs.

A change that was acknowledged is durable; one that is refused, or that another one was ahead of, leaves no trace. Until
its first change a bot has the files that its settings name, and those are kept as they are.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

import msgspec

from hub.errors import Conflict, InvalidInput, NotFound, TooLarge, VersionConflict
from hub.model.agent import Agent
from hub.model.commit import REMOVED, Record
from hub.model.ids import BotId
from hub.model.sentences import Sentence
from hub.model.teaching import BotEdit, BotEditId, BotFile, Dataset, Edit, ExampleView, LabelChange, SetName
from hub.model.workspace import Bot
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.records import Records
from hub.services.teaching.asking import Asking
from hub.services.teaching.line_changes import changes_between
from hub.services.teaching.shown import Edited, Exchange, Training, edit_number

_ATTEMPTS = 8
_FILES = 1000
_LOOKED_AT = 4
"""Views of material that are kept; each is made anew after an edit."""
_NOTHING = Dataset(
    language="zh",
    threshold=0.0,
    intents=(),
    entities=(),
    synonyms={},
    lookups={},
    regexes={},
    responses=(),
    slots=(),
    forms={},
    actions=(),
)
"""What a new bot is taught."""
MAX_BYTES = 3_000_000
"""Most that a bot's files come to: with the lines that a change removed and added, a commit stays below 16 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """The files of a bot at one moment; `revision` is the newest edit behind them, "" for none."""

    bot: Bot
    files: Mapping[str, str]
    revision: BotEditId
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """What is to become of the files, and how the history tells it; `beside` are records of the same commit."""

    files: Mapping[str, str]
    kind: str
    about: str = ""
    count: int = 0
    labels: tuple[LabelChange, ...] = ()
    beside: tuple[Record, ...] = ()


class Material:
    """Reads and changes what bots are taught."""

    def __init__(self, core: Core, directory: Directory, records: Records, asking: Asking) -> None:
        """Read and write through the store; the teacher knows what the files mean."""
        self._core = core
        self._directory = directory
        self._records = records
        self._asking = asking
        self._locks: WeakValueDictionary[BotId, asyncio.Lock] = WeakValueDictionary()
        """Writers of this process take turns; those of other nodes are met by the number of the edit."""
        self._views: OrderedDict[tuple[BotId, int, str, str], Dataset | list[ExampleView]] = OrderedDict()

    def bot(self, bot_id: BotId) -> Bot:
        """Return a bot that can be taught.

        Raises:
            NotFound: there is no such bot.
            Conflict: code `not-taught`: it is taught in its own Rasa server.
        """
        bot = self._directory.bot(bot_id)
        if bot is None:
            raise NotFound("There is no such bot.")
        if bot.engine != "intent":
            raise Conflict("This bot is taught in its own Rasa server, not here.", code="not-taught")
        return bot

    async def read(self, bot_id: BotId) -> Taught:
        """Return the files as they are now."""
        bot = self.bot(bot_id)
        newest = await self._core.store.recent_records("bot_edit", f"{bot_id}/", limit=1)
        if not newest:
            given = await self._asking.ask(lambda teacher: teacher.given(bot.settings))
            return Taught(bot=bot, files=given, revision=BotEditId(""), is_own=False)
        # Read after the revision: a change made in between takes the next edit's number from whoever writes on.
        records = await self._core.store.recent_records("bot_file", f"{bot_id}/", limit=_FILES)
        files = [msgspec.json.decode(record.data, type=BotFile) for record in reversed(records)]
        skip = len(bot_id) + 1
        return Taught(
            bot=bot,
            files={file.id[skip:]: file.text for file in files},
            revision=BotEditId(newest[0].id),
            is_own=True,
        )

    async def unpack(self, archive: bytes, name: str) -> dict[str, str]:
        """Return the files of a zip archive; raises `InvalidInput`."""
        return await self._asking.ask(lambda teacher: teacher.unpack(archive, name))

    async def pack(self, bot_id: BotId) -> bytes:
        """Return a zip archive of the files."""
        taught = await self.read(bot_id)
        return await self._asking.ask(lambda teacher: teacher.pack(taught.files))

    async def words(self, bot_id: BotId, text: str) -> tuple[tuple[int, int], ...]:
        """Return where the words of a text stand."""
        taught = await self.read(bot_id)
        return await self._asking.ask(lambda teacher: teacher.words(text, taught.files))

    async def dataset(self, bot_id: BotId) -> tuple[Dataset, BotEditId]:
        """Return what the files come to, with the revision; raises `InvalidInput` when they have errors."""
        taught = await self.read(bot_id)
        if not taught.files:
            return _NOTHING, taught.revision
        key = (bot_id, taught.bot.version, taught.revision, "dataset")
        kept = self._views.get(key)
        if not isinstance(kept, Dataset):
            kept = await self._asking.ask(lambda teacher: teacher.dataset(taught.files))
            self._keep(key, kept)
        return kept, taught.revision

    async def examples(self, bot_id: BotId, part: SetName) -> list[ExampleView]:
        """Return the sentences of one set, in the order of the files."""
        return await self.examples_of(await self.read(bot_id), part)

    async def examples_of(self, taught: Taught, part: SetName) -> list[ExampleView]:
        """Return the sentences of one set of material that was read."""
        key = (taught.bot.id, taught.bot.version, taught.revision, part)
        kept = self._views.get(key)
        if not isinstance(kept, list):
            kept = await self._asking.ask(lambda teacher: teacher.examples(taught.files, part))
            self._keep(key, kept)
        return kept

    def _keep(self, key: tuple[BotId, int, str, str], view: Dataset | list[ExampleView]) -> None:
        self._views[key] = view
        while len(self._views) > _LOOKED_AT:
            self._views.popitem(last=False)

    async def weigh(self, bot_id: BotId, files: Mapping[str, str]) -> Exchange:
        """Tell what putting files in the place of all that there are would come to, without doing it.

        Raises:
            InvalidInput: they have errors; each fault names `FILE:LINE`.
        """
        notes = await self._asking.ask(lambda teacher: teacher.check(files))
        then = await self._asking.ask(lambda teacher: teacher.dataset(files))
        try:
            now, _ = await self.dataset(bot_id)
        except InvalidInput:
            # Files with errors are what an import may be for.
            now = _NOTHING
        before, after = {one.name for one in now.intents}, {one.name for one in then.intents}
        return Exchange(
            files=files,
            notes=notes,
            intents_new=tuple(sorted(after - before)),
            intents_gone=tuple(sorted(before - after)),
            examples_now=sum(one.examples for one in now.intents),
            examples_then=sum(one.examples for one in then.intents),
        )

    async def replace(
        self, bot_id: BotId, files: Mapping[str, str], *, by: Agent, kind: str, about: str = ""
    ) -> Training:
        """Put files in the place of all that there are.

        Raises:
            InvalidInput: they have errors; each fault names `FILE:LINE`.
        """
        notes = await self._asking.ask(lambda teacher: teacher.check(files))

        async def rewrite(taught: Taught) -> Rewriting:
            return Rewriting(files=files, kind=kind, about=about, count=len(files))

        edited = await self.change(bot_id, rewrite, by=by)
        return Training(files=files, revision=edited.revision, notes=notes)

    async def edit(self, bot_id: BotId, edits: Sequence[Edit], *, by: Agent, revision: str | None = None) -> Edited:
        """Make edits, all or none.

        Raises:
            InvalidInput: an edit cannot be made.
            Conflict: code `changed`: `revision` is given and not the newest.
        """

        async def rewrite(taught: Taught) -> Rewriting:
            if revision is not None and revision != taught.revision:
                raise Conflict("The material was changed by somebody else: load it again.", code="changed")
            files = await self._asking.ask(lambda teacher: teacher.edit(taught.files, edits))
            return Rewriting(
                files=files, kind=_tag(edits[0]), about=_about(edits[0]), count=sum(_size(edit) for edit in edits)
            )

        return await self.change(bot_id, rewrite, by=by)

    async def change(self, bot_id: BotId, rewrite: Callable[[Taught], Awaitable[Rewriting]], *, by: Agent) -> Edited:
        """Change the files in one commit; `rewrite` sees the newest ones and may be asked again.

        Raises:
            Conflict: others change the material all the time.
            TooLarge: the files would come to more than is kept.
        """
        lock = self._locks.setdefault(bot_id, asyncio.Lock())
        async with lock:
            for _ in range(_ATTEMPTS):
                taught = await self.read(bot_id)
                rewriting = await rewrite(taught)
                try:
                    return await self._write(taught, rewriting, by)
                except VersionConflict:
                    continue
        raise Conflict("The material is being changed by others: try again.", code="changed")

    async def _write(self, taught: Taught, rewriting: Rewriting, by: Agent) -> Edited:
        before, after = taught.files, rewriting.files
        changes = await self._asking.ask(lambda _: changes_between(before, after))
        if not changes:
            if rewriting.beside:
                await self._records.put_together(rewriting.beside)
            return Edited(revision=taught.revision, edit=None)
        if sum(len(text.encode()) for text in after.values()) > MAX_BYTES:
            raise TooLarge(Sentence("The files of a bot may come to {most} MB.", most=MAX_BYTES // 1000000))
        bot_id, number = taught.bot.id, edit_number(taught.revision) + 1
        edit = BotEdit(
            id=BotEditId(f"{bot_id}/{number:08}"),
            at=self._core.clock.now(),
            by=by.id,
            by_name=by.name,
            kind=rewriting.kind,
            about=rewriting.about,
            count=rewriting.count,
            changes=changes,
            labels=rewriting.labels,
        )
        changed = {change.path for change in changes}
        written = [
            _file_record(bot_id, path, text, number)
            for path, text in after.items()
            if path in changed or not taught.is_own
        ]
        gone = [_file_record(bot_id, path, None, number) for path in changed - after.keys() if taught.is_own]
        own = Record(kind="bot_edit", id=edit.id, version=1, data=msgspec.Raw(msgspec.json.encode(edit)))
        await self._records.put_together((own, *written, *gone, *rewriting.beside))
        return Edited(revision=edit.id, edit=edit)


def _file_record(bot_id: BotId, path: str, text: str | None, number: int) -> Record:
    """Return a file's record, with the number of its edit as version: that only ever grows, also over a removal."""
    name = f"{bot_id}/{path}"
    data = REMOVED if text is None else msgspec.Raw(msgspec.json.encode(BotFile(id=name, version=number, text=text)))
    return Record(kind="bot_file", id=name, version=number, data=data)


def _tag(edit: Edit) -> str:
    return str(edit.__struct_config__.tag)


def _about(edit: Edit) -> str:
    """Return the intent, response, value or file that an edit is about."""
    return next(str(getattr(edit, name)) for name in ("intent", "name", "value", "path") if hasattr(edit, name))


def _size(edit: Edit) -> int:
    return len(getattr(edit, "texts", "1"))
