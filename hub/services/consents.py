"""Consents: who does not want messages on a channel any more. Kept by channel and address, whatever the session.

The word that forbids or allows again is committed together with the message that holds it, so that neither stands
without the other. Nothing here sends or answers.
"""

from __future__ import annotations

import hashlib

import msgspec
from msgspec.structs import replace

from hub.errors import Conflict
from hub.model.commit import Commit, Record, record_key
from hub.model.ids import ChannelId
from hub.model.timestamps import Timestamp
from hub.ports.channel import Inbound
from hub.services.core import Core
from hub.services.records import Records


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """Whether messages are wanted, and since when; the record stays, so that its versions go on."""

    is_wanted: bool
    at: Timestamp


class Consents:
    """Keeps and tells who opted out."""

    def __init__(self, core: Core, records: Records) -> None:
        """Read from the store, so that every node knows the same."""
        self._store = core.store
        self._clock = core.clock
        self._records = records

    async def is_opted_out(self, channel_id: ChannelId, address: str) -> bool:
        """Tell whether this address forbade messages on this channel."""
        data = await self._records.get_plain("consent", _name(channel_id, address))
        return data is not None and not msgspec.json.decode(data, type=Consent).is_wanted

    async def settled(self, channel_id: ChannelId, inbound: Inbound) -> Inbound:
        """Return the inbound with a word of consent only where it is one.

        "YES" from somebody who never opted out answers a question, and the bot that asked it must hear it.
        """
        if inbound.consent != "opt_in" or inbound.sender is None:
            return inbound
        if await self.is_opted_out(channel_id, inbound.sender.address):
            return inbound
        return replace(inbound, consent=None, is_automatic=False)

    async def opt_out(self, channel_id: ChannelId, address: str) -> None:
        """Note that the provider says so; knowing it already is no error."""
        try:
            await self._records.put_plain("consent", _name(channel_id, address), self._data(is_wanted=False))
        except Conflict:
            return

    async def change(self, channel_id: ChannelId, inbound: Inbound) -> tuple[Record, ...]:
        """Return what a message's commit must keep of the consent that it changes."""
        if inbound.consent is None or inbound.sender is None:
            return ()
        name = _name(channel_id, inbound.sender.address)
        present = await self._store.record("consent", name)
        version = present.version + 1 if present is not None else 1
        data = self._data(is_wanted=inbound.consent == "opt_in")
        return (Record(kind="consent", id=name, version=version, data=msgspec.Raw(data)),)

    def _data(self, *, is_wanted: bool) -> bytes:
        return msgspec.json.encode(Consent(is_wanted=is_wanted, at=self._clock.now()))


def with_records(commit: Commit, records: tuple[Record, ...]) -> Commit:
    """Return the commit with further records, each at its version."""
    if not records:
        return commit
    keys = tuple(record_key(record.kind, record.id, record.version) for record in records)
    return replace(commit, keys=(*commit.keys, *keys), records=(*commit.records, *records))


def _name(channel_id: ChannelId, address: str) -> str:
    """Return the record's name; addresses are personal and stay out of names."""
    return f"{channel_id}/{hashlib.sha256(address.encode()).hexdigest()[:32]}"
