"""The trained versions of bots: which there are, who answers, and the one way to change that.

Every change of a bot's versions uses up the state that it was decided on, so two people who publish at the same moment
cannot both win, and there is never more than one live version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from hub.errors import Conflict, NotFound, VersionConflict
from hub.model.commit import Record
from hub.model.evaluation import Evaluation
from hub.model.ids import BotId
from hub.model.teaching import BotVersion
from hub.ports.blobs import Blobs
from hub.services.core import Core
from hub.services.directory import Directory
from hub.services.records import Records

_ATTEMPTS = 8
_PAGE = 200
Decide = Callable[[Sequence[BotVersion]], Sequence[BotVersion]]
"""From the versions as they are, oldest first, to those that change or are new."""


class KeptMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a version beside its model: the files, and how it fared on their test set."""

    files: Mapping[str, str]
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """The versions of one bot, oldest first, and which of them answer."""

    all: Sequence[BotVersion] = ()
    live: BotVersion | None = None
    canary: BotVersion | None = None


_NONE = _Row()


class Versions:
    """Reads and changes the versions of bots."""

    def __init__(self, core: Core, directory: Directory, records: Records, blobs: Blobs) -> None:
        """Look versions up in the directory; decide changes on what the store says."""
        self._store = core.store
        self._directory = directory
        self._records = records
        self._blobs = blobs
        self._rows: dict[BotId, _Row] = {}
        self._changes = 0

    def all(self, bot_id: BotId) -> list[BotVersion]:
        """Return the versions of a bot, oldest first."""
        return list(self._row(bot_id).all)

    def get(self, bot_id: BotId, n: int) -> BotVersion:
        """Return a version; raises `NotFound`."""
        version = self._directory.find(BotVersion, _name(bot_id, n))
        if version is None:
            raise NotFound("There is no such version.")
        return version

    def answering(self, bot_id: BotId) -> tuple[BotVersion | None, BotVersion | None]:
        """Return the live version and the canary; asked for every message, so it costs no more with many versions."""
        row = self._row(bot_id)
        return row.live, row.canary

    def _row(self, bot_id: BotId) -> _Row:
        changes = self._directory.changes(BotVersion)
        if changes != self._changes:
            self._rows, self._changes = _rows(self._directory.all(BotVersion)), changes
        return self._rows.get(bot_id, _NONE)

    async def material(self, version: BotVersion) -> KeptMaterial:
        """Return the files of a version; raises as `must_be_kept` does."""
        must_be_kept(version)
        return msgspec.json.decode(await self._read(version.files), type=KeptMaterial)

    async def model(self, version: BotVersion) -> bytes:
        """Return the trained model of a version; raises as `must_be_kept` does."""
        must_be_kept(version)
        return await self._read(version.model)

    async def keep(self, model: bytes, material: KeptMaterial) -> tuple[str, str]:
        """Keep a model and its files durably, and return the names of their blobs."""
        return await self._blobs.put(model), await self._blobs.put(msgspec.json.encode(material))

    async def _read(self, blob: str) -> bytes:
        return b"".join([piece async for piece in self._blobs.get(blob)])

    async def add(self, version: BotVersion) -> BotVersion:
        """Keep a new version under the next number, and return it so; `n` and `id` of what is given do not count."""

        def decide(present: Sequence[BotVersion]) -> Sequence[BotVersion]:
            n = present[-1].n + 1 if present else 1
            return [replace(version, n=n, id=_name(version.bot_id, n))]

        return (await self.change(version.bot_id, decide))[0]

    async def change(self, bot_id: BotId, decide: Decide) -> list[BotVersion]:
        """Change versions in one commit, and return those that changed; `decide` is pure and may be asked again.

        Raises:
            Conflict: others change them all the time.
        """
        for _ in range(_ATTEMPTS):
            present = await self.present(bot_id)
            known = {one.n: one for one in present}
            wanted = [one for one in decide(present) if known.get(one.n) != one]
            if not wanted:
                return []
            changed = [replace(one, version=known[one.n].version + 1 if one.n in known else 1) for one in wanted]
            state = sum(one.version for one in present)
            try:
                await self._records.put_together(
                    [_record(one) for one in changed], keys=(f"bot_versions/{bot_id}#{state}",)
                )
            except VersionConflict:
                continue
            return changed
        raise Conflict("The versions are being changed by others: try again.")

    async def present(self, bot_id: BotId) -> list[BotVersion]:
        """Return the versions of a bot as the store has them, oldest first."""
        found: list[BotVersion] = []
        before: str | None = None
        while page := await self._store.recent_records("bot_version", f"{bot_id}/", before=before, limit=_PAGE):
            found += [msgspec.json.decode(record.data, type=BotVersion) for record in page]
            before = page[-1].id
        return found[::-1]


def must_be_kept(version: BotVersion) -> None:
    """Refuse a version of which only the figures are left.

    Raises:
        Conflict: code `not-kept`.
    """
    if not version.is_kept:
        raise Conflict("This version is too old: only its figures are kept.", code="not-kept")


def _rows(versions: Sequence[BotVersion]) -> dict[BotId, _Row]:
    by_bot: dict[BotId, list[BotVersion]] = {}
    for one in sorted(versions, key=lambda one: one.n):
        by_bot.setdefault(one.bot_id, []).append(one)
    return {
        bot_id: _Row(
            all=row,
            live=next((one for one in row if one.state == "live"), None),
            canary=next((one for one in row if one.state == "canary"), None),
        )
        for bot_id, row in by_bot.items()
    }


def _name(bot_id: BotId, n: int) -> str:
    return f"{bot_id}/{n:06}"


def _record(version: BotVersion) -> Record:
    data = msgspec.Raw(msgspec.json.encode(version))
    return Record(kind="bot_version", id=version.id, version=version.version, data=data)
