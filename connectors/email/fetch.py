"""Fetching mails in groups that fit into memory, and getting past those that a server does not give.

One broken mail must not hold up the ones behind it: it is asked for alone, on new connections a few times, and then
becomes an entry made of its header, or of nothing but its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.email.imap import ImapClient, ImapError, ImapGone, ImapRefused, MailSize
from connectors.email.reading import MailReader
from connectors.email.wire import Arrived
from hub.model.timestamps import Timestamp, from_seconds
from hub.ports.channel import Inbound
from hub.ports.environment import Clock

MAX_MAIL = 35 * 1024 * 1024
"""Mails up to this size are fetched whole; of a larger one the beginning is."""
_BEGINNING = 2 * 1024 * 1024
_GROUP = 50
_GROUP_BYTES = 8 * 1024 * 1024
_PATIENCE = 12
_REFUSED_COSTS = 4
_LOST_COSTS = 2
"""A refusal is the server's last word sooner than a lost connection is: three of those, or six of these."""
_MAX_REMEMBERED = 1000


class MailFetcher:
    """Fetches the mails of one folder, over one connection after the other."""

    def __init__(self, reader: MailReader, clock: Clock) -> None:
        """Begin without any trouble."""
        self._reader = reader
        self._clock = clock
        self._alone: set[tuple[int, int]] = set()
        self._costs: dict[tuple[int, int], int] = {}

    def groups(self, uids: Sequence[int], sizes: Mapping[int, MailSize]) -> Iterator[Sequence[int]]:
        """Yield the mails that are there in groups, in order: small together, large ones alone."""
        group: list[int] = []
        room = _GROUP_BYTES
        for uid in uids:
            if uid not in sizes:
                continue
            size = sizes[uid].size
            if group and (len(group) >= _GROUP or size > room):
                yield group
                group, room = [], _GROUP_BYTES
            group.append(uid)
            room -= size
        if group:
            yield group

    async def fetch(
        self, client: ImapClient, uidvalidity: int, group: Sequence[int], sizes: Mapping[int, MailSize]
    ) -> Sequence[Inbound]:
        """Return what the mails of a group become, in their order. One that is gone meanwhile is left out.

        Raises:
            ImapError: the connection is of no more use; ask again on a new one.
            Unavailable: the memory cannot be asked.
        """
        together = [uid for uid in group if sizes[uid].size <= MAX_MAIL and (uidvalidity, uid) not in self._alone]
        raws = await self._together(client, uidvalidity, together) if len(together) > 1 else {}
        inbounds: list[Inbound] = []
        for uid in group:
            at = self._arrived_at(sizes[uid])
            if uid in raws:
                inbounds += await self._reader.read(Arrived(raw=raws.pop(uid), at=at))
            else:
                inbounds += await self._single(client, uidvalidity, uid, sizes[uid].size, at)
        return inbounds

    async def _together(self, client: ImapClient, uidvalidity: int, uids: Sequence[int]) -> dict[int, bytes]:
        try:
            return dict(await client.mails(uids))
        except ImapError as error:
            # One of them may be the reason: from now on each is asked for by itself.
            self._remember((uidvalidity, uid) for uid in uids)
            if isinstance(error, ImapRefused) and error.status != "BYE":
                return {}
            raise

    async def _single(
        self, client: ImapClient, uidvalidity: int, uid: int, size: int, at: Timestamp
    ) -> Sequence[Inbound]:
        place = (uidvalidity, uid)
        if self._costs.get(place, 0) >= _PATIENCE:
            return await self._without(client, place, at)
        try:
            if size > MAX_MAIL:
                raw = await client.beginning(uid, _BEGINNING)
            else:
                raw = (await client.mails([uid])).get(uid)
            is_gone = raw is None and uid not in await client.sizes([uid])
        except ImapError as error:
            self._costs[place] = self._costs.get(place, 0) + (
                _LOST_COSTS if isinstance(error, ImapGone) else _REFUSED_COSTS
            )
            raise
        if is_gone:
            return ()
        if raw is None:
            return await self._without(client, place, at)
        self._costs.pop(place, None)
        return await self._reader.read(Arrived(raw=raw, at=at, is_whole=size <= MAX_MAIL))

    async def _without(self, client: ImapClient, place: tuple[int, int], at: Timestamp) -> Sequence[Inbound]:
        """Return the entry for a mail that the server keeps to itself; its header still tells who wrote."""
        nothing = Arrived(raw=b"", at=at, is_whole=False)
        uidvalidity, uid = place
        if self._costs.get(place, 0) < 2 * _PATIENCE:
            try:
                header = await client.header(uid)
            except ImapError:
                self._costs[place] = self._costs.get(place, 0) + _REFUSED_COSTS
                raise
            if header:
                return await self._reader.read(Arrived(raw=header, at=at, is_whole=False))
        return (self._reader.missing(f"{uidvalidity}:{uid}", nothing),)

    def _remember(self, places: Iterator[tuple[int, int]]) -> None:
        if len(self._alone) > _MAX_REMEMBERED:
            self._alone.clear()
        self._alone.update(places)

    def _arrived_at(self, size: MailSize) -> Timestamp:
        return self._clock.now() if size.arrived_at is None else from_seconds(size.arrived_at)
