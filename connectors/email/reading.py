"""Reading mails beside the event loop, and telling repeats from other mails that bear the same Message-ID.

A mail's event id is its Message-ID, so that mails that refer to it find it. Some machines give every mail the same
one: so for each Message-ID the fingerprint of its first mail is kept, and another mail's event id gets its own
fingerprint added. A repeat, on whatever way and in whatever order it comes, has the same event id again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from connectors.email import wire
from connectors.email.wire import Arrived, Inbox, Reading
from hub.ports.channel import Inbound
from hub.ports.channel_tools import ChannelTools


class MailReader:
    """Turns raw mails of one inbox into inbounds; never fails for what stands in a mail."""

    def __init__(self, inbox: Inbox, tools: ChannelTools) -> None:
        """Take the inbox."""
        self._inbox = inbox
        self._tools = tools

    async def read(self, arrived: Arrived) -> Sequence[Inbound]:
        """Return what a mail becomes.

        Raises:
            Unavailable: the memory cannot be asked.
        """
        try:
            reading = await asyncio.to_thread(wire.read_mail, arrived, self._inbox)
        except Exception as error:  # a mail must never stop the ones behind it, whatever is wrong with it or with us
            self._tools.log("mail.unreadable", error=type(error).__name__, size=len(arrived.raw))
            digest = hashlib.sha256(arrived.raw).hexdigest()[:40]
            return (wire.unreadable(f"mail:none:{digest}", arrived, self._inbox, why="unreadable"),)
        return await self._with_own_ids(reading)

    def missing(self, name: str, arrived: Arrived) -> Inbound:
        """Return the entry for a mail that the server shows but does not give; `name` is what it calls it."""
        return wire.unreadable(f"mail:lost:{name}", arrived, self._inbox, why="the mail server does not give this mail")

    async def _with_own_ids(self, reading: Reading) -> Sequence[Inbound]:
        if not reading.message_id:
            return reading.inbounds
        name = "mail/" + hashlib.sha256(reading.message_id.encode("utf-8", "replace")).hexdigest()[:32]
        first = await self._tools.memory.read(name)
        if first is None:
            await self._tools.memory.write(name, reading.fingerprint)
        if first is None or first == reading.fingerprint:
            return reading.inbounds
        return tuple(replace(one, event_id=f"{one.event_id}#{reading.fingerprint}") for one in reading.inbounds)
