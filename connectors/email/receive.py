"""The receive loop over IMAP: what is new is fetched, taken in, and only then left behind.

The place is `UIDVALIDITY:UID` of the last mail that was taken, kept by the hub together with the mails. When the
server numbers its mails anew the place means nothing: everything since the channel was made is read again, and the hub
drops what it has by event id. Flags are neither read nor set: others open this mailbox too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from connectors.email import sentences
from connectors.email.fetch import MailFetcher
from connectors.email.imap import FolderRefused, ImapClient, ImapError, ImapRefused, LoginRefused
from connectors.email.oauth import NoToken
from connectors.email.reading import MailReader
from hub.errors import HubError
from hub.ports.abilities import Intake
from hub.ports.channel import Inbound
from hub.ports.channel_tools import ChannelTools

_SIZES_AT_ONCE = 500
_TAKE_S = 120.0
_PLACE = re.compile(r"(\d{1,10}):(\d{1,10})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to wait. `idle_s` is far below the 29 minutes of RFC 2177: some servers never push."""

    idle_s: float = 120.0
    poll_s: float = 30.0
    first_gap_s: float = 1.0
    last_gap_s: float = 300.0
    login_gap_s: float = 30.0


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where we are in the folder: the highest UID that is behind us; None before the first mail of this numbering."""

    uidvalidity: int
    uid: int | None


class Receiver:
    """Receives the mails of one folder until it is cancelled."""

    def __init__(
        self,
        *,
        connect: Callable[[], Awaitable[ImapClient]],
        host: str,
        folder: str,
        since_s: float,
        reader: MailReader,
        tools: ChannelTools,
        pace: Pace,
    ) -> None:
        """Take what the loop stands on; `connect` opens a connection and logs in."""
        self._connect = connect
        self._host = host
        self._folder = folder
        self._since_s = since_s
        self._fetcher = MailFetcher(reader, tools.clock)
        self._tools = tools
        self._pace = pace
        self._unchanged: tuple[int, int] | None = None
        self._can_idle = True
        self._failures = 0

    async def receive(self, intake: Intake) -> None:
        """Receive for ever; what goes wrong is told and tried again with growing gaps."""
        while True:
            gap = self._pace.first_gap_s
            try:
                await self._stay_connected(intake)
            except NoToken:
                intake.fails(sentences.NO_OAUTH)
                gap = self._pace.login_gap_s
            except ImapError as error:
                intake.fails(sentences.of_imap(error, self._host))
                gap = self._pace.login_gap_s if isinstance(error, LoginRefused | FolderRefused) else gap
            except (HubError, TimeoutError) as error:
                # Ours, not the provider's: the mails stay where they are and are fetched again.
                self._tools.log("mail.not_taken", error=type(error).__name__)
            self._failures += 1
            longest = max(self._pace.last_gap_s, gap)
            wait = min(gap * 2 ** min(self._failures - 1, 16), longest)
            await self._tools.clock.sleep(wait * (0.75 + self._tools.ids.fraction() / 2))

    async def _stay_connected(self, intake: Intake) -> None:
        client = await self._connect()
        try:
            folder = await client.examine(self._folder)
            place = _place(await intake.cursor(), folder.uidvalidity)
            intake.works()
            state = (folder.uidvalidity, folder.highest_modseq)
            # CONDSTORE: the same number says that nothing at all has happened since we had read everything.
            if not folder.highest_modseq or state != self._unchanged:
                await self._catch_up(client, intake, place)
            self._unchanged = state
            while True:
                await self._wait_for_news(client, intake)
                self._failures = 0
                await self._catch_up(client, intake, place)
        finally:
            await client.close(politely=False)

    async def _catch_up(self, client: ImapClient, intake: Intake, place: _Place) -> None:
        """Take everything that is new, also what comes meanwhile."""
        while uids := await self._new(client, place):
            for at in range(0, len(uids), _SIZES_AT_ONCE):
                some = uids[at : at + _SIZES_AT_ONCE]
                sizes = await client.sizes(some)
                for group in self._fetcher.groups(some, sizes):
                    inbounds = await self._fetcher.fetch(client, place.uidvalidity, group, sizes)
                    await self._take(intake, inbounds, f"{place.uidvalidity}:{group[-1]}")
                    place.uid = group[-1]

    async def _new(self, client: ImapClient, place: _Place) -> Sequence[int]:
        if place.uid is not None:
            return await client.search(first_uid=place.uid + 1)
        # SEARCH knows days only; times are compared here.
        uids = await client.search(since=self._since_s)
        young = []
        for at in range(0, len(uids), _SIZES_AT_ONCE):
            sizes = await client.sizes(uids[at : at + _SIZES_AT_ONCE])
            young += [uid for uid, one in sizes.items() if one.arrived_at is None or one.arrived_at >= self._since_s]
        if uids and not young:
            # All of them are behind us: the next look begins after them.
            place.uid = uids[-1]
        return sorted(young)

    async def _take(self, intake: Intake, inbounds: Sequence[Inbound], cursor: str) -> None:
        if inbounds:
            async with asyncio.timeout(_TAKE_S):
                await intake.take(inbounds, cursor=cursor)

    async def _wait_for_news(self, client: ImapClient, intake: Intake) -> None:
        if client.can("IDLE") and self._can_idle:
            try:
                await client.idle(self._pace.idle_s)
                return
            except ImapRefused as error:
                if error.status == "BYE":
                    raise
                self._can_idle = False
        await intake.wait(self._pace.poll_s)
        await client.noop()


def _place(cursor: str | None, uidvalidity: int) -> _Place:
    found = _PLACE.match(cursor or "")
    if found is None or int(found[1]) != uidvalidity:
        return _Place(uidvalidity=uidvalidity, uid=None)
    return _Place(uidvalidity=uidvalidity, uid=int(found[2]))
