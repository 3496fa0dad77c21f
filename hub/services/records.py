"""Durable writes of plain records: each write is a commit of its own, versioned, and told to all nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from hub.errors import AlreadyClaimed, Conflict, NotFound, VersionConflict
from hub.model.agent import Agent
from hub.model.commit import REMOVED, Claim, Commit, EventTag, Record, RecordKind, record_key
from hub.model.sentences import Sentence
from hub.services.core import Core
from hub.services.directory import KIND_OF, KINDS, Directory, Plain

T = TypeVar("T", bound=Plain)
_ATTEMPTS = 5
_REUSES = 50


class Records:
    """Creates, changes and removes plain records."""

    def __init__(self, core: Core, directory: Directory) -> None:
        """Write to the store; the directory sees each change at once."""
        self._store = core.store
        self._directory = directory
        self._clock = core.clock

    async def create(self, value: T) -> T:
        """Keep a new record.

        Raises:
            Conflict: code `email-taken`: another agent has this e-mail; code `exists`: the id is in use.
        """
        kind = KIND_OF[type(value)]
        claims: tuple[Claim, ...] = ()
        if isinstance(value, Agent):
            claims = (Claim(key=f"agent-email/{value.email}", answer=msgspec.Raw(msgspec.json.encode(value.id))),)
        try:
            await self._put(kind, value.id, 1, msgspec.json.encode(value), claims)
        except AlreadyClaimed as error:
            raise Conflict("Another agent has this e-mail address.", code="email-taken") from error
        except VersionConflict as error:
            raise Conflict("A record with this id exists.", code="exists") from error
        return value

    async def update(self, shape: type[T], record_id: str, change: Callable[[T], T]) -> T:
        """Change a record by a pure function, which may run again when another writer was first.

        Raises:
            NotFound: there is no such record.
        """
        kind = KIND_OF[shape]
        for _ in range(_ATTEMPTS):
            record = await self._store.record(kind, record_id)
            if record is None:
                raise NotFound(Sentence("There is no such {kind}.", kind=Sentence.of(kind.replace("_", " "))))
            present = msgspec.json.decode(record.data, type=shape)
            changed = change(present)
            if changed == present:
                return present
            changed = replace(changed, version=record.version + 1)
            try:
                await self._put(kind, record_id, record.version + 1, msgspec.json.encode(changed))
            except VersionConflict:
                continue
            return changed
        raise Conflict("The record is being changed by others: try again.")

    async def remove(self, kind: RecordKind, record_id: str) -> None:
        """Remove a record.

        Raises:
            NotFound: there is no such record.
        """
        record = await self._store.record(kind, record_id)
        if record is None:
            raise NotFound(Sentence("There is no such {kind}.", kind=Sentence.of(kind.replace("_", " "))))
        await self._put(kind, record_id, record.version + 1, None)

    async def put_plain(
        self, kind: RecordKind, record_id: str, data: bytes | None, claims: Sequence[Claim] = ()
    ) -> None:
        """Keep bytes of JSON under a name, over whatever was there; None removes them."""
        for attempt in range(_REUSES):
            record = await self._store.record(kind, record_id)
            if record is None and data is None:
                return
            # A removed record's versions stay used for ever, so a name that is used again goes on counting.
            version = record.version + 1 if record else 1 + attempt
            try:
                await self._put(kind, record_id, version, data, tuple(claims))
            except VersionConflict:
                continue
            return
        raise Conflict("The record is being changed by others: try again.")

    async def get_plain(self, kind: RecordKind, record_id: str) -> bytes | None:
        """Return bytes kept by `put_plain`, or None."""
        record = await self._store.record(kind, record_id)
        return bytes(record.data) if record else None

    async def _put(
        self, kind: RecordKind, record_id: str, version: int, data: bytes | None, claims: tuple[Claim, ...] = ()
    ) -> None:
        record = Record(kind=kind, id=record_id, version=version, data=REMOVED if data is None else msgspec.Raw(data))
        await self.put_together((record,), claims=claims)

    async def put_together(
        self, records: Sequence[Record], *, keys: Sequence[str] = (), claims: tuple[Claim, ...] = ()
    ) -> None:
        """Keep the given versions of several records in one commit, all or none.

        `keys` are further names that the commit uses up.

        Raises:
            VersionConflict: one of the versions, or a key, is in use.
            AlreadyClaimed: a claim is in use.
        """
        await self._store.append(
            Commit(
                at=self._clock.now(),
                keys=(*keys, *(record_key(one.kind, one.id, one.version) for one in records)),
                claims=claims,
                records=tuple(records),
                events=tuple(
                    EventTag(type="record.changed", data={"kind": one.kind, "id": one.id})
                    for one in records
                    if one.kind in KINDS
                ),
            )
        )
        for record in records:
            self._directory.keep_own(record)
