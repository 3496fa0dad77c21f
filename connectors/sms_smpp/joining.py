"""Putting together what comes in parts. Parts are durable before the carrier is answered, so none is lost in a crash.

Only the one receiver of a channel does this, so nothing guards the record. A message of which parts never come is
shown without them after a while, for a part is better than nothing.
"""

from __future__ import annotations

import msgspec

from connectors.sms_smpp.incoming import Delivered
from hub.ports.channel_tools import SharedMemory

_NAME = "parts"
_PATIENCE_S = 600.0
_MOST = 200
"""Messages in parts at once; the oldest is shown as it is when there are more."""


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose parts are put together; `is_whole` is False when some never came."""

    source: str
    destination: str
    coding: int
    body: bytes
    is_whole: bool = True


class _Open(msgspec.Struct, kw_only=True):
    source: str
    destination: str
    coding: int
    reference: int
    total: int
    begun_s: float
    bodies: dict[int, bytes]

    def joined(self) -> Joined:
        body = b"".join(self.bodies[number] for number in sorted(self.bodies))
        whole = len(self.bodies) == self.total
        return Joined(source=self.source, destination=self.destination, coding=self.coding, body=body, is_whole=whole)

    def takes(self, part: Delivered) -> bool:
        ours = (self.source, self.destination, self.coding, self.reference, self.total)
        return ours == (part.source, part.destination, part.coding, part.reference, part.total)


_opens = msgspec.json.Decoder(list[_Open])


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What a part makes: the messages that are done, and the record of those that are not, to be kept after them."""

    done: tuple[Joined, ...]
    record: str | None


class Parts:
    """The messages of one channel of which parts are missing."""

    def __init__(self, memory: SharedMemory) -> None:
        """Keep them in the channel's memory."""
        self._memory = memory

    async def add(self, part: Delivered, now_s: float) -> Added:
        """Return what is complete with this part, and what has waited too long.

        Nothing is forgotten before `keep`, so what could not be made durable is found again.
        """
        opens = await self._read()
        whole: list[Joined] = []
        if part.total == 1:
            whole = [Joined(source=part.source, destination=part.destination, coding=part.coding, body=part.body)]
        elif (joined := _put(opens, part, now_s)) is not None:
            whole = [joined]
        too_many = max(0, len(opens) - _MOST)
        late = [each for at, each in enumerate(opens) if each.begun_s < now_s - _PATIENCE_S or at < too_many]
        if part.total == 1 and not late:
            return Added(done=tuple(whole), record=None)
        record = msgspec.json.encode([each for each in opens if each not in late]).decode()
        return Added(done=(*(each.joined() for each in late), *whole), record=record)

    async def keep(self, added: Added) -> None:
        """Make durable what is still open."""
        if added.record is not None:
            await self._memory.write(_NAME, added.record)

    async def _read(self) -> list[_Open]:
        text = await self._memory.read(_NAME)
        try:
            return _opens.decode(text) if text else []
        except msgspec.DecodeError:
            return []


def _put(opens: list[_Open], part: Delivered, now_s: float) -> Joined | None:
    """Add a part to the message that it belongs to; return that message, taken out, when it is whole."""
    found = next((each for each in opens if each.takes(part)), None)
    if found is None:
        found = _Open(
            source=part.source,
            destination=part.destination,
            coding=part.coding,
            reference=part.reference,
            total=part.total,
            begun_s=now_s,
            bodies={},
        )
        opens.append(found)
    found.bodies[part.number] = part.body
    if len(found.bodies) < found.total:
        return None
    opens.remove(found)
    return found.joined()
